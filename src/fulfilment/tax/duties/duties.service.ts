import type { Actor } from '../../../shared/actor.js';
import type { RecordAudit } from '../../../shared/audit.js';
import { Recent } from '../../../shared/cache/recent.js';
import type { Clock } from '../../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../../shared/db/transaction.js';
import { requireVersion } from '../../../shared/http/etag.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import { DutyRulesNotFound } from '../tax.errors.js';
import { taxCountryOf } from '../tax.js';
import { assessDuties, type DutyAssessment, type DutyRequest, type DutyRules, type DutyTerms } from './duties.js';
import type { DutyRepository } from './duties.repository.js';

/** A change is felt within this time by every process. */
const HELD = { ttlMs: 900, max: 300 };

type Deps = { rules: DutyRepository; home: string; inTransaction: InTransaction; audit: RecordAudit; now: Clock };
type By = Readonly<{ actor: Actor; ifMatch: number | undefined }>;

export class DutyService {
  private readonly held = new Recent<DutyRules | null>(HELD);

  constructor(private readonly deps: Deps) {}

  /** Goods that stay at home meet no customs, so nothing is read for them. */
  async assess(request: DutyRequest): Promise<DutyAssessment | null> {
    const { rules, home } = this.deps;
    const country = taxCountryOf(request.country);
    if (country === home) return null;
    const found = await this.held.get(country, () => rules.findCommitted(country));
    return found && assessDuties(found, { ...request, country });
  }

  list(query: PageQuery): Promise<Page<DutyRules>> {
    return this.deps.rules.findPage(query);
  }

  async get(country: string): Promise<DutyRules> {
    const found = await this.deps.rules.find(country);
    if (!found) throw new DutyRulesNotFound(country);
    return found;
  }

  replace(country: string, terms: DutyTerms, { actor, ifMatch }: By): Promise<DutyRules> {
    return this.deps.inTransaction(async () => {
      const before = await this.deps.rules.find(country);
      requireVersion(ifMatch, before?.version ?? 0);
      const after: DutyRules = { ...terms, country, version: (before?.version ?? 0) + 1, updatedAt: this.deps.now() };
      await this.deps.rules.save(after);
      await this.deps.audit({ actor, action: 'duties.changed', subject: `duties:${country}`, ...(before && { before }), after: terms });
      await afterCommit(() => this.held.forget(country));
      return after;
    });
  }

  remove(country: string, { actor, ifMatch }: By): Promise<DutyRules> {
    return this.deps.inTransaction(async () => {
      const before = await this.get(country);
      requireVersion(ifMatch, before.version);
      await this.deps.rules.remove(before);
      await this.deps.audit({ actor, action: 'duties.removed', subject: `duties:${country}`, before });
      await afterCommit(() => this.held.forget(country));
      return before;
    });
  }
}
