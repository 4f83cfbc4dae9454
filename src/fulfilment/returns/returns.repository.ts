import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { returnModel, type ReturnRow } from './returns.model.js';
import type { GoodsReturn, ReturnState } from './returns.js';

export class ReturnRepository {
  private readonly returns;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.returns = returnModel(connection);
    this.personalData = ownedRows(this.returns, { name: 'returns', erase: 'keep' });
  }

  async insert({ id, ...goods }: GoodsReturn): Promise<void> {
    await this.returns.insertMany([{ ...goods, _id: new Types.ObjectId(id) } as ReturnRow], { lean: true });
  }

  async find(id: string): Promise<GoodsReturn | null> {
    const found = await this.returns.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toReturn(found);
  }

  async findByOrder(orderId: string): Promise<GoodsReturn[]> {
    const found = await this.returns.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toReturn);
  }

  async findPage({ state }: { state?: ReturnState | undefined }, query: PageQuery): Promise<Page<GoodsReturn>> {
    const page = await findPage<ReturnRow>(this.returns, { filter: state === undefined ? {} : { state }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map(toReturn) };
  }

  /** Refuses to overwrite one that changed since it was read. */
  async save(before: GoodsReturn, change: Partial<GoodsReturn>, now: Date): Promise<GoodsReturn> {
    const { id: _id, version: _v, ...fields } = { ...change, updatedAt: now };
    const { matchedCount } = await this.returns.updateOne({ _id: new Types.ObjectId(before.id), version: before.version }, { $set: fields as Partial<ReturnRow>, $inc: { version: 1 } });
    if (matchedCount === 0) throw new ConcurrentChange('The return changed meanwhile. Read it again.', { returnId: before.id });
    return { ...before, ...fields, version: before.version + 1 };
  }
}

function toReturn({ _id, ...row }: ReturnRow): GoodsReturn {
  return { id: _id.toHexString(), ...row };
}
