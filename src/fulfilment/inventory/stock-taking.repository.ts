import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { StockCount } from './counts.js';
import { countModel, transferModel, type CountRow, type TransferRow } from './stock-taking.model.js';
import type { Transfer } from './transfers.js';

const CHANGED = 'It changed meanwhile. Read it again.';

export class TransferRepository {
  private readonly transfers;

  constructor(connection: Connection) {
    this.transfers = transferModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ id, ...transfer }: Transfer): Promise<void> {
    await this.transfers.insertMany([{ ...transfer, _id: new Types.ObjectId(id) } as TransferRow], { lean: true });
  }

  async find(id: string): Promise<Transfer | null> {
    const found = await this.transfers.findById(id).lean();
    return found && withId<Transfer>(found);
  }

  async findPage({ state, toWarehouseId }: { state?: string | undefined; toWarehouseId?: string | undefined }, query: PageQuery): Promise<Page<Transfer>> {
    const page = await findPage(this.transfers, { filter: { ...(state !== undefined && { state }), ...(toWarehouseId !== undefined && { toWarehouseId }) }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map((row) => withId<Transfer>(row)) };
  }

  async save(before: Transfer, change: Partial<Omit<Transfer, 'id' | 'version'>>): Promise<Transfer> {
    const after = await this.transfers.findOneAndUpdate({ _id: before.id, version: before.version }, { $set: change as Partial<TransferRow>, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
    if (!after) throw new ConcurrentChange(CHANGED, { transferId: before.id });
    return withId<Transfer>(after);
  }
}

export class CountRepository {
  private readonly counts;

  constructor(connection: Connection) {
    this.counts = countModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ id, ...count }: StockCount): Promise<void> {
    await this.counts.insertMany([{ ...count, _id: new Types.ObjectId(id) } as CountRow], { lean: true });
  }

  async find(id: string): Promise<StockCount | null> {
    const found = await this.counts.findById(id).lean();
    return found && withId<StockCount>(found);
  }

  async findPage({ warehouseId }: { warehouseId?: string | undefined }, query: PageQuery): Promise<Page<StockCount>> {
    const page = await findPage(this.counts, { filter: warehouseId === undefined ? {} : { warehouseId }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map((row) => withId<StockCount>(row)) };
  }

  async save(before: StockCount, change: Partial<Pick<StockCount, 'lines' | 'state' | 'postedAt'>>): Promise<StockCount> {
    const after = await this.counts.findOneAndUpdate({ _id: before.id, version: before.version }, { $set: change as Partial<CountRow>, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
    if (!after) throw new ConcurrentChange(CHANGED, { countId: before.id });
    return withId<StockCount>(after);
  }
}

function withId<T>({ _id, ...row }: { _id: Types.ObjectId } & object): T {
  return { id: _id.toHexString(), ...row } as T;
}
