import type { Connection } from 'mongoose';
import { holdModel, levelModel, movementModel } from './inventory.model.js';

/** Enough to see what is wrong; a broken shop would otherwise answer with a million rows. */
const MAX_FOUND = 100;
/** One moment for both sides, so that orders coming in meanwhile are no violations. */
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;

export type Difference = { sku: string; warehouseId: string; onHand: number; reserved: number; backordered?: number };
type Row = { _id: { sku: string; warehouseId: string }; onHand: number; reserved: number; backordered: number };

const minus = (field: string) => ({ $multiply: [-1, field] });
const owed = { $ifNull: ['$backordered', 0] };
const OWED_NEGATED = { $multiply: [-1, owed] };
const NEGATED = { $project: { sku: 1, warehouseId: 1, onHand: minus('$onHand'), reserved: minus('$reserved'), backordered: OWED_NEGATED } };
const LEFT = [
  { $group: { _id: { sku: '$sku', warehouseId: '$warehouseId' }, onHand: { $sum: '$onHand' }, reserved: { $sum: '$reserved' }, backordered: { $sum: '$backordered' } } },
  { $match: { $or: [{ onHand: { $ne: 0 } }, { reserved: { $ne: 0 } }, { backordered: { $ne: 0 } }] } },
  { $limit: MAX_FOUND },
];

/** Adds up both sides inside the database: what does not cancel out is wrong. */
export class StockAuditRepository {
  private readonly levels;
  private readonly holds;
  private readonly movements;

  constructor(connection: Connection) {
    this.levels = levelModel(connection);
    this.holds = holdModel(connection);
    this.movements = movementModel(connection);
  }

  async findUnsound(): Promise<Difference[]> {
    return this.levels.find({ $expr: { $or: [{ $lt: ['$reserved', 0] }, { $lt: ['$onHand', '$reserved'] }, { $lt: [owed, 0] }] } }, { _id: 0, sku: 1, warehouseId: 1, onHand: 1, reserved: 1, backordered: 1 })
      .limit(MAX_FOUND).lean<Difference[]>();
  }

  /** Movements minus levels. */
  async findUnlikeMovements(): Promise<Difference[]> {
    const movements = [{ $project: { sku: 1, warehouseId: 1, onHand: '$onHandDelta', reserved: '$reservedDelta', backordered: { $ifNull: ['$backorderedDelta', 0] } } }];
    return this.compare([NEGATED, { $unionWith: { coll: 'stock_movements', pipeline: movements } }]);
  }

  /** Active holds minus what is reserved and owed. */
  async findUnlikeHolds(): Promise<Difference[]> {
    const holds = [{ $match: { active: true, state: { $in: ['held', 'allocated'] } } }, { $project: { sku: 1, warehouseId: 1, reserved: '$quantity', backordered: owed } }];
    return this.compare([{ $project: { sku: 1, warehouseId: 1, reserved: minus('$reserved'), backordered: OWED_NEGATED } }, { $unionWith: { coll: 'stock_holds', pipeline: holds } }]);
  }

  /** Holds that say one thing in their state and another in their units. */
  async findBrokenHolds(): Promise<Array<{ orderId: string; sku: string; state: string; quantity: number }>> {
    const open = { $in: ['$state', ['held', 'allocated']] };
    return this.holds.find({ $expr: { $or: [
      { $ne: [open, { $eq: ['$active', true] }] }, { $ne: [open, { $gt: [{ $add: ['$quantity', owed] }, 0] }] },
      { $ne: ['$quantity', { $sum: '$lines.quantity' }] }, { $ne: [owed, { $sum: '$lines.backordered' }] },
    ] } }, { _id: 0, orderId: 1, sku: 1, state: 1, quantity: 1 }).limit(MAX_FOUND).lean();
  }

  /** What left for another warehouse and has not arrived, by the ledger and by the transfers; what was moved at once cancels out. */
  async findUnlikeTransfers(): Promise<Array<{ transferId: string; sku: string; units: number }>> {
    const sent = [
      { $match: { shippedAt: { $ne: null } } }, { $unwind: '$lines' },
      { $project: { _id: 0, key: { transfer: { $toString: '$_id' }, sku: '$lines.sku' }, units: { $subtract: ['$lines.quantity', '$lines.received'] } } },
    ];
    const rows = await this.movements.aggregate<{ _id: { transfer: string; sku: string }; units: number }>([
      { $match: { type: { $in: ['transfer_in', 'transfer_out'] } } }, { $project: { _id: 0, key: { transfer: '$cause.id', sku: '$sku' }, units: '$onHandDelta' } },
      { $unionWith: { coll: 'stock_transfers', pipeline: sent } }, { $group: { _id: '$key', units: { $sum: '$units' } } }, { $match: { units: { $ne: 0 } } }, { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
    return rows.map(({ _id, units }) => ({ transferId: _id.transfer, sku: _id.sku, units }));
  }

  private async compare(sides: object[]): Promise<Difference[]> {
    const rows = await this.levels.aggregate<Row>([...sides, ...LEFT] as never).option(ONE_MOMENT);
    return rows.map(({ _id, onHand, reserved, backordered }) => ({ ..._id, onHand, reserved, backordered }));
  }
}
