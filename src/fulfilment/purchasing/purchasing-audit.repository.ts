import type { Connection } from 'mongoose';
import { purchaseOrderModel } from './purchasing.model.js';

const MAX_FOUND = 100;
/** One moment for both sides, so that goods booked meanwhile are no violations. */
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;

export class PurchasingAuditRepository {
  private readonly orders;

  constructor(connection: Connection) {
    this.orders = purchaseOrderModel(connection);
  }

  /** Lines of which more, or less, was received than inventory's receipts say. */
  async findUnlikeReceipts(): Promise<Array<{ _id: { order: string; sku: string }; units: number }>> {
    const receipts = [{ $match: { purchaseOrderId: { $type: 'string' } } }, { $unwind: '$lines' }, { $project: { _id: 0, key: { order: '$purchaseOrderId', sku: '$lines.sku' }, units: '$lines.quantity' } }];
    return this.orders.aggregate([
      { $unwind: '$lines' }, { $project: { _id: 0, key: { order: { $toString: '$_id' }, sku: '$lines.sku' }, units: { $multiply: [-1, '$lines.received'] } } },
      { $unionWith: { coll: 'stock_receipts', pipeline: receipts } }, { $group: { _id: '$key', units: { $sum: '$units' } } }, { $match: { units: { $ne: 0 } } }, { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
  }

  /** States that the lines contradict, and reorders that are open twice. */
  async findUnsound(): Promise<Array<{ _id: unknown; state: string }>> {
    const received = { $sum: '$lines.received' };
    const whole = { $allElementsTrue: { $map: { input: '$lines', as: 'line', in: { $gte: ['$$line.received', '$$line.quantity'] } } } };
    return this.orders.find({ $expr: { $or: [
      { $anyElementTrue: { $map: { input: '$lines', as: 'line', in: { $gt: ['$$line.received', '$$line.quantity'] } } } },
      { $and: [{ $in: ['$state', ['draft', 'ordered']] }, { $gt: [received, 0] }] },
      { $ne: [{ $eq: ['$state', 'received'] }, { $and: [whole, { $ne: ['$state', 'cancelled'] }] }] },
      { $and: [{ $in: ['$state', ['received', 'cancelled']] }, { $eq: [{ $type: '$openReorder' }, 'string'] }] },
    ] } }, { state: 1 }).limit(MAX_FOUND).lean();
  }
}
