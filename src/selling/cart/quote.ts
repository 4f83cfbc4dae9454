import type { Shipping, ShippingContext, ShippingLine, ShippingMethod } from '../../fulfilment/shipping/index.js';
import type { LineTaxes, Tax, Taxation } from '../../fulfilment/tax/index.js';
import type { Address } from '../../shared/address.js';
import type { Buyer } from '../../shared/buyer.js';
import { subtract, sum, times, type Money } from '../../shared/money.js';
import { dueAfter, type Tender, type TenderWish } from '../gift-cards/index.js';
import { tierAt, type PriceSource } from '../../shared/ladder.js';
import { addFees, computeTotals, type Allocation, type FeeTotals, type LineTotals, type ShippingTotals, type Totals, type TotalsInput } from '../pricing/index.js';
import { repriced, type Cart, type Offer } from './cart.js';
import type { Offers } from './cart.service.js';
import { feesOn, type AnnouncedFee } from './fees.js';

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
  shipping: Pick<Shipping, 'find' | 'methodsFor'>;
  tax: Pick<Tax, 'taxationOf' | 'dutiesOf'>;
  /** What gift cards and store credit would pay; asked only for a cart that wants to use some. */
  tendersFor(wish: TenderWish): Promise<readonly Tender[]>;
  defaultCountry: string;
  /** What one kilogram costs, by currency, in minor units; empty where no offset is sold. */
  carbonOffsetPrices: Readonly<Record<string, number>>;
}>;

export type QuotedLine = LineTotals & Readonly<{ priceSource: PriceSource | null }>;
export type Quote = Readonly<{
  totals: Totals; lines: readonly QuotedLine[]; shipping: ShippingTotals; fees: readonly FeeTotals[];
  /** What somebody else will ask of the buyer. */
  announced: readonly AnnouncedFee[]; method: ShippingMethod | null;
  /** What delivery was told of the cart. */
  delivery: ShippingContext;
  promotions: SettledPromotions & Pick<PromotionResult, 'evidence' | 'contended'>; buyer: Buyer; taxation: QuotedTaxation;
  /** `amountDue`: what the payment has to bring beside them. */
  tenders: readonly Tender[]; amountDue: Money;
}>;
/** How it was taxed: what it takes to compute the same again, and what somebody has to know of it. */
export type QuotedTaxation = Pick<Taxation, 'rounding' | 'vatId'> & Pick<LineTaxes, 'flags' | 'estimate'> & Readonly<{ shippingAs: 'goods' | 'own' }>;
type Destination = Readonly<Pick<Address, 'country'> & Partial<Address>>;
/** `channel` is that of the one who looks. */
type Quoted = Pick<Cart, 'currency' | 'lineItems' | 'userId' | 'email' | 'coupons' | 'vatId' | 'giftCards' | 'useStoreCredit' | 'carbonOffset'> & Readonly<{ channel?: string | undefined }>;

export type Delivery = Readonly<{ address: Destination; method: string | undefined; choices?: Readonly<Record<string, string>> | undefined; pickupLocationId?: string | undefined }>;

/** What the cart costs now, at today's prices, sent to this place by this method. Reads no stored total and stores none. */
export async function quoteCart(cart: Quoted, offers: Offers, deps: QuoteDeps, to: Delivery): Promise<Quote> {
  const { currency } = cart;
  const buyer = await deps.buyerOf(cart);
  const taxation = await deps.tax.taxationOf({ to: to.address, buyer, vatId: cart.vatId });
  const lineItems = repriced(cart.lineItems, offers).map((line) => ({ ...line, unitPrice: taxation.priceOf(line.unitPrice, offers.get(line.sku)?.taxCategory) }));
  const wished = { currency, buyer, email: cart.email, coupons: cart.coupons ?? [], country: to.address.country, lines: lineItems.filter(({ sku }) => !isMoney(offers.get(sku))).map((line) => promotable(line, offers)) };
  const promoted = await deps.promote(wished);
  const delivery = deliveryOf({ lineItems, offers, promoted, currency, to });
  const method = to.method === undefined ? null : await deps.shipping.find(to.method, delivery);

  const settled = promoted.settle(method && taxation.shippingPriceOf(method.price, method.taxCategory));
  const priced = await taxed({ lineItems, offers, promoted, taxation, settled, method });
  const goods = computeTotals({ ...priced.input, currency });
  const charged = await feesOn({ goods, offers, taxation, to: to.address, method: to.method, wantsOffset: cart.carbonOffset === true }, deps);
  const result = addFees(goods, charged.fees, priced.input);
  const tenders = await tendersOf(cart, result.totals.grandTotal, deps);
  const quoted = result.lines.map((line): QuotedLine => ({ ...line, priceSource: tierAt(offers.get(line.sku)?.ladder ?? [], line.quantity)?.source ?? null }));
  return { ...result, lines: quoted, announced: charged.announced, method, delivery, promotions: { ...settled, evidence: promoted.evidence, contended: promoted.contended }, buyer, taxation: { ...priced.taxation, flags: [...priced.taxation.flags, ...charged.flags] }, tenders, amountDue: dueAfter(result.totals.grandTotal, tenders) };
}

/** As its owner sees it: sent where and how the cart says. */
export const quoteAsShown = (cart: Cart & Readonly<{ channel?: string | undefined }>, offers: Offers, deps: QuoteDeps): Promise<Quote> =>
  quoteCart(cart, offers, deps, { address: cart.shippingAddress ?? { country: deps.defaultCountry }, method: cart.shippingMethod, choices: cart.shippingChoices, pickupLocationId: cart.pickupLocationId });

async function tendersOf({ giftCards = [], useStoreCredit = false, userId }: Quoted, total: Money, deps: QuoteDeps): Promise<readonly Tender[]> {
  const storeCreditOf = useStoreCredit ? userId : null;
  return giftCards.length === 0 && storeCreditOf === null ? [] : deps.tendersFor({ giftCards, storeCreditOf, total });
}

type Sent = Readonly<{ lineItems: Cart['lineItems']; offers: Offers; promoted: PromotionResult; currency: string; to: Delivery }>;
/** What is sent, and what it costs after its reductions: thresholds of delivery look at that. */
function deliveryOf({ lineItems, offers, promoted, currency, to: { address, choices, pickupLocationId } }: Sent): ShippingContext {
  const lines = lineItems.map(({ id, sku, quantity, unitPrice }): ShippingLine & { total: Money } => {
    const { weightGrams, dimensionsMm, shipping, components } = offers.get(sku) ?? {};
    return { sku, quantity, weightGrams, dimensionsMm, requiresShipping: shipping?.requiresShipping, shippingClass: shipping?.class, components, total: reduced(times(unitPrice, quantity), promoted.lines.get(id)) };
  });
  const { country, region, postalCode } = address;
  return { country, region, postalCode, currency, subtotal: sum(lines.map(({ total }) => total), currency), lines, choices, pickupLocationId };
}

/** A gift card is worth what it costs, so nothing reduces it, and it helps nothing else to be reduced. */
const isMoney = (offer: Offer | undefined): boolean => offer?.digital?.kind === 'gift_card';

function promotable({ id, sku, productId, quantity, unitPrice }: Cart['lineItems'][number], offers: Offers): PromotableLine {
  const offer = offers.get(sku);
  const onSale = tierAt(offer?.ladder ?? [], quantity)?.compareAtPrice !== undefined;
  return { id, sku, productId, categoryIds: offer?.categoryIds ?? [], quantity, unitPrice, onSale };
}

type Taxing = Readonly<{ lineItems: Cart['lineItems']; offers: Offers; promoted: PromotionResult; taxation: Taxation; settled: SettledPromotions; method: ShippingMethod | null }>;
/** Every line with its taxes, on what is left of its price after its reductions. */
async function taxed({ lineItems, offers, promoted, taxation, settled, method }: Taxing): Promise<{ input: Omit<TotalsInput, 'currency'>; taxation: QuotedTaxation }> {
  const { rounding, vatId, pricesIncludeTax } = taxation;
  const shippingPrice = method && taxation.shippingPriceOf(method.price, method.taxCategory);
  const taxes = await taxation.taxesOf(
    lineItems.map(({ id, sku, quantity, unitPrice }) => ({ id, quantity, category: offers.get(sku)?.taxCategory, amount: reduced(times(unitPrice, quantity), promoted.lines.get(id)) })),
    shippingPrice && { amount: reduced(shippingPrice, settled.shipping), category: method.taxCategory },
  );
  const lines = lineItems.map(({ id, sku, quantity, unitPrice }) => ({ id, sku, quantity, unitPrice, taxes: taxes.lines.get(id)!, allocations: promoted.lines.get(id) ?? [] }));
  const shipping = shippingPrice && { price: shippingPrice, taxes: taxes.shipping, allocations: settled.shipping };
  return {
    input: { lines, shipping, pricesIncludeTax, rounding: rounding.mode, level: rounding.level, per: rounding.per },
    taxation: { rounding, vatId, flags: taxes.flags, estimate: taxes.estimate, shippingAs: taxes.shipping === 'as_goods' ? 'goods' : 'own' },
  };
}

const reduced = (price: Money, by: readonly Allocation[] = []): Money => subtract(price, sum(by.map(({ amount }) => amount), price.currency));

const NOTHING: SettledPromotions = { shipping: [], applied: [], refused: [], tried: [] };
const UNREDUCED: PromotionResult = { lines: new Map(), settle: () => NOTHING, evidence: null, contended: [] };
/** Nothing is reduced: the answer while no promotion exists. */
export const noPromotions: Promote = async () => UNREDUCED;
