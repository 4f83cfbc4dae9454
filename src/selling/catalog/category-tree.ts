import type { Seo, Translations } from './catalog.js';
import { USUAL, type Languages } from './languages.js';
import { translated, type Spoken } from './translations.js';

export type Category = Readonly<{
  id: string; name: string; slug: string; description: string; parentId: string | null;
  /** Ids from the root down to the parent. */
  ancestors: readonly string[]; position: number; version: number; createdAt: Date; updatedAt: Date;
  seo?: Seo; translations?: Translations;
}>;
export type CategoryLabel = Readonly<{ id: string; slug: string; name: string; path: string }>;
export type CategoryNode = CategoryLabel & Readonly<{ position: number; children: readonly CategoryNode[] }>;
/** `structure` counts every change of the tree, `labels` those that alter what products show of it. */
export type TreeRevision = Readonly<{
  structure: number; labels: number; /** What is said in each other language, counted by itself. */ words: Readonly<Record<string, number>>;
  /** Beside the usual one; of products too. */
  languages: readonly string[];
}>;

export type SpokenCategory = Category & Spoken;

/** All categories in memory: small, asked by every catalogue read, and immutable once built. */
export class CategoryTree {
  private readonly byId = new Map<string, SpokenCategory>();
  private readonly bySlug = new Map<string, SpokenCategory>();
  private readonly childrenOf = new Map<string | null, Category[]>();
  private readonly labels = new Map<string, CategoryLabel>();

  private readonly inOthers = new Map<string, CategoryTree>();

  /** `chain` are the languages in which it speaks, the nearest first; none is the usual one. */
  constructor(private readonly categories: readonly Category[], readonly revision: TreeRevision, readonly languages: Languages, readonly chain: readonly string[] = USUAL) {
    for (const original of categories) {
      const category = translated(original, chain);
      this.byId.set(category.id, category);
      for (const { slug } of Object.values(original.translations ?? {})) if (slug !== undefined) this.bySlug.set(slug, category);
      this.bySlug.set(original.slug, category);
      const siblings = this.childrenOf.get(category.parentId);
      if (siblings) siblings.push(category);
      else this.childrenOf.set(category.parentId, [category]);
    }
    for (const siblings of this.childrenOf.values()) siblings.sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1));
  }

  /** The same tree in other words, made once for each language. */
  in(chain: readonly string[]): CategoryTree {
    if (chain === this.chain) return this;
    const key = chain.join();
    let made = this.inOthers.get(key);
    if (!made) this.inOthers.set(key, made = new CategoryTree(this.categories, this.revision, this.languages, chain));
    return made;
  }

  /** What tells cached answers in this language from others, and from what was said in it before; nothing for the usual one. */
  get mark(): string {
    return this.chain.map((language) => `~${language}.${this.revision.words[language] ?? 0}`).join('');
  }

  find(idOrSlug: string): SpokenCategory | undefined {
    return this.byId.get(idOrSlug) ?? this.bySlug.get(idOrSlug);
  }

  all(): SpokenCategory[] {
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
