import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Arrangement, PreviewSearch } from '../search/index.js';
import { SearchRuleNotFound, TooManySearchRules } from './search-rules.errors.js';
import { arrangementOf, holds, type Asked, type RuleTerms, type SearchRule } from './arrangement.js';
import type { SearchRuleRepository } from './search-rules.repository.js';

const REMEMBERED_MS = 900;
const MAX_RULES = 500;
const ALL = 'all';

type Deps = Readonly<{ rules: SearchRuleRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit; preview: PreviewSearch }>;
type Changing = Readonly<{ actor: Actor; ifMatch: number | undefined }>;
export type Previewed = Omit<Asked, 'at'> & Readonly<{ at: Date | undefined; currency: string | undefined; limit: number; rule: RuleTerms | undefined }>;

export class SearchRuleService {
  private readonly remembered = new Recent<readonly SearchRule[]>({ ttlMs: REMEMBERED_MS, max: 1 });

  constructor(private readonly deps: Deps) {}

  /** For every search: from memory, as they were at most 0.9 s ago. */
  async arrangementFor(asked: Omit<Asked, 'at'>): Promise<Arrangement | null> {
    return arrangementOf(await this.remembered.get(ALL, () => this.deps.rules.all()), { ...asked, at: this.deps.now() });
  }

  list(): Promise<SearchRule[]> {
    return this.deps.rules.all();
  }

  async get(id: string): Promise<SearchRule> {
    const found = await this.deps.rules.find(id);
    if (!found) throw new SearchRuleNotFound();
    return found;
  }

  async create(terms: RuleTerms, actor: Actor): Promise<SearchRule> {
    const { rules, inTransaction, audit, now } = this.deps;
    if (await rules.count() >= MAX_RULES) throw new TooManySearchRules(MAX_RULES);
    const made = await inTransaction(async () => {
      const rule = await rules.insert({ ...terms, version: 1, createdAt: now(), updatedAt: now() });
      await audit({ actor, action: 'search_rule.created', subject: `search-rule:${rule.id}`, after: rule });
      return rule;
    });
    this.remembered.forget(ALL);
    return made;
  }

  replace(id: string, terms: RuleTerms, changing: Changing): Promise<SearchRule> {
    return this.change(id, changing, 'changed', async (before) => {
      const after = { ...terms, id, version: before.version + 1, createdAt: before.createdAt, updatedAt: this.deps.now() };
      return { isDone: await this.deps.rules.replace(after, before.version), after };
    });
  }

  delete(id: string, changing: Changing): Promise<SearchRule> {
    return this.change(id, changing, 'deleted', async (before) => ({ isDone: await this.deps.rules.delete(id, before.version), after: before }));
  }

  /** What a search would answer with the rules of a moment, and on which place each product stood without them. */
  async preview({ currency, limit, rule, at = this.deps.now(), ...asked }: Previewed) {
    const now = this.deps.now();
    const rules = [...await this.deps.rules.all(), ...(rule ? [{ ...rule, id: 'draft', version: 0, createdAt: now, updatedAt: now }] : [])];
    const look = (arrangement: Arrangement | null, take: number) => this.deps.preview({ ...asked, currency, take, arrangement });
    const without = await look(null, limit * 5);
    const found = await look(arrangementOf(rules, { ...asked, at }), limit);
    const places = new Map(without.items.map(({ id }, place) => [id, place + 1]));
    return {
      items: found.items.map(({ id, name }, place) => ({ id, name, place: place + 1, placeWithout: places.get(id) ?? null })), total: found.total,
      rules: rules.filter((one) => holds(one, { ...asked, at })).map(({ name }) => name),
    };
  }

  private async change(id: string, { actor, ifMatch }: Changing, done: 'changed' | 'deleted', apply: (before: SearchRule) => Promise<{ isDone: boolean; after: SearchRule }>): Promise<SearchRule> {
    const changed = await this.deps.inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const { isDone, after } = await apply(before);
      if (!isDone) throw new ConcurrentChange('The search rule changed meanwhile. Read it again.');
      await this.deps.audit({ actor, action: `search_rule.${done}`, subject: `search-rule:${id}`, before, ...(done === 'changed' && { after }) });
      return after;
    });
    this.remembered.forget(ALL);
    return changed;
  }
}
