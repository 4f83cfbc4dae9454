import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { purchaseOrderModel, type PurchaseOrderRow } from './purchasing.model.js';
import type { PurchaseOrder } from './purchasing.js';

export type PurchaseOrderFilter = { state?: string | undefined; supplierId?: string | undefined; warehouseId?: string | undefined; sku?: string | undefined };
/** What an order that was raised by itself stands for while it is open. */
export const reorderKey = ({ sku, warehouseId }: { sku: string; warehouseId: string }): string => `${sku}@${warehouseId}`;

export class PurchaseOrderRepository {
  private readonly orders;

  constructor(connection: Connection) {
    this.orders = purchaseOrderModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ id, ...order }: PurchaseOrder, openReorder?: string): Promise<void> {
    await orLostRace(() => this.orders.insertMany([{ ...order, _id: new Types.ObjectId(id), ...(openReorder !== undefined && { openReorder }) } as PurchaseOrderRow], { lean: true }), 'More of it was ordered meanwhile.', { reorder: openReorder });
  }

  async find(id: string): Promise<PurchaseOrder | null> {
    const found = await this.orders.findById(id).lean();
    return found && toOrder(found);
  }

  async findOpenReorder(openReorder: string): Promise<PurchaseOrder | null> {
    const found = await this.orders.findOne({ openReorder: { $eq: openReorder, $type: 'string' } }).lean();
    return found && toOrder(found);
  }

  async findPage({ state, supplierId, warehouseId, sku }: PurchaseOrderFilter, query: PageQuery): Promise<Page<PurchaseOrder>> {
    const filter = { ...(state !== undefined && { state }), ...(supplierId !== undefined && { supplierId }), ...(warehouseId !== undefined && { warehouseId }), ...(sku !== undefined && { 'lines.sku': sku }) };
    const page = await findPage(this.orders, { filter, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map(toOrder) };
  }

  /** Refuses to overwrite an order that changed since it was read. One that is closed stands for no reorder any more. */
  async save(before: PurchaseOrder, change: Partial<Pick<PurchaseOrder, 'state' | 'lines' | 'orderedAt' | 'closedAt' | 'expectedOn'>>, now: Date): Promise<PurchaseOrder> {
    const after = await this.orders.findOneAndUpdate({ _id: before.id, version: before.version }, {
      $set: { ...change, updatedAt: now } as Partial<PurchaseOrderRow>, $inc: { version: 1 }, ...(change.closedAt && { $unset: { openReorder: 1 as const } }),
    }, { returnDocument: 'after' }).lean();
    if (!after) throw new ConcurrentChange('The purchase order changed meanwhile.', { purchaseOrderId: before.id });
    return toOrder(after);
  }
}

function toOrder({ _id, openReorder: _o, ...row }: PurchaseOrderRow): PurchaseOrder {
  return { id: _id.toHexString(), ...row };
}
