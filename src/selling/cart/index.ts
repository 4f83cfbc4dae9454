import type { Connection } from 'mongoose';
import type { Invariant } from '../../shared/invariant.js';
import { DocumentCache } from '../../shared/cache/documents.js';
import type { RedisGuard } from '../../shared/cache/redis.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import type { Shipping } from '../../fulfilment/shipping/index.js';
import type { Tax } from '../../fulfilment/tax/index.js';
import { CartRepository } from './cart.repository.js';
import type { Cart } from './cart.js';
import { cartRoutes } from './cart.routes.js';
import { CartService, type CartServiceDeps } from './cart.service.js';

export { problemsOf, type Cart, type CartProblem } from './cart.js';
export { createFindOffers } from './offers.js';
export { priceCart, type CartPricing, type PricedCart } from './cart.presenter.js';
export type { CartService, Offers, Shopper } from './cart.service.js';

const KEPT_SECONDS = 300;

type Deps = Omit<CartServiceDeps, 'carts' | 'cache' | 'shipping' | 'outbox'> & {
  connection: Connection; redis: RedisGuard; shipping: Shipping; tax: Tax; outbox: Pick<Outbox, 'record' | 'once'>;
};

export function createCart(deps: Deps) {
  const carts = new CartRepository(deps.connection);
  const cache = new DocumentCache<Cart>({ redis: deps.redis, name: 'cart', ttlSeconds: KEPT_SECONDS, revive: (stored) => stored as Cart });
  const service = new CartService({ ...deps, carts, cache });
  const pricing = { shipping: deps.shipping, tax: deps.tax, defaultCountry: deps.defaultCountry };

  /** An order that was given up leaves its owner a cart to try again with. */
  const reopen: Subscriber = {
    name: 'cart-reopen', on: ['order.expired'],
    handle: (event) => deps.outbox.once(event, 'cart-reopen', () => service.reopenCopy(String(event.data['cartId']))),
  };
  const invariants: Invariant[] = [{ name: 'one active cart per owner', check: () => carts.findDoubleOwners() }];
  return { service, pricing, routes: cartRoutes({ carts: service, pricing, defaultCurrency: deps.defaultCurrency }), subscribers: [reopen], invariants };
}
