import type { Cache } from '../../shared/cache/cache.js';
import { mayAct, type Caller } from '../../shared/http/caller.js';
import { storeBody } from '../../shared/http/reply.js';
import { success } from '../../shared/http/schemas.js';
import { CategoryNotFound } from './catalog.errors.js';
import { CATEGORIES } from './categories.service.js';
import type { Category, CategoryTree, SpokenCategory } from './category-tree.js';
import type { CategorySlugRepository } from './category-slugs.repository.js';
import { sayIn, type LiveTree } from './live-tree.js';
import type { Answer } from './product-reads.service.js';
import { slugsOf } from './translations.js';

export class CategoryReads {
  constructor(private readonly deps: { tree: LiveTree; slugs: Pick<CategorySlugRepository, 'ownerOf'>; cache: Pick<Cache, 'read'> }) {}

  async tree(caller: Caller): Promise<Answer> {
    const tree = await this.treeFor(caller);
    const bytes = await this.deps.cache.read({
      region: 'categories', key: `categories:${tree.revision.structure}${tree.mark}`, tags: [CATEGORIES],
      load: async () => {
        const items = tree.nodes();
        return storeBody(success('Categories.', { items, total: items.length, pages: 1, current_page: 1, per_page: items.length }), tree.revision.structure);
      },
    });
    return { bytes: bytes! };
  }

  /** `movedTo` where it was asked for by a slug that it has no more. */
  async detail(idOrSlug: string, caller: Caller) {
    const tree = await this.treeFor(caller);
    const { category, isCurrent } = await this.find(idOrSlug, tree);
    if (!isStaff(caller)) sayIn(tree, category.language);
    return { view: presentCategory(category, tree), version: category.version, ...(!isCurrent && { movedTo: category.slug }) };
  }

  /** The slug of today, where this one is an old one; null otherwise. */
  async movedTo(slug: string): Promise<string | null> {
    const tree = await this.deps.tree.spoken();
    return tree.find(slug) ? null : (await this.owner(slug, tree))?.slug ?? null;
  }

  /** By a slug of any language, today's or an old one; null where nothing leads to a category. */
  async findPage(slug: string, language?: string): Promise<{ id: string; slug: string; isCurrent: boolean } | null> {
    const category = await this.owner(slug, await this.deps.tree.readIn(language));
    return category && { id: category.id, slug: category.slug, isCurrent: category.slug === slug };
  }

  /** After a write: the tree that is read now has it. What staff change are the usual words. */
  async present({ id }: Category) {
    const tree = await this.deps.tree.current();
    const { category } = await this.find(id, tree);
    return { view: presentCategory(category, tree), version: category.version };
  }

  /** Who may change the words reads the usual ones: what was read in another language would be written over them. */
  private treeFor(caller: Caller): Promise<CategoryTree> {
    return isStaff(caller) ? this.deps.tree.current() : this.deps.tree.spoken();
  }

  private async find(idOrSlug: string, tree: CategoryTree): Promise<{ category: SpokenCategory; isCurrent: boolean }> {
    const found = tree.find(idOrSlug);
    const category = found ?? await this.owner(idOrSlug, tree);
    if (!category) throw new CategoryNotFound(idOrSlug);
    return { category, isCurrent: found !== undefined };
  }

  private async owner(slug: string, tree: CategoryTree): Promise<SpokenCategory | null> {
    const found = tree.find(slug);
    if (found) return found;
    const id = await this.deps.slugs.ownerOf(slug);
    return (id !== null && tree.find(id)) || null;
  }
}

const isStaff = (caller: Caller): boolean => mayAct(caller, 'products:read');

export function presentCategory(category: SpokenCategory, tree: CategoryTree) {
  const { id, slug, name, description, parentId, position, version, createdAt, updatedAt, seo, language } = category;
  const slugs = slugsOf(category, tree.languages.usual);
  const breadcrumb = tree.breadcrumb(category);
  const children = tree.labelsOf(tree.children(id).map((child) => child.id));
  return { id, slug, name, description, path: breadcrumb.map((label) => label.slug).join('/'), parentId, position, breadcrumb, children, version, createdAt, updatedAt, ...(seo && { seo }), ...(language !== undefined && { language }), ...(slugs && { slugs }) };
}
