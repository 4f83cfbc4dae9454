import { Types } from 'mongoose';
import type { CatalogVariant, Product, Variant } from './catalog.js';
import type { ProductRow, VariantRow } from './catalog.model.js';

export type Stored<Row> = Row & { _id: Types.ObjectId };

export function toProduct(row: Stored<ProductRow>): Product {
  const { _id, categoryIds, attributeIndex: _i, brandKey: _b, nameKey: _n, nameWords: _w, sustainabilityScore: _sc, isOffset: _o, stockRevision: _s, ...product } = row;
  return { ...product, visibleIn: row.visibleIn ?? [], id: _id.toHexString(), categoryIds: hex(categoryIds) };
}

export function toVariant(row: Stored<VariantRow>): Variant {
  const { _id, productId, skuKey: _k, productName: _n, productNames: _pn, productStatus: _s, productVisible: _v, productVisibleIn: _vi, slug: _l, categoryIds: _c, productImage: _i, footprint: _f, ...variant } = row;
  return { ...variant, id: _id.toHexString(), productId: productId.toHexString() };
}

export function toCatalogVariant(row: Stored<VariantRow>, chainOf: (languages: readonly string[]) => readonly string[]): CatalogVariant {
  const image = row.image ?? row.productImage;
  return {
    sku: row.sku, variantId: row._id.toHexString(), productId: row.productId.toHexString(), productName: nameIn(row, chainOf), slug: row.slug, options: row.options,
    status: row.productStatus, sellable: row.productVisible && row.enabled, ...(row.enabled && row.productVisibleIn && { sellableIn: row.productVisibleIn }), prices: row.prices, available: row.available, categoryIds: hex(row.categoryIds),
    ...(row.footprint && { footprint: row.footprint }),
    ...(row.backorderable && { backorderable: row.backorderable }), ...(row.components?.length && { components: row.components }), ...(row.digital && { digital: row.digital }), ...(row.quantityRule && { quantityRule: row.quantityRule }),
    ...(row.taxCategory !== null && { taxCategory: row.taxCategory }), ...(row.weightGrams !== null && { weightGrams: row.weightGrams }),
    ...(row.dimensionsMm !== null && { dimensionsMm: row.dimensionsMm }), ...(row.shipping && { shipping: row.shipping }), ...(image && { image: { url: image.url, alt: image.alt } }),
  };
}

function nameIn({ productName, productNames: names }: VariantRow, chainOf: (languages: readonly string[]) => readonly string[]): string {
  if (!names) return productName;
  const nearest = chainOf(Object.keys(names)).find((language) => names[language] !== undefined);
  return nearest === undefined ? productName : names[nearest]!;
}

const hex = (ids: readonly Types.ObjectId[]): string[] => ids.map((id) => id.toHexString());

/** For an update by pipeline: one category out, the other at the end unless it is there already. */
export function withoutCategory(from: string, to: string | null) {
  const rest = { $filter: { input: '$categoryIds', cond: { $ne: ['$$this', new Types.ObjectId(from)] } } };
  if (to === null) return rest;
  const target = new Types.ObjectId(to);
  return { $cond: [{ $in: [target, rest] }, rest, { $concatArrays: [rest, [target]] }] };
}

/** Fields that a row leaves out are taken away from what is stored. */
export function unsetOf(row: object, fields: readonly string[]): { $unset?: Record<string, 1> } {
  const absent = fields.filter((field) => !(field in row));
  return absent.length === 0 ? {} : { $unset: Object.fromEntries(absent.map((field) => [field, 1])) };
}
