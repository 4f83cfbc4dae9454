import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { AttributeRepository } from './attributes.repository.js';
import type { AttributeDefinition } from './catalog.js';
import { AttributeNotFound } from './catalog.errors.js';
import { differences } from './differences.js';

type Edit = Readonly<{ code: string; ifMatch: number | undefined; actor: Actor }>;

/** Typed attributes are data: one that was added a moment ago is checked with the next write of a product. */
export class AttributeService {
  constructor(private readonly deps: { attributes: AttributeRepository; inTransaction: InTransaction; audit: RecordAudit }) {}

  create(definition: Omit<AttributeDefinition, 'id' | 'version'>, actor: Actor): Promise<AttributeDefinition> {
    return this.deps.inTransaction(async () => {
      const made = await this.deps.attributes.create(definition);
      await this.deps.audit({ actor, action: 'attribute.created', subject: `attribute:${made.code}`, after: definition });
      return made;
    });
  }

  list(query: PageQuery): Promise<Page<AttributeDefinition>> {
    return this.deps.attributes.page(query);
  }

  async get(code: string): Promise<AttributeDefinition> {
    const found = await this.deps.attributes.find(code);
    if (!found) throw new AttributeNotFound(code);
    return found;
  }

  /** The type stays: values of another one are stored already. */
  update({ code, ifMatch, actor }: Edit, change: Pick<AttributeDefinition, 'name' | 'unit' | 'options'>): Promise<AttributeDefinition> {
    return this.deps.inTransaction(async () => {
      const before = await this.get(code);
      requireVersion(ifMatch, before.version);
      const after = { ...before, ...change };
      await this.deps.attributes.save(after);
      await this.deps.audit({ actor, action: 'attribute.updated', subject: `attribute:${code}`, ...differences(before, after) });
      return { ...after, version: before.version + 1 };
    });
  }

  /** Values stay with their products; from now on they may be anything. */
  remove({ code, ifMatch, actor }: Edit): Promise<AttributeDefinition> {
    return this.deps.inTransaction(async () => {
      const found = await this.get(code);
      requireVersion(ifMatch, found.version);
      await this.deps.attributes.remove(found.id);
      await this.deps.audit({ actor, action: 'attribute.deleted', subject: `attribute:${code}`, before: found });
      return found;
    });
  }
}
