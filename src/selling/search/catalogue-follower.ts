import { createHash } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { Recent } from '../../shared/cache/recent.js';
import { START, type Catalog, type CategoryTree, type Product } from '../catalog/index.js';
import type { EmbeddedEngine } from './embedded-engine.js';
import type { Texts } from './keyword-index.js';
import type { SearchEntry } from './search.js';
import type { Tongues } from './tongues.js';
import type { SemanticModelRepository } from './semantic-model.repository.js';

/** A search looks for changes at most so often: within a second they are found on every node. */
const LOOK_MS = 500;
const LOOK_FOR_MODEL_MS = 10_000;
type Deps = {
  catalog: Pick<Catalog, 'changesSince' | 'categoryTree'>; engine: EmbeddedEngine; tongues: Tongues; models: Pick<SemanticModelRepository, 'info' | 'load'>;
};

/** Keeps the index in this process what the catalogue is. */
export class CatalogueFollower {
  private readonly looks = new Recent<void>({ ttlMs: LOOK_MS, max: 1 });
  private readonly modelLooks = new Recent<void>({ ttlMs: LOOK_FOR_MODEL_MS, max: 1 });
  private readonly seen = new Map<string, string>();
  private last = START;
  private treeRevision: number | null = null;
  private modelRevision: string | null = null;

  constructor(private readonly deps: Deps) {}

  /** Returns when the index holds what was committed half a second ago. */
  async catchUp(): Promise<void> {
    await this.looks.get('catalogue', () => this.follow());
    await this.modelLooks.get('model', () => this.followModel());
  }

  /** The next search looks for changes and for another model, however young the last look is. */
  lookAgain(): void {
    this.looks.forget('catalogue');
    this.modelLooks.forget('model');
  }

  private async follow(): Promise<void> {
    const tree = await this.deps.catalog.categoryTree();
    // Another name or place of a category is in the words of everything below it: all are looked at again, and what is another is taken.
    if (this.treeRevision !== tree.revision.structure) {
      this.last = START;
      this.hearCategories(tree);
    }
    this.treeRevision = tree.revision.structure;
    for await (const { found, resume } of this.deps.catalog.changesSince(this.last)) {
      for await (const product of unhurried(found)) this.take(product, tree);
      this.last = resume;
    }
  }

  private take(product: Product, tree: CategoryTree): void {
    const isToldInSeveral = tree.languages.others.length > 0;
    const state = `${product.version}:${JSON.stringify([product.rating, product.shownRange])}:${product.inStock}:${product.visible}:${product.visibleIn.join()}:${placeOf(product, tree)}:${isToldInSeveral}`;
    if (this.seen.get(product.id) === state) return;
    this.seen.set(product.id, state);
    this.deps.engine.put(entryOf(product, tree), textsOf(product, tree));
    if (isToldInSeveral) this.listen(product, tree.languages.usual);
  }

  private listen({ name, description, translations = {} }: Product, usual: string): void {
    const { tongues } = this.deps;
    tongues.hear(usual, `${name} ${description}`);
    for (const [language, said] of Object.entries(translations)) tongues.hear(language, [said.name, said.description ?? ''].join(' '));
  }

  private hearCategories(tree: CategoryTree): void {
    const { others, usual } = tree.languages;
    if (others.length === 0) return;
    for (const { name } of tree.all()) this.deps.tongues.hear(usual, name);
    for (const language of others) for (const { name, language: said } of tree.in([language]).all()) if (said !== undefined) this.deps.tongues.hear(language, name);
  }

  private async followModel(): Promise<void> {
    const info = await this.deps.models.info();
    if (!info || info.revision === this.modelRevision) return;
    const loaded = await this.deps.models.load();
    if (!loaded) return;
    await this.deps.engine.takeOver(loaded.model, this.texts());
    this.modelRevision = loaded.revision;
  }

  /** The words of all products, for a model to learn from or to be applied to. */
  async *texts(): AsyncGenerator<{ id: string; texts: Texts }> {
    const tree = await this.deps.catalog.categoryTree();
    for await (const { found } of this.deps.catalog.changesSince(START)) {
      for await (const product of unhurried(found)) yield { id: product.id, texts: textsOf(product, tree) };
    }
  }
}

/** With a breath now and then: indexing thousands must not hold up the requests of this process. */
async function* unhurried(products: readonly Product[]): AsyncGenerator<Product> {
  for (const [at, product] of products.entries()) {
    yield product;
    if (at % 20 === 19) await breath();
  }
}

/** Products of one category stand in the same place, and a tree does not change. */
const places = new WeakMap<CategoryTree, Map<string, string>>();
/** Where a product stands among the categories and what those are called, in few letters. */
export function placeOf({ categoryIds }: Pick<Product, 'categoryIds'>, tree: CategoryTree): string {
  const known = places.get(tree) ?? new Map<string, string>();
  places.set(tree, known);
  const key = categoryIds.join();
  let place = known.get(key);
  if (place === undefined) known.set(key, place = createHash('sha1').update(JSON.stringify([idsAbove(categoryIds, tree), categoryWords(categoryIds, tree)])).digest('base64url').slice(0, 12));
  return place;
}

const idsAbove = (categoryIds: readonly string[], tree: CategoryTree): string[] => [...new Set(categoryIds.flatMap((category) => [...tree.find(category)?.ancestors ?? [], category]))];

/** In all languages. */
function categoryWords(categoryIds: readonly string[], tree: CategoryTree): string {
  const usual = tree.namesOf(categoryIds).flat();
  return [...usual, ...tree.languages.others.flatMap((language) => tree.in([language]).namesOf(categoryIds).flat()).filter((name) => !usual.includes(name))].join(' ');
}

export function entryOf(product: Product, tree: CategoryTree): SearchEntry {
  const { id, visible, visibleIn, status, name, brand, attributes, shownRange: priceRange, inStock, rating, createdAt } = product;
  return { id, visible, visibleIn, status, name, categoryIds: idsAbove(product.categoryIds, tree), brand, attributes, priceRange, inStock, rating, createdAt };
}

/** In all languages: whoever types a word of any of them finds it. */
export function textsOf(product: Pick<Product, 'name' | 'brand' | 'description' | 'attributes' | 'categoryIds' | 'translations'>, tree: CategoryTree): Texts {
  const said = Object.values(product.translations ?? {});
  const words = Object.values(product.attributes).flat().filter((value) => typeof value === 'string');
  return {
    title: [product.name, ...said.map(({ name }) => name)].join(' '), brand: product.brand ?? '', body: [product.description, ...said.map(({ description = '' }) => description)].join(' ').trim(), attribute: words.join(' '),
    category: categoryWords(product.categoryIds, tree),
  };
}
