import { isDeepStrictEqual } from 'node:util';
import type { QuantityRule } from '../../shared/quantity-rule.js';
import { mergeFields, type Fields, type FieldValue, type Image, type Product, type ProductStatus, type Rating, type Variant, type VariantPrice } from './catalog.js';
import { combineRatings } from './ratings.js';
import type { Sustainability } from '../../shared/sustainability.js';

/** What is absent stays as it was, null takes it away. */
export type ImportPrice = Readonly<{ currency: string; base: number; sale?: number | null; wholesale?: number | null }>;
export type ImportFootprint = Readonly<{
  footprintGrams?: number | null; productionGrams?: number | null; packagingGrams?: number | null; shippingEstimateGrams?: number | null; sustainabilityScore?: number | null;
  recycledPercent?: number | null; carbonOffset?: boolean | null;
}>;
export type ImportFields = Readonly<Record<string, FieldValue | null>>;
/** What a row does not name, so that a product that exists keeps it: `content` is all of the product, as for a row that only brings a variant. */
export type Kept = 'content' | 'description' | 'status' | 'categories' | 'otherCategories';

/** One row of a file in our own words. What is undefined stays as it is, and so do attributes and options that the row does not name. */
export type ImportProduct = Readonly<{
  /** What the rows of one product share. Found by it, a product has it as its external reference. */
  key: string;
  /** `sku`: the file is one of ours, so that the SKU, the slug or the external reference tell which product it is. */
  foundBy?: 'key' | 'sku' | undefined; externalRef?: string | null | undefined;
  sku: string; name: string; description: string; brand?: string | null | undefined; categoryIds: readonly string[]; status: ProductStatus;
  attributes: ImportFields; customFields?: Fields | undefined; options?: ImportFields | undefined; prices: readonly ImportPrice[]; rating?: Rating | undefined;
  images?: readonly Image[] | undefined; slug?: string | null | undefined; footprint?: ImportFootprint | undefined;
  /** Part by part. */
  quantityRule?: Readonly<{ minimum?: number | null | undefined; maximum?: number | null | undefined; step?: number | null | undefined }> | undefined;
  weightGrams?: number | null | undefined; barcode?: string | null | undefined;
  keeps?: readonly Kept[] | undefined;
}>;
export type ImportOutcome = Readonly<{ key: string } & (
  | { outcome: 'created' | 'updated' | 'unchanged'; productId: string }
  | { outcome: 'error'; code: string; field: string; message: string }
)>;
export type Refusal = Readonly<{ code: string; field: string; message: string }>;

const given = <T>(wanted: T | undefined, stored: T): T => (wanted === undefined ? stored : wanted);

export const referenceOf = (row: ImportProduct): string | null => (row.foundBy === 'sku' ? row.externalRef ?? null : row.key);

export function productAfter(before: Product, row: ImportProduct): Product {
  const keeps = new Set(row.keeps);
  const status = keeps.has('status') || keeps.has('content') ? keptStatus(before, row) : row.status;
  if (keeps.has('content')) return { ...before, status };
  return {
    ...before, status, name: row.name, description: keeps.has('description') ? before.description : row.description, brand: given(row.brand, before.brand),
    categoryIds: categoriesAfter(before.categoryIds, row.categoryIds, keeps), attributes: fieldsAfter(before.attributes, row.attributes),
    customFields: given(row.customFields, before.customFields), images: given(row.images, before.images), ...ratingsAfter(before, row),
    sustainability: sustainabilityAfter(before.sustainability, row.footprint), slug: row.slug ?? before.slug, externalRef: referenceOf(row) ?? before.externalRef,
  };
}

/** The figures that a file has columns for; what staff wrote besides, such as materials, stays. Nothing known is null. */
export function sustainabilityAfter(before: Sustainability | null, row: ImportFootprint | undefined): Sustainability | null {
  if (!row) return before;
  const { footprintGrams, recycledPercent, carbonOffset, ...figures } = row;
  const carbonFootprint = changed(before?.carbonFootprint ?? {}, figures);
  const ecoMetrics = changed(before?.ecoMetrics ?? {}, { carbonOffset });
  const after = changed({ ...before, carbonFootprint, ecoMetrics }, { footprintGrams, recycledPercent, ...(isEmpty(carbonFootprint) && { carbonFootprint: null }), ...(isEmpty(ecoMetrics) && { ecoMetrics: null }) });
  return isEmpty(after) ? null : after as Sustainability;
}

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;
const changed = (before: object, wanted: object): object => Object.fromEntries(Object.entries({ ...before, ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) }).filter(([, value]) => value !== null));

/** What a file says stands beside what people wrote here, and replaces only what an earlier file said. */
function ratingsAfter({ importedRating, ownRating, rating }: Product, row: ImportProduct): Pick<Product, 'rating' | 'importedRating'> {
  return row.rating === undefined ? { rating, ...(importedRating && { importedRating }) } : { rating: combineRatings(row.rating, ownRating), importedRating: row.rating };
}

/** What staff decided stays, but a draft that only lacked a price comes out with its first. */
function keptStatus({ status, priceRange }: Product, row: ImportProduct): ProductStatus {
  const lackedPrice = status === 'draft' && Object.keys(priceRange).length === 0;
  return lackedPrice && row.prices.length > 0 ? row.status : status;
}

/** A blank cell says nothing against a text that is empty. */
const fieldsAfter = (before: Fields, wanted: ImportFields): Fields =>
  mergeFields(before, Object.fromEntries(Object.entries(wanted).filter(([name, value]) => value !== null || before[name] !== '')));

/** The first category is the one that files know; the others were added for the shop's own ends. */
function categoriesAfter(before: readonly string[], wanted: readonly string[], keeps: ReadonlySet<Kept>): readonly string[] {
  if (keeps.has('categories')) return before;
  return keeps.has('otherCategories') ? [...new Set([...wanted, ...before.slice(1)])] : wanted;
}

/** The currencies that a row names are changed, the others stay. */
export function pricesAfter(before: readonly VariantPrice[], wanted: readonly ImportPrice[]): VariantPrice[] {
  const named = new Map(wanted.map((price) => [price.currency, priceAfter(before.find(({ currency }) => currency === price.currency), price)]));
  const kept = before.map((price) => named.get(price.currency) ?? price);
  return [...kept, ...[...named.values()].filter(({ currency }) => !before.some((price) => price.currency === currency))];
}

/** A reduced price that is none any more beside the new base is gone. */
function priceAfter(before: VariantPrice | undefined, { currency, base, ...wanted }: ImportPrice): VariantPrice {
  const sale = wanted.sale === undefined ? before?.sale : wanted.sale;
  const wholesale = wanted.wholesale === undefined ? before?.wholesale : wanted.wholesale;
  // Files know no quantities; what would cost more than a single one is gone.
  const tiers = before?.tiers?.filter(({ amount }) => amount <= base);
  return { currency, base, ...(typeof sale === 'number' && sale <= base && { sale }), ...(typeof wholesale === 'number' && { wholesale }), ...(tiers?.length && { tiers }) };
}

export function variantAfter(before: Variant, row: ImportProduct): Variant {
  return {
    ...before, options: fieldsAfter(before.options, row.options ?? {}), weightGrams: given(row.weightGrams, before.weightGrams), barcode: given(row.barcode, before.barcode),
    prices: pricesAfter(before.prices, row.prices), ...ruleAfter(before.quantityRule, row),
  };
}

/** Which quantities can be ordered then; nothing where the row does not change that. */
export function ruleAfter(before: QuantityRule | null | undefined, { quantityRule: wanted = {} }: ImportProduct): { quantityRule?: QuantityRule | null } {
  const named = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const after = Object.fromEntries(Object.entries({ ...before, ...named }).filter(([, value]) => value !== null)) as QuantityRule;
  if (isSame(before ?? {}, after)) return {};
  return { quantityRule: Object.keys(after).length === 0 ? null : after };
}

export const isSame = (before: object, after: object): boolean => isDeepStrictEqual(before, after);
