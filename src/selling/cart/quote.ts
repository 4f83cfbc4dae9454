import type { Shipping, ShippingMethod } from '../../fulfilment/shipping/index.js';
import type { Tax } from '../../fulfilment/tax/index.js';
import type { Address } from '../../shared/address.js';
import type { Buyer } from '../../shared/buyer.js';
import { subtract, sum, times, type Money } from '../../shared/money.js';
import { tierAt, type PriceSource } from '../../shared/ladder.js';
import { computeTotals, type Allocation, type LineTax, type LineTotals, type ShippingTotals, type Totals } from '../pricing/index.js';
import { repriced, type Cart } from './cart.js';
import type { Offers } from './cart.service.js';

/** A line as promotions see it: what it is, how many, and what it costs before any reduction. */
export type PromotableLine = Readonly<{
  id: string; sku: string; productId: string; categoryIds: readonly string[]; quantity: number; unitPrice: Money; onSale: boolean;
}>;
export type PromotionRequest = Readonly<{
  currency: string; buyer: Buyer; email: string | undefined; coupons: readonly string[]; lines: readonly PromotableLine[]; country: string;
}>;
export type AppliedPromotion = Readonly<{ promotionId: string; name: string; code?: string; amount: Money }>;
/** A rule that was looked at: what it took off, or why nothing. A code that nobody knows has no promotion. */
export type TriedRule = Readonly<{
  promotionId: string | null; name: string; code?: string; class: Allocation['class'] | null; trigger: 'automatic' | 'coupon';
  result: 'applied' | 'refused'; reason: string; message: string; amount: Money;
}>;
export type RefusedCoupon = Readonly<{ code: string; reason: string; message: string }>;
export type SettledPromotions = Readonly<{
  shipping: readonly Allocation[]; applied: readonly AppliedPromotion[]; refused: readonly RefusedCoupon[]; tried: readonly TriedRule[];
}>;
/** Reductions by line, and of a price of shipping once it is known. */
export type PromotionResult = Readonly<{
  lines: ReadonlyMap<string, readonly Allocation[]>;
  /** Null while no method is chosen. */
  settle(shippingPrice: Money | null): SettledPromotions;
  /** What it takes to decide the same again; null when there was nothing to decide. Only promotions look into it. */
  evidence: unknown;
  /** What only so many orders may have: those who want the same take turns. */
  contended: readonly string[];
}>;
export type Promote = (request: PromotionRequest) => Promise<PromotionResult>;

/** Whoever decides a part of the price. Each of them answers without a round trip for a buyer and cart that have nothing special. */
export type QuoteDeps = Readonly<{
  buyerOf(shopper: { userId?: string | null | undefined; channel?: string | undefined }): Promise<Buyer>;
  promote: Promote;
  shipping: Pick<Shipping, 'methodsFor'>;
  tax: Tax;
  defaultCountry: string;
}>;

export type QuotedLine = LineTotals & Readonly<{ priceSource: PriceSource | null }>;
export type Quote = Readonly<{
  totals: Totals; lines: readonly QuotedLine[]; shipping: ShippingTotals; method: ShippingMethod | null;
  promotions: SettledPromotions & Pick<PromotionResult, 'evidence' | 'contended'>; buyer: Buyer;
}>;
type Destination = Readonly<Pick<Address, 'country'> & Partial<Address>>;
type Quoted = Pick<Cart, 'currency' | 'lineItems' | 'userId' | 'email' | 'coupons'>;

/** What the cart costs now, at today's prices, sent to this place by this method. Reads no stored total and stores none. */
export async function quoteCart(cart: Quoted, offers: Offers, deps: QuoteDeps, to: { address: Destination; method: string | undefined }): Promise<Quote> {
  const { currency } = cart;
  const buyer = await deps.buyerOf(cart);
  const lineItems = repriced(cart.lineItems, offers);
  const goods = { currency, buyer, email: cart.email, coupons: cart.coupons ?? [], country: to.address.country, lines: lineItems.map((line) => promotable(line, offers)) };
  const promoted = await deps.promote(goods);
  const subtotal = goodsTotal(lineItems, promoted, currency);
  const method = to.method === undefined ? null : await findMethod(deps, to.method, { country: to.address.country, currency, subtotal });

  const rateOf = rates(deps.tax, to.address);
  const { inclusive, ...usual } = await rateOf(undefined);
  const lines = await Promise.all(lineItems.map(async ({ id, sku, quantity, unitPrice }) => (
    { id, sku, quantity, unitPrice, taxes: [taxOf(await rateOf(offers.get(sku)?.taxCategory))], allocations: promoted.lines.get(id) ?? [] })));
  const settled = promoted.settle(method?.price ?? null);
  const shipping = method && { price: method.price, taxes: [usual], allocations: settled.shipping };
  const result = computeTotals({ currency, lines, shipping, pricesIncludeTax: inclusive });
  const quoted = result.lines.map((line): QuotedLine => ({ ...line, priceSource: tierAt(offers.get(line.sku)?.ladder ?? [], line.quantity)?.source ?? null }));
  return { ...result, lines: quoted, method, promotions: { ...settled, evidence: promoted.evidence, contended: promoted.contended }, buyer };
}

async function findMethod({ shipping }: QuoteDeps, code: string, context: { country: string; currency: string; subtotal: Money }): Promise<ShippingMethod | null> {
  return (await shipping.methodsFor(context)).find((method) => method.code === code) ?? null;
}

function promotable({ id, sku, productId, quantity, unitPrice }: Cart['lineItems'][number], offers: Offers): PromotableLine {
  const offer = offers.get(sku);
  const onSale = tierAt(offer?.ladder ?? [], quantity)?.compareAtPrice !== undefined;
  return { id, sku, productId, categoryIds: offer?.categoryIds ?? [], quantity, unitPrice, onSale };
}

const taxOf = ({ name, rateBps, jurisdiction }: LineTax): LineTax => ({ name, rateBps, jurisdiction });

/** Asks once per tax category. */
function rates(tax: Tax, { country, region, postalCode }: Destination) {
  const asked = new Map<string | undefined, Promise<{ name: string; rateBps: number; jurisdiction: string; inclusive: boolean }>>();
  return (taxCategory: string | undefined) => {
    const known = asked.get(taxCategory) ?? tax.rateFor({ country, region, postalCode, taxCategory }).then((rate) => ({ ...rate, jurisdiction: country }));
    asked.set(taxCategory, known);
    return known;
  };
}

/** What the goods cost after their reductions, before shipping: thresholds of delivery look at this. */
function goodsTotal(lineItems: Cart['lineItems'], { lines }: PromotionResult, currency: string): Money {
  const full = sum(lineItems.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  return subtract(full, sum([...lines.values()].flat().map(({ amount }) => amount), currency));
}

const NOTHING: SettledPromotions = { shipping: [], applied: [], refused: [], tried: [] };
const UNREDUCED: PromotionResult = { lines: new Map(), settle: () => NOTHING, evidence: null, contended: [] };
/** Nothing is reduced: the answer while no promotion exists. */
export const noPromotions: Promote = async () => UNREDUCED;
