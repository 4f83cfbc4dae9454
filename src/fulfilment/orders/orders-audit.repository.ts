import type { Connection } from 'mongoose';
import { fulfilmentModel } from './fulfilments/fulfilments.model.js';
import { orderModel } from './orders.model.js';

/** Enough to see what is wrong; a broken shop would otherwise answer with a million rows. */
const MAX_FOUND = 100;
/** One moment for both sides, so that parcels sent meanwhile are no violations. */
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;
const AXES = ['status', 'paymentStatus', 'fulfilmentStatus', 'returnStatus'];
const OPEN = ['pending', 'packed'];

type Found = { _id: unknown; detail: string };
const minus = (field: string) => ({ $multiply: [-1, field] });
const u = (name: string) => `$$item.units.${name}`;

/** Whole-set questions about orders and their parcels; each is one pass over the data. */
export class OrderAuditRepository {
  private readonly orders;
  private readonly fulfilments;

  constructor(connection: Connection) {
    this.orders = orderModel(connection);
    this.fulfilments = fulfilmentModel(connection);
  }

  async findUnsoundUnits(): Promise<Found[]> {
    const gone = { $add: [u('returned'), u('writtenOff')] };
    const broken = { $or: [
      { $gt: [{ $add: [u('cancelled'), u('shipped'), u('allocated'), u('backordered')] }, u('ordered')] },
      { $gt: [u('delivered'), u('shipped')] },
      { $gt: [{ $add: [gone, u('returnRequested')] }, u('shipped')] },
      { $gt: [{ $ifNull: ['$$item.credited.units', 0] }, { $add: [u('cancelled'), gone] }] },
    ] };
    return this.orders.aggregate<Found>([
      { $match: { $expr: { $anyElementTrue: { $map: { input: '$items', as: 'item', in: broken } } } } },
      { $limit: MAX_FOUND }, { $project: { detail: { $literal: 'the units of a line contradict each other' } } },
    ]).option(ONE_MOMENT);
  }

  /** What the timeline tells, taken one after the other, is what the order says. */
  async findUnlikeTimeline(): Promise<Found[]> {
    const folded = { $reduce: { input: '$timeline', initialValue: {}, in: { $mergeObjects: ['$$value', '$$this.after'] } } };
    return this.orders.aggregate<Found>([
      { $project: { folded, ...Object.fromEntries(AXES.map((axis) => [axis, 1])) } },
      { $match: { $expr: { $or: AXES.map((axis) => ({ $ne: [`$folded.${axis}`, `$${axis}`] })) } } },
      { $limit: MAX_FOUND }, { $project: { detail: { $concat: AXES.flatMap((axis) => [`${axis} `, `$${axis}`, '; ']) } } },
    ]).option(ONE_MOMENT);
  }

  /** Units in sent and in arrived parcels minus what the orders say; and units in two parcels that are still here. */
  async findUnlikeParcels(): Promise<Found[]> {
    const rows = (array: string, extra: object) => [{ $unwind: `$${array}` }, { $unwind: `$${array}.lines` }, { $project: { _id: 0, key: { order: '$orderId', item: `$${array}.lines.itemId` }, ...extra } }];
    const ofLines = [{ $match: { state: { $in: ['shipped', 'delivered', ...OPEN] } } }, { $unwind: '$lines' }, { $project: {
      _id: 0, key: { order: '$orderId', item: '$lines.itemId' },
      shipped: { $cond: [{ $in: ['$state', OPEN] }, 0, '$lines.quantity'] }, open: { $cond: [{ $in: ['$state', OPEN] }, '$lines.quantity', 0] },
    } }];
    const ofParcels = rows('parcels', { delivered: { $cond: [{ $eq: ['$parcels.deliveredAt', null] }, 0, '$parcels.lines.quantity'] } });
    const coll = this.fulfilments.collection.collectionName;
    const found = await this.orders.aggregate<{ _id: { order: string; item: string } & object; shipped: number; delivered: number }>([
      { $unwind: '$items' }, { $match: { 'items.digital.kind': { $nin: ['licence_key', 'download'] } } },
      { $project: { _id: 0, key: { order: { $toString: '$_id' }, item: '$items.id' }, shipped: minus('$items.units.shipped'), delivered: minus('$items.units.delivered'), allocated: '$items.units.allocated' } },
      { $unionWith: { coll, pipeline: ofLines } }, { $unionWith: { coll, pipeline: ofParcels } },
      { $group: { _id: '$key', shipped: { $sum: '$shipped' }, delivered: { $sum: '$delivered' }, open: { $sum: '$open' }, allocated: { $sum: '$allocated' } } },
      { $match: { $or: [{ shipped: { $ne: 0 } }, { delivered: { $ne: 0 } }, { $expr: { $gt: ['$open', '$allocated'] } }] } }, { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
    return found.map(({ _id, ...off }) => ({ _id: _id.order, detail: `item ${_id.item}: parcels minus units ${JSON.stringify(off)}` }));
  }
}
