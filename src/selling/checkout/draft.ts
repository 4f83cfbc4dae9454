import { randomText, sha256 } from '../../shared/crypto/tokens.js';
import { later } from '../../shared/clock.js';
import { sumOfRates, type Money } from '../../shared/money.js';
import { OrderNotAccepted, type Verdict } from '../../fulfilment/risk/index.js';
import { RISK_HOLD } from '../../shared/order-risk.js';
import { orderNumber, type Order, type OrderItem, type PaymentSummary } from '../../fulfilment/orders/index.js';
import type { Actor } from '../../shared/actor.js';
import type { Address } from '../../shared/address.js';
import {
  costsMore, couponProblems, differenceOf, duePromised, isAmountDisputed, isPlain, problemsOf, problemsWith, quoteAsShown, quoteCart, totalsProblemOf,
  type Cart, type CartProblem, type Offers, type PromotionRequest, type Quote, type QuoteDeps, type Shopper,
} from '../cart/index.js';
import type { CheckoutDeps } from './checkout.deps.js';
import { CouponExhausted, EXHAUSTED } from '../promotions/index.js';
import { CartChanged, CartEmpty, CartNotOrderable, DueChanged, missing } from './checkout.errors.js';
import type { PlaceOrderBody } from './checkout.schemas.js';
import { componentSkus, componentsOf } from './set-shares.js';

/** An order that could be placed: everything is read and decided, nothing is written. */
export type Draft = Readonly<{
  cart: Cart; offers: Offers; priced: Quote; email: string; shippingAddress: Address; billingAddress: Address; notes?: string;
  /** What is thought of it; absent where nobody asked, as for orders that staff make. */
  verdict?: Verdict;
}>;
/** Where a request comes from, for who judges orders. */
export type Origin = Readonly<{ ip?: string | undefined; device?: string | undefined }>;
type Wanted = Readonly<{ shopper: Shopper; userEmail: string | undefined; body: PlaceOrderBody; origin?: Origin | undefined }>;

/** Reads the cart and today's offers from the database, never from a cache, and refuses whatever would not be what the shopper saw. */
export async function draftOrder(deps: CheckoutDeps, cart: Cart | null, { shopper, userEmail, body, origin }: Wanted): Promise<Draft> {
  if (!cart || cart.lineItems.length === 0) throw new CartEmpty();
  const judge = origin && beginToJudge(deps, cart, { body, userEmail, origin });
  const buyer = await deps.quoting.buyerOf(shopper);
  const offers = await deps.findOffers(cart.lineItems.map(({ sku }) => sku), cart.currency, buyer);
  const parts = componentSkus(offers);
  const partOffers: Offers = parts.length === 0 ? new Map() : await deps.findOffers(parts, cart.currency, buyer);
  const details = requireDetails(cart, { body, userEmail, offers });
  const lineProblems = problemsOf(cart.lineItems, offers);
  const blocking = lineProblems.filter(({ code }) => code === 'gone' || code === 'not_priced' || code === 'quantity_limit' || code === 'quantity_not_permitted');
  if (blocking.length > 0) throw new CartNotOrderable(blocking);

  const quoting = { ...deps.quoting, promote: askingOnce(deps.quoting.promote) };
  const priced = await quoteCart({ ...cart, email: details.email, channel: shopper.channel }, offers, quoting, { address: details.shippingAddress, ...details.by });
  if (!priced.method) await deps.shipping.resolve(details.by.method, priced.delivery);
  const { totals, totals: { grandTotal } } = priced;
  const compared = await asTold(quoting, { ...cart, email: details.email, channel: shopper.channel }, { body, offers, priced });
  const refused = refusedIn(priced, compared);
  const found = [...lineProblems, ...couponProblems(refused)];
  const agreed = body.expectedTotal ? isSame(body.expectedTotal, grandTotal) : !isAmountDisputed(found) && !(compared && costsMore(cart.told, compared));
  const differs = compared && (agreed ? totalsProblemOf : differenceOf)(cart.told!, compared);
  const problems = problemsWith(found, differs);
  if (!agreed) {
    const facts = { totals, problems, ...(differs && { changes: differs.changes }), ...(body.expectedTotal && { expectedTotal: body.expectedTotal }) };
    const used = refused.find(({ reason }) => EXHAUSTED.has(reason));
    throw used ? new CouponExhausted(used.message, { coupon: used.code, reason: used.reason, ...facts }) : new CartChanged(facts);
  }
  requireDue(priced, body.expectedDue ?? duePromised(cart.told, priced), problems);
  const verdict = await judge?.(totals.grandTotal);
  if (verdict?.decision === 'refuse') throw new OrderNotAccepted();
  return { cart, offers: new Map([...partOffers, ...offers]), priced, ...details, ...(body.notes !== undefined && { notes: body.notes }), ...(verdict && { verdict }) };
}

/** Reads what came from there before while the quote is made; undefined where the request lacks what it will be refused for. */
function beginToJudge({ assessRisk }: CheckoutDeps, cart: Cart, { body, userEmail, origin }: Pick<Wanted, 'body' | 'userEmail'> & { origin: Origin }) {
  const email = body.email ?? cart.email ?? userEmail;
  const shippingAddress = body.shippingAddress ?? cart.shippingAddress;
  if (email === undefined || !shippingAddress) return undefined;
  return assessRisk({ userId: cart.userId, email, ...origin, shippingAddress, billingAddress: body.billingAddress ?? cart.billingAddress ?? shippingAddress });
}

type Comparing = Readonly<{ body: PlaceOrderBody; offers: Offers; priced: Quote }>;
/**
 * What the cart told, told again now: the order's own quote where it goes as the cart said, else another one as the cart is shown. Null where nothing
 * was told that could have changed: then no second one is made.
 */
async function asTold(quoting: QuoteDeps, cart: Cart & Pick<Shopper, 'channel'>, { body, offers, priced }: Comparing): Promise<Quote | null> {
  if (!cart.told) return null;
  const isElsewhere = body.shippingAddress !== undefined && placeOf(body.shippingAddress) !== placeOf(cart.shippingAddress);
  const isOtherwise = cart.shippingMethod === undefined || (body.shippingMethod ?? cart.shippingMethod) !== cart.shippingMethod || (body.pickupLocationId ?? cart.pickupLocationId) !== cart.pickupLocationId;
  if (!isElsewhere && !isOtherwise) return priced;
  return isPlain(cart) ? null : quoteAsShown(cart, offers, quoting);
}

/** The last use of a coupon may have gone between the two quotes. */
const refusedIn = ({ promotions: { refused } }: Quote, compared: Quote | null): Quote['promotions']['refused'] =>
  [...refused, ...compared?.promotions.refused.filter(({ code }) => !refused.some((one) => one.code === code)) ?? []];

/** The second quote of one order is given the promotions of the first, unless it is sent where other ones hold. */
function askingOnce(promote: QuoteDeps['promote']): QuoteDeps['promote'] {
  let asked: Readonly<{ request: PromotionRequest; answer: ReturnType<typeof promote> }> | undefined;
  return (request) => {
    if (!asked || JSON.stringify(request) !== JSON.stringify(asked.request)) asked = { request, answer: promote(request) };
    return asked.answer;
  };
}

const placeOf = (address: Address | undefined): string => JSON.stringify([address?.country, address?.region, address?.postalCode, address?.city, address?.line1]);
const isSame = (one: Money, other: Money): boolean => one.amount === other.amount && one.currency === other.currency;

/** A gift card may have been used elsewhere since the customer saw what is left to pay. */
function requireDue({ tenders, amountDue }: Quote, expectedDue: Money | undefined, problems: readonly CartProblem[]): void {
  if (expectedDue && !isSame(expectedDue, amountDue)) throw new DueChanged({ tenders, amountDue, expectedDue, problems });
}

type Given = Readonly<{ body: PlaceOrderBody; userEmail: string | undefined; offers: Offers }>;
function requireDetails(cart: Cart, { body, userEmail, offers }: Given) {
  const email = body.email ?? cart.email ?? userEmail;
  const shippingAddress = body.shippingAddress ?? cart.shippingAddress;
  const nothingToSend = cart.lineItems.every(({ sku }) => offers.get(sku)?.shipping?.requiresShipping === false);
  const method = body.shippingMethod ?? cart.shippingMethod ?? (nothingToSend ? 'none' : undefined);
  if (email === undefined || !shippingAddress || method === undefined) {
    throw missing(...[email === undefined && 'email', !shippingAddress && 'shippingAddress', method === undefined && 'shippingMethod'].filter((name) => name !== false));
  }
  // A method of the request's own takes the place of everything that was chosen before.
  const kept = body.shippingMethod === undefined || body.shippingMethod === cart.shippingMethod;
  const by = { method, choices: kept ? cart.shippingChoices : undefined, pickupLocationId: body.pickupLocationId ?? cart.pickupLocationId };
  return { email, shippingAddress, by, billingAddress: body.billingAddress ?? cart.billingAddress ?? shippingAddress };
}

type Making = Readonly<{ id: string; draft: Draft; payment: PaymentSummary; nothingToPayNow: boolean; tokenHash: string | null; actor: Actor; locale?: string | undefined }>;

/** The order as it will be stored: copies of everything, so that no later change of a product or address reaches it. */
export function orderFrom(deps: Pick<CheckoutDeps, 'now' | 'paymentWindowSeconds' | 'reviewWindowSeconds'>, { id, draft, payment, nothingToPayNow, tokenHash, actor, locale }: Making) {
  const { cart, priced, offers, email, shippingAddress, billingAddress, notes, verdict } = draft;
  const now = deps.now();
  const isHeld = verdict?.decision === 'review';
  const isPlaced = nothingToPayNow && !isHeld;
  const axes = {
    status: isPlaced ? 'placed' : 'pending', paymentStatus: priced.amountDue.amount === 0 ? 'paid' : 'pending', fulfilmentStatus: 'unfulfilled', returnStatus: 'none',
  } as const satisfies Pick<Order, 'status' | 'paymentStatus' | 'fulfilmentStatus' | 'returnStatus'>;
  return {
    id, number: orderNumber(randomText), ...axes, holds: isHeld ? [RISK_HOLD] : [], cartId: cart.id, email, userId: cart.userId, tokenHash, currency: cart.currency,
    items: cart.lineItems.map((line, at): OrderItem => {
      const { unitPrice, discount, tax, lineTotal, allocations, taxes, priceSource } = priced.lines[at]!;
      const taxRateBps = sumOfRates(taxes.map(({ rateBps }) => rateBps));
      const offer = offers.get(line.sku)!;
      return {
        id: line.id, productId: line.productId, productName: offer.productName, name: offer.name, sku: line.sku, quantity: line.quantity, unitPrice, discount, tax, taxRateBps, lineTotal, allocations, taxes, priceSource,
        ...(offer.components?.length && { components: componentsOf(offer, lineTotal, offers) }), ...(offer.digital && { digital: offer.digital }),
        units: { ordered: line.quantity, cancelled: 0, backordered: 0, allocated: line.quantity, shipped: 0, delivered: 0, returnRequested: 0, returned: 0, writtenOff: 0 },
      };
    }),
    totals: priced.totals, shippingTax: priced.shipping.tax, shippingCharge: priced.shipping, ...feesOf(priced), promotions: priced.promotions.applied, coupons: priced.promotions.applied.flatMap(({ code: used }) => used ?? []), rounding: priced.taxation.rounding, ...taxationOf(priced), ...(priced.tenders.length > 0 && { tenders: priced.tenders }),
    shippingAddress: { ...shippingAddress }, billingAddress: { ...billingAddress }, shippingMethod: methodOf(priced.method!), ...(priced.method!.source === 'table_fallback' && { shippingEstimated: true }),
    payment, paymentAttempts: 1, ...(locale !== undefined && { locale }), ...(notes !== undefined && { notes }),
    // Whose money was promised waits longer than one whose money is still to come.
    expiresAt: isPlaced ? null : later(now, (nothingToPayNow ? deps.reviewWindowSeconds : deps.paymentWindowSeconds) * 1000), placedAt: isPlaced ? now : null, createdAt: now, updatedAt: now,
    ...(verdict && { risk: { ...verdict.risk, ...(isHeld && { review: { state: 'open' as const } }) } }),
    timeline: [{ at: now, actor, event: isPlaced ? 'order.placed' : 'order.created', cause: 'checkout', before: {}, after: axes }],
  };
}

/** What somebody has to know of its tax, and what it takes to compute it again. */
function taxationOf({ taxation: { vatId, flags, shippingAs } }: Quote): Pick<Order, 'flags' | 'taxation'> {
  return { ...(flags.length > 0 && { flags }), ...((vatId || shippingAs === 'goods') && { taxation: { shippingAs, ...(vatId && { vatId }) } }) };
}

/** Frozen like everything else; an order without any has no such field. */
const feesOf = ({ fees, announced }: Quote): Pick<Order, 'fees' | 'announcedFees'> => ({ ...(fees.length > 0 && { fees }), ...(announced.length > 0 && { announcedFees: announced }) });

const methodOf = ({ code, name, price, groups, source, pickupLocationId }: NonNullable<Quote['method']>) =>
  ({ code, name, price, ...(groups && { groups }), ...(source && { source }), ...(pickupLocationId !== undefined && { pickupLocationId }) });

export const hashOf = (token: string | null): string | null => (token === null ? null : sha256(token));
