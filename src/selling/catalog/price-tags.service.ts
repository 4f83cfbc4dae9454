import type { Buyer } from '../../shared/buyer.js';
import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { Ladder } from '../../shared/ladder.js';
import type { Money } from '../../shared/money.js';
import { usualLadder, type PriceView, type Pricing } from '../pricing/index.js';
import type { PriceRange, Product, Variant } from './catalog.js';

/** What a variant costs somebody, by quantity. `lowestPrior` is what a reduction must be compared with. */
export type PriceTag = Readonly<{ ladder: Ladder; lowestPrior?: Money }>;
export type PriceTags = ReadonlyMap<string, PriceTag>;
export type Shelf = Readonly<{ product: Pick<Product, 'id' | 'categoryIds'>; variants: readonly Variant[] }>;
/** Whose prices are shown. */
export type Looking = PriceView & Readonly<{ currency: string; channel: string | null }>;

export type BuyerOf = (who: { userId?: string | undefined; channel?: string | undefined }) => Promise<Buyer>;
type Deps = { pricing: Pick<Pricing, 'viewFor' | 'resolve' | 'reductionsOf'>; buyerOf: BuyerOf };

/** The same resolver as in the cart, so that what is shown is what is charged. */
export class PriceTagService {
  constructor(private readonly deps: Deps) {}

  async lookingAs(caller: Caller, currency: string): Promise<Looking> {
    const channel = caller.key?.channel ?? null;
    if (mayAct(caller, 'products:read')) return { context: null, key: '', isShared: false, currency, channel };
    const buyer = await this.deps.buyerOf({ userId: caller.user?.id, channel: caller.key?.channel });
    return { ...await this.deps.pricing.viewFor({ currency, buyer }), currency, channel };
  }

  async tagsOf(shelves: readonly Shelf[], { context, currency, channel, isShared }: Looking): Promise<PriceTags> {
    const variants = shelves.flatMap(({ product, variants: all }) => all.map((variant) => ({ ...variant, categoryIds: product.categoryIds })));
    const ladders = context ? await this.deps.pricing.resolve(variants, context) : new Map(variants.map(({ sku, prices }) => [sku, usualLadder(prices, currency)]));
    const reduced = variants.filter(({ sku }) => isReduced(ladders.get(sku), isShared));
    const reductions = await this.deps.pricing.reductionsOf(reduced.map(({ id, sku }) => ({ variantId: id, sku })), { currency, channel });
    return new Map(variants.map(({ sku }) => {
      const prior = reductions.get(sku)?.lowestPrior;
      return [sku, { ladder: ladders.get(sku) ?? [], ...(prior && { lowestPrior: prior }) }];
    }));
  }

  /** For lists: what a product costs from and to, where the stored range does not tell. */
  async rangesOf(shelves: readonly Shelf[], looking: Looking): Promise<ReadonlyMap<string, PriceRange>> {
    const tags = await this.tagsOf(shelves, looking);
    return new Map(shelves.flatMap(({ product, variants }): Array<[string, PriceRange]> => {
      const range = rangeOf(variants, tags);
      return range ? [[product.id, range]] : [];
    }));
  }
}

/** A reduction that everybody sees. */
function isReduced(ladder: Ladder | undefined, isShared: boolean): boolean {
  const [single] = ladder ?? [];
  return single?.compareAtPrice !== undefined && (isShared || single.source.kind === 'sale');
}

/** Lowest and highest price of a single one; null where none is sold. */
export function rangeOf(variants: readonly Variant[], tags: PriceTags): PriceRange | null {
  const singles = variants.filter(({ enabled }) => enabled).flatMap(({ sku }) => tags.get(sku)?.ladder[0] ?? []);
  if (singles.length === 0) return null;
  const lowest = singles.reduce((so, one) => (one.price.amount < so.price.amount ? one : so));
  const to = Math.max(...singles.map(({ price }) => price.amount));
  return { from: lowest.price.amount, to, ...(lowest.compareAtPrice && { compareAt: lowest.compareAtPrice.amount }) };
}
