import type { Connection } from 'mongoose';
import type { Invariant } from '../../shared/invariant.js';
import { DocumentCache } from '../../shared/cache/documents.js';
import type { RedisGuard } from '../../shared/cache/redis.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import { CartRepository } from './cart.repository.js';
import type { Cart } from './cart.js';
import { cartRoutes } from './cart.routes.js';
import { CartService, type CartServiceDeps } from './cart.service.js';
import type { QuoteDeps } from './quote.js';

export { couponProblems, problemsOf, unitPriceOf, type Cart, type CartProblem } from './cart.js';
export { createFindOffers } from './offers.js';
export { noPromotions, quoteCart } from './quote.js';
export type { AppliedPromotion, PromotableLine, Promote, PromotionRequest, PromotionResult, Quote, QuoteDeps, RefusedCoupon, SettledPromotions, TriedRule } from './quote.js';
export type { CartService, Offers, Shopper } from './cart.service.js';

const KEPT_SECONDS = 300;

type Deps = Omit<CartServiceDeps, 'carts' | 'cache' | 'outbox'> & QuoteDeps & {
  connection: Connection; redis: RedisGuard; outbox: Pick<Outbox, 'record' | 'once'>;
};

export function createCart(deps: Deps) {
  const carts = new CartRepository(deps.connection);
  const cache = new DocumentCache<Cart>({ redis: deps.redis, name: 'cart', ttlSeconds: KEPT_SECONDS, revive: (stored) => stored as Cart });
  const { buyerOf, promote, shipping, tax, defaultCountry } = deps;
  const quoting: QuoteDeps = { buyerOf, promote, shipping, tax, defaultCountry };
  const service = new CartService({ ...deps, carts, cache });

  /** An order that was given up leaves its owner a cart to try again with. */
  const reopen: Subscriber = {
    name: 'cart-reopen', on: ['order.expired'],
    handle: (event) => deps.outbox.once(event, 'cart-reopen', () => service.reopenCopy(String(event.data['cartId']))),
  };
  const invariants: Invariant[] = [{ name: 'one active cart per owner', check: () => carts.findDoubleOwners() }];
  return { service, quoting, routes: cartRoutes({ carts: service, quoting, defaultCurrency: deps.defaultCurrency }), subscribers: [reopen], invariants };
}
