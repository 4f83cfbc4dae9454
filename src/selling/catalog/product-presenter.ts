import type { LiveTree } from './live-tree.js';
import { presentProduct, presentVariant } from './product-view.js';
import type { ProductWithVariants } from './products.service.js';
import type { Variant } from './catalog.js';

/** Answers to writes: what staff see, in the market's currency. */
export class ProductPresenter {
  constructor(private readonly deps: { tree: LiveTree; defaultCurrency: string }) {}

  async show({ product, variants }: ProductWithVariants) {
    const tree = await this.deps.tree.current();
    return { view: presentProduct(product, variants, { tree, currency: this.deps.defaultCurrency, audience: 'staff' }), version: product.version };
  }

  variant(variant: Variant) {
    return presentVariant(variant, { currency: this.deps.defaultCurrency, audience: 'staff' });
  }
}
