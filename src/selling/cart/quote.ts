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
/** Reductions by line, and of a price of shipping once it is known; `refused` says of each code that does nothing why it does not. */
export type PromotionResult = Readonly<{
  lines: ReadonlyMap<string, readonly Allocation[]>;
  reduceShipping(price: Money): readonly Allocation[];
  applied: ReadonlyArray<Omit<AppliedPromotion, 'amount'>>; refused: ReadonlyArray<Readonly<{ code: string; reason: string; message: string }>>;
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
  applied: readonly AppliedPromotion[]; refused: PromotionResult['refused']; buyer: Buyer;
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
  const shipping = method && { price: method.price, taxes: [usual], allocations: promoted.reduceShipping(method.price) };
  const result = computeTotals({ currency, lines, shipping, pricesIncludeTax: inclusive });
  const quoted = result.lines.map((line): QuotedLine => ({ ...line, priceSource: tierAt(offers.get(line.sku)?.ladder ?? [], line.quantity)?.source ?? null }));
  return { ...result, lines: quoted, method, applied: appliedOf(promoted, result, currency), refused: promoted.refused, buyer };
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

/** What each promotion took off, on lines and shipping together. */
function appliedOf({ applied }: PromotionResult, { lines, shipping }: Pick<Quote, 'shipping'> & { lines: readonly LineTotals[] }, currency: string): AppliedPromotion[] {
  const all = [...lines.flatMap(({ allocations }) => allocations), ...shipping.allocations];
  return applied.map((promotion) => ({ ...promotion, amount: sum(all.filter(({ promotionId }) => promotionId === promotion.promotionId).map(({ amount }) => amount), currency) }));
}

/** Nothing is reduced: the answer while no promotion exists. */
export const noPromotions: Promote = async () => ({ lines: new Map(), reduceShipping: () => [], applied: [], refused: [] });
