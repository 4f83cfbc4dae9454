import type { Clock } from '../../shared/clock.js';
import type { Actor } from '../../shared/actor.js';
import { InsufficientStock, UnitsNotHeld } from './inventory.errors.js';
import { holdsOf, owedOf, takeFromHolds, withoutUnits, type Hold, type HoldState, type Taken } from './holds.js';
import { keyOf, type Allocation, type Destination, type Level, type LevelKey, type OrderLine, type StockChange } from './inventory.js';
import type { HoldRepository } from './holds.repository.js';
import type { InventoryRepository } from './inventory.repository.js';
import { planReservation } from './queue.js';
import type { StockLedger } from './stock-ledger.js';
import type { Warehouse } from './warehouses.js';

export type Reserve = { orderId: string; cartId: string; lines: readonly OrderLine[]; to: ReservedFor; expiresAt: Date | null; actor?: Actor };
/** `onlyFrom`: it is fetched there, so that it has to lie there. `isSent: false`: no warehouse has to send it to the place. */
export type ReservedFor = Destination & Readonly<{ onlyFrom?: string | undefined; isSent?: boolean }>;
export type Release = { orderId: string; cause: string; lines?: ReadonlyArray<{ lineId: string; quantity: number }>; actor?: Actor };
export type Ship = { orderId: string; lines: ReadonlyArray<{ lineId: string; quantity: number; warehouseId?: string }>; actor?: Actor };

type Deps = {
  stock: InventoryRepository; holds: HoldRepository; ledger: StockLedger; now: Clock;
  warehouses: () => Promise<ReadonlyMap<string, Warehouse>>;
};

/** What orders do with stock. Everything here runs inside the transaction of the order. */
export class HoldsService {
  constructor(private readonly deps: Deps) {}

  /** All lines or none; beyond the stock as many as may be owed. Four round trips however many lines: read, take, hold, write down. */
  async reserve({ orderId, cartId, lines, to: { onlyFrom, isSent = true, ...to }, expiresAt, actor }: Reserve): Promise<Allocation[]> {
    const { stock, holds, ledger, warehouses, now } = this.deps;
    const sites = [...(await warehouses()).values()].filter(({ active }) => active).map((site) => (isSent ? site : { ...site, regionsServed: [] }));
    const from = onlyFrom === undefined ? undefined : sites.filter(({ id, kind }) => id === onlyFrom || kind === 'digital').map(({ id }) => id);
    const levels = (await stock.findLevels([...new Set(lines.map(({ sku }) => sku))], from)).filter(({ active }) => active);
    const { allocations, shortages } = planReservation({ lines, levels, sites, ...to, at: now() });
    if (shortages.length > 0) throw new InsufficientStock(shortages);

    const taken = holdsOf(allocations);
    await ledger.apply(taken.flatMap(reserving), { cause: orderCause(orderId), ...(actor && { actor }) }, levels);
    await holds.add(taken.map((hold) => ({ ...hold, ...queued(hold, levels), orderId, cartId, expiresAt, state: expiresAt ? 'held' : 'allocated' })), now());
    return allocations;
  }

  /** The order was placed: its units do not expire any more. Answers how many holds changed; again is no change. */
  makePermanent(orderId: string): Promise<number> {
    return this.deps.holds.makePermanent(orderId);
  }

  /** More time to pay. */
  extend(orderId: string, expiresAt: Date): Promise<number> {
    return this.deps.holds.extend(orderId, expiresAt);
  }

  /** Gives back what is still held (or these units of it) to where it was taken from. A second call finds nothing and changes nothing. */
  async release({ orderId, cause, lines, actor }: Release): Promise<Allocation[]> {
    // The last parcel planned is the first to be given up.
    const active = (await this.deps.holds.findActive(orderId)).reverse();
    const taken = this.take(orderId, active, lines, { owed: true });
    const changes = perHold(taken).flatMap(([hold, { quantity, backordered }]) => [
      ...(quantity > 0 ? [change(hold, 'release', 0, -quantity)] : []), ...(backordered > 0 ? [owed(hold, 'backorder_release', -backordered)] : []),
    ]);
    await this.deps.ledger.apply(changes, { cause: orderCause(orderId), reason: cause, ...(actor && { actor }) });
    await this.saveHolds(taken, 'released', cause === 'expired' ? 'expired' : 'released');
    return taken.map(allocationOf);
  }

  /** The units leave the warehouse: on hand and reserved go down together. Only what was made permanent can be shipped. */
  async ship({ orderId, lines, actor }: Ship): Promise<Allocation[]> {
    const allocated = (await this.deps.holds.findActive(orderId)).filter(({ state }) => state === 'allocated');
    const taken = this.take(orderId, allocated, lines);
    const changes = perHold(taken).map(([hold, { quantity }]) => change(hold, 'shipment', -quantity, -quantity));
    await this.deps.ledger.apply(changes, { cause: orderCause(orderId), ...(actor && { actor }) });
    await this.saveHolds(taken, 'shipped', 'shipped');
    return taken.map(allocationOf);
  }

  /** Where the units of an order are, and what became of them. */
  holdsOf(orderId: string): Promise<Hold[]> {
    return this.deps.holds.findByOrder(orderId);
  }

  /** Orders that keep units though their time to pay is over: they are to be expired, which releases the units. */
  findExpiredOrders({ skus, limit = 100 }: { skus?: readonly string[]; limit?: number } = {}): Promise<string[]> {
    return this.deps.holds.findExpiredOrders(this.deps.now(), { limit, ...(skus && { skus }) });
  }

  private take(orderId: string, holds: readonly Hold[], lines: Ship['lines'] | undefined, options = {}): Taken[] {
    const { taken, notHeld } = takeFromHolds(holds, lines, options);
    if (notHeld.length > 0) throw new UnitsNotHeld(orderId, notHeld);
    return taken;
  }

  private async saveHolds(taken: readonly Taken[], kind: 'shipped' | 'released', ended: HoldState): Promise<void> {
    const holds = perHold(taken).map(([hold]) => ({ before: hold, after: withoutUnits(hold, taken.filter((units) => units.hold === hold), kind, ended) }));
    if (holds.length > 0) await this.deps.holds.save(holds, this.deps.now());
  }
}

const orderCause = (id: string) => ({ type: 'order', id });
const allocationOf = ({ hold, lineId, quantity, backordered }: Taken): Allocation => ({ lineId, sku: hold.sku, warehouseId: hold.warehouseId, quantity: quantity + backordered });
const change = ({ sku, warehouseId }: LevelKey, type: StockChange['type'], onHandDelta: number, reservedDelta: number): StockChange =>
  ({ sku, warehouseId, type, onHandDelta, reservedDelta });
const owed = ({ sku, warehouseId, owing }: LevelKey & Pick<Hold, 'owing'>, type: StockChange['type'], backorderedDelta: number): StockChange =>
  ({ sku, warehouseId, type, onHandDelta: 0, reservedDelta: 0, backorderedDelta, ...(owing && { owing }) });

type New = ReturnType<typeof holdsOf>[number];
const reserving = (hold: New): StockChange[] => [
  ...(hold.quantity > 0 ? [change(hold, 'reservation', 0, hold.quantity)] : []), ...(owedOf(hold) > 0 ? [owed(hold, 'backorder', owedOf(hold))] : []),
];
/** The version that the level gets with this very change: nobody else can have the same, and who comes later has a higher one. */
function queued(hold: New, levels: readonly Level[]): { queued?: number } {
  if (owedOf(hold) === 0) return {};
  return { queued: levels.find((level) => keyOf(level) === keyOf(hold))!.version + 1 };
}

function perHold(taken: readonly Taken[]): Array<[Hold, { quantity: number; backordered: number }]> {
  const sums = new Map<Hold, { quantity: number; backordered: number }>();
  for (const { hold, quantity, backordered } of taken) {
    const sum = sums.get(hold) ?? { quantity: 0, backordered: 0 };
    sums.set(hold, { quantity: sum.quantity + quantity, backordered: sum.backordered + backordered });
  }
  return [...sums].sort(([a], [b]) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
