import type { Clock } from '../../shared/clock.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Caller } from '../../shared/http/caller.js';
import type { Money } from '../../shared/money.js';
import { TooManyWishlists, WishedProductNotFound, WishlistFull, WishlistNotFound } from './wishlists.errors.js';
import { dropOf, MAX_ITEMS, MAX_LISTS, withItem, withoutItem, type Wishlist } from './wishlists.js';
import type { WishlistRepository } from './wishlists.repository.js';

type Summary = { id: string; name: string; slug: string; price: { from: Money; to: Money } | null; inStock: boolean; images: readonly object[] };
export type WishlistDeps = Readonly<{
  wishlists: WishlistRepository; now: Clock;
  /** What lists show of these products to this caller; those that he may not see are missing. */
  summariesOf(ids: readonly string[], shown: { currency?: string }, caller: Caller): Promise<Summary[]>;
}>;
export type Wish = Readonly<{ productId: string; sku: string | null; note: string }>;

export class WishlistService {
  constructor(private readonly deps: WishlistDeps) {}

  list(userId: string): Promise<Wishlist[]> {
    return this.deps.wishlists.findAll(userId);
  }

  async get(userId: string, id: string): Promise<Wishlist> {
    const found = id === 'default' ? await this.defaultOf(userId) : await this.deps.wishlists.find(userId, id);
    if (!found) throw new WishlistNotFound();
    return found;
  }

  async create(userId: string, name: string): Promise<Wishlist> {
    if ((await this.deps.wishlists.findAll(userId)).length >= MAX_LISTS) throw new TooManyWishlists();
    return this.deps.wishlists.insert(this.empty(userId, name, false));
  }

  rename(userId: string, id: string, name: string): Promise<Wishlist> {
    return this.changing(userId, id, () => ({ name }));
  }

  /** The default one is emptied instead: things always have a place to go to. */
  async delete(userId: string, id: string): Promise<void> {
    const list = await this.get(userId, id);
    if (list.isDefault) await this.changing(userId, id, () => ({ items: [] }));
    else await this.deps.wishlists.delete(list);
  }

  async add(userId: string, id: string, { productId, sku, note }: Wish, caller: Caller): Promise<Wishlist> {
    const [product] = await this.deps.summariesOf([productId], {}, caller);
    if (!product) throw new WishedProductNotFound();
    return this.changing(userId, id, (list) => {
      const items = withItem(list.items, { productId, sku, note, price: product.price?.from ?? null, addedAt: this.deps.now() });
      if (items.length > MAX_ITEMS) throw new WishlistFull();
      return { items };
    });
  }

  remove(userId: string, id: string, productId: string, sku: string | null): Promise<Wishlist> {
    return this.changing(userId, id, (list) => ({ items: withoutItem(list.items, productId, sku) }));
  }

  /** A new link each time; the one before leads nowhere any more. */
  async share(userId: string, id: string): Promise<string> {
    const token = newToken();
    await this.changing(userId, id, () => ({ shareTokenHash: sha256(token) }));
    return token;
  }

  unshare(userId: string, id: string): Promise<Wishlist> {
    return this.changing(userId, id, () => ({ shareTokenHash: null }));
  }

  async shared(token: string): Promise<Wishlist> {
    const found = await this.deps.wishlists.findShared(sha256(token));
    if (!found) throw new WishlistNotFound();
    return found;
  }

  /** With what the things are now: their price, how far it fell, whether they are there. */
  async detailed({ items }: Wishlist, caller: Caller) {
    const products = new Map((await this.deps.summariesOf([...new Set(items.map(({ productId }) => productId))], {}, caller)).map((product) => [product.id, product]));
    return items.map(({ productId, sku, note, price, addedAt }) => {
      const product = products.get(productId);
      const drop = dropOf(price, product?.price?.from ?? null);
      return {
        productId, ...(sku !== null && { sku }), note, addedAt: addedAt.toISOString(), ...(price && { priceThen: price }), ...(drop && { priceDrop: drop }),
        product: product ? { name: product.name, slug: product.slug, price: product.price, inStock: product.inStock, images: product.images } : null,
      };
    });
  }

  /** Made at the first wish. */
  private async defaultOf(userId: string): Promise<Wishlist> {
    return retryLostRace(async () => await this.deps.wishlists.findDefault(userId) ?? this.deps.wishlists.insert(this.empty(userId, 'Wishlist', true)));
  }

  private changing(userId: string, id: string, change: (list: Wishlist) => Partial<Pick<Wishlist, 'name' | 'items' | 'shareTokenHash'>>): Promise<Wishlist> {
    return retryLostRace(async () => {
      const list = await this.get(userId, id);
      return this.deps.wishlists.save(list, { ...change(list), updatedAt: this.deps.now() });
    }, 20);
  }

  private empty(userId: string, name: string, isDefault: boolean): Omit<Wishlist, 'id' | 'version'> {
    const at = this.deps.now();
    return { userId, name, isDefault, items: [], shareTokenHash: null, createdAt: at, updatedAt: at };
  }
}
