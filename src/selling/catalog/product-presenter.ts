import type { LiveTree } from './live-tree.js';
import { usualLadder } from '../pricing/index.js';
import type { PriceTags } from './price-tags.service.js';
import { presentProduct, presentVariant } from './product-view.js';
import type { ProductWithVariants } from './products.service.js';
import type { Variant } from './catalog.js';

/** Answers to writes: what staff see, in the market's currency. */
export class ProductPresenter {
  constructor(private readonly deps: { tree: LiveTree; defaultCurrency: string }) {}

  async show({ product, variants }: ProductWithVariants) {
    const tree = await this.deps.tree.current();
    return { view: presentProduct(product, variants, { tree, currency: this.deps.defaultCurrency, audience: 'staff', tags: this.tagsOf(variants) }), version: product.version };
  }

  variant(variant: Variant) {
    return presentVariant(variant, { audience: 'staff', tags: this.tagsOf([variant]) });
  }

  private tagsOf(variants: readonly Variant[]): PriceTags {
    return new Map(variants.map(({ sku, prices }) => [sku, { ladder: usualLadder(prices, this.deps.defaultCurrency) }]));
  }
}
