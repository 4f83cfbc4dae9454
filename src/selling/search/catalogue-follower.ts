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
    // Another name or place of a category is in the words of everything below it.
    if (this.treeRevision !== null && this.treeRevision !== tree.revision.structure) this.startAgain();
    this.treeRevision = tree.revision.structure;
    for await (const { found, resume } of this.deps.catalog.changesSince(this.last)) {
      for await (const product of unhurried(found)) this.take(product, tree);
      this.last = resume;
    }
  }

  private take(product: Product, tree: CategoryTree): void {
    const state = `${product.version}:${JSON.stringify([product.rating, product.shownRange])}:${product.inStock}:${product.visible}:${product.visibleIn.join()}:${tree.revision.structure}`;
    if (this.seen.get(product.id) === state) return;
    this.seen.set(product.id, state);
    this.deps.engine.put(entryOf(product, tree), textsOf(product, tree));
    if (tree.languages.others.length > 0) this.listen(product, tree);
  }

  private listen({ name, description, categoryIds, translations = {} }: Product, tree: CategoryTree): void {
    const { tongues } = this.deps;
    tongues.hear(tree.languages.usual, [name, description, ...tree.namesOf(categoryIds).flat()].join(' '));
    for (const [language, said] of Object.entries(translations)) tongues.hear(language, [said.name, said.description ?? ''].join(' '));
    for (const language of tree.languages.others) {
      for (const spoken of tree.in([language]).withLanguage(categoryIds)) tongues.hear(language, spoken.name);
    }
  }

  private startAgain(): void {
    this.deps.tongues.forget();
    this.seen.clear();
    this.last = START;
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

export function entryOf(product: Product, tree: CategoryTree): SearchEntry {
  const { id, visible, visibleIn, status, name, brand, attributes, shownRange: priceRange, inStock, rating, createdAt } = product;
  const categoryIds = [...new Set(product.categoryIds.flatMap((category) => [...tree.find(category)?.ancestors ?? [], category]))];
  return { id, visible, visibleIn, status, name, categoryIds, brand, attributes, priceRange, inStock, rating, createdAt };
}

/** In all languages: whoever types a word of any of them finds it. */
export function textsOf(product: Pick<Product, 'name' | 'brand' | 'description' | 'attributes' | 'categoryIds' | 'translations'>, tree: CategoryTree): Texts {
  const said = Object.values(product.translations ?? {});
  const usual = tree.namesOf(product.categoryIds).flat();
  const others = tree.languages.others.flatMap((language) => tree.in([language]).namesOf(product.categoryIds).flat()).filter((name) => !usual.includes(name));
  const words = Object.values(product.attributes).flat().filter((value) => typeof value === 'string');
  return {
    title: [product.name, ...said.map(({ name }) => name)].join(' '), brand: product.brand ?? '', body: [product.description, ...said.map(({ description = '' }) => description)].join(' ').trim(), attribute: words.join(' '),
    category: [...usual, ...others].join(' '),
  };
}
