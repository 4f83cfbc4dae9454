import type { Connection, Types } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { holdModel, type HoldRow } from './inventory.model.js';
import { owedOf, type Hold, type HoldState } from './holds.js';
import type { LevelKey } from './inventory.js';

type NewHold = Pick<HoldRow, 'orderId' | 'cartId' | 'sku' | 'warehouseId' | 'lines' | 'quantity' | 'state' | 'expiresAt' | 'backordered' | 'owing' | 'readyAt' | 'queued'>;

/** A hold is active while it reserves units, and ends exactly once. */
export class HoldRepository {
  private readonly holds;

  constructor(connection: Connection) {
    this.holds = holdModel(connection);
  }

  async add(holds: readonly NewHold[], now: Date): Promise<void> {
    await orLostRace(() => this.holds.insertMany(holds.map((hold) => ({ ...hold, shipped: 0, released: 0, active: true, createdAt: now })), { lean: true }), 'This cart holds its stock already.', { cartId: holds[0]?.cartId });
  }

  /** In the order in which they were taken. */
  async findActive(orderId: string): Promise<Hold[]> {
    const found = await this.holds.find({ orderId, active: true }).sort({ _id: 1 }).lean();
    return found.map(toHold);
  }

  async findByOrder(orderId: string): Promise<Hold[]> {
    const found = await this.holds.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toHold);
  }

  /** held -> allocated: the order was placed, nothing expires any more. */
  async makePermanent(orderId: string): Promise<number> {
    const { modifiedCount } = await this.holds.updateMany({ orderId, state: 'held' }, { $set: { state: 'allocated', expiresAt: null } });
    return modifiedCount;
  }

  async extend(orderId: string, expiresAt: Date): Promise<number> {
    const { modifiedCount } = await this.holds.updateMany({ orderId, state: 'held' }, { $set: { expiresAt } });
    return modifiedCount;
  }

  /** Saves holds as changed by the caller, each only if it is still what the caller read. One round trip. */
  async save(changes: ReadonlyArray<{ before: Hold; after: Hold }>, now: Date): Promise<void> {
    const { matchedCount } = await this.holds.bulkWrite(changes.map(({ before, after }) => {
      const [owed, open] = [owedOf(after), after.quantity + owedOf(after)];
      return { updateOne: {
        filter: { _id: before.id, active: true, quantity: before.quantity, state: before.state, ...(owedOf(before) > 0 && { backordered: owedOf(before) }) },
        update: {
          $set: { lines: [...after.lines], quantity: after.quantity, shipped: after.shipped, released: after.released, state: after.state, ...(owed > 0 && { backordered: owed }), ...(open === 0 && { endedAt: now }) },
          $unset: { ...(open === 0 && { active: 1 as const }), ...(owed === 0 && { backordered: 1 as const }) },
        },
      } };
    }) as never);
    if (matchedCount !== changes.length) throw new ConcurrentChange('The holds of this order changed meanwhile.', { orderId: changes[0]?.before.orderId });
  }

  /** Those who wait for units of a level, the first of them first. */
  async findQueue({ sku, warehouseId }: LevelKey, limit: number): Promise<Hold[]> {
    const found = await this.holds.find({ sku, warehouseId, backordered: { $gt: 0 } }).sort({ queued: 1 }).limit(limit).lean();
    return found.map(toHold);
  }

  /** What a cart holds of a SKU in a warehouse. */
  async findActiveOf(cartId: string, { sku, warehouseId }: LevelKey): Promise<Hold | null> {
    const found = await this.holds.findOne({ cartId, sku, warehouseId, active: true }).lean();
    return found && toHold(found);
  }

  /** What these orders still reserve, per SKU and hold. */
  async findOpen(orderIds: readonly string[]): Promise<Array<Pick<Hold, 'orderId' | 'sku' | 'quantity' | 'backordered'>>> {
    return this.holds.find({ orderId: { $in: [...orderIds] }, active: true }, { orderId: 1, sku: 1, quantity: 1, backordered: 1, _id: 0 }).lean();
  }

  /** Every order that reserves anything. */
  async findOrdersWithOpen(): Promise<string[]> {
    const found = await this.holds.aggregate<{ _id: string }>([{ $match: { active: true, state: { $in: ['held', 'allocated'] } } }, { $group: { _id: '$orderId' } }]);
    return found.map(({ _id }) => _id);
  }

  /** Orders whose time to pay is over; those that keep these SKUs from somebody first when SKUs are named. */
  async findExpiredOrders(now: Date, { skus, limit }: { skus?: readonly string[]; limit: number }): Promise<string[]> {
    const found = await this.holds.find({ active: true, state: 'held', expiresAt: { $lte: now }, ...(skus && { sku: { $in: skus } }) }, { orderId: 1 })
      .sort({ expiresAt: 1 }).limit(limit).lean();
    return [...new Set(found.map(({ orderId }) => orderId))];
  }
}

function toHold({ _id, orderId, cartId, sku, warehouseId, lines, quantity, shipped, released, state, expiresAt, backordered, owing, readyAt, queued }: HoldRow & { _id: Types.ObjectId }): Hold {
  return {
    id: _id.toHexString(), orderId, cartId, sku, warehouseId, lines, quantity, shipped, released, state: state as HoldState, expiresAt,
    ...(backordered !== undefined && { backordered }), ...(owing && { owing }), ...(readyAt && { readyAt }), ...(queued !== undefined && { queued }),
  };
}
