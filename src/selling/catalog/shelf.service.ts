import type { LiveTree } from './live-tree.js';
import type { PriceTagService } from './price-tags.service.js';
import { presentProduct } from './product-view.js';
import type { ProductPage, ProductRepository } from './products.repository.js';
import type { VariantRepository } from './variants.repository.js';

const STEP = 500;
const PAGES_AT_ONCE = 2000;
const PASSER_BY = { key: null, user: null, ip: '' };

type Deps = {
  products: Pick<ProductRepository, 'shownAfter' | 'pagesAfter'>; variants: Pick<VariantRepository, 'ofProducts'>; tree: LiveTree; prices: PriceTagService;
};
export type ShelfView = ReturnType<typeof presentProduct>;

/** Everything that everybody may see, read in steps, so that any number needs the same memory. */
export class Shelf {
  constructor(private readonly deps: Deps) {}

  /** As the API shows it to a passer-by who reads this language, in the order of the ids. */
  async *products(currency: string, language?: string): AsyncGenerator<ShelfView> {
    const { products, variants, tree, prices } = this.deps;
    for (let last: string | null = null; ;) {
      const step = await products.shownAfter(last, STEP);
      if (step.length === 0) return;
      const all = (await variants.ofProducts(step.map(({ id }) => id))).filter(({ enabled }) => enabled);
      const shelves = step.map((product) => ({ product, variants: all.filter(({ productId }) => productId === product.id) }));
      const looking = await prices.lookingAs(PASSER_BY, currency);
      const [tags, held] = [await prices.tagsOf(shelves, looking), await tree.readIn(language)];
      for (const { product, variants: own } of shelves) yield presentProduct(product, own, { tree: held, currency, audience: 'public', tags });
      last = step.at(-1)!.id;
    }
  }

  /** Only what an address needs. `after` is exclusive, `until` inclusive; null is open. */
  async *pages({ after, until }: { after: string | null; until: string | null }): AsyncGenerator<ProductPage> {
    for (let last = after; ;) {
      const step: ProductPage[] = await this.deps.products.pagesAfter({ after: last, until }, PAGES_AT_ONCE);
      yield* step;
      if (step.length < PAGES_AT_ONCE) return;
      last = step.at(-1)!.id;
    }
  }
}
