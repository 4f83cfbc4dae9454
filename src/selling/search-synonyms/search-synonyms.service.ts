import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { requireVersion } from '../../shared/http/etag.js';
import { SearchSynonymsNotFound, TooManySearchSynonyms } from './search-synonyms.errors.js';
import type { SynonymsRepository } from './search-synonyms.repository.js';
import type { Synonyms, SynonymTerms } from './search-synonyms.js';

const REMEMBERED_MS = 900;
const MAX_GROUPS = 500;
const ALL = 'all';

type Deps = Readonly<{ groups: SynonymsRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit }>;
type Changing = Readonly<{ actor: Actor; ifMatch: number | undefined }>;

export class SynonymsService {
  private readonly remembered = new Recent<ReadonlyArray<readonly string[]>>({ ttlMs: REMEMBERED_MS, max: 1 });

  constructor(private readonly deps: Deps) {}

  /** For every search: from memory, as they were at most 0.9 s ago. */
  inUse(): Promise<ReadonlyArray<readonly string[]>> {
    return this.remembered.get(ALL, async () => (await this.deps.groups.all()).map(({ words }) => words));
  }

  list(): Promise<Synonyms[]> {
    return this.deps.groups.all();
  }

  async get(id: string): Promise<Synonyms> {
    const found = await this.deps.groups.find(id);
    if (!found) throw new SearchSynonymsNotFound();
    return found;
  }

  async create({ words }: SynonymTerms, actor: Actor): Promise<Synonyms> {
    const { groups, inTransaction, audit, now } = this.deps;
    if (await groups.count() >= MAX_GROUPS) throw new TooManySearchSynonyms(MAX_GROUPS);
    const made = await inTransaction(async () => {
      const group = await groups.insert({ words, version: 1, createdAt: now(), updatedAt: now() });
      await audit({ actor, action: 'search_synonyms.created', subject: `search-synonyms:${group.id}`, after: group });
      return group;
    });
    this.remembered.forget(ALL);
    return made;
  }

  replace(id: string, { words }: SynonymTerms, changing: Changing): Promise<Synonyms> {
    return this.change(id, changing, 'changed', async (before) => {
      const after = { ...before, words, version: before.version + 1, updatedAt: this.deps.now() };
      return { isDone: await this.deps.groups.replace(after, before.version), after };
    });
  }

  delete(id: string, changing: Changing): Promise<Synonyms> {
    return this.change(id, changing, 'deleted', async (before) => ({ isDone: await this.deps.groups.delete(id, before.version), after: before }));
  }

  private async change(id: string, { actor, ifMatch }: Changing, done: 'changed' | 'deleted', apply: (before: Synonyms) => Promise<{ isDone: boolean; after: Synonyms }>): Promise<Synonyms> {
    const changed = await this.deps.inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const { isDone, after } = await apply(before);
      if (!isDone) throw new ConcurrentChange('The synonyms changed meanwhile. Read them again.');
      await this.deps.audit({ actor, action: `search_synonyms.${done}`, subject: `search-synonyms:${id}`, before, ...(done === 'changed' && { after }) });
      return after;
    });
    this.remembered.forget(ALL);
    return changed;
  }
}
