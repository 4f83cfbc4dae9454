import type { Clock } from '../../shared/clock.js';
import { afterCommit, insideTransaction } from '../../shared/db/transaction.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import { BelowReserved, SkuNotFound } from './inventory.errors.js';
import { changed, isSound, keyOf, lowMargin, lowness, reorderDue, type Cause, type Level, type LevelKey, type StockChange } from './inventory.js';
import type { InventoryRepository, LevelUpdate } from './inventory.repository.js';
import type { Crossed } from './crossings.service.js';
import { reorderPolicyOf, thresholdOf, type Warehouse } from './warehouses.js';

type Reason = {
  cause: Cause; actor?: Actor; reason?: string | undefined;
  /** Sets (or with null removes) the threshold of the levels changed. */
  threshold?: number | null | undefined;
};
type Deps = {
  stock: InventoryRepository;
  warehouses: () => Promise<ReadonlyMap<string, Warehouse>>;
  now: Clock;
  /** Told once per transaction part, after it has committed. */
  changed: (skus: string[]) => Promise<void>;
  /** More of these SKUs can be sold than before. */
  arrived: (skus: string[]) => Promise<void>;
  announce: (levels: readonly Crossed[]) => Promise<void>;
  lowMarginPercent: number;
};

/** The only writer of levels: a change, its movement and what follows from it belong together. Call inside a transaction. */
export class StockLedger {
  constructor(private readonly deps: Deps) {}

  /** `known` are the levels as this transaction read them; give them to save the read. Answers the levels as they are now. */
  async apply(changes: readonly StockChange[], { cause, actor = SYSTEM, reason, threshold }: Reason, known?: readonly Level[]): Promise<Level[]> {
    if (!insideTransaction()) throw new Error(`Stock was changed outside a transaction (${cause.type} ${cause.id})`);
    if (changes.length === 0) return [];
    const before = new Map((known ?? await this.levelsOf(changes)).map((level) => [keyOf(level), level]));
    const warehouses = await this.deps.warehouses();
    const at = this.deps.now();
    const after = new Map<string, Level>();
    const movements = changes.map((change) => {
      const level = moved(after.get(keyOf(change)) ?? before.get(keyOf(change))!, change);
      after.set(keyOf(change), level);
      return { ...change, onHandAfter: level.onHand, reservedAfter: level.reserved, ...(change.backorderedDelta !== undefined && { backorderedAfter: level.backordered ?? 0 }), cause, actor, at, ...(reason !== undefined && { reason }) };
    });

    const updates = [...after.values()].map((level) => update(before.get(keyOf(level))!, level, { warehouse: warehouses.get(level.warehouseId), threshold, at, lowMarginPercent: this.deps.lowMarginPercent }));
    await this.deps.stock.updateLevels(updates);
    await this.deps.stock.addMovements(movements);
    const crossed = updates.filter(({ announce, reorder }) => announce ?? reorder);
    if (crossed.length > 0) await afterCommit(() => this.deps.announce(crossed));
    await afterCommit(() => this.deps.changed([...new Set(changes.map(({ sku }) => sku))]));
    const arrived = changes.filter(({ onHandDelta, reservedDelta }) => onHandDelta > reservedDelta).map(({ sku }) => sku);
    if (arrived.length > 0) await afterCommit(() => this.deps.arrived([...new Set(arrived)]));
    return [...after.values()].map((level) => withThreshold({ ...level, version: level.version + 1 }, threshold));
  }

  /** The levels named, made at 0 where a warehouse has none of a known SKU yet. */
  async levelsOf(keys: readonly LevelKey[]): Promise<Level[]> {
    const wanted = new Map(keys.map((key) => [keyOf(key), { sku: key.sku, warehouseId: key.warehouseId }]));
    const skus = [...new Set(keys.map(({ sku }) => sku))];
    const found = (await this.deps.stock.findLevels(skus, [...new Set(keys.map(({ warehouseId }) => warehouseId))])).filter((level) => wanted.has(keyOf(level)));
    for (const level of found) wanted.delete(keyOf(level));
    if (wanted.size === 0) return found;

    const items = new Map((await this.deps.stock.findItems(skus)).map(({ sku, productId }) => [sku, productId]));
    const unknown = [...wanted.values()].map(({ sku }) => sku).filter((sku) => !items.has(sku));
    if (unknown.length > 0) throw new SkuNotFound([...new Set(unknown)]);
    const warehouses = await this.deps.warehouses();
    const made = [...wanted.values()].map(({ sku, warehouseId }) =>
      emptyLevel({ sku, productId: items.get(sku)! }, { id: warehouseId, active: warehouses.get(warehouseId)?.active ?? false }));
    await this.deps.stock.addLevels(made);
    return [...found, ...made];
  }
}

type Change = { warehouse: Warehouse | undefined; threshold: number | null | undefined; at: Date; lowMarginPercent: number };
function update(before: Level, after: Level, { warehouse, threshold, at, lowMarginPercent }: Change): LevelUpdate {
  const reorder = reorderDue(before, after, reorderPolicyOf(before, warehouse));
  const mark = withThreshold(before, threshold).threshold ?? thresholdOf(warehouse);
  const { low, crossed } = lowness(before, after, mark, mark === undefined ? 0 : lowMargin(mark, lowMarginPercent));
  return {
    sku: before.sku, warehouseId: before.warehouseId, onHandDelta: after.onHand - before.onHand, reservedDelta: after.reserved - before.reserved,
    ...(low && !before.lowSince && { lowSince: at }), ...(!low && before.lowSince && { lowSince: null }), ...(crossed && { announce: true }),
    ...(reorder.low && !before.reorderSince && { reorderSince: at }), ...(!reorder.low && before.reorderSince && { reorderSince: null }), ...(reorder.crossed && { reorder: true }),
    ...(threshold !== undefined && { threshold }), ...owedChange(before, after),
  };
}

function owedChange(before: Level, after: Level) {
  const backorderedDelta = (after.backordered ?? 0) - (before.backordered ?? 0);
  const preorderDelta = (after.preorder?.taken ?? 0) - (before.preorder?.taken ?? 0);
  return { ...(backorderedDelta !== 0 && { backorderedDelta }), ...(preorderDelta !== 0 && { preorderDelta }) };
}

function withThreshold({ threshold, ...level }: Level, wanted: number | null | undefined): Level {
  const own = wanted === undefined ? threshold : wanted;
  return { ...level, ...(own !== undefined && own !== null && { threshold: own }) };
}

export const emptyLevel = ({ sku, productId }: { sku: string; productId: string }, { id, active }: { id: string; active: boolean }): Level =>
  ({ sku, productId, warehouseId: id, active, onHand: 0, reserved: 0, version: 1 });

function moved({ backordered: _b, ...level }: Level, change: StockChange): Level {
  const after = { ...level, ...changed({ ...level, backordered: _b ?? 0 }, change), ...preorderAfter(level, change) };
  if (!isSound(after)) {
    const { sku, warehouseId, onHand, reserved } = level;
    throw new BelowReserved({ sku, warehouseId, onHand, reserved, wanted: after.onHand });
  }
  return after;
}

/** Units of a pre-order count until they are given back; those that were filled stay sold. */
function preorderAfter({ preorder }: Pick<Level, 'preorder'>, { type, owing, backorderedDelta = 0 }: StockChange): Pick<Level, 'preorder'> {
  if (!preorder || owing !== 'preorder' || type === 'backorder_fill') return {};
  return { preorder: { ...preorder, taken: Math.max(0, preorder.taken + backorderedDelta) } };
}
