import type { FieldValue, Image, ProductContent, VariantContent, VariantPrice } from './catalog.js';
import type { NewProduct, Replacement, Patch } from './products.service.js';
import type { VariantPatch } from './variants.service.js';

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };
/** As the schemas let it through: times are still text, and what may be absent is. */
export type VariantBody = { sku: string; prices: VariantPrice[] } & Optional<Omit<VariantContent, 'sku' | 'prices'>>;
export type VariantPutBody = Omit<VariantBody, 'sku'> & { sku?: string };
export type VariantPatchBody = Optional<Omit<VariantContent, 'sku' | 'prices'>>;
export type ProductBody = { name: string; slug?: string; publishAt?: string | null; variants?: VariantBody[]; images?: Image[] }
  & Optional<Omit<ProductContent, 'name' | 'publishAt' | 'images'>>;
export type ProductPatchBody = Optional<Omit<ProductContent, 'publishAt' | 'attributes' | 'customFields'>> & {
  slug?: string; publishAt?: string | null; attributes?: Record<string, FieldValue | null>; customFields?: Record<string, FieldValue | null>;
};

const timeOf = (text: string | null | undefined): Date | null => (text === null || text === undefined ? null : new Date(text));
/** Leaves out what is absent, so that it cannot overwrite what is there. */
const given = <T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

export function variantContentOf({ sku, prices, options = {}, barcode = null, weightGrams = null, dimensionsMm = null, image = null, taxCategory = null, enabled = true, shipping, components, digital, quantityRule }: VariantBody): VariantContent {
  return { sku, prices, options, barcode, weightGrams, dimensionsMm, image, taxCategory, enabled, ...(shipping && { shipping }), ...(components?.length && { components }), ...(digital && { digital }), ...(quantityRule && { quantityRule }) };
}

export const variantPatchOf = ({ sku: _s, ...patch }: VariantPatchBody & { sku?: string; prices?: VariantPrice[] }): VariantPatch => given(patch) as VariantPatch;

const replaced = ({ name, description = '', brand = null, categoryIds = [], attributes = {}, customFields = {}, images = [], seo = {}, sustainability = null }: ProductBody) =>
  ({ name, description, brand, categoryIds, attributes, customFields, images, seo, sustainability });

export function newProductOf(body: ProductBody): NewProduct {
  const { slug, status = 'draft', publishAt, externalRef = null, channels, variants = [] } = body;
  return { ...replaced(body), slug, status, publishAt: timeOf(publishAt), externalRef, ...(channels && { channels }), variants: variants.map(variantContentOf) };
}

export function replacementOf(body: ProductBody): Replacement {
  const { slug, status, publishAt, externalRef, channels, variants } = body;
  return {
    ...replaced(body), slug, variants: variants?.map(variantContentOf),
    ...given({ status, externalRef, channels }), ...(publishAt !== undefined && { publishAt: timeOf(publishAt) }),
  };
}

export function patchOf({ publishAt, ...body }: ProductPatchBody): Patch {
  return { ...given(body), ...(publishAt !== undefined && { publishAt: timeOf(publishAt) }) } as Patch;
}
