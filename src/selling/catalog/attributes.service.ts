import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { AttributeRepository } from './attributes.repository.js';
import type { AttributeDefinition } from './catalog.js';
import { AttributeNotFound } from './catalog.errors.js';

/** Typed attributes are data: one that was added a moment ago is checked with the next write of a product. */
export class AttributeService {
  constructor(private readonly attributes: AttributeRepository) {}

  create(definition: Omit<AttributeDefinition, 'id' | 'version'>): Promise<AttributeDefinition> {
    return this.attributes.create(definition);
  }

  list(query: PageQuery): Promise<Page<AttributeDefinition>> {
    return this.attributes.page(query);
  }

  async get(code: string): Promise<AttributeDefinition> {
    const found = await this.attributes.find(code);
    if (!found) throw new AttributeNotFound(code);
    return found;
  }

  /** The type stays: values of another one are stored already. */
  async update(code: string, ifMatch: number | undefined, change: Pick<AttributeDefinition, 'name' | 'unit' | 'options'>): Promise<AttributeDefinition> {
    const before = await this.get(code);
    requireVersion(ifMatch, before.version);
    await this.attributes.save({ ...before, ...change });
    return { ...before, ...change, version: before.version + 1 };
  }

  /** Values stay with their products; from now on they may be anything. */
  async remove(code: string, ifMatch: number | undefined): Promise<AttributeDefinition> {
    const found = await this.get(code);
    requireVersion(ifMatch, found.version);
    await this.attributes.remove(found.id);
    return found;
  }
}
