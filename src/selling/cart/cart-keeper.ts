import type { DocumentCache } from '../../shared/cache/documents.js';
import { later, type Clock } from '../../shared/clock.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import type { Cart, CartOwner } from './cart.js';
import { CartNotFound } from './cart.errors.js';
import type { CartRepository } from './cart.repository.js';
import type { Shopper } from './cart.service.js';

type Deps = { carts: CartRepository; cache: DocumentCache<Cart>; now: Clock; ttlDays: number };

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
  async open(shopper: Shopper, { currency, lineItems }: Pick<Cart, 'currency' | 'lineItems'>): Promise<{ cart: Cart; cartToken?: string }> {
    const isGuest = shopper.userId === undefined;
    const token = shopper.cartToken ?? newToken();
    const owner = isGuest ? { userId: null, tokenHash: sha256(token) } : { userId: shopper.userId!, tokenHash: null };
    const cart = await this.deps.carts.create({ ...owner, currency, lineItems }, this.expiry());
    return { cart, ...(isGuest && shopper.cartToken === undefined && { cartToken: token }) };
  }

  async save(cart: Cart): Promise<Cart> {
    const saved = await this.deps.carts.save(cart, this.expiry());
    await this.deps.cache.put(cacheIdOf(saved), saved);
    return saved;
  }

  expiry(): Date {
    return later(this.deps.now(), this.deps.ttlDays * 86_400_000);
  }
}
