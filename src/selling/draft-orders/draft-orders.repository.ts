import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { DraftOrder, DraftState } from './draft-orders.js';
import { draftModel, type DraftRow } from './draft-orders.model.js';

export type DraftFilter = { state?: DraftState; email?: string };

export class DraftOrderRepository {
  private readonly drafts;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.drafts = draftModel(connection);
    // One that became an order stays with it; who it was for went with the keys.
    this.personalData = ownedRows(this.drafts, { name: 'draftOrders', erase: 'keep' });
  }

  async insert(draft: Omit<DraftOrder, 'id' | 'version' | 'createdAt' | 'updatedAt'>, now: Date): Promise<DraftOrder> {
    const row: DraftRow = { ...draft, _id: new Types.ObjectId(), version: 1, createdAt: now, updatedAt: now };
    await this.drafts.insertMany([row], { lean: true });
    return toDraft(row);
  }

  async find(id: string): Promise<DraftOrder | null> {
    const found = await this.drafts.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toDraft(found);
  }

  async list(filter: DraftFilter, query: PageQuery): Promise<Page<DraftOrder>> {
    const page = await findPage<DraftRow>(this.drafts as never, { filter, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map(toDraft) };
  }

  /** Replaces an open draft that is still as it was read. */
  async save({ id, version, createdAt: _createdAt, createdBy: _createdBy, ...content }: DraftOrder, now: Date): Promise<DraftOrder> {
    const removed = Object.fromEntries(['shippingAddress', 'billingAddress', 'shippingMethod', 'pickupLocationId', 'notes'].filter((name) => !(name in content)).map((name) => [name, 1]));
    const saved = await this.drafts.findOneAndUpdate(
      { _id: new Types.ObjectId(id), version, state: 'open' },
      { $set: { ...content, updatedAt: now } as Partial<DraftRow>, ...(Object.keys(removed).length > 0 && { $unset: removed }), $inc: { version: 1 } }, { returnDocument: 'after' },
    ).lean();
    if (!saved) throw new ConcurrentChange('The draft changed meanwhile. Read it again and repeat your change.', { draftId: id });
    return toDraft(saved);
  }

  /** For the auditor: completed drafts in slices. */
  async completedAfter(after: string | null, limit: number): Promise<string[]> {
    const found = await this.drafts.find({ state: 'completed', ...(after !== null && { _id: { $gt: new Types.ObjectId(after) } }) }, { _id: 1 }).sort({ _id: 1 }).limit(limit).lean();
    return found.map(({ _id }) => _id.toHexString());
  }
}

const toDraft = ({ _id, ...row }: DraftRow): DraftOrder => ({ id: _id.toHexString(), ...row });
