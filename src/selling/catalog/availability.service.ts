import { createBatcher } from '../../shared/batcher.js';
import type { Cache } from '../../shared/cache/cache.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { InventoryPort } from './catalog.deps.js';
import { LISTS, productTag, STOCK_LISTS } from './product-changes.js';
import type { ProductRepository } from './products.repository.js';
import type { Turns } from './turns.js';
import { isSet, stockOfSet } from './variant-sets.js';
import type { Availability, HeldStock, SetAvailability, VariantRepository } from './variants.repository.js';

type Deps = {
  products: Pick<ProductRepository, 'saveInStock'>; variants: VariantRepository; inventory: InventoryPort; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; turns: Turns; cache: Pick<Cache, 'invalidate'>;
};

/** The copy of the stock that the catalogue shows. Inventory is the truth, and checkout asks there. */
export class AvailabilityService {
  /** Orders that end at the same moment share a refresh: it reads after all of their commits. */
  private readonly together = createBatcher<readonly string[]>((lists) => this.refreshAll([...new Set(lists.flat())]));

  private changed = async (_productIds: readonly string[]): Promise<void> => {};

  constructor(private readonly deps: Deps) {}

  /** Told of products whose stock is another one, after it is written. */
  onChange(told: (productIds: readonly string[]) => Promise<void>): void { this.changed = told; }

  /** Safe to repeat, to reorder and to run at once: what is copied carries a version, and only a newer one is taken. */
  async refresh(skus: readonly string[]): Promise<void> {
    if (skus.length > 0) await this.together(skus);
  }

  private async refreshAll(wanted: readonly string[]): Promise<void> {
    const stock = await this.stockOf(wanted);
    if (stock.length === 0) return;
    const [taken, held] = await Promise.all([this.deps.variants.setAvailable(stock), this.deps.variants.stockOf(wanted)]);
    const sets = held.filter(isSet);
    const ofSets = sets.length > 0 ? await this.stockOfSets(sets) : [];
    const flipped = taken < stock.length || ofSets.length > 0 ? await this.crossZero(stock, held, ofSets) : false;
    const products = [...new Set(held.map(({ productId }) => productId))];
    if (products.length > 0) await this.deps.cache.invalidate([...products.map(productTag), STOCK_LISTS, ...(flipped ? [LISTS] : [])]);
    if (products.length > 0) await this.changed(products);
    // An order of a set tells of the set; it was its components that changed.
    const parts = sets.filter(({ sku }) => wanted.includes(sku)).flatMap(({ components }) => components!.map(({ sku }) => sku)).filter((sku) => !wanted.includes(sku));
    if (parts.length > 0) await this.refreshAll([...new Set(parts)]);
  }

  /** For SKUs that are new here: takes over what inventory still has of them. */
  async adopt(skus: readonly string[]): Promise<void> {
    const stock = await this.stockOf(skus);
    const held = stock.filter(({ available }) => available > 0).map(({ sku }) => sku);
    if (held.length > 0) await this.refresh(held);
  }

  private async stockOf(skus: readonly string[]): Promise<Availability[]> {
    const stock = await this.deps.inventory.availabilityOf(skus);
    return skus.flatMap((sku) => {
      const level = stock.get(sku);
      return level ? [{ sku, available: level.available, version: level.version, backorderable: level.backorderable }] : [];
    });
  }

  private async stockOfSets(sets: readonly HeldStock[]): Promise<SetAvailability[]> {
    const stock = await this.deps.inventory.availabilityOf([...new Set(sets.flatMap(({ components }) => components!.map(({ sku }) => sku)))]);
    return sets.map(({ sku, components, version, stockVersion }) => ({ sku, ...stockOfSet(components!, stock), definition: version, stockVersion }))
      .filter((set) => set.version > set.stockVersion).map(({ stockVersion: _s, ...set }) => set);
  }

  /** What is sold out now or back again changes its product too, in one transaction with it. */
  private async crossZero(stock: readonly Availability[], held: readonly HeldStock[], ofSets: readonly SetAvailability[]): Promise<boolean> {
    const { products, variants, inTransaction, outbox, turns } = this.deps;
    const bySku = new Map(held.map((row) => [row.sku, row]));
    const newer = stock.filter(({ sku, version }) => (bySku.get(sku)?.stockVersion ?? Infinity) < version && !isSet(bySku.get(sku)!));
    if (newer.length + ofSets.length === 0) return false;
    const ids = [...new Set([...newer, ...ofSets].map(({ sku }) => bySku.get(sku)!.productId))];
    return turns(`stock:${ids.length === 1 ? ids[0] : 'many'}`, () => inTransaction(async () => {
      if (await variants.setAvailableAcrossZero(newer) + await variants.setAvailableOfSets(ofSets) === 0) return false;
      const inStock = await variants.productsInStock(ids);
      // Written even when it stays the same: of two refreshes at once, the second then sees the variants of the first.
      await products.saveInStock(ids.filter((id) => inStock.has(id)), true);
      await products.saveInStock(ids.filter((id) => !inStock.has(id)), false);
      await outbox.record({ type: 'product.stock_crossed', aggregateId: ids[0]!, data: { productIds: ids } });
      return true;
    }));
  }
}
