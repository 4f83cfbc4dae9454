import type { RecordAudit } from '../../shared/audit.js';
import type { Cache } from '../../shared/cache/cache.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { actorOf, type Caller } from '../../shared/http/caller.js';
import type { Policy } from '../../shared/http/policy.js';
import type { Invariant } from '../../shared/invariant.js';
import { isExactlyOne, resultOf, type InvariantReport, type InvariantResult } from './admin.js';
import { ExactlyOneOf } from './admin.errors.js';
import type { PurgeBody, RetryBody } from './admin.schemas.js';

type HitRates = Record<string, { hits: number; misses: number; hitRate: number }>;
export type AdminDeps = {
  cache: Pick<Cache, 'describe' | 'purge' | 'cleanUp'>; cacheHitRates: () => HitRates;
  outbox: Pick<Outbox, 'overview' | 'retryDead' | 'findOverdue'>; invariants: () => readonly Invariant[];
  /** Who may call which route and which fields are kept from whom; asked for when it is shown. */
  policy: () => Policy;
  inTransaction: InTransaction; audit: RecordAudit; now: Clock;
};

export class AdminService {
  constructor(private readonly deps: AdminDeps) {}

  policy(): Policy {
    return this.deps.policy();
  }

  async cacheStats() {
    return { ...await this.deps.cache.describe(), regions: this.deps.cacheHitRates() };
  }

  /** Purged first, so that the entry can tell how much; to purge again because the entry failed does no harm. */
  async purgeCache(wanted: PurgeBody, caller: Caller): Promise<number> {
    if (!isExactlyOne(wanted)) throw new ExactlyOneOf(['keys', 'tags', 'all']);
    const { cache, inTransaction, audit } = this.deps;
    const removed = await cache.purge(wanted);
    await inTransaction(() => audit({ actor: actorOf(caller), action: 'cache.purged', subject: 'cache', after: { ...wanted, removed } }));
    return removed;
  }

  /** One check after the other: an audit must not take the database away from those who buy. */
  async checkInvariants(): Promise<InvariantReport> {
    const begun = performance.now();
    const checkedAt = this.deps.now();
    const checks: InvariantResult[] = [];
    for (const { name, check } of this.deps.invariants()) checks.push(resultOf(name, await check()));
    return { ok: checks.every(({ count }) => count === 0), checkedAt, durationMs: Math.round(performance.now() - begun), checks };
  }

  async outboxOverview() {
    const { deadEvents, ...counts } = await this.deps.outbox.overview();
    return { ...counts, deadEvents: deadEvents.map(({ data: _data, version: _version, ...event }) => event) };
  }

  async retryDeadEvents(wanted: RetryBody, caller: Caller): Promise<number> {
    if (!isExactlyOne(wanted)) throw new ExactlyOneOf(['ids', 'all']);
    const { outbox, inTransaction, audit } = this.deps;
    return inTransaction(async () => {
      const retried = await outbox.retryDead(wanted.ids);
      await audit({ actor: actorOf(caller), action: 'outbox.retried', subject: 'outbox', after: { ...wanted, retried } });
      return retried;
    });
  }
}
