import type { Connection } from 'mongoose';
import { returnModel } from './returns.model.js';

const MAX_FOUND = 100;
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;
const WAITING = ['requested', 'approved', 'partially_received'];
type Off = Readonly<{ _id: Readonly<{ order: string; item: string }>; waiting: number; returned: number; writtenOff: number }>;

const minus = (field: string) => ({ $multiply: [-1, field] });
const GROUP = { _id: '$key', waiting: { $sum: '$waiting' }, returned: { $sum: '$returned' }, writtenOff: { $sum: '$writtenOff' } };
const NOT_EVEN = { $or: ['waiting', 'returned', 'writtenOff'].map((name) => ({ [name]: { $ne: 0 } })) };

export class ReturnAuditRepository {
  private readonly returns;

  constructor(connection: Connection) {
    this.returns = returnModel(connection);
  }

  /** Units of returns and claims minus those that the orders count. */
  async findUnlikeOrders(): Promise<Off[]> {
    const ofLines = (lines: string) => ({ order: '$orderId', item: `${lines}.itemId` });
    const outstanding = { $subtract: ['$lines.quantity', { $add: ['$lines.restocked', '$lines.writtenOff', '$lines.dismissed'] }] };
    const claims = [{ $unwind: '$lines' }, { $project: {
      _id: 0, key: ofLines('$lines'), waiting: { $cond: [{ $eq: ['$state', 'requested'] }, '$lines.quantity', 0] }, returned: { $literal: 0 }, writtenOff: { $cond: ['$lost', '$lines.quantity', 0] },
    } }];
    const orders = [{ $unwind: '$items' }, { $project: {
      _id: 0, key: { order: { $toString: '$_id' }, item: '$items.id' },
      waiting: minus('$items.units.returnRequested'), returned: minus('$items.units.returned'), writtenOff: minus('$items.units.writtenOff'),
    } }];
    return this.returns.aggregate<Off>([
      { $unwind: '$lines' },
      { $project: { _id: 0, key: ofLines('$lines'), waiting: { $cond: [{ $in: ['$state', WAITING] }, outstanding, 0] }, returned: '$lines.restocked', writtenOff: '$lines.writtenOff' } },
      { $unionWith: { coll: 'claims', pipeline: claims } }, { $unionWith: { coll: 'orders', pipeline: orders } },
      { $group: GROUP }, { $match: NOT_EVEN }, { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
  }

  /** What the receipts booked is what the lines say; a receipt counts once. */
  async findUnlikeReceipts(): Promise<Array<{ _id: unknown; receipts: number; lines: number }>> {
    const sumOf = (input: string, field: object | string) => ({ $sum: { $map: { input, as: 'one', in: field } } });
    return this.returns.aggregate<{ _id: unknown; receipts: number; lines: number }>([
      { $project: {
        receipts: sumOf('$receipts', { $sum: '$$one.lines.quantity' }), lines: sumOf('$lines', { $add: ['$$one.restocked', '$$one.writtenOff'] }),
        booked: { $size: '$receipts' }, names: { $size: { $setUnion: ['$receipts.id', []] } },
      } },
      { $match: { $expr: { $or: [{ $ne: ['$receipts', '$lines'] }, { $ne: ['$booked', '$names'] }] } } }, { $limit: MAX_FOUND },
    ]).option(ONE_MOMENT);
  }
}
