import type { Product, Variant } from './catalog.js';
import type { LiveTree } from './live-tree.js';
import type { ProductRepository } from './products.repository.js';
import type { VariantRepository } from './variants.repository.js';

export type WalkedProduct = Readonly<{
  product: Product; variants: readonly Variant[];
  /** The names from the root, for each category of the product. */
  categoryPaths: ReadonlyArray<readonly string[]>;
}>;

const STEP = 200;

export class ProductWalk {
  constructor(private readonly deps: { products: Pick<ProductRepository, 'findAfter'>; variants: Pick<VariantRepository, 'ofProducts'>; tree: LiveTree }) {}

  /** Every product with its variants, drafts and archived ones too; as much is in memory as the reader takes at once. */
  async *all(): AsyncGenerator<WalkedProduct> {
    for (let last: string | null = null; ;) {
      const products: Product[] = await this.deps.products.findAfter(last, STEP);
      if (products.length === 0) return;
      const variants = await this.deps.variants.ofProducts(products.map(({ id }) => id));
      const tree = await this.deps.tree.current();
      for (const product of products) {
        yield { product, variants: variants.filter(({ productId }) => productId === product.id), categoryPaths: tree.namesOf(product.categoryIds) };
      }
      last = products.at(-1)!.id;
    }
  }
}
