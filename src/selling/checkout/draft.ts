import { randomText, sha256 } from '../../shared/crypto/tokens.js';
import { later } from '../../shared/clock.js';
import { orderNumber, type Order, type OrderItem, type PaymentSummary } from '../../fulfilment/orders/index.js';
import type { Actor } from '../../shared/actor.js';
import type { Address } from '../../shared/address.js';
import { couponProblems, problemsOf, quoteCart, type Cart, type Offers, type Quote, type Shopper } from '../cart/index.js';
import type { CheckoutDeps } from './checkout.deps.js';
import { CouponExhausted, EXHAUSTED } from '../promotions/index.js';
import { CartChanged, CartEmpty, CartNotOrderable, missing } from './checkout.errors.js';
import type { PlaceOrderBody } from './checkout.schemas.js';

/** An order that could be placed: everything is read and decided, nothing is written. */
export type Draft = Readonly<{
  cart: Cart; offers: Offers; priced: Quote; email: string; shippingAddress: Address; billingAddress: Address; shippingMethod: string; notes?: string;
}>;
type Wanted = Readonly<{ shopper: Shopper; userEmail: string | undefined; body: PlaceOrderBody }>;

/** Reads the cart and today's offers from the database, never from a cache, and refuses whatever would not be what the shopper saw. */
export async function draftOrder(deps: CheckoutDeps, cart: Cart | null, { shopper, userEmail, body }: Wanted): Promise<Draft> {
  if (!cart || cart.lineItems.length === 0) throw new CartEmpty();
  const details = requireDetails(cart, body, userEmail);
  const offers = await deps.findOffers(cart.lineItems.map(({ sku }) => sku), cart.currency, await deps.quoting.buyerOf(shopper));
  const lineProblems = problemsOf(cart.lineItems, offers);
  const blocking = lineProblems.filter(({ code }) => code === 'gone' || code === 'not_priced' || code === 'quantity_limit');
  if (blocking.length > 0) throw new CartNotOrderable(blocking);

  const priced = await quoteCart({ ...cart, email: details.email }, offers, deps.quoting, { address: details.shippingAddress, method: details.shippingMethod });
  if (!priced.method) await deps.shipping.resolve(details.shippingMethod, { country: details.shippingAddress.country, currency: cart.currency, subtotal: priced.totals.subtotal });
  const { totals, totals: { grandTotal }, promotions: { refused } } = priced;
  const problems = [...lineProblems, ...couponProblems(refused)];
  const agreed = body.expectedTotal
    ? body.expectedTotal.amount === grandTotal.amount && body.expectedTotal.currency === grandTotal.currency
    : !problems.some(({ code }) => code === 'price_changed' || code === 'coupon_not_applicable');
  if (!agreed) {
    const facts = { totals, problems, ...(body.expectedTotal && { expectedTotal: body.expectedTotal }) };
    const used = refused.find(({ reason }) => EXHAUSTED.has(reason));
    throw used ? new CouponExhausted(used.message, { coupon: used.code, reason: used.reason, ...facts }) : new CartChanged(facts);
  }
  return { cart, offers, priced, ...details, ...(body.notes !== undefined && { notes: body.notes }) };
}

function requireDetails(cart: Cart, body: PlaceOrderBody, userEmail: string | undefined) {
  const email = body.email ?? cart.email ?? userEmail;
  const shippingAddress = body.shippingAddress ?? cart.shippingAddress;
  const shippingMethod = body.shippingMethod ?? cart.shippingMethod;
  if (email === undefined || !shippingAddress || shippingMethod === undefined) {
    throw missing(...[email === undefined && 'email', !shippingAddress && 'shippingAddress', shippingMethod === undefined && 'shippingMethod'].filter((name) => name !== false));
  }
  return { email, shippingAddress, shippingMethod, billingAddress: body.billingAddress ?? cart.billingAddress ?? shippingAddress };
}

type Making = Readonly<{ id: string; draft: Draft; payment: PaymentSummary; nothingToPayNow: boolean; tokenHash: string | null; actor: Actor }>;

/** The order as it will be stored: copies of everything, so that no later change of a product or address reaches it. */
export function orderFrom(deps: Pick<CheckoutDeps, 'now' | 'paymentWindowSeconds'>, { id, draft, payment, nothingToPayNow, tokenHash, actor }: Making) {
  const { cart, priced, offers, email, shippingAddress, billingAddress, notes } = draft;
  const now = deps.now();
  const axes = {
    status: nothingToPayNow ? 'placed' : 'pending', paymentStatus: 'pending', fulfilmentStatus: 'unfulfilled', returnStatus: 'none',
  } as const satisfies Pick<Order, 'status' | 'paymentStatus' | 'fulfilmentStatus' | 'returnStatus'>;
  const { code, name, price } = priced.method!;
  return {
    id, number: orderNumber(randomText), ...axes, holds: [], cartId: cart.id, email, userId: cart.userId, tokenHash, currency: cart.currency,
    items: cart.lineItems.map((line, at): OrderItem => {
      const { unitPrice, discount, tax, lineTotal, allocations, taxes, priceSource } = priced.lines[at]!;
      const taxRateBps = taxes.reduce((so, { rateBps }) => so + rateBps, 0);
      const offer = offers.get(line.sku)!;
      return {
        id: line.id, productId: line.productId, productName: offer.productName, name: offer.name, sku: line.sku, quantity: line.quantity, unitPrice, discount, tax, taxRateBps, lineTotal, allocations, taxes, priceSource,
        units: { ordered: line.quantity, cancelled: 0, backordered: 0, allocated: line.quantity, shipped: 0, delivered: 0, returnRequested: 0, returned: 0, writtenOff: 0 },
      };
    }),
    totals: priced.totals, shippingTax: priced.shipping.tax, shippingCharge: priced.shipping, promotions: priced.promotions.applied, coupons: priced.promotions.applied.flatMap(({ code: used }) => used ?? []), rounding: { mode: 'half_up', level: 'line' },
    shippingAddress: { ...shippingAddress }, billingAddress: { ...billingAddress }, shippingMethod: { code, name, price },
    payment, paymentAttempts: 1, ...(notes !== undefined && { notes }),
    expiresAt: nothingToPayNow ? null : later(now, deps.paymentWindowSeconds * 1000), placedAt: nothingToPayNow ? now : null, createdAt: now, updatedAt: now,
    timeline: [{ at: now, actor, event: nothingToPayNow ? 'order.placed' : 'order.created', cause: 'checkout', before: {}, after: axes }],
  };
}

export const hashOf = (token: string | null): string | null => (token === null ? null : sha256(token));
