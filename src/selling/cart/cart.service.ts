import { randomUUID } from 'node:crypto';
import type { DocumentCache } from '../../shared/cache/documents.js';
import type { Clock } from '../../shared/clock.js';
import { sha256 } from '../../shared/crypto/tokens.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { couponCode } from '../../shared/coupon-code.js';
import { zero } from '../../shared/money.js';
import type { Shipping, ShippingContext } from '../../fulfilment/shipping/index.js';
import { TooManyGiftCards, type GiftCards } from '../gift-cards/index.js';
import type { Tax } from '../../fulfilment/tax/index.js';
import type { Buyer } from '../../shared/buyer.js';
import {
  MAX_COUPONS, MAX_GIFT_CARDS, detailsOf, mergeLines, repriced, unitPriceOf, withLineItem, withQuantity,
  type Cart, type CartDetails, type CartOwner, type LineItem, type MergedLine, type Offer,
} from './cart.js';
import { CartKeeper, cacheIdOf, ownerOf } from './cart-keeper.js';
import { CartNotFound, CouponNotInCart, LineItemNotFound, NotPricedInCurrency, OffsetNotSold, TooManyCoupons, VariantNotSellable } from './cart.errors.js';
import type { CartRepository } from './cart.repository.js';
import { refuseOverfull } from './limits.js';
import type { Quote, QuoteDeps } from './quote.js';
import { withoutTold } from './told.js';

/** Who is asking: a signed-in user, a guest with a token, or a guest who has none yet. */
export type Shopper = Readonly<{ userId?: string | undefined; cartToken?: string | undefined; channel?: string | undefined }>;
export type Offers = ReadonlyMap<string, Offer>;
export type CartWithOffers = Readonly<{ cart: Cart; offers: Offers; cartToken?: string; channel?: string | undefined;
  /** What it costs, where that was asked already. */
  quote?: Quote | undefined }>;

export type CartServiceDeps = {
  carts: CartRepository;
  cache: DocumentCache<Cart>;
  findOffers: (skus: readonly string[], currency: string, buyer: Buyer) => Promise<Offers>;
  buyerOf: (shopper: { userId?: string | null | undefined; channel?: string | undefined }) => Promise<Buyer>;
  outbox: Pick<Outbox, 'record'>;
  inTransaction: InTransaction;
  tax: Pick<Tax, 'acceptVatId'>;
  giftCards: Pick<GiftCards, 'redeemable'>;
  now: Clock;
  ttlDays: number;
  carbonOffsetPrices: QuoteDeps['carbonOffsetPrices'];
  defaultCurrency: string;
  defaultCountry: string;
  shipping: Pick<Shipping, 'resolve'>;
  quote: (cart: Cart & Pick<Shopper, 'channel'>, offers: Offers) => Promise<Quote>;
  deliveryOf: (cart: Cart & Pick<Shopper, 'channel'>, offers: Offers) => Promise<ShippingContext>;
  /** Refuses a code that nobody can use, today or later. */
  requireCoupon: (code: string) => Promise<void>;
};

export class CartService {
  private readonly keeper: CartKeeper;

  constructor(private readonly deps: CartServiceDeps) {
    this.keeper = new CartKeeper(deps);
  }

  /** Null for a shopper who has put nothing aside yet; a token of no cart is refused. Never writes. */
  async getCart(shopper: Shopper): Promise<CartWithOffers | null> {
    const cart = await this.keeper.find(shopper, { trusted: false });
    return cart && { cart, offers: await this.offersOf(cart, shopper), channel: shopper.channel };
  }

  /** Two reads at most and one versioned write: a single document changes and nobody is told, so there is no transaction. */
  addLineItem(shopper: Shopper, { sku, quantity, currency }: { sku: string; quantity: number; currency?: string | undefined }): Promise<CartWithOffers> {
    return this.retrying(async (trusted): Promise<CartWithOffers> => {
      const cart = await this.keeper.find(shopper, { trusted });
      const { cartCurrency, offers } = await this.offersFor(cart, sku, currency, shopper);
      const offer = offers.get(sku);
      if (!offer?.sellable) throw new VariantNotSellable(sku);
      if (offer.ladder.length === 0) throw new NotPricedInCurrency(sku, cartCurrency);

      const { name, productId } = offer;
      const added: LineItem = { id: randomUUID(), sku, productId, name, unitPrice: unitPriceOf(offer, quantity)!, quantity };
      const lineItems = repriced(withLineItem(cart?.lineItems ?? [], added), offers);
      refuseOverfull(lineItems, sku, offers);
      if (cart) return this.keeper.save({ ...cart, currency: cartCurrency, lineItems }, { offers, channel: shopper.channel });
      return this.keeper.open(shopper, { currency: cartCurrency, lineItems, offers });
    });
  }

  /** Several at once, as much of each as there is; what did not fit is reported line by line. */
  addLines(shopper: Shopper, wanted: ReadonlyArray<{ sku: string; quantity: number }>, currency: string): Promise<CartWithOffers & { report: MergedLine[] }> {
    return this.retrying(async (trusted) => {
      const cart = await this.keeper.find(shopper, { trusted });
      const lines = cart?.lineItems ?? [];
      const cartCurrency = cart && lines.length > 0 ? cart.currency : currency;
      const offers = await this.deps.findOffers([...new Set([...lines, ...wanted].map(({ sku }) => sku))], cartCurrency, await this.deps.buyerOf(shopper));
      const added = wanted.map(({ sku, quantity }): LineItem => {
        const offer = offers.get(sku);
        return { id: randomUUID(), sku, quantity, productId: offer?.productId ?? '', name: offer?.name ?? sku, unitPrice: unitPriceOf(offer, quantity) ?? zero(cartCurrency) };
      });
      const { lines: lineItems, report } = mergeLines(lines, added, offers);
      if (cart) return { ...await this.keeper.save({ ...cart, currency: cartCurrency, lineItems: repriced(lineItems, offers) }, { offers, channel: shopper.channel }), report };
      return { ...await this.keeper.open(shopper, { currency: cartCurrency, lineItems, offers }), report };
    });
  }

  setQuantity(shopper: Shopper, { itemId, quantity }: { itemId: string; quantity: number }): Promise<CartWithOffers> {
    return this.change(shopper, (cart, offers) => {
      const line = cart.lineItems.find(({ id }) => id === itemId);
      if (!line) throw new LineItemNotFound(itemId);
      const lineItems = repriced(withQuantity(cart.lineItems, itemId, quantity), offers);
      refuseOverfull(lineItems, line.sku, offers);
      return { ...cart, lineItems };
    });
  }

  setDetails(shopper: Shopper, details: CartDetails): Promise<CartWithOffers> {
    return this.change(shopper, (cart) => ({ ...cart, ...details }));
  }

  /** Every line at its price in the other currency, or none: what is not sold in it has to go first. */
  switchCurrency(shopper: Shopper, currency: string): Promise<CartWithOffers> {
    return this.retrying(async (trusted) => {
      const cart = await this.keeper.find(shopper, { trusted });
      if (!cart) throw new CartNotFound();
      const offers = await this.offersOf({ ...cart, currency }, shopper);
      const unpriced = cart.lineItems.find(({ sku }) => offers.get(sku)?.sellable && offers.get(sku)!.ladder.length === 0);
      if (unpriced) throw new NotPricedInCurrency(unpriced.sku, currency);
      // What is gone has no price in any currency, and an amount of another one could not stand in the sums.
      const left = cart.lineItems.filter(({ sku }) => unitPriceOf(offers.get(sku), 1) !== null);
      return this.keeper.save({ ...cart, currency, lineItems: repriced(left, offers) }, { offers, channel: shopper.channel });
    });
  }

  /** The method must be able to go where the cart goes, or to the market's default country. */
  setShippingMethod(shopper: Shopper, { code, groups, pickupLocationId }: { code: string; groups?: Record<string, string> | undefined; pickupLocationId?: string | undefined }): Promise<CartWithOffers> {
    return this.change(shopper, async (cart, offers) => {
      const { shippingChoices: _c, pickupLocationId: _p, ...rest } = cart;
      const chosen = { ...rest, shippingMethod: code, ...(groups && { shippingChoices: groups }), ...(pickupLocationId !== undefined && { pickupLocationId }) };
      await this.deps.shipping.resolve(code, { ...await this.deps.deliveryOf({ ...chosen, channel: shopper.channel }, offers), choices: groups, pickupLocationId });
      return chosen;
    });
  }

  /** Where the cart goes, what is in it, and what that costs now. */
  async deliveryOf(shopper: Shopper): Promise<ShippingContext> {
    const found = await this.getCart(shopper);
    if (found) return this.deps.deliveryOf({ ...found.cart, channel: found.channel }, found.offers);
    return { country: this.deps.defaultCountry, currency: this.deps.defaultCurrency, subtotal: zero(this.deps.defaultCurrency), lines: [] };
  }

  /** Only a card that can pay something now, in the currency of the cart. Of its code nothing is kept. */
  addGiftCard(shopper: Shopper, code: string): Promise<CartWithOffers> {
    return this.change(shopper, async (cart) => {
      const { id } = await this.deps.giftCards.redeemable(code, cart.currency);
      const giftCards = [...new Set([...cart.giftCards ?? [], id])];
      if (giftCards.length > MAX_GIFT_CARDS) throw new TooManyGiftCards(MAX_GIFT_CARDS);
      return { ...cart, giftCards };
    });
  }

  removeGiftCard(shopper: Shopper, giftCardId: string): Promise<CartWithOffers> {
    return this.change(shopper, (cart) => ({ ...cart, giftCards: (cart.giftCards ?? []).filter((id) => id !== giftCardId) }));
  }

  payWithCredit(shopper: Shopper, useStoreCredit: boolean): Promise<CartWithOffers> {
    return this.change(shopper, (cart) => ({ ...cart, useStoreCredit }));
  }

  /** What it costs is decided at every look, by what is in the cart then. */
  async offsetCarbon(shopper: Shopper, carbonOffset: boolean): Promise<CartWithOffers> {
    return this.change(shopper, (cart) => {
      if (carbonOffset && this.deps.carbonOffsetPrices[cart.currency] === undefined) throw new OffsetNotSold(cart.currency);
      return { ...cart, carbonOffset };
    });
  }

  /** Null: bought privately, whatever number the account has. */
  async setVatId(shopper: Shopper, typed: string | null): Promise<CartWithOffers> {
    const vatId = typed === null ? '' : (await this.deps.tax.acceptVatId(typed)).number;
    return this.change(shopper, (cart) => ({ ...cart, vatId }));
  }

  /** A code that is good, if not for this cart or not now, is kept: it may become so with the next line. */
  async addCoupon(shopper: Shopper, typed: string): Promise<CartWithOffers> {
    const code = couponCode(typed);
    await this.deps.requireCoupon(code);
    return this.change(shopper, (cart) => {
      const coupons = [...new Set([...cart.coupons ?? [], code])];
      if (coupons.length > MAX_COUPONS) throw new TooManyCoupons();
      return { ...cart, coupons };
    });
  }

  removeCoupon(shopper: Shopper, typed: string): Promise<CartWithOffers> {
    const code = couponCode(typed);
    return this.change(shopper, (cart) => {
      if (!cart.coupons?.includes(code)) throw new CouponNotInCart(code);
      return { ...cart, coupons: cart.coupons.filter((kept) => kept !== code) };
    });
  }

  /** For staff: the cart as its owner would see it now. */
  async getById(id: string): Promise<CartWithOffers> {
    const cart = await this.deps.carts.findById(id);
    if (!cart) throw new CartNotFound();
    return { cart, offers: await this.offersOf(cart, { userId: cart.userId ?? undefined }) };
  }

  clear(shopper: Shopper): Promise<CartWithOffers> {
    return this.change(shopper, (cart) => ({ ...cart, lineItems: [] }));
  }

  /** Guest lines go into the customer's cart once: the guest's cart ends in the same transaction, so a second device finds none. */
  async merge(userId: string, cartToken: string, channel?: string): Promise<{ merged: CartWithOffers | null; report: MergedLine[] }> {
    const result = await retryLostRace(() => this.deps.inTransaction(() => this.mergeOnce({ userId, channel }, { tokenHash: sha256(cartToken) })));
    if (result.guest) await this.deps.cache.drop(result.guest.tokenHash!);
    return { merged: result.merged && await this.keeper.tell(result.merged.cart, { offers: result.merged.offers, channel }), report: result.report };
  }

  /** For checkout, which never trusts a copy: the cart as the database has it. */
  findForCheckout(shopper: Shopper): Promise<Cart | null> {
    return this.keeper.find(shopper, { trusted: true });
  }

  async findLatest(shopper: Shopper): Promise<Cart | null> {
    const owner = ownerOf(shopper);
    return owner && this.deps.carts.findLatest(owner);
  }

  /** Inside the transaction that makes the order: of two checkouts of one cart, one finds it ended. */
  async complete(cart: Cart): Promise<void> {
    await this.deps.carts.save({ ...cart, state: 'completed' }, this.keeper.expiry());
    await afterCommit(() => this.deps.cache.drop(cacheIdOf(cart)));
  }

  /** An order was given up: its owner gets the lines back, unless a new cart was begun meanwhile. */
  async reopenCopy(cartId: string): Promise<void> {
    const ended = await this.deps.carts.findById(cartId);
    if (!ended || ended.state !== 'completed') return;
    const owner: CartOwner | null = ended.userId ? { userId: ended.userId } : ended.tokenHash ? { tokenHash: ended.tokenHash } : null;
    if (!owner || await this.deps.carts.findActive(owner)) return;
    await this.deps.carts.create(ended, this.keeper.expiry());
  }

  private async mergeOnce(shopper: { userId: string; channel: string | undefined }, guestOwner: CartOwner) {
    const { carts } = this.deps;
    const { userId, channel } = shopper;
    const guest = await carts.findActive(guestOwner);
    const own = await carts.findActive({ userId });
    if (!guest) return { guest, merged: own && { cart: own, offers: await this.offersOf(own, shopper), channel }, report: [] };

    const currency = own && own.lineItems.length > 0 ? own.currency : guest.currency;
    const offers = await this.deps.findOffers([...new Set([...own?.lineItems ?? [], ...guest.lineItems].map(({ sku }) => sku))], currency, await this.deps.buyerOf(shopper));
    const { lines, report } = mergeLines(own?.lineItems ?? [], guest.lineItems, offers);
    await carts.save({ ...guest, state: 'merged' }, this.keeper.expiry());
    const coupons = [...new Set([...own?.coupons ?? [], ...guest.coupons ?? []])].slice(0, MAX_COUPONS);
    const target = { ...detailsOf(guest), ...own && detailsOf(own), ...(coupons.length > 0 && { coupons }), currency, lineItems: lines };
    const cart = own ? await carts.save({ ...withoutTold(own), ...target }, this.keeper.expiry()) : await carts.create({ ...target, userId, tokenHash: null }, this.keeper.expiry());
    await this.deps.outbox.record({ type: 'cart.merged', aggregateId: cart.id, data: { cartId: cart.id, guestCartId: guest.id, userId, report } });
    return { guest, merged: { cart, offers, channel }, report };
  }

  private change(shopper: Shopper, apply: (cart: Cart, offers: Offers) => Cart | Promise<Cart>): Promise<CartWithOffers> {
    return this.retrying(async (trusted) => {
      const cart = await this.keeper.find(shopper, { trusted });
      if (!cart) throw new CartNotFound();
      const offers = await this.offersOf(cart, shopper);
      return this.keeper.save(await apply(cart, offers), { offers, channel: shopper.channel });
    });
  }

  /** The first try may start from the copy in Redis, since a stale one cannot be saved; later tries read the database. */
  private retrying<T>(work: (trusted: boolean) => Promise<T>): Promise<T> {
    let trusted = false;
    return retryLostRace(() => {
      const attempt = work(trusted);
      trusted = true;
      return attempt;
    });
  }

  /** The first line fixes the currency of a cart: the one asked for, else the usual one, else one that the product is sold in. */
  private async offersFor(cart: Cart | null, sku: string, wanted: string | undefined, shopper: Shopper): Promise<{ cartCurrency: string; offers: Offers }> {
    const isFixed = cart !== null && cart.lineItems.length > 0;
    const cartCurrency = isFixed ? cart.currency : wanted ?? this.deps.defaultCurrency;
    const buyer = await this.deps.buyerOf(shopper);
    const offers = await this.deps.findOffers([...new Set([...cart?.lineItems.map((line) => line.sku) ?? [], sku])], cartCurrency, buyer);
    const offer = offers.get(sku);
    const [other] = offer?.currencies ?? [];
    if (isFixed || wanted !== undefined || !offer || offer.ladder.length > 0 || other === undefined) return { cartCurrency, offers };
    return { cartCurrency: other, offers: await this.deps.findOffers([sku], other, buyer) };
  }

  private async offersOf(cart: Cart, shopper: Shopper): Promise<Offers> {
    return cart.lineItems.length === 0 ? new Map() : this.deps.findOffers(cart.lineItems.map(({ sku }) => sku), cart.currency, await this.deps.buyerOf(shopper));
  }
}
