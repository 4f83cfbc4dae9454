import type { Orders } from '../../fulfilment/orders/index.js';
import type { Clock } from '../../shared/clock.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { forReaderOf } from '../../shared/http/request-context.js';
import type { PriceSource } from '../../shared/ladder.js';
import { unitPriceOf, type Cart, type Offers, type QuoteDeps } from '../cart/index.js';
import type { CheckoutDeps } from '../checkout/index.js';
import { spreadDiscount, type DraftOrder } from './draft-orders.js';
import type { DraftOrderRepository } from './draft-orders.repository.js';

export type DraftCheckoutDeps = Readonly<{
  drafts: DraftOrderRepository; findOffers: CheckoutDeps['findOffers']; quoting: QuoteDeps; orders: Orders['service']; outbox: Pick<Outbox, 'record'>; now: Clock;
  findCustomer(userId: string): Promise<Readonly<{ email: string; locale?: string }> | null>;
}>;
type Offering = Pick<DraftCheckoutDeps, 'findOffers' | 'findCustomer'>;

/** Somebody who gets a link needs time to open it. */
const LINK_WINDOW_SECONDS = 7 * 24 * 3600;

/** What the customer reads; nobody knows it of a guest, who reads the usual language. */
export const localeOf = async ({ findCustomer }: Pick<DraftCheckoutDeps, 'findCustomer'>, { userId }: DraftOrder): Promise<string | undefined> =>
  (userId === null ? undefined : (await findCustomer(userId))?.locale);

/** Today's offers, called as the customer reads and not whoever prepares the order, with the prices that were agreed by hand in their place. */
export function offersOf(deps: Offering, draft: DraftOrder): CheckoutDeps['findOffers'] {
  return async (skus, currency, buyer) => {
    const offers = await forReaderOf(await localeOf(deps, draft), () => deps.findOffers(skus, currency, buyer));
    const byHand = draft.lines.filter(({ unitPrice }) => unitPrice);
    if (byHand.length === 0) return offers;
    return new Map([...offers].map(([sku, offer]) => {
      const line = byHand.find((one) => one.sku === sku);
      const source: PriceSource = { kind: 'manual', id: draft.id, name: line?.priceReason ?? '' };
      return [sku, line ? { ...offer, ladder: [{ minQuantity: 1, price: line.unitPrice!, source }] } : offer] as const;
    }));
  };
}

/** The same promotions as for everybody, and the discount by hand on what is left after them. */
export function quotingOf({ quoting }: Pick<DraftCheckoutDeps, 'quoting'>, draft: DraftOrder): QuoteDeps {
  const { discount } = draft;
  if (!discount) return quoting;
  return {
    ...quoting,
    promote: async (request) => {
      const promoted = await quoting.promote(request);
      const shares = spreadDiscount(discount, draft.id, request.lines, promoted.lines, request.currency);
      const lines = new Map(request.lines.map(({ id }) => [id, [...promoted.lines.get(id) ?? [], ...(shares.has(id) ? [shares.get(id)!] : [])]]));
      return { ...promoted, lines };
    },
  };
}

/** The cart that checkout is given; its prices are those of now, since nobody else looks at it. */
export async function cartOf(deps: Offering & Pick<DraftCheckoutDeps, 'quoting'>, draft: DraftOrder): Promise<Cart> {
  const offers: Offers = await offersOf(deps, draft)(draft.lines.map(({ sku }) => sku), draft.currency, await deps.quoting.buyerOf({ userId: draft.userId }));
  const { id, userId, currency, email, version, coupons, shippingAddress, billingAddress, shippingMethod, pickupLocationId } = draft;
  return {
    id, state: 'active', userId, tokenHash: null, currency, email, version, coupons,
    ...(shippingAddress && { shippingAddress }), ...(billingAddress && { billingAddress }), ...(shippingMethod !== undefined && { shippingMethod }), ...(pickupLocationId !== undefined && { pickupLocationId }),
    lineItems: draft.lines.map(({ id: lineId, sku, quantity }) => {
      const offer = offers.get(sku);
      return { id: lineId, sku, quantity, productId: offer?.productId ?? '', name: offer?.name ?? sku, unitPrice: unitPriceOf(offer, quantity) ?? { amount: 0, currency } };
    }),
  };
}

/** Checkout with the draft in place of a cart: ending it is a compare-and-set in the order's own transaction. */
export function checkoutOf(deps: DraftCheckoutDeps, draft: DraftOrder, byLink: boolean): Partial<CheckoutDeps> {
  const readOpen = async () => {
    const fresh = await deps.drafts.find(draft.id);
    return fresh?.state === 'open' ? fresh : null;
  };
  return {
    findOffers: offersOf(deps, draft), quoting: quotingOf(deps, draft),
    carts: {
      findForCheckout: async () => {
        const fresh = await readOpen();
        return fresh && cartOf(deps, fresh);
      },
      findLatest: () => cartOf(deps, draft),
      complete: async ({ version }) => { await deps.drafts.save({ ...draft, version, state: 'completed' }, deps.now()); },
      addLineItem: async () => { throw new Error('Nobody adds to a draft that is being completed'); },
    },
    ...(byLink && { payments: NOT_YET, paymentWindowSeconds: LINK_WINDOW_SECONDS, orders: asking(deps) }),
  };
}

/** No payment is begun: the customer begins it, with the link. */
const NOT_YET: CheckoutDeps['payments'] = {
  checkMethod: () => ({ provider: 'link', method: 'link', nothingToPayNow: false }),
  open: async () => null as never,
  projection: () => null as never,
  execute: async () => null as never,
  confirm: async () => null as never,
  captureAt: async () => 'placement',
};

/** The orders, which ask for their money as they are made. */
function asking({ orders, outbox }: DraftCheckoutDeps): Orders['service'] {
  const create: Orders['service']['create'] = async (order) => {
    const created = await orders.create(order);
    await outbox.record({ type: 'order.payment_requested', aggregateId: created.id, data: { orderId: created.id, requestId: created.id, amount: created.totals.grandTotal } });
    return created;
  };
  return Object.assign(Object.create(orders) as Orders['service'], { create });
}
