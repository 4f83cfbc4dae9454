import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { requireVersion } from '../../shared/http/etag.js';
import { returnDeadline, STATUTORY, type PolicyTerms, type ReturnPolicy } from './return-policies.js';
import type { PolicyRepository } from './return-policies.repository.js';

/** Every order asks for it; a change is felt within this time. */
const REMEMBERED_MS = 900;

type Deps = {
  policies: PolicyRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit;
  /** By SKU, the categories that its product stands in. */
  categoriesOf(skus: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** These categories and all below them. */
  categoriesWithin(ids: readonly string[]): Promise<readonly string[]>;
};

export class PolicyService {
  private readonly remembered = new Recent<ReturnPolicy>({ ttlMs: REMEMBERED_MS, max: 1 });

  constructor(private readonly deps: Deps) {}

  current(): Promise<ReturnPolicy> {
    return this.remembered.get('current', async () => await this.deps.policies.findLatest() ?? STATUTORY);
  }

  async get(version: number | undefined): Promise<ReturnPolicy> {
    return (version ? await this.deps.policies.find(version) : null) ?? STATUTORY;
  }

  async deadlineOf(version: number | undefined, deliveredAt: Date): Promise<Date> {
    return returnDeadline(await this.get(version), deliveredAt);
  }

  async replace(terms: PolicyTerms, { actor, ifMatch }: { actor: Actor; ifMatch: number | undefined }): Promise<ReturnPolicy> {
    const { policies, inTransaction, audit, now } = this.deps;
    const policy = await inTransaction(async () => {
      const before = await policies.findLatest() ?? STATUTORY;
      requireVersion(ifMatch, before.version);
      const after = { ...terms, version: before.version + 1, createdAt: now() };
      await policies.insert(after);
      await audit({ actor, action: 'return_policy.changed', subject: `return-policy:${after.version}`, before, after });
      return after;
    });
    this.remembered.forget('current');
    return policy;
  }

  /** For a new order: the version in force, and the items that it excludes from return. */
  async termsFor(items: ReadonlyArray<{ id: string; sku: string; productId: string }>): Promise<{ version: number; finalSale: ReadonlySet<string> }> {
    const { version, finalSale: { productIds, categoryIds, skus } } = await this.current();
    const within = new Set(categoryIds.length === 0 ? [] : await this.deps.categoriesWithin(categoryIds));
    const categories = categoryIds.length === 0 ? new Map<string, readonly string[]>() : await this.deps.categoriesOf(items.map(({ sku }) => sku));
    const excluded = items.filter(({ sku, productId }) => productIds.includes(productId) || skus.includes(sku) || (categories.get(sku) ?? []).some((id) => within.has(id)));
    return { version, finalSale: new Set(excluded.map(({ id }) => id)) };
  }
}
