import { later, type Clock } from '../../shared/clock.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Caller } from '../../shared/http/caller.js';
import type { Money } from '../../shared/money.js';
import { NotOnWishlist, TooManyWishlists, VariantNeeded, WishedProductNotFound, WishedVariantNotFound, WishlistFull, WishlistNotFound } from './wishlists.errors.js';
import type { Shelves } from './shelves.js';
import type { Seen, WatchRepository } from './watches.repository.js';
import { dropOf, itemsOnlyIn, MAX_ITEMS, MAX_LISTS, mergedItems, withItem, withoutItem, type Wishlist, type WishlistItem } from './wishlists.js';
import type { WishlistRepository } from './wishlists.repository.js';

type Summary = { id: string; name: string; slug: string; price: { from: Money; to: Money } | null; inStock: boolean; images: readonly object[] };
export type WishlistDeps = Readonly<{
  wishlists: WishlistRepository; watches: WatchRepository; shelves: Shelves; now: Clock; inTransaction: InTransaction; guestTtlDays: number;
  /** What lists show of these products to this caller; those that he may not see are missing. */
  summariesOf(ids: readonly string[], shown: { currency?: string }, caller: Caller): Promise<Summary[]>;
  /** Throws what the cart refuses. */
  addToCart(userId: string, line: { sku: string; quantity: number }, channel: string | undefined): Promise<{ id: string }>;
}>;
export type Wish = Readonly<{ productId: string; sku: string | null; note: string }>;

type Items = readonly WishlistItem[];
const DAY_MS = 86_400_000;
/** Tries of one that loses races: as many devices as one person may use at once. */
const MANY = 40;

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
    const { isDefault } = await this.get(userId, id);
    if (isDefault) await this.changing(userId, id, () => ({ items: [] }));
    else {
      await this.together(async () => {
        const list = await this.get(userId, id);
        await this.deps.wishlists.delete(list);
        await this.watch(userId, list.items, []);
      });
    }
  }

  async add(userId: string, id: string, wish: Wish, caller: Caller): Promise<Wishlist> {
    const item = await this.itemOf(wish, caller);
    return this.changing(userId, id, ({ items }) => ({ items: filled(items, item) }));
  }

  async ofGuest(guestToken: string): Promise<Wishlist> {
    const found = await this.deps.wishlists.findOfGuest(sha256(guestToken));
    if (!found) throw new WishlistNotFound();
    return found;
  }

  /** A guest without a list is given one, and its token this once. */
  async addForGuest(guestToken: string | undefined, wish: Wish, caller: Caller): Promise<{ list: Wishlist; token?: string }> {
    const item = await this.itemOf(wish, caller);
    if (guestToken !== undefined) return { list: await this.changingOfGuest(guestToken, ({ items }) => filled(items, item)) };
    const token = newToken();
    return { token, list: await this.deps.wishlists.insert({ ...this.empty(null, 'Wishlist', false), items: [item], guestTokenHash: sha256(token), expiresAt: this.guestExpiry() }) };
  }

  removeForGuest(guestToken: string, productId: string, sku: string | null): Promise<Wishlist> {
    return this.changingOfGuest(guestToken, ({ items }) => withoutItem(items, productId, sku));
  }

  /** What a guest wished for goes to the default list, each thing once. The guest's list ends with that, so that a second device finds none. */
  async merge(userId: string, guestToken: string): Promise<Wishlist> {
    const own = await this.defaultOf(userId);
    const found = await this.deps.wishlists.findOfGuest(sha256(guestToken));
    if (!found) return own;
    const seen = await this.seenOf(found.items);
    return this.together(async () => {
      const guest = await this.deps.wishlists.findOfGuest(sha256(guestToken));
      const list = await this.get(userId, 'default');
      if (!guest) return list;
      await this.deps.wishlists.delete(guest);
      const items = mergedItems(list.items, guest.items);
      await this.watch(userId, list.items, items, seen);
      return this.deps.wishlists.save(list, { items, updatedAt: this.deps.now() });
    });
  }

  /** Off the list first: of two devices that move the same thing one is told that it is gone. What the cart refuses goes back. */
  async moveToCart(userId: string, id: string, { productId, sku, quantity }: { productId: string; sku: string | undefined; quantity: number }, channel: string | undefined): Promise<{ list: Wishlist; cartId: string }> {
    const isIt = (item: WishlistItem) => item.productId === productId && (sku === undefined || item.sku === null || item.sku === sku);
    const wished = (await this.get(userId, id)).items.find(isIt);
    const chosen = sku ?? wished?.sku ?? (wished ? await this.deps.shelves.onlySku(productId) : null);
    if (!wished) throw new NotOnWishlist();
    if (chosen === null) throw new VariantNeeded();
    await this.requireVariant(productId, chosen);
    const same = (item: WishlistItem) => item.productId === productId && item.sku === wished.sku;
    const list = await this.changing(userId, id, ({ items }) => {
      if (!items.some(same)) throw new NotOnWishlist();
      return { items: items.filter((item) => !same(item)) };
    });
    try {
      return { list, cartId: (await this.deps.addToCart(userId, { sku: chosen, quantity }, channel)).id };
    } catch (error) {
      await this.changing(userId, id, ({ items }) => ({ items: withItem(items, wished) }));
      throw error;
    }
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

  /** With the watches of what came and went, in one transaction. */
  private async changing(userId: string, id: string, change: (list: Wishlist) => Partial<Pick<Wishlist, 'name' | 'items' | 'shareTokenHash'>>): Promise<Wishlist> {
    const first = await this.get(userId, id);
    const added = itemsOnlyIn(change(first).items ?? [], first.items);
    const seen = await this.seenOf(added);
    return this.together(async () => {
      const list = await this.get(userId, id);
      const changes = change(list);
      if (changes.items) await this.watch(userId, list.items, changes.items, seen);
      return this.deps.wishlists.save(list, { ...changes, updatedAt: this.deps.now() });
    });
  }

  private together<T>(work: () => Promise<T>): Promise<T> {
    return retryLostRace(() => this.deps.inTransaction(work), MANY);
  }

  private changingOfGuest(guestToken: string, change: (list: Wishlist) => Items): Promise<Wishlist> {
    return retryLostRace(async () => {
      const list = await this.ofGuest(guestToken);
      return this.deps.wishlists.save(list, { items: change(list), updatedAt: this.deps.now(), expiresAt: this.guestExpiry() });
    }, MANY);
  }

  private async watch(userId: string, before: Items, after: Items, seen: ReadonlyMap<string, Seen> = new Map()): Promise<void> {
    for (const { productId, sku } of itemsOnlyIn(after, before)) {
      await this.deps.watches.begin(userId, { productId, sku: sku ?? '' }, seen.get(`${productId}:${sku ?? ''}`) ?? { price: null, waitingSince: null });
    }
    await this.deps.watches.end(userId, itemsOnlyIn(before, after).map(({ productId, sku }) => ({ productId, sku: sku ?? '' })));
  }

  /** What a passer-by finds of these today; read before the transaction, which may run several times. */
  private async seenOf(items: Items): Promise<Map<string, Seen>> {
    const seen = new Map<string, Seen>();
    for (const { productId, sku } of items) {
      const today = (await this.deps.shelves.today(productId, [sku ?? ''])).get(sku ?? '')!;
      seen.set(`${productId}:${sku ?? ''}`, { price: today.price, waitingSince: today.available > 0 ? null : this.deps.now() });
    }
    return seen;
  }

  private async requireVariant(productId: string, sku: string): Promise<void> {
    if (!await this.deps.shelves.has(productId, sku)) throw new WishedVariantNotFound(sku);
  }

  private async itemOf({ productId, sku, note }: Wish, caller: Caller): Promise<WishlistItem> {
    const [product] = await this.deps.summariesOf([productId], {}, caller);
    if (!product) throw new WishedProductNotFound();
    if (sku !== null) await this.requireVariant(productId, sku);
    return { productId, sku, note, price: product.price?.from ?? null, addedAt: this.deps.now() };
  }

  private guestExpiry(): Date {
    return later(this.deps.now(), this.deps.guestTtlDays * DAY_MS);
  }

  private empty(userId: string | null, name: string, isDefault: boolean): Omit<Wishlist, 'id' | 'version'> {
    const at = this.deps.now();
    return { userId, name, isDefault, items: [], guestTokenHash: null, expiresAt: null, shareTokenHash: null, createdAt: at, updatedAt: at };
  }
}

function filled(items: Items, added: WishlistItem): Items {
  const after = withItem(items, added);
  if (after.length > MAX_ITEMS) throw new WishlistFull();
  return after;
}
