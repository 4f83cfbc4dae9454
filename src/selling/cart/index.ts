import type { Connection } from 'mongoose';
import type { Invariant } from '../../shared/invariant.js';
import { DocumentCache } from '../../shared/cache/documents.js';
import type { Box } from '../../shared/crypto/sealing.js';
import type { RedisGuard } from '../../shared/cache/redis.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import type { Tax } from '../../fulfilment/tax/index.js';
import type { GiftCards } from '../gift-cards/index.js';
import { CartRepository } from './cart.repository.js';
import type { Cart } from './cart.js';
import { cartRoutes } from './cart.routes.js';
import { CartService, type CartServiceDeps } from './cart.service.js';
import { quoteAsShown, quoteCart, type QuoteDeps } from './quote.js';

export { couponProblems, MAX_LINES, problemsOf, unitPriceOf, type Cart, type CartProblem, type TotalsProblem } from './cart.js';
export { presentCart } from './cart.presenter.js';
export { createFindOffers } from './offers.js';
export { cartReply, totalsSchema, triedPromotions } from './cart.schemas.js';
export { feesOn } from './fees.js';
export { noPromotions, quoteAsShown, quoteCart } from './quote.js';
export { costsMore, differenceOf, duePromised, isAmountDisputed, isPlain, problemsWith, totalsProblemOf } from './told.js';
export type { AppliedPromotion, PromotableLine, PromotionRequest, PromotionResult, Quote, QuoteDeps, SettledPromotions, TriedRule } from './quote.js';
export type { CartService, CartWithOffers, Offers, Shopper } from './cart.service.js';

const KEPT_SECONDS = 300;

type Deps = Omit<CartServiceDeps, 'carts' | 'cache' | 'outbox' | 'deliveryOf' | 'quote'> & Omit<QuoteDeps, 'tendersFor'> & {
  tax: Pick<Tax, 'taxationOf' | 'acceptVatId'>; giftCards: Pick<GiftCards, 'redeemable' | 'tenders'>;
  connection: Connection; redis: RedisGuard; box: Box; outbox: Pick<Outbox, 'record' | 'once'>;
};

export function createCart(deps: Deps) {
  const carts = new CartRepository(deps.connection);
  const cache = new DocumentCache<Cart>({ redis: deps.redis, name: 'cart', ttlSeconds: KEPT_SECONDS, box: deps.box, revive: (stored) => stored as Cart });
  const { buyerOf, promote, shipping, tax, giftCards, defaultCountry } = deps;
  const quoting: QuoteDeps = { buyerOf, promote, shipping, tax, tendersFor: giftCards.tenders.plan.bind(giftCards.tenders), defaultCountry, carbonOffsetPrices: deps.carbonOffsetPrices };
  const deliveryOf: CartServiceDeps['deliveryOf'] = async (of, offers) => (await quoteCart(of, offers, quoting, { address: of.shippingAddress ?? { country: defaultCountry }, method: undefined })).delivery;
  const service = new CartService({ ...deps, deliveryOf, quote: (of, offers) => quoteAsShown(of, offers, quoting), carts, cache });

  /** An order that was given up leaves its owner a cart to try again with. */
  const reopen: Subscriber = {
    name: 'cart-reopen', on: ['order.expired'],
    handle: (event) => deps.outbox.once(event, 'cart-reopen', () => service.reopenCopy(String(event.data['cartId']))),
  };
  const invariants: Invariant[] = [{ name: 'one active cart per owner', check: () => carts.findDoubleOwners() }];
  return { personalData: carts.personalData, service, quoting, routes: cartRoutes({ carts: service, quoting, defaultCurrency: deps.defaultCurrency }), subscribers: [reopen], invariants };
}
