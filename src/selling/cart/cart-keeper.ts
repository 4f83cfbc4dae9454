import type { DocumentCache } from '../../shared/cache/documents.js';
import { later, type Clock } from '../../shared/clock.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import type { Cart, CartOwner } from './cart.js';
import type { Quote } from './quote.js';
import { toldOf } from './told.js';
import { CartNotFound } from './cart.errors.js';
import type { CartRepository } from './cart.repository.js';
import type { CartWithOffers, Offers, Shopper } from './cart.service.js';

/** `quote`: what its owner will be told that it costs. */
type Deps = { carts: CartRepository; cache: DocumentCache<Cart>; now: Clock; ttlDays: number; quote: (cart: Cart & Pick<Shopper, 'channel'>, offers: Offers) => Promise<Quote> };
type Seen = Readonly<{ offers: Offers; channel: string | undefined }>;
/** Not stored yet, so nobody has asked for these. */
const UNSAVED = { id: '', state: 'active', version: 0 } as const;

export const cacheIdOf = (cart: Cart): string => cart.userId ?? cart.tokenHash!;

export function ownerOf({ userId, cartToken }: Shopper): CartOwner | null {
  if (userId !== undefined) return { userId };
  return cartToken === undefined ? null : { tokenHash: sha256(cartToken) };
}

/** Carts in MongoDB with a copy in Redis. A stale copy is never saved: the version decides. */
export class CartKeeper {
  constructor(private readonly deps: Deps) {}

  /** `trusted`: as the database has it, for checkout and for whoever has just lost a race. */
  async find(shopper: Shopper, { trusted }: { trusted: boolean }): Promise<Cart | null> {
    const { carts, cache } = this.deps;
    const owner = ownerOf(shopper);
    if (!owner) return null;
    const id = 'userId' in owner ? owner.userId : owner.tokenHash;
    const copy = trusted ? null : await cache.get(id);
    if (copy) return copy;
    const found = await carts.findActive(owner);
    if (found && !trusted) await cache.put(id, found);
    if (!found && 'tokenHash' in owner && !trusted && !await carts.findLatest(owner)) throw new CartNotFound();
    return found;
  }

  /** A guest who has no token yet is given one. */
  async open(shopper: Shopper, { currency, lineItems, offers }: Pick<Cart, 'currency' | 'lineItems'> & Pick<Seen, 'offers'>): Promise<CartWithOffers> {
    const isGuest = shopper.userId === undefined;
    const { channel } = shopper;
    const token = shopper.cartToken ?? newToken();
    const owner = isGuest ? { userId: null, tokenHash: sha256(token) } : { userId: shopper.userId!, tokenHash: null };
    const quote = await this.deps.quote({ ...UNSAVED, ...owner, currency, lineItems, channel }, offers);
    const cart = await this.deps.carts.create({ ...owner, currency, lineItems, told: toldOf(quote) }, this.expiry());
    return { cart, offers, quote, channel, ...(isGuest && shopper.cartToken === undefined && { cartToken: token }) };
  }

  /** Priced first, so that the amount the answer will tell is remembered with the change itself. */
  async save(cart: Cart, { offers, channel }: Seen): Promise<CartWithOffers> {
    const quote = await this.deps.quote({ ...cart, channel }, offers);
    const saved = await this.deps.carts.save({ ...cart, told: toldOf(quote) }, this.expiry());
    await this.deps.cache.put(cacheIdOf(saved), saved);
    return { cart: saved, offers, quote, channel };
  }

  /** For a cart that was saved where nothing may be asked of anybody outside. */
  async tell(cart: Cart, { offers, channel }: Seen): Promise<CartWithOffers> {
    const quote = await this.deps.quote({ ...cart, channel }, offers);
    const told = { ...cart, told: toldOf(quote) };
    await this.deps.carts.remember(told);
    await this.deps.cache.put(cacheIdOf(told), told);
    return { cart: told, offers, quote, channel };
  }

  expiry(): Date {
    return later(this.deps.now(), this.deps.ttlDays * 86_400_000);
  }
}
