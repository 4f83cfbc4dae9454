import { afterCommit } from '../../shared/db/transaction.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange, ConflictError } from '../../shared/errors.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import type { AttributeRepository } from './attributes.repository.js';
import type { AvailabilityService } from './availability.service.js';
import { derive, isVisible, mergeFields, skuKeyOf, wrongValue, type AttributeDefinition, type Product, type Variant } from './catalog.js';
import type { Writing } from './catalog.deps.js';
import type { CategoryRepository } from './categories.repository.js';
import { fromVariants, LISTS, productTag, recordedChanges, STOCK_LISTS } from './product-changes.js';
import { isSame, pricesAfter, productAfter, referenceOf, variantAfter, waves, type ImportOutcome, type ImportProduct, type Refusal } from './product-import.js';
import type { ProductRepository } from './products.repository.js';
import { SLUG, slugOf } from './slugs.js';
import type { SlugRepository } from './slugs.repository.js';
import type { VariantRepository } from './variants.repository.js';
import type { VariantService } from './variants.service.js';

type Deps = Writing & {
  products: ProductRepository; variants: VariantRepository; slugs: SlugRepository; categories: Pick<CategoryRepository, 'existing'>; attributes: Pick<AttributeRepository, 'findMany'>;
  availability: Pick<AvailabilityService, 'adopt'>; variantService: Pick<VariantService, 'build'>;
};
/** What is there already, read once for the whole batch. */
type Known = Readonly<{
  byRef: ReadonlyMap<string, Product>; byId: ReadonlyMap<string, Product>; variantsOf: ReadonlyMap<string, readonly Variant[]>; ownerOfSku: ReadonlyMap<string, string>;
  ownerOfSlug: Map<string, string>; categories: ReadonlySet<string>; definitions: ReadonlyMap<string, AttributeDefinition>;
  /** Then categories that are missing would have been made, and no number is used up for a slug. */
  dryRun: boolean;
}>;
type Change = Readonly<{ before: Product | null; product: Product; variants: readonly Variant[]; touched: Variant; previous: Variant | null; claimsSlug: boolean }>;
type Planned = Readonly<{ row: ImportProduct } & ({ change: Change } | { same: string } | { refusal: Refusal })>;

export class ProductImport {
  constructor(private readonly deps: Deps) {}

  /** Few round trips whatever the number of rows; a row that is refused does not hold up the others, and the same batch again changes nothing. */
  async upsert(batch: readonly ImportProduct[], actor: Actor = SYSTEM, { dryRun = false } = {}): Promise<ImportOutcome[]> {
    const outcomes = new Map<ImportProduct, ImportOutcome>();
    for (const wave of waves(batch)) {
      for (const [row, outcome] of await retryLostRace(() => this.upsertWave(wave, actor, dryRun))) outcomes.set(row, outcome);
    }
    return batch.map((row) => outcomes.get(row)!);
  }

  private async upsertWave(rows: readonly ImportProduct[], actor: Actor, dryRun: boolean): Promise<Array<[ImportProduct, ImportOutcome]>> {
    const now = this.deps.now();
    const known = { ...await this.read(rows), dryRun };
    const planned: Planned[] = [];
    for (const row of rows) planned.push({ row, ...await this.plan(row, known, now) });
    const changes = planned.flatMap((one) => ('change' in one ? [one.change] : []));
    if (changes.length > 0 && !dryRun) await this.write(changes, now, actor);
    return planned.map((one) => [one.row, outcomeOf(one)]);
  }

  private async read(rows: readonly ImportProduct[]): Promise<Omit<Known, 'dryRun'>> {
    const { products, variants, slugs, categories, attributes } = this.deps;
    const [byRef, ownerOfSku, ownerOfSlug, existing, definitions] = await Promise.all([
      products.findByRefs(rows.flatMap((row) => referenceOf(row) ?? [])),
      variants.ownersOf(rows.map(({ sku }) => sku)),
      slugs.ownersOf([...new Set(rows.flatMap(slugsFor))]),
      categories.existing([...new Set(rows.flatMap(({ categoryIds }) => categoryIds))]),
      attributes.findMany([...new Set(rows.flatMap((row) => Object.keys(row.attributes)))]),
    ]);
    const seen = new Set(byRef.map(({ id }) => id));
    const bySlug = rows.flatMap(({ foundBy, slug }) => (foundBy === 'sku' && slug ? ownerOfSlug.get(slug) ?? [] : []));
    const others = await products.findMany([...new Set([...ownerOfSku.values(), ...bySlug])].filter((id) => !seen.has(id)), 'staff');
    const all = [...byRef, ...others];
    const variantsOf = new Map<string, Variant[]>(all.map(({ id }) => [id, []]));
    for (const variant of await variants.ofProducts(all.map(({ id }) => id))) variantsOf.get(variant.productId)?.push(variant);
    return {
      byRef: new Map(byRef.map((product) => [product.externalRef!, product])), byId: new Map(all.map((product) => [product.id, product])), variantsOf, ownerOfSku, ownerOfSlug,
      categories: existing, definitions: new Map(definitions.map((definition) => [definition.code, definition])),
    };
  }

  private async plan(row: ImportProduct, known: Known, now: Date): Promise<{ change: Change } | { same: string } | { refusal: Refusal }> {
    const before = productOf(row, known);
    const owner = known.ownerOfSku.get(skuKeyOf(row.sku));
    const refusal = refusalOf(row, known) ?? (owner !== undefined && owner !== before?.id ? taken('sku', row.sku) : null);
    if (refusal) return { refusal };
    const id = before?.id ?? this.deps.products.newId();
    if (row.slug && (known.ownerOfSlug.get(row.slug) ?? id) !== id) return { refusal: taken('slug', row.slug) };
    const reference = referenceOf(row);
    if (reference !== null && (known.byRef.get(reference)?.id ?? id) !== id) return { refusal: taken('externalRef', reference) };
    if (before) return this.planUpdate(before, row, known, now);

    const slug = row.slug ?? await this.freeSlug(row, known);
    known.ownerOfSlug.set(slug, id);
    const variant = this.newVariant(row, id, 0, now);
    const product = newProduct(row, { id, slug, now, variants: [variant] });
    return { change: { before: null, product, variants: [variant], touched: variant, previous: null, claimsSlug: true } };
  }

  private planUpdate(before: Product, row: ImportProduct, known: Known, now: Date): { change: Change } | { same: string } {
    const current = known.variantsOf.get(before.id) ?? [];
    const previous = current.find(({ sku }) => skuKeyOf(sku) === skuKeyOf(row.sku)) ?? null;
    const touched = previous ? variantAfter(previous, row) : this.newVariant(row, before.id, current.length, now);
    const after = productAfter(before, row);
    if (previous && isSame(before, after) && isSame(previous, touched)) return { same: before.id };
    const claimsSlug = after.slug !== before.slug && !known.ownerOfSlug.has(after.slug);
    if (claimsSlug) known.ownerOfSlug.set(after.slug, before.id);
    const changed = previous && isSame(previous, touched) ? previous : { ...touched, version: (previous?.version ?? 0) + 1, updatedAt: now };
    const variants = previous ? current.map((variant) => (variant === previous ? changed : variant)) : [...current, changed];
    const { priceRange } = fromVariants(variants);
    const product = { ...after, priceRange, visible: isVisible(after, now), version: before.version + 1, updatedAt: now };
    return { change: { before, product, variants, touched: changed, previous, claimsSlug } };
  }

  private newVariant(row: ImportProduct, productId: string, position: number, now: Date): Variant {
    const { sku, options, weightGrams = null, barcode = null, prices } = row;
    const content = { sku, options: mergeFields({}, options), weightGrams, barcode, prices: pricesAfter([], prices), dimensionsMm: null, image: null, taxCategory: null, enabled: true };
    return this.deps.variantService.build(content, { productId, position, now });
  }

  /** A name that is taken gets the row's key added, which the next import of the same file finds again. */
  private async freeSlug(row: ImportProduct, { ownerOfSlug, dryRun }: Known): Promise<string> {
    const [base] = slugsFor(row) as [string];
    return slugsFor(row).find((slug) => !ownerOfSlug.has(slug)) ?? (dryRun ? base : await this.deps.slugs.free(base));
  }

  private async write(changes: readonly Change[], now: Date, actor: Actor): Promise<void> {
    const { products, variants, slugs, pricing, inventory, outbox, inTransaction, cache, availability } = this.deps;
    const created = changes.filter(({ before }) => before === null);
    const updated = changes.flatMap(({ before, ...change }) => (before ? [{ before, ...change }] : []));
    const added = changes.filter(({ previous }) => previous === null);
    const ids = changes.map(({ product }) => product.id);
    await asLostRace(() => inTransaction(async () => {
      await slugs.claimAll(changes.filter(({ claimsSlug }) => claimsSlug).map(({ product }) => ({ slug: product.slug, productId: product.id })));
      await products.insertMany(created.map(({ product }) => ({ product, derived: derive(product, now) })));
      await products.saveMany(updated.map(({ before, product }) => ({ product, derived: derive(product, now), read: before })));
      await variants.insertMany(added.map(({ product, touched }) => ({ variant: touched, product })));
      await variants.saveMany(updated.flatMap(({ product, variants: all, touched, previous }) => all.filter((variant) => previous !== null || variant !== touched)
        .map((variant) => ({ variant, product, readVersion: variant === touched ? previous!.version : variant.version }))));
      if (added.length > 0) await inventory.createLevels(added.map(({ product, touched }) => ({ sku: touched.sku, productId: product.id })));
      await pricing.record(changes.flatMap(({ touched, previous }) => recordedChanges(touched, previous?.prices ?? [], touched.prices, now, actor)));
      await outbox.record({ type: 'products.imported', aggregateId: ids[0]!, data: {
        productIds: ids, skus: changes.map(({ touched }) => touched.sku), created: created.length, updated: updated.length,
      } });
      await afterCommit(() => cache.invalidate([...updated.map(({ product }) => productTag(product.id)), LISTS, STOCK_LISTS]));
    }));
    if (added.length > 0) await availability.adopt(added.map(({ touched }) => touched.sku));
  }
}

const slugsFor = (row: ImportProduct): string[] => {
  if (row.slug) return [row.slug];
  const base = slugOf(row.name, 'product');
  return [base, `${base}-${slugOf(row.key, 'key')}`];
};

function newProduct(row: ImportProduct, { id, slug, now, variants }: { id: string; slug: string; now: Date; variants: readonly Variant[] }): Product {
  const { name, description, brand = null, categoryIds, status, customFields = {}, images = [], rating = { average: 0, count: 0 } } = row;
  const attributes = mergeFields({}, row.attributes);
  const content = { name, description, brand, categoryIds, attributes, customFields, images, seo: {}, sustainability: null, status, publishAt: null, externalRef: referenceOf(row) };
  return { ...content, ...fromVariants(variants), id, slug, visible: isVisible(content, now), rating, version: 1, createdAt: now, updatedAt: now };
}

function productOf(row: ImportProduct, { ownerOfSku, ownerOfSlug, byId, byRef }: Known): Product | null {
  const find = (id: string | undefined) => (id === undefined ? undefined : byId.get(id));
  const bySku = find(ownerOfSku.get(skuKeyOf(row.sku)));
  const byReference = byRef.get(referenceOf(row) ?? '');
  if (row.foundBy === 'sku') return bySku ?? byReference ?? find(ownerOfSlug.get(row.slug ?? '')) ?? null;
  // A product that was made by hand is adopted by its SKU, one that another file brought is not.
  return byReference ?? (bySku?.externalRef === null ? bySku : null) ?? null;
}

function refusalOf(row: ImportProduct, { categories, definitions, dryRun }: Known): Refusal | null {
  const unknown = dryRun ? undefined : row.categoryIds.find((id) => !categories.has(id));
  if (unknown !== undefined) return { code: 'unknown_category', field: 'categoryIds', message: `There is no category ${unknown}.` };
  if (row.slug && !SLUG.test(row.slug)) return { code: 'invalid_slug', field: 'slug', message: `${row.slug} is not a slug.` };
  for (const [name, value] of Object.entries(row.attributes)) {
    const definition = definitions.get(name);
    const wrong = definition && value !== null ? wrongValue(value, definition) : null;
    if (wrong !== null) return { code: `attribute_${definition!.type}`, field: `attributes.${name}`, message: `"${name}" ${wrong}.` };
  }
  return null;
}

const taken = (field: 'sku' | 'slug' | 'externalRef', value: string): Refusal => ({ code: field === 'externalRef' ? 'external_ref_taken' : `${field}_taken`, field, message: `${value} belongs to another product.` });

function outcomeOf(planned: Planned): ImportOutcome {
  const { key } = planned.row;
  if ('refusal' in planned) return { key, outcome: 'error', ...planned.refusal };
  if ('same' in planned) return { key, outcome: 'unchanged', productId: planned.same };
  const { previous, product } = planned.change;
  return { key, outcome: previous ? 'updated' : 'created', productId: product.id };
}

/** Somebody took a slug, SKU or reference since it was looked up: the whole batch is planned again. */
async function asLostRace<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConflictError && !(error instanceof ConcurrentChange)) throw new ConcurrentChange(error.message, error.facts);
    throw error;
  }
}
