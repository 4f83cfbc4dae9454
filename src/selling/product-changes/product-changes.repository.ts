import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { ChangePending } from './product-changes.errors.js';
import type { ChangeState, ProductChange } from './product-changes.js';
import { changeModel, type ChangeRow } from './product-changes.model.js';

export type ChangeFilter = Readonly<{ productId?: string; vendorId?: string; state?: ChangeState }>;

export class ProductChangeRepository {
  private readonly changes;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.changes = changeModel(connection);
    // What became of a product stays known; without the account the vendor's id is nobody's.
    this.personalData = ownedRows(this.changes, { name: 'productChanges', erase: 'keep', of: ({ userId }) => ({ vendorId: userId }) });
  }

  async insert(change: Omit<ProductChange, 'id'>): Promise<ProductChange> {
    const row: ChangeRow = { ...change, _id: new Types.ObjectId() };
    try {
      await this.changes.insertMany([row], { lean: true });
      return toChange(row);
    } catch (error) {
      if (duplicateKeyOf(error)) throw new ChangePending();
      throw error;
    }
  }

  async find(id: string, filter: ChangeFilter): Promise<ProductChange | null> {
    const found = await this.changes.findOne({ _id: new Types.ObjectId(id), ...filter }).lean<ChangeRow>();
    return found && toChange(found);
  }

  async list(filter: ChangeFilter, query: PageQuery): Promise<Page<ProductChange>> {
    const page = await findPage<ChangeRow>(this.changes, { filter: { ...filter }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map(toChange) };
  }

  /** Null where somebody was faster. */
  async decide(id: string, decision: Pick<ProductChange, 'state' | 'reason' | 'decidedAt'>): Promise<ProductChange | null> {
    const decided = await this.changes.findOneAndUpdate({ _id: new Types.ObjectId(id), state: 'pending' }, { $set: decision }, { returnDocument: 'after' }).lean<ChangeRow>();
    return decided && toChange(decided);
  }
}

const toChange = ({ _id, ...row }: ChangeRow): ProductChange => ({ id: _id.toHexString(), ...row });
