import type { InTransaction } from '../../shared/db/transaction.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Actor } from '../../shared/actor.js';
import { keyOf, type Cause, type Level, type LevelKey } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import type { StockLedger } from './stock-ledger.js';
import type { Warehouse } from './warehouses.js';

const BATCH = 500;

/** `warehouse` is its id or its code. */
export type LevelToSet = Readonly<{ sku: string; warehouse: string; onHand: number }>;
export type LevelsSet = {
  changed: number; unchanged: number; changedSkus: string[];
  refused: Array<LevelToSet & { code: 'sku_not_found' | 'warehouse_not_found' | 'below_reserved'; reserved?: number }>;
};
export type SetLevels = Readonly<{
  cause: Cause; actor?: Actor;
  /** Leaves alone every SKU that has or ever had stock somewhere: for a first stock that a file does not name. */
  onlyNew?: boolean;
  /** Answers the same and changes nothing. */
  dryRun?: boolean;
}>;
type Target = LevelKey & { onHand: number; asked: LevelToSet };
type Counted = Pick<Level, 'onHand' | 'reserved' | 'productId'> & LevelKey;

/** Sets many levels at once, for imports and the seed. The same list again changes nothing. */
export class BulkLevelsService {
  constructor(private readonly deps: {
    stock: InventoryRepository; ledger: StockLedger; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>;
    warehouses: () => Promise<ReadonlyMap<string, Warehouse>>;
  }) {}

  /** One transaction for each 500; what cannot be set is named and the rest is set. */
  async setLevels(items: readonly LevelToSet[], options: SetLevels): Promise<LevelsSet> {
    const result: LevelsSet = { changed: 0, unchanged: 0, changedSkus: [], refused: [] };
    const targets = await this.resolve(items, result);
    for (let at = 0; at < targets.length; at += BATCH) {
      const part = await retryLostRace(() => this.deps.inTransaction(() => this.setPart(targets.slice(at, at + BATCH), options)));
      result.changed += part.changed;
      result.unchanged += part.unchanged;
      result.changedSkus.push(...part.changedSkus);
      result.refused.push(...part.refused);
    }
    return result;
  }

  private async setPart(asked: readonly Target[], { cause, actor, onlyNew = false, dryRun = false }: SetLevels): Promise<LevelsSet> {
    const targets = onlyNew ? await this.withoutHistory(asked) : asked;
    const levels = dryRun ? [] : await this.deps.ledger.levelsOf(targets);
    const byKey = new Map<string, Counted>((dryRun ? await this.look(targets) : levels).map((level) => [keyOf(level), level]));
    const result: LevelsSet = { changed: 0, unchanged: asked.length - targets.length, changedSkus: [], refused: [] };
    const wanted = targets.filter(({ onHand, asked: item, ...key }) => {
      const level = byKey.get(keyOf(key))!;
      const refused = onHand < level.reserved;
      if (refused) result.refused.push({ ...item, code: 'below_reserved', reserved: level.reserved });
      if (onHand === level.onHand) result.unchanged += 1;
      return !refused && onHand !== level.onHand;
    });
    if (wanted.length > 0 && !dryRun) {
      await this.deps.ledger.apply(wanted.map(({ sku, warehouseId, onHand }) => ({
        sku, warehouseId, type: 'adjustment' as const, onHandDelta: onHand - byKey.get(keyOf({ sku, warehouseId }))!.onHand, reservedDelta: 0,
      })), { cause, ...(actor && { actor }) }, levels);
      await this.tell(wanted.map((target) => byKey.get(keyOf(target))!), cause);
    }
    return { ...result, changed: wanted.length, changedSkus: wanted.map(({ sku }) => sku) };
  }

  /** A level that was ever moved has a higher version than the one it was made with. */
  private async withoutHistory(targets: readonly Target[]): Promise<Target[]> {
    const levels = await this.deps.stock.findLevels([...new Set(targets.map(({ sku }) => sku))]);
    const moved = new Set(levels.filter(({ version, onHand }) => version > 1 || onHand > 0).map(({ sku }) => sku));
    return targets.filter(({ sku }) => !moved.has(sku));
  }

  private async look(targets: readonly Target[]): Promise<Counted[]> {
    const found = await this.deps.stock.findLevels([...new Set(targets.map(({ sku }) => sku))]);
    const known = new Map(found.map((level) => [keyOf(level), level]));
    return targets.map(({ sku, warehouseId }) => known.get(keyOf({ sku, warehouseId })) ?? { sku, warehouseId, productId: '', onHand: 0, reserved: 0 });
  }

  private async tell(levels: ReadonlyArray<{ sku: string; productId: string }>, cause: Cause): Promise<void> {
    const data = { skus: [...new Set(levels.map(({ sku }) => sku))], productIds: [...new Set(levels.map(({ productId }) => productId))] };
    await this.deps.outbox.record({ type: 'stock.changed', aggregateId: cause.id, data });
  }

  /** The last row of a SKU and warehouse wins, as it would one by one. */
  private async resolve(items: readonly LevelToSet[], result: LevelsSet): Promise<Target[]> {
    const all = [...(await this.deps.warehouses()).values()];
    const ids = new Map(all.flatMap(({ id, code }) => [[id, id], [code, id]] as const));
    const skus = [...new Set(items.map(({ sku }) => sku))];
    const known = new Set<string>();
    for (let at = 0; at < skus.length; at += BATCH) {
      for (const { sku } of await this.deps.stock.findItems(skus.slice(at, at + BATCH))) known.add(sku);
    }
    const targets = new Map<string, Target>();
    for (const asked of items) {
      const warehouseId = ids.get(asked.warehouse);
      if (!known.has(asked.sku)) result.refused.push({ ...asked, code: 'sku_not_found' });
      else if (warehouseId === undefined) result.refused.push({ ...asked, code: 'warehouse_not_found' });
      else targets.set(keyOf({ sku: asked.sku, warehouseId }), { sku: asked.sku, warehouseId, onHand: asked.onHand, asked });
    }
    return [...targets.values()];
  }
}
