import type { Connection } from 'mongoose';
import { unsourcedModel } from './purchasing.model.js';
import { reorderKey } from './purchase-orders.repository.js';

export type Unsourced = Readonly<{ sku: string; warehouseId: string }>;

/** Goods that are wanted and that nobody delivers: one row per SKU and warehouse. */
export class UnsourcedRepository {
  private readonly rows;

  constructor(connection: Connection) {
    this.rows = unsourcedModel(connection);
  }

  /** True for what was not waiting before. */
  async add({ sku, warehouseId }: Unsourced, now: Date): Promise<boolean> {
    const { upsertedCount } = await this.rows.updateOne({ _id: reorderKey({ sku, warehouseId }) }, { $setOnInsert: { sku, warehouseId, since: now, checkedAt: now } }, { upsert: true });
    return upsertedCount === 1;
  }

  async remove(wanted: Unsourced): Promise<void> {
    await this.rows.deleteOne({ _id: reorderKey(wanted) });
  }

  /** Those that were looked at longest ago. */
  async oldest(limit: number): Promise<Unsourced[]> {
    const found = await this.rows.find({}, { sku: 1, warehouseId: 1 }).sort({ checkedAt: 1 }).limit(limit).lean();
    return found.map(({ sku, warehouseId }) => ({ sku, warehouseId }));
  }

  async checked(wanted: Unsourced, now: Date): Promise<void> {
    await this.rows.updateOne({ _id: reorderKey(wanted) }, { $set: { checkedAt: now } });
  }
}
