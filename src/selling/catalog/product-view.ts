import { money, type Money } from '../../shared/money.js';
import type { PriceRange, Product, Variant } from './catalog.js';
import type { CategoryTree } from './category-tree.js';
import type { PriceTag, PriceTags } from './price-tags.service.js';
import { slugOf } from './slugs.js';
import { slugsOf, translated } from './translations.js';
import { NO_SCORE, scoreOf } from '../../shared/sustainability.js';

export type ViewOptions = Readonly<{
  tree: CategoryTree; currency: string;
  /** Only staff see wholesale prices, other currencies and what is hidden. */
  audience: 'public' | 'staff';
  expand?: ReadonlySet<string>;
  /** By SKU. */
  tags: PriceTags;
  /** By product, where it is not the stored one. */
  ranges?: ReadonlyMap<string, PriceRange> | undefined;
}>;

/** What every list shows of a product. */
export function presentSummary(original: Product, { tree, currency, audience, expand, ranges }: Omit<ViewOptions, 'tags'>) {
  const product = translated(original, tree.chain);
  const { id, slug, name, brand, status, images, attributes, inStock, createdAt, updatedAt, version } = product;
  const range = ranges ? ranges.get(id) : product.priceRange[currency];
  return {
    // An answer from the cache is read no further than this.
    id, slug, ...(product.language !== undefined && { language: product.language }), name, brand: expand?.has('brand') ? expandedBrand(brand) : brand, status, categories: tree.labelsOf(product.categoryIds), images: images.slice(0, 1), attributes,
    ...(expand?.has('description') && { description: product.description }),
    ...pricesOf(range, currency), rating: ratingOf(product), inStock, ...scored(product), createdAt, updatedAt, version,
    ...(audience === 'staff' && { publishAt: product.publishAt, externalRef: product.externalRef, visible: product.visible, ...(product.channels?.length && { channels: product.channels }) }),
  };
}

function ratingOf({ rating, importedRating: imported }: Product) {
  return imported ? { ...rating, imported } : rating;
}

function scored({ sustainability }: Product): { sustainabilityScore?: number } {
  const sustainabilityScore = scoreOf(sustainability);
  return sustainabilityScore === NO_SCORE ? {} : { sustainabilityScore };
}

export function presentProduct(product: Product, variants: readonly Variant[], options: ViewOptions) {
  const { chain, languages } = options.tree;
  const { seo, description } = translated(product, chain);
  const slugs = slugsOf(product, languages.usual);
  const { images, customFields, sustainability } = product;
  return {
    ...presentSummary(product, options), description, images, customFields, seo, ...(sustainability && { sustainability }), ...(slugs && { slugs }),
    variants: variants.map((variant) => presentVariant(variant, options)),
  };
}

export function presentVariant(variant: Variant, { audience, tags }: Pick<ViewOptions, 'audience' | 'tags'>) {
  const { id, sku, options, barcode, weightGrams, dimensionsMm, image, available, version } = variant;
  return {
    id, sku, options, ...shownPrice(tags.get(sku)), available,
    ...(barcode !== null && { barcode }), ...(weightGrams !== null && { weightGrams }), ...(dimensionsMm && { dimensionsMm }), ...(image && { image }), version,
    ...(variant.backorderable && variant.backorderable.quantity > 0 && { backorderable: variant.backorderable }),
    ...(variant.components?.length && { components: variant.components }), ...(variant.digital && { digital: variant.digital }), ...(variant.quantityRule && { quantityRule: variant.quantityRule }),
    ...(audience === 'staff' && { prices: variant.prices, enabled: variant.enabled, taxCategory: variant.taxCategory, ...(variant.shipping && { shipping: variant.shipping }) }),
  };
}

/** The price of a single one, and the others where the quantity counts. */
function shownPrice(tag: PriceTag | undefined) {
  const [single, ...more] = tag?.ladder ?? [];
  if (!single) return { price: null };
  const { price, compareAtPrice, source } = single;
  return {
    price, ...(compareAtPrice && { compareAtPrice }), ...(tag?.lowestPrior && { lowestPrior30Days: tag.lowestPrior }),
    ...(more.length > 0 && { tiers: tag!.ladder.map(({ source: _s, ...tier }) => tier) }), ...(source.kind !== 'base' && source.kind !== 'sale' && { priceSource: source }),
  };
}

function pricesOf(range: PriceRange | undefined, currency: string): { price: { from: Money; to: Money } | null; compareAtPrice?: Money } {
  if (!range) return { price: null };
  const price = { from: money(range.from, currency), to: money(range.to, currency) };
  return range.compareAt === undefined ? { price } : { price, compareAtPrice: money(range.compareAt, currency) };
}

const expandedBrand = (brand: string | null) => (brand === null ? null : { name: brand, slug: slugOf(brand, 'brand') });
