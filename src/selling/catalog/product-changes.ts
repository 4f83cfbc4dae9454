import { afterCommit } from '../../shared/db/transaction.js';
import type { Actor } from '../../shared/actor.js';
import { priceChanges, priceRanges, type RecordedChange } from '../pricing/index.js';
import type { FromVariants, Product, Variant } from './catalog.js';
import type { Writing } from './catalog.deps.js';

export const productTag = (id: string): string => `product:${id}`;
export const LISTS = 'products';
/** Lists that bring variants along show stock, so they change with it. */
export const STOCK_LISTS = 'products:stock';
/** More would make an event too large to pass around; the history has them all. */
const CHANGES_IN_EVENT = 200;

type Essentials = Pick<Variant, 'prices' | 'enabled' | 'available'>;

export function fromVariants(variants: readonly Essentials[]): FromVariants {
  const enabled = variants.filter((variant) => variant.enabled);
  const priceRange = priceRanges(enabled.map(({ prices }) => prices));
  return { priceRange, shownRange: priceRange, inStock: enabled.some(({ available }) => available > 0) };
}

/** The amounts in which two states of a variant differ, as the history keeps them. */
export function recordedChanges({ id, productId, sku }: Variant, before: Variant['prices'], after: Variant['prices'], at: Date, actor: Actor): RecordedChange[] {
  return priceChanges(before, after).map((change) => ({ ...change, sku, variantId: id, productId, at, actor }));
}

/** What every change of a product leaves behind: events with the commit, no cached copy after it. */
export class ProductChanges {
  constructor(private readonly deps: Pick<Writing, 'outbox' | 'cache' | 'pricing'>) {}

  /** Call inside the transaction. */
  async announce(what: 'created' | 'updated' | 'archived' | 'published', { id, slug, status }: Pick<Product, 'id' | 'slug' | 'status'>, skus: readonly string[]): Promise<void> {
    await this.deps.outbox.record({ type: `product.${what}`, aggregateId: id, data: { productId: id, slug, status, skus } });
    await this.forgetCopies(id);
  }

  /** Call inside the transaction. */
  async announcePrices(productId: string, changes: readonly RecordedChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.deps.pricing.record(changes);
    const skus = [...new Set(changes.map(({ sku }) => sku))];
    const told = changes.slice(0, CHANGES_IN_EVENT).map(({ sku, currency, kind, before, after }) => ({ sku, currency, kind, before, after }));
    await this.deps.outbox.record({ type: 'price.changed', aggregateId: productId, data: { productId, skus, changes: told } });
  }

  private async forgetCopies(id: string): Promise<void> {
    await afterCommit(() => this.deps.cache.invalidate([productTag(id), LISTS, STOCK_LISTS]));
  }
}
