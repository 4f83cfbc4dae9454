import { MAX_QUANTITY_PER_LINE, permitsNothing } from '../../shared/quantity-rule.js';
import { mergeFields, skuKeyOf, visibility, wrongValue, type AttributeDefinition, type Product, type Variant } from './catalog.js';
import { fromVariants } from './product-changes.js';
import { isSame, pricesAfter, productAfter, referenceOf, ruleAfter, sustainabilityAfter, variantAfter, type ImportOutcome, type ImportProduct, type Refusal } from './product-import.js';
import { combineRatings } from './ratings.js';
import { isSlug } from '../../shared/slug.js';
import { slugOf } from './slugs.js';
import type { VariantService } from './variants.service.js';

/** What is there already, read once for the whole batch. */
export type Known = Readonly<{
  products: readonly Product[]; variants: readonly Variant[]; ownerOfSku: ReadonlyMap<string, string>; ownerOfSlug: ReadonlyMap<string, string>;
  categories: ReadonlySet<string>; definitions: ReadonlyMap<string, AttributeDefinition>;
}>;
/** A product as the rows so far leave it, beside how it is stored. */
export type Draft = {
  readonly stored: Product | null; readonly storedVariants: ReadonlyMap<string, Variant>;
  product: Product; variants: readonly Variant[]; readonly newSlugs: string[]; readonly skus: Set<string>;
};
type Making = Readonly<{
  now: Date; newId(): string; build: VariantService['build']; freeSlug(base: string): Promise<string>;
  /** Then categories that are missing would have been made, and no number is used up for a slug. */
  dryRun: boolean;
}>;

/** Takes row after row of a batch, each on top of those before it, and writes nothing. */
export class ImportPlan {
  private readonly drafts = new Map<string, Draft>();
  private readonly byRef = new Map<string, string>();
  private readonly ownerOfSku: Map<string, string>;
  private readonly ownerOfSlug: Map<string, string>;

  constructor(private readonly known: Known, private readonly making: Making) {
    this.ownerOfSku = new Map(known.ownerOfSku);
    this.ownerOfSlug = new Map(known.ownerOfSlug);
    const variantsOf = new Map<string, Variant[]>(known.products.map(({ id }) => [id, []]));
    for (const variant of known.variants) variantsOf.get(variant.productId)?.push(variant);
    for (const product of known.products) {
      const variants = variantsOf.get(product.id)!;
      this.drafts.set(product.id, { stored: product, storedVariants: new Map(variants.map((variant) => [variant.id, variant])), product, variants, newSlugs: [], skus: new Set() });
      this.ownerOfSlug.set(product.slug, product.id);
      if (product.externalRef !== null) this.byRef.set(product.externalRef, product.id);
    }
  }

  get changed(): Draft[] {
    return [...this.drafts.values()].filter(({ stored, product }) => product !== stored);
  }

  async take(row: ImportProduct): Promise<ImportOutcome> {
    const { key } = row;
    const draft = this.draftOf(row);
    const refusal = this.refusalOf(row, draft);
    if (refusal) return { key, outcome: 'error', ...refusal };
    if (draft) return { key, outcome: this.change(draft, row), productId: draft.product.id };
    return { key, outcome: 'created', productId: await this.create(row) };
  }

  private draftOf(row: ImportProduct): Draft | null {
    const find = (id: string | undefined) => (id === undefined ? undefined : this.drafts.get(id));
    const bySku = find(this.ownerOfSku.get(skuKeyOf(row.sku)));
    const byReference = find(this.byRef.get(referenceOf(row) ?? ''));
    if (row.foundBy === 'sku') return bySku ?? byReference ?? find(this.ownerOfSlug.get(row.slug ?? '')) ?? null;
    // A product that was made by hand is adopted by its SKU, one that another file brought is not.
    return byReference ?? (bySku?.product.externalRef === null ? bySku : null) ?? null;
  }

  private refusalOf(row: ImportProduct, draft: Draft | null): Refusal | null {
    const { categories, definitions } = this.known;
    const unknown = this.making.dryRun ? undefined : row.categoryIds.find((id) => !categories.has(id));
    if (unknown !== undefined) return { code: 'unknown_category', field: 'categoryIds', message: `There is no category ${unknown}.` };
    if (row.slug && !isSlug(row.slug)) return { code: 'invalid_slug', field: 'slug', message: `${row.slug} is not a slug.` };
    for (const [name, value] of Object.entries(row.attributes)) {
      const definition = definitions.get(name);
      const wrong = definition && value !== null ? wrongValue(value, definition) : null;
      if (wrong !== null) return { code: `attribute_${definition!.type}`, field: `attributes.${name}`, message: `"${name}" ${wrong}.` };
    }
    const rule = ruleAfter(draft?.variants.find(({ sku }) => skuKeyOf(sku) === skuKeyOf(row.sku))?.quantityRule, row).quantityRule;
    if (rule && permitsNothing(rule, MAX_QUANTITY_PER_LINE)) return { code: 'invalid_quantity_rule', field: 'quantityStep', message: 'No multiple of the step lies between the minimum and the maximum quantity.' };
    const isForeign = (owner: string | undefined) => owner !== undefined && owner !== draft?.product.id;
    const reference = referenceOf(row);
    if (isForeign(this.ownerOfSku.get(skuKeyOf(row.sku)))) return taken('sku', 'sku_taken', row.sku);
    if (row.slug && isForeign(this.ownerOfSlug.get(row.slug))) return taken('slug', 'slug_taken', row.slug);
    return reference !== null && isForeign(this.byRef.get(reference)) ? taken('externalRef', 'external_ref_taken', reference) : null;
  }

  private async create(row: ImportProduct): Promise<string> {
    const { newId, now } = this.making;
    const id = newId();
    const slug = row.slug ?? await this.freeSlug(row);
    const variants = [this.newVariant(row, id, 0)];
    const { name, description, brand = null, categoryIds, status, customFields = {}, images = [], rating: importedRating } = row;
    const content = {
      name, description, brand, categoryIds, attributes: mergeFields({}, row.attributes), customFields, images, seo: {}, sustainability: sustainabilityAfter(null, row.footprint), status, publishAt: null,
      externalRef: referenceOf(row),
    };
    const product: Product = { ...content, ...fromVariants(variants), id, slug, ...visibility(content, now), rating: combineRatings(importedRating, null), ...(importedRating && { importedRating }), version: 1, createdAt: now, updatedAt: now };
    this.drafts.set(id, { stored: null, storedVariants: new Map(), product, variants, newSlugs: [slug], skus: new Set([row.sku]) });
    this.remember(product, row.sku);
    return id;
  }

  private change(draft: Draft, row: ImportProduct): 'created' | 'updated' | 'unchanged' {
    const { now } = this.making;
    const { product: before, variants } = draft;
    const previous = variants.find(({ sku }) => skuKeyOf(sku) === skuKeyOf(row.sku)) ?? null;
    const wanted = previous ? variantAfter(previous, row) : this.newVariant(row, before.id, variants.length);
    const after = productAfter(before, row);
    const isVariantSame = previous !== null && isSame(previous, wanted);
    if (isVariantSame && isSame(before, after)) return 'unchanged';
    const touched = isVariantSame ? previous : { ...wanted, version: (previous?.version ?? 0) + 1, updatedAt: now };
    draft.variants = previous ? variants.map((variant) => (variant === previous ? touched : variant)) : [...variants, touched];
    draft.product = { ...after, ...rangesFrom(draft.variants), ...visibility(after, now), version: before.version + 1, updatedAt: now };
    draft.skus.add(row.sku);
    if (!this.ownerOfSlug.has(after.slug)) draft.newSlugs.push(after.slug);
    this.remember(draft.product, row.sku);
    return previous ? 'updated' : 'created';
  }

  private remember({ id, slug, externalRef }: Product, sku: string): void {
    this.ownerOfSku.set(skuKeyOf(sku), id);
    this.ownerOfSlug.set(slug, id);
    if (externalRef !== null) this.byRef.set(externalRef, id);
  }

  private newVariant(row: ImportProduct, productId: string, position: number): Variant {
    const { sku, options, weightGrams = null, barcode = null, prices } = row;
    const content = { ...ruleAfter(null, row), sku, options: mergeFields({}, options), weightGrams, barcode, prices: pricesAfter([], prices), dimensionsMm: null, image: null, taxCategory: null, enabled: true };
    return this.making.build(content, { productId, position, now: this.making.now });
  }

  /** A name that is taken gets the row's key added, which the next import of the same file finds again. */
  private async freeSlug(row: ImportProduct): Promise<string> {
    const [base] = slugsFor(row) as [string];
    return slugsFor(row).find((slug) => !this.ownerOfSlug.has(slug)) ?? (this.making.dryRun ? base : await this.making.freeSlug(base));
  }
}

const taken = (field: string, code: string, value: string): Refusal => ({ code, field, message: `${value} belongs to another product.` });

/** The slugs that a row would like, the best first. */
export function slugsFor(row: ImportProduct): string[] {
  if (row.slug) return [row.slug];
  const base = slugOf(row.name, 'product');
  return [base, `${base}-${slugOf(row.key, 'key')}`];
}

/** Not the stock: an import does not touch it. */
function rangesFrom(variants: Parameters<typeof fromVariants>[0]): Pick<Product, 'priceRange' | 'shownRange'> {
  const { priceRange, shownRange } = fromVariants(variants);
  return { priceRange, shownRange };
}
