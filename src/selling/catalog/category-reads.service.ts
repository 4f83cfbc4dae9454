import type { Cache } from '../../shared/cache/cache.js';
import { storeBody } from '../../shared/http/reply.js';
import { success } from '../../shared/http/schemas.js';
import { CategoryNotFound } from './catalog.errors.js';
import { CATEGORIES } from './categories.service.js';
import type { Category, CategoryTree } from './category-tree.js';
import type { LiveTree } from './live-tree.js';
import type { Answer } from './product-reads.service.js';

export class CategoryReads {
  constructor(private readonly deps: { tree: LiveTree; cache: Pick<Cache, 'read'> }) {}

  async tree(): Promise<Answer> {
    const tree = await this.deps.tree.current();
    const bytes = await this.deps.cache.read({
      region: 'categories', key: `categories:${tree.revision.structure}`, tags: [CATEGORIES],
      load: async () => {
        const items = tree.nodes();
        return storeBody(success('Categories.', { items, total: items.length, pages: 1, current_page: 1, per_page: items.length }), tree.revision.structure);
      },
    });
    return { bytes: bytes! };
  }

  async detail(idOrSlug: string) {
    const tree = await this.deps.tree.current();
    const category = tree.find(idOrSlug);
    if (!category) throw new CategoryNotFound(idOrSlug);
    return { view: presentCategory(category, tree), version: category.version };
  }

  async findPage(slug: string): Promise<{ id: string; slug: string } | null> {
    const category = (await this.deps.tree.current()).find(slug);
    return category ? { id: category.id, slug: category.slug } : null;
  }

  /** After a write: the tree that is read now has it. */
  async present({ id }: Category) {
    return this.detail(id);
  }
}

export function presentCategory(category: Category, tree: CategoryTree) {
  const { id, slug, name, description, parentId, position, version, createdAt, updatedAt } = category;
  const breadcrumb = tree.breadcrumb(category);
  const children = tree.labelsOf(tree.children(id).map((child) => child.id));
  return { id, slug, name, description, path: breadcrumb.map((label) => label.slug).join('/'), parentId, position, breadcrumb, children, version, createdAt, updatedAt };
}
