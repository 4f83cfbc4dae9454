import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { filledBy, movedOff, owedOf, type Hold } from './holds.js';
import type { HoldRepository } from './holds.repository.js';
import { availableIn, keyOf, type Level, type StockChange } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import type { StockLedger } from './stock-ledger.js';
import type { Warehouse } from './warehouses.js';

/** So many orders are served in one transaction, and so many transactions whoever booked the goods waits for. */
const BATCH = 20;
const BATCHES_AT_ONCE = 25;
const SKUS_AT_ONCE = 100;

/** Units of an order that lie in a warehouse now. */
export type Filled = Readonly<{ orderId: string; lines: ReadonlyArray<{ lineId: string; quantity: number }> }>;
/** Told in the transaction that fills. */
export type OnFilled = (filled: Filled) => Promise<void>;
type Source = { level: Level; left: number };
type Step = { hold: Hold; after: Hold; lines: Array<{ lineId: string; quantity: number }>; units: number; from: Level };

/** Gives goods that arrive to those who wait for them, first in first out. */
export class BackordersService {
  constructor(private readonly deps: {
    stock: InventoryRepository; holds: HoldRepository; ledger: Pick<StockLedger, 'apply'>; now: Clock; inTransaction: InTransaction;
    warehouses: () => Promise<ReadonlyMap<string, Warehouse>>; filled: OnFilled;
  }) {}

  /** Nobody else can take the units meanwhile: what is owed is not for sale. Safe to call at any time, by any process. */
  async fill(skus: readonly string[], batches = BATCHES_AT_ONCE): Promise<number> {
    let orders = 0;
    for (const sku of await this.deps.stock.findOwed(skus)) {
      for (let batch = 0; batch < batches; batch++) {
        const served = await retryLostRace(() => this.deps.inTransaction(() => this.fillSome(sku)));
        orders += served;
        if (served < BATCH) break;
      }
    }
    return orders;
  }

  /** What a process that died, or a long queue, left unfilled. */
  async fillLeftOvers(): Promise<number> {
    return this.fill(await this.deps.stock.findFillable(SKUS_AT_ONCE));
  }

  private async fillSome(sku: string): Promise<number> {
    const { stock, holds, ledger, now } = this.deps;
    const levels = await this.inOrder(await stock.findLevels([sku]));
    const sources = levels.filter((level) => level.active && availableIn(level) > 0).map((level) => ({ level, left: availableIn(level) }));
    if (sources.length === 0) return 0;
    const steps: Step[] = [];
    for (const level of levels.filter(({ backordered = 0 }) => backordered > 0)) {
      if (steps.length >= BATCH || sources.every(({ left }) => left === 0)) break;
      const queue = await holds.findQueue(level, BATCH - steps.length);
      steps.push(...serve(queue, level, sources));
    }
    if (steps.length === 0) return 0;
    await ledger.apply(merged(steps.flatMap(changesOf)), { cause: { type: 'backorder', id: sku }, reason: 'goods arrived' }, levels);
    await holds.save(lastOf(steps), now());
    for (const step of steps.filter(({ hold, from }) => hold.warehouseId !== from.warehouseId)) await this.holdElsewhere(step);
    await this.tell(steps);
    return new Set(steps.map(({ hold }) => hold.id)).size;
  }

  /** The units lie in another warehouse than the one they were ordered from. */
  private async holdElsewhere({ hold, from, lines, units }: Step): Promise<void> {
    const { holds, now } = this.deps;
    const { orderId, cartId, sku, state, expiresAt } = hold;
    const there = await holds.findActiveOf(cartId, from);
    if (!there) return holds.add([{ orderId, cartId, sku, warehouseId: from.warehouseId, lines, quantity: units, state, expiresAt }], now());
    const added = there.lines.map((line) => ({ ...line, quantity: line.quantity + (lines.find(({ lineId }) => lineId === line.lineId)?.quantity ?? 0) }));
    const others = lines.filter(({ lineId }) => !there.lines.some((line) => line.lineId === lineId));
    await holds.save([{ before: there, after: { ...there, lines: [...added, ...others], quantity: there.quantity + units } }], now());
  }

  private async tell(steps: readonly Step[]): Promise<void> {
    for (const orderId of new Set(steps.map(({ hold }) => hold.orderId))) {
      const sums = new Map<string, number>();
      for (const { lines } of steps.filter(({ hold }) => hold.orderId === orderId)) for (const { lineId, quantity } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
      await this.deps.filled({ orderId, lines: [...sums].map(([lineId, quantity]) => ({ lineId, quantity })) });
    }
  }

  private async inOrder(levels: Level[]): Promise<Level[]> {
    const ranks = new Map([...(await this.deps.warehouses()).values()].map(({ id }, at) => [id, at]));
    return levels.sort((a, b) => (ranks.get(a.warehouseId) ?? Infinity) - (ranks.get(b.warehouseId) ?? Infinity));
  }
}

/** Each in turn gets all that is there for it, from its own warehouse first. */
function serve(queue: readonly Hold[], level: Level, sources: Source[]): Step[] {
  const own = [...sources].sort((a, b) => Number(b.level === level) - Number(a.level === level));
  const steps: Step[] = [];
  for (const waiting of queue) {
    let hold = waiting;
    for (const source of own) {
      const units = Math.min(source.left, owedOf(hold));
      if (units === 0) continue;
      source.left -= units;
      const { hold: after, lines } = source.level === level ? filledBy(hold, units) : movedOff(hold, units);
      steps.push({ hold, after, lines, units, from: source.level });
      hold = after;
    }
    if (owedOf(hold) > 0) break;
  }
  return steps;
}

function changesOf({ hold, from, units }: Step): StockChange[] {
  const { sku, warehouseId, owing } = hold;
  const paid = { sku, warehouseId, type: 'backorder_fill', onHandDelta: 0, reservedDelta: 0, backorderedDelta: -units, ...(owing && { owing }) } as const;
  if (from.warehouseId === warehouseId) return [{ ...paid, reservedDelta: units }];
  return [paid, { sku, warehouseId: from.warehouseId, type: 'backorder_fill', onHandDelta: 0, reservedDelta: units }];
}

/** One row in the ledger for each level, however many orders were served. */
function merged(changes: readonly StockChange[]): StockChange[] {
  const sums = new Map<string, StockChange>();
  for (const change of changes) {
    const key = `${keyOf(change)}\n${change.backorderedDelta === undefined}`;
    const sum = sums.get(key);
    sums.set(key, sum ? {
      ...sum, reservedDelta: sum.reservedDelta + change.reservedDelta, ...(change.backorderedDelta !== undefined && { backorderedDelta: sum.backorderedDelta! + change.backorderedDelta }),
    } : change);
  }
  return [...sums.values()];
}

/** A hold served from two warehouses is saved once, as it was first and as it is last. */
function lastOf(steps: readonly Step[]): Array<{ before: Hold; after: Hold }> {
  const changes = new Map<string, { before: Hold; after: Hold }>();
  for (const { hold, after } of steps) changes.set(hold.id, { before: changes.get(hold.id)?.before ?? hold, after });
  return [...changes.values()];
}
