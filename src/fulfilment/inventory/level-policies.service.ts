import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { Actor } from '../../shared/actor.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Crossed } from './crossings.service.js';
import { TwoPolicies } from './inventory.errors.js';
import { netOf, type BackorderPolicy, type Level, type LevelKey, type ReorderPolicy } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import type { InventoryService } from './inventory.service.js';
import type { StockLedger } from './stock-ledger.js';

type SetPolicies = LevelKey & {
  threshold?: number | null; backorder?: BackorderPolicy | null; preorder?: { cap: number; shipsAt: string } | null;
  reorder?: ReorderPolicy | null; ifMatch: number | undefined; actor: Actor;
};
type Deps = {
  stock: InventoryRepository; ledger: Pick<StockLedger, 'levelsOf'>; levels: Pick<InventoryService, 'requireWarehouses'>; inTransaction: InTransaction;
  outbox: Pick<Outbox, 'record'>; audit: RecordAudit; changed: (skus: string[]) => Promise<void>; announce: (levels: readonly Crossed[]) => Promise<void>; now: Clock;
};

/** How a warehouse sells a SKU beyond its stock. */
export class LevelPoliciesService {
  constructor(private readonly deps: Deps) {}

  async setPolicies({ sku, warehouseId, ifMatch, actor, ...wanted }: SetPolicies): Promise<Level> {
    const { stock, ledger, levels, inTransaction, outbox, audit, changed, announce, now } = this.deps;
    await levels.requireWarehouses(warehouseId);
    return retryLostRace(() => inTransaction(async () => {
      const [before] = await ledger.levelsOf([{ sku, warehouseId }]) as [Level];
      requireVersion(ifMatch, before.version);
      const { set, unset } = policiesAfter(before, wanted);
      // So little may be left already that more is to be ordered now.
      const due = wanted.reorder && netOf(before) <= wanted.reorder.point && !before.reorderSince;
      const after = await stock.setPolicy(before, { set: { ...set, ...(due && { reorderSince: now(), reorderUnannounced: true }) }, unset });
      await outbox.record({ type: 'stock.changed', aggregateId: sku, data: { skus: [sku], productIds: [after.productId] } });
      await audit({ actor, action: 'inventory.policies_set', subject: `stock:${sku}`, before: told(before), after: told(after) });
      await afterCommit(() => changed([sku]));
      if (due) await afterCommit(() => announce([{ sku, warehouseId, reorder: true }]));
      return after;
    }));
  }
}

type Wanted = Pick<SetPolicies, 'threshold' | 'backorder' | 'preorder' | 'reorder'>;
/** Units sold in advance stay counted when the terms change. */
function policiesAfter(before: Level, wanted: Wanted) {
  const set: Partial<Pick<Level, 'threshold' | 'backorder' | 'preorder' | 'reorder'>> = {
    ...(wanted.reorder && { reorder: wanted.reorder }),
    ...(typeof wanted.threshold === 'number' && { threshold: wanted.threshold }), ...(wanted.backorder && { backorder: wanted.backorder }),
    ...(wanted.preorder && { preorder: { cap: wanted.preorder.cap, shipsAt: new Date(wanted.preorder.shipsAt), taken: before.preorder?.taken ?? 0 } }),
  };
  const unset = [
    ...(['threshold', 'backorder', 'preorder', 'reorder'] as const).filter((name) => wanted[name] === null),
    ...(wanted.reorder === null ? ['reorderSince' as const] : []),
  ];
  const has = (name: 'backorder' | 'preorder') => wanted[name] !== null && (set[name] ?? before[name]) !== undefined;
  if (has('backorder') && has('preorder')) throw new TwoPolicies(before);
  return { set, unset };
}

const told = ({ warehouseId, threshold, backorder, preorder, reorder }: Level) => ({
  ...(reorder && { reorder }),
  warehouseId, ...(threshold !== undefined && { threshold }), ...(backorder && { backorder }), ...(preorder && { preorder }),
});
