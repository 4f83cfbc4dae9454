import { afterCommit } from '../../shared/db/transaction.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange, ConflictError } from '../../shared/errors.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import { cleanRichText } from '../../shared/rich-text.js';
import type { AttributeRepository } from './attributes.repository.js';
import type { AvailabilityService } from './availability.service.js';
import { derive } from './catalog.js';
import type { Writing } from './catalog.deps.js';
import type { CategoryRepository } from './categories.repository.js';
import { LISTS, productTag, recordedChanges, STOCK_LISTS } from './product-changes.js';
import { referenceOf, type ImportOutcome, type ImportProduct } from './product-import.js';
import { ImportPlan, slugsFor, type Draft, type Known } from './product-import-plan.js';
import type { ProductRepository } from './products.repository.js';
import type { SlugRepository } from './slugs.repository.js';
import type { VariantRepository } from './variants.repository.js';
import type { VariantService } from './variants.service.js';

type Deps = Writing & {
  products: ProductRepository; variants: VariantRepository; slugs: SlugRepository; categories: Pick<CategoryRepository, 'existing'>; attributes: Pick<AttributeRepository, 'findMany'>;
  availability: Pick<AvailabilityService, 'adopt'>; variantService: Pick<VariantService, 'build'>;
};

export class ProductImport {
  constructor(private readonly deps: Deps) {}

  /** Few round trips whatever the number of rows; a row that is refused does not hold up the others, and the same batch again changes nothing. */
  upsert(rows: readonly ImportProduct[], actor: Actor = SYSTEM, { dryRun = false } = {}): Promise<ImportOutcome[]> {
    const batch = rows.map((row) => ({ ...row, description: cleanRichText(row.description) }));
    return retryLostRace(async () => {
      const { products, slugs, variantService } = this.deps;
      const now = this.deps.now();
      const plan = new ImportPlan(await this.read(batch), {
        now, dryRun, newId: () => products.newId(), build: (content, place) => variantService.build(content, place), freeSlug: (base) => slugs.free(base),
      });
      const outcomes: ImportOutcome[] = [];
      for (const row of batch) outcomes.push(await plan.take(row));
      const { changed } = plan;
      if (changed.length > 0 && !dryRun) await this.write(changed, now, actor);
      return outcomes;
    });
  }

  private async read(rows: readonly ImportProduct[]): Promise<Known> {
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
    return {
      products: all, variants: await variants.ofProducts(all.map(({ id }) => id)), ownerOfSku, ownerOfSlug, categories: existing,
      definitions: new Map(definitions.map((definition) => [definition.code, definition])),
    };
  }

  private async write(changed: readonly Draft[], now: Date, actor: Actor): Promise<void> {
    const { products, variants, slugs, pricing, inventory, outbox, inTransaction, cache, availability } = this.deps;
    const created = changed.filter(({ stored }) => stored === null);
    const updated = changed.flatMap(({ stored, product }) => (stored ? [{ stored, product }] : []));
    const all = changed.flatMap(({ product, variants: current, storedVariants }) => current.map((variant) => ({ variant, product, stored: storedVariants.get(variant.id) ?? null })));
    const added = all.filter(({ stored }) => stored === null);
    const kept = all.flatMap(({ stored, ...one }) => (stored ? [{ ...one, readVersion: stored.version }] : []));
    const ids = changed.map(({ product }) => product.id);
    await asLostRace(() => inTransaction(async () => {
      await slugs.claimAll(changed.flatMap(({ product, newSlugs }) => newSlugs.map((slug) => ({ slug, productId: product.id }))));
      await products.insertMany(created.map(({ product }) => ({ product, derived: derive(product, now) })));
      await products.saveMany(updated.map(({ stored, product }) => ({ product, derived: derive(product, now), read: stored })));
      await variants.insertMany(added);
      await variants.saveMany(kept);
      if (added.length > 0) await inventory.createLevels(added.map(({ product, variant }) => ({ sku: variant.sku, productId: product.id })));
      await pricing.record(all.flatMap(({ variant, stored }) => recordedChanges(variant, stored?.prices ?? [], variant.prices, now, actor)));
      await outbox.record({ type: 'products.imported', aggregateId: ids[0]!, data: {
        productIds: ids, skus: changed.flatMap(({ skus }) => [...skus]), created: created.length, updated: updated.length,
      } });
      await afterCommit(() => cache.invalidate([...updated.map(({ product }) => productTag(product.id)), LISTS, STOCK_LISTS]));
    }));
    if (added.length > 0) await availability.adopt(added.map(({ variant }) => variant.sku));
  }
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
