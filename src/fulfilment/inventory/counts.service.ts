import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { differencesOf, movedMeanwhile, withCounted, type OnMovement, type StockCount } from './counts.js';
import { CountClosed, CountNotFound, CountStale, SkuNotFound } from './inventory.errors.js';
import type { InventoryRepository } from './inventory.repository.js';
import type { InventoryService } from './inventory.service.js';
import type { StockLedger } from './stock-ledger.js';
import type { CountRepository } from './stock-taking.repository.js';

type Deps = {
  counts: CountRepository; stock: InventoryRepository; ledger: Pick<StockLedger, 'apply' | 'levelsOf'>; levels: Pick<InventoryService, 'requireStockable' | 'recordChange'>;
  inTransaction: InTransaction; audit: RecordAudit; now: Clock;
};
type Named = Readonly<{ id: string; actor: Actor }>;

/** Somebody goes through the shelves: what was expected, what was found, and the difference booked once. */
export class CountsService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<StockCount> {
    const found = await this.deps.counts.find(id);
    if (!found) throw new CountNotFound(id);
    return found;
  }

  list(filter: { warehouseId?: string | undefined }, query: PageQuery) {
    return this.deps.counts.findPage(filter, query);
  }

  async open({ warehouseId, skus, onMovement, actor }: { warehouseId: string; skus: readonly string[]; onMovement: OnMovement; actor: Actor }): Promise<StockCount> {
    const { counts, ledger, levels, inTransaction, audit, now } = this.deps;
    await levels.requireStockable(warehouseId, skus);
    return inTransaction(async () => {
      const found = new Map((await ledger.levelsOf(skus.map((sku) => ({ sku, warehouseId })))).map((level) => [level.sku, level]));
      const lines = skus.map((sku) => ({ sku, expected: found.get(sku)!.onHand, moves: found.get(sku)!.moves ?? 0, counted: null }));
      const count: StockCount = { id: counts.newId(), warehouseId, state: 'open', onMovement, lines, createdAt: now(), postedAt: null, version: 1 };
      await counts.insert(count);
      await audit({ actor, action: 'count.opened', subject: `count:${count.id}`, after: { warehouseId, skus } });
      return count;
    });
  }

  record({ id, lines }: Named & { lines: ReadonlyArray<{ sku: string; counted: number }> }): Promise<StockCount> {
    return this.change(id, async (count) => {
      const unknown = lines.filter(({ sku }) => !count.lines.some((line) => line.sku === sku)).map(({ sku }) => sku);
      if (unknown.length > 0) throw new SkuNotFound(unknown);
      return this.deps.counts.save(count, { lines: withCounted(count.lines, lines) });
    });
  }

  /** Lines that nobody counted stay as they are. */
  post({ id, actor }: Named): Promise<StockCount> {
    const { counts, stock, ledger, levels, audit, now } = this.deps;
    return this.change(id, async (count) => {
      const { warehouseId } = count;
      const movesNow = new Map((await stock.findLevels(count.lines.map(({ sku }) => sku), [warehouseId])).map(({ sku, moves = 0 }) => [sku, moves]));
      const moved = movedMeanwhile(count, movesNow);
      if (moved.length > 0 && count.onMovement === 'refuse') throw new CountStale(id, moved);
      const changes = differencesOf(count).map(({ sku, difference }) => ({ sku, warehouseId, type: 'adjustment' as const, onHandDelta: difference, reservedDelta: 0 }));
      await levels.recordChange(() => ledger.apply(changes, { cause: { type: 'count', id }, actor, reason: 'stock count' }));
      await audit({ actor, action: 'count.posted', subject: `count:${id}`, after: { differences: differencesOf(count) } });
      return counts.save(count, { state: 'posted', postedAt: now() });
    });
  }

  cancel({ id, actor }: Named): Promise<StockCount> {
    return this.change(id, async (count) => {
      await this.deps.audit({ actor, action: 'count.cancelled', subject: `count:${id}` });
      return this.deps.counts.save(count, { state: 'cancelled' });
    });
  }

  private change(id: string, work: (count: StockCount) => Promise<StockCount>): Promise<StockCount> {
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const count = await this.get(id);
      if (count.state !== 'open') throw new CountClosed(id, count.state);
      return work(count);
    }));
  }
}
