export type Category = Readonly<{
  id: string; name: string; slug: string; description: string; parentId: string | null;
  /** Ids from the root down to the parent. */
  ancestors: readonly string[]; position: number; version: number; createdAt: Date; updatedAt: Date;
}>;
export type CategoryLabel = Readonly<{ id: string; slug: string; name: string; path: string }>;
export type CategoryNode = CategoryLabel & Readonly<{ position: number; children: readonly CategoryNode[] }>;
/** `structure` counts every change of the tree, `labels` those that alter what products show of it. */
export type TreeRevision = Readonly<{ structure: number; labels: number }>;

/** All categories in memory: small, asked by every catalogue read, and immutable once built. */
export class CategoryTree {
  private readonly byId = new Map<string, Category>();
  private readonly bySlug = new Map<string, Category>();
  private readonly childrenOf = new Map<string | null, Category[]>();
  private readonly labels = new Map<string, CategoryLabel>();

  constructor(categories: readonly Category[], readonly revision: TreeRevision) {
    for (const category of categories) {
      this.byId.set(category.id, category);
      this.bySlug.set(category.slug, category);
      const siblings = this.childrenOf.get(category.parentId);
      if (siblings) siblings.push(category);
      else this.childrenOf.set(category.parentId, [category]);
    }
    for (const siblings of this.childrenOf.values()) siblings.sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1));
  }

  find(idOrSlug: string): Category | undefined {
    return this.byId.get(idOrSlug) ?? this.bySlug.get(idOrSlug);
  }

  all(): Category[] {
    return [...this.byId.values()];
  }

  child(parentId: string | null, isWanted: (category: Category) => boolean): Category | undefined {
    return this.childrenOf.get(parentId)?.find(isWanted);
  }

  /** The path is made of slugs, from the root. */
  label(id: string): CategoryLabel | undefined {
    const known = this.labels.get(id);
    if (known) return known;
    const category = this.byId.get(id);
    if (!category) return undefined;
    const { slug, name } = category;
    const label = { id, slug, name, path: [...this.slugsAbove(category), slug].join('/') };
    this.labels.set(id, label);
    return label;
  }

  /** A category that is gone is left out until the products that named it have been put right. */
  labelsOf(ids: readonly string[]): CategoryLabel[] {
    return ids.flatMap((id) => this.label(id) ?? []);
  }

  /** The names from the root down, for each of the categories that exist. */
  namesOf(ids: readonly string[]): string[][] {
    const found = ids.flatMap((id) => this.byId.get(id) ?? []);
    return found.map((category) => [...category.ancestors.flatMap((id) => this.byId.get(id)?.name ?? []), category.name]);
  }

  breadcrumb({ id, ancestors }: Category): CategoryLabel[] {
    return this.labelsOf([...ancestors, id]);
  }

  /** The category itself and everything below it. */
  withDescendants(id: string): string[] {
    const found = [id];
    for (const at of found) for (const child of this.childrenOf.get(at) ?? []) found.push(child.id);
    return found;
  }

  children(parentId: string | null): readonly Category[] {
    return this.childrenOf.get(parentId) ?? [];
  }

  nodes(parentId: string | null = null): CategoryNode[] {
    return this.children(parentId).map((category) => ({ ...this.label(category.id)!, position: category.position, children: this.nodes(category.id) }));
  }

  private slugsAbove({ ancestors }: Category): string[] {
    return ancestors.flatMap((id) => this.byId.get(id)?.slug ?? []);
  }
}
