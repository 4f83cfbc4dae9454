import { isDeepStrictEqual } from 'node:util';
import type { Fields, Image, Product, ProductStatus, Rating, Variant, VariantPrice } from './catalog.js';

/** One row of a file in our own words. What is absent stays as it is; `key` becomes the external reference. */
export type ImportProduct = Readonly<{
  key: string; sku: string; name: string; description: string; brand?: string | null | undefined; categoryIds: readonly string[]; status: ProductStatus;
  attributes: Fields; customFields?: Fields | undefined; options?: Fields | undefined; prices: readonly VariantPrice[]; rating?: Rating | undefined;
  images?: readonly Image[] | undefined; slug?: string | null | undefined; weightGrams?: number | null | undefined; barcode?: string | null | undefined;
}>;
export type ImportOutcome = Readonly<{ key: string } & (
  | { outcome: 'created' | 'updated' | 'unchanged'; productId: string }
  | { outcome: 'error'; code: string; field: string; message: string }
)>;
export type Refusal = Readonly<{ code: string; field: string; message: string }>;

/** Rows of one key or SKU depend on each other, so the later one waits for the next wave. */
export function waves(rows: readonly ImportProduct[]): ImportProduct[][] {
  const all: Array<{ rows: ImportProduct[]; names: Set<string> }> = [];
  for (const row of rows) {
    const names = [`key:${row.key}`, `sku:${row.sku.toLowerCase()}`];
    const last = all.reduce((after, wave, at) => (names.some((name) => wave.names.has(name)) ? at : after), -1);
    const wave = all[last + 1] ?? { rows: [], names: new Set<string>() };
    if (!all[last + 1]) all.push(wave);
    wave.rows.push(row);
    for (const name of names) wave.names.add(name);
  }
  return all.map((wave) => wave.rows);
}

const given = <T>(wanted: T | undefined, stored: T): T => (wanted === undefined ? stored : wanted);

export function productAfter(before: Product, row: ImportProduct): Product {
  return {
    ...before, name: row.name, description: row.description, brand: given(row.brand, before.brand), categoryIds: row.categoryIds, status: row.status,
    attributes: row.attributes, customFields: given(row.customFields, before.customFields), images: given(row.images, before.images), rating: given(row.rating, before.rating),
    slug: row.slug ?? before.slug, externalRef: row.key,
  };
}

/** The currencies that a row names are replaced, the others stay. */
export function pricesAfter(before: readonly VariantPrice[], wanted: readonly VariantPrice[]): VariantPrice[] {
  const named = new Map(wanted.map((price) => [price.currency, withoutGaps(price)]));
  const kept = before.map((price) => named.get(price.currency) ?? price);
  return [...kept, ...[...named.values()].filter(({ currency }) => !before.some((price) => price.currency === currency))];
}

const withoutGaps = ({ currency, base, sale, wholesale }: VariantPrice): VariantPrice =>
  ({ currency, base, ...(sale !== undefined && { sale }), ...(wholesale !== undefined && { wholesale }) });

export function variantAfter(before: Variant, row: ImportProduct): Variant {
  return {
    ...before, options: given(row.options, before.options), weightGrams: given(row.weightGrams, before.weightGrams), barcode: given(row.barcode, before.barcode),
    prices: pricesAfter(before.prices, row.prices),
  };
}

export const isSame = (before: object, after: object): boolean => isDeepStrictEqual(before, after);
