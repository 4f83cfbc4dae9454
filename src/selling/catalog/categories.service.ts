import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Cache } from '../../shared/cache/cache.js';
import type { Clock } from '../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { requireVersion } from '../../shared/http/etag.js';
import { CategoryCycle, CategoryInUse, CategoryNotFound, CategoryTooDeep } from './catalog.errors.js';
import type { Seo, Translation } from './catalog.js';
import type { CategoryRepository, TreeChange } from './categories.repository.js';
import type { CategorySlugRepository } from './category-slugs.repository.js';
import type { Category } from './category-tree.js';
import { differences } from './differences.js';
import type { LiveTree } from './live-tree.js';
import { LISTS, productTag, STOCK_LISTS } from './product-changes.js';
import type { ProductRepository } from './products.repository.js';
import { slugOf } from './slugs.js';
import { currentSlugs, withTranslation } from './translations.js';
import type { Turns } from './turns.js';
import type { VariantRepository } from './variants.repository.js';

/** Deeper than anybody can use, and shallow enough for whoever walks the tree by recursion. */
export const MAX_DEPTH = 250;
const REASSIGNED_AT_ONCE = 1000;
export const CATEGORIES = 'categories';

export type NewCategory = Readonly<{ name: string; slug?: string | undefined; description?: string | undefined; parentId?: string | null | undefined; position?: number | undefined; seo?: Seo | undefined }>;
export type CategoryEdit = Readonly<{ name: string; slug?: string | undefined; description?: string | undefined; seo?: Seo | undefined }>;
type Edit = Readonly<{ id: string; ifMatch: number | undefined; actor: Actor }>;
type Deps = {
  categories: CategoryRepository; slugs: CategorySlugRepository; products: ProductRepository; variants: VariantRepository; tree: LiveTree; turns: Turns;
  now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; cache: Pick<Cache, 'invalidate'>;
};

export class CategoryService {
  constructor(private readonly deps: Deps) {}

  create({ name, slug, description = '', parentId = null, position, seo }: NewCategory, actor: Actor): Promise<Category> {
    return this.change('created', 'structure', actor, async () => {
      const { categories, now } = this.deps;
      const ancestors = await this.wayTo(parentId);
      const siblings = await categories.siblings(parentId);
      const at = now();
      const category: Category = {
        id: categories.newId(), name, slug: slug ?? await this.freeSlug(name), description, parentId, ancestors,
        position: position ?? (siblings.at(-1)?.position ?? -1) + 1, version: 1, createdAt: at, updatedAt: at, ...(seo && { seo }),
      };
      await this.deps.slugs.claim([category.slug], category.id);
      await categories.insert(category);
      return { after: category };
    });
  }

  update(edit: Edit, { name, slug, description = '', seo }: CategoryEdit): Promise<Category> {
    return this.edit(edit, 'labels', ({ seo: _s, ...before }) => ({ ...before, name, slug: slug ?? before.slug, description, ...(seo && { seo }) }));
  }

  /** What is said of it in one more language; null takes that away. Inside the transaction `beside` does what belongs to it. */
  translate(edit: Edit, language: string, said: Translation | null, beside: () => Promise<void> = async () => {}): Promise<Category> {
    return this.edit(edit, { language }, ({ translations, ...before }) => {
      const after = withTranslation(translations, language, said);
      return { ...before, ...(after && { translations: after }) };
    }, beside);
  }

  private edit({ id, ifMatch, actor }: Edit, counts: TreeChange, apply: (category: Category) => Category, beside: () => Promise<void> = async () => {}): Promise<Category> {
    return this.change('updated', counts, actor, async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const after: Category = { ...apply(before), version: before.version + 1, updatedAt: this.deps.now() };
      // What it was called before leads to it for ever, also where nobody has written that down yet.
      await this.deps.slugs.claim([...new Set([...currentSlugs(before), ...currentSlugs(after)])], id);
      await this.deps.categories.save(after, before.version);
      await beside();
      return { before, after };
    });
  }

  /** The subtree moves as one: nobody sees half of it below the new parent. */
  move({ id, ifMatch, actor }: Edit, { parentId, position }: { parentId: string | null; position?: number | undefined }): Promise<Category> {
    return this.change('moved', 'labels', actor, async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const ancestors = await this.wayTo(parentId);
      if (ancestors.includes(id)) throw new CategoryCycle(id, parentId ?? '');
      const moved = await this.hang(before, parentId, ancestors);
      const index = await this.place(moved, position);
      return { before, after: { ...moved, position: index } };
    });
  }

  /** Its children and products go to the other category, or it stays. */
  async remove({ id, ifMatch, actor }: Edit, reassignTo: string | undefined): Promise<Category> {
    const removed = await this.change('deleted', 'labels', actor, async () => {
      const { categories, products } = this.deps;
      const category = await this.get(id);
      requireVersion(ifMatch, category.version);
      const children = await categories.siblings(id);
      const used = await products.countInCategory(id);
      if (reassignTo === undefined && (children.length > 0 || used > 0)) throw new CategoryInUse(children.length, used);
      if (reassignTo !== undefined) await this.moveChildren(category, children, reassignTo);
      await categories.remove(id);
      await this.deps.slugs.handOver(id, reassignTo ?? null);
      return { before: category, after: category };
    }, { reassignedTo: reassignTo ?? null });
    // After the commit and in portions: a hundred thousand products are more than one transaction can live. The event does it again.
    if (reassignTo !== undefined) await this.clearReferences(id, reassignTo);
    return removed;
  }

  /** Also for a product that was saved while its category was being deleted. Safe to repeat. */
  async clearReferences(categoryId: string, reassignedTo: string | null): Promise<number> {
    const { products, variants, now, inTransaction, cache } = this.deps;
    let cleared = 0;
    for (;;) {
      const ids = await products.idsInCategory(categoryId, REASSIGNED_AT_ONCE);
      if (ids.length === 0) return cleared;
      await inTransaction(async () => {
        await products.replaceCategory(ids, categoryId, reassignedTo, now());
        await variants.replaceCategory(ids, categoryId, reassignedTo);
        await afterCommit(() => cache.invalidate([...ids.map(productTag), LISTS, STOCK_LISTS]));
      });
      cleared += ids.length;
    }
  }

  /** Every change of the tree writes one document first, so that changes see each other: of two moves that would make a ring, one is refused. */
  private change(what: string, counts: TreeChange, actor: Actor, work: () => Promise<{ before?: Category; after: Category }>, facts: Record<string, unknown> = {}): Promise<Category> {
    const { categories, inTransaction, outbox, audit, cache, tree, turns } = this.deps;
    return turns('categories', () => inTransaction(async () => {
      await categories.beginChange(counts);
      const { before, after: category } = await work();
      await outbox.record({ type: `category.${what}`, aggregateId: category.id, data: { categoryId: category.id, slug: category.slug, parentId: category.parentId, ...facts } });
      const told = before && before !== category ? differences(before, category) : { after: { name: category.name, slug: category.slug, parentId: category.parentId, ...facts } };
      await audit({ actor, action: `category.${what}`, subject: `category:${category.id}`, ...told });
      await afterCommit(async () => {
        tree.forget();
        await cache.invalidate([CATEGORIES]);
      });
      return category;
    }));
  }

  private async get(id: string): Promise<Category> {
    const category = await this.deps.categories.find(id);
    if (!category) throw new CategoryNotFound(id);
    return category;
  }

  /** The ids from the root down to and including the parent. */
  private async wayTo(parentId: string | null): Promise<string[]> {
    if (parentId === null) return [];
    const parent = await this.get(parentId);
    if (parent.ancestors.length + 1 >= MAX_DEPTH) throw new CategoryTooDeep(MAX_DEPTH);
    return [...parent.ancestors, parent.id];
  }

  private async hang(category: Category, parentId: string | null, ancestors: readonly string[]): Promise<Category> {
    const { categories, now } = this.deps;
    const below = await categories.depthBelow(category.id, category.ancestors.length);
    if (ancestors.length + 1 + below > MAX_DEPTH) throw new CategoryTooDeep(MAX_DEPTH);
    const moved: Category = { ...category, parentId, ancestors, version: category.version + 1, updatedAt: now() };
    await categories.save(moved, category.version);
    await categories.rebase(category.id, ancestors);
    return moved;
  }

  private async place({ id, parentId }: Category, position: number | undefined): Promise<number> {
    const others = (await this.deps.categories.siblings(parentId)).filter((sibling) => sibling.id !== id).map((sibling) => sibling.id);
    const index = Math.min(position ?? others.length, others.length);
    await this.deps.categories.setPositions([...others.slice(0, index), id, ...others.slice(index)]);
    return index;
  }

  private async moveChildren(category: Category, children: readonly Category[], targetId: string): Promise<void> {
    const ancestors = await this.wayTo(targetId);
    if (ancestors.includes(category.id)) throw new CategoryCycle(category.id, targetId);
    for (const child of children) await this.hang(child, targetId, ancestors);
  }

  private async freeSlug(name: string): Promise<string> {
    const base = slugOf(name, 'category');
    const taken = await this.deps.slugs.taken(base);
    let slug = base;
    for (let number = 2; taken.has(slug); number++) slug = `${base}-${number}`;
    return slug;
  }
}
