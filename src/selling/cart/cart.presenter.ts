import type { Shipping, ShippingMethod } from '../../fulfilment/shipping/index.js';
import type { Tax } from '../../fulfilment/tax/index.js';
import type { Address } from '../../shared/address.js';
import { sum, times, zero, type Money } from '../../shared/money.js';
import { computeTotals, type LineTotals, type Totals } from '../pricing/index.js';
import { problemsOf, repriced, type Cart } from './cart.js';
import type { CartWithOffers, Offers } from './cart.service.js';

export type CartPricing = Readonly<{ shipping: Pick<Shipping, 'methodsFor'>; tax: Tax; defaultCountry: string }>;
export type PricedCart = Readonly<{
  totals: Totals; lines: ReadonlyArray<LineTotals & { taxRateBps: number }>; shippingTax: Money; method: ShippingMethod | null;
}>;
type Destination = Readonly<Pick<Address, 'country'> & Partial<Address>>;

/** What the cart costs now, at today's prices, sent to this place by this method. Reads no stored total and stores none. */
export async function priceCart(cart: Pick<Cart, 'currency' | 'lineItems'>, offers: Offers, pricing: CartPricing, to: { address: Destination; method: string | undefined }): Promise<PricedCart> {
  const { currency } = cart;
  const { country, region, postalCode } = to.address;
  const lineItems = repriced(cart.lineItems, offers);
  const subtotal = sum(lineItems.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  const rateOf = rates(pricing.tax, { country, region, postalCode });
  const methods = to.method === undefined ? [] : await pricing.shipping.methodsFor({ country, currency, subtotal });
  const method = methods.find(({ code }) => code === to.method) ?? null;

  const usual = await rateOf(undefined);
  const lines = await Promise.all(lineItems.map(async ({ id, sku, quantity, unitPrice }) => (
    { id, sku, quantity, unitPrice, taxRateBps: (await rateOf(offers.get(sku)?.taxCategory)).rateBps })));
  const shipping = method && { price: method.price, taxRateBps: usual.rateBps };
  const result = computeTotals({ currency, lines, shipping, pricesIncludeTax: usual.inclusive });
  return { ...result, lines: result.lines.map((line, at) => ({ ...line, taxRateBps: lines[at]!.taxRateBps })), method };
}

/** Asks once per tax category. */
function rates(tax: Tax, place: { country: string; region: string | undefined; postalCode: string | undefined }) {
  const asked = new Map<string | undefined, ReturnType<Tax['rateFor']>>();
  return (taxCategory: string | undefined) => {
    const known = asked.get(taxCategory) ?? tax.rateFor({ ...place, taxCategory });
    asked.set(taxCategory, known);
    return known;
  };
}

export async function presentCart({ cart, offers, cartToken }: CartWithOffers, pricing: CartPricing) {
  const address = cart.shippingAddress ?? { country: pricing.defaultCountry };
  const { totals, lines } = await priceCart(cart, offers, pricing, { address, method: cart.shippingMethod });
  const { id, currency, version, email, shippingAddress, billingAddress, shippingMethod } = cart;
  return {
    id, ...(cartToken !== undefined && { cartToken }), currency,
    ...(email !== undefined && { email }), ...(shippingAddress && { shippingAddress }), ...(billingAddress && { billingAddress }),
    ...(shippingMethod !== undefined && { shippingMethod }),
    items: cart.lineItems.map((line, at) => {
      const { unitPrice, lineTotal } = lines[at]!;
      const offer = offers.get(line.sku);
      return { id: line.id, sku: line.sku, productId: line.productId, name: offer?.name ?? line.name, quantity: line.quantity, unitPrice, lineTotal, ...(offer?.image && { image: offer.image }) };
    }),
    coupons: [] as string[],
    totals,
    problems: problemsOf(cart.lineItems, offers),
    version,
  };
}

/** Before the first line there is nothing to store. */
export function emptyCart(currency: string) {
  const none = zero(currency);
  const totals = { subtotal: none, discountTotal: none, shippingTotal: none, taxTotal: none, grandTotal: none, taxIncluded: true };
  return { id: null, currency, items: [], coupons: [] as string[], totals, problems: [], version: 0 };
}
