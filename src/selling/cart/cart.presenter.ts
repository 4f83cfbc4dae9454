import { guest } from '../../shared/buyer.js';
import { zero } from '../../shared/money.js';
import { couponProblems, detailsOf, problemsOf } from './cart.js';
import type { CartWithOffers } from './cart.service.js';
import { quoteAsShown, type QuoteDeps } from './quote.js';
import { problemsWith, totalsProblemOf } from './told.js';

export async function presentCart({ cart, offers, cartToken, channel, quote: known }: CartWithOffers, deps: QuoteDeps, { explain = false } = {}) {
  const quote = known ?? await quoteAsShown({ ...cart, channel }, offers, deps);
  const { totals, lines, fees, announced, promotions, taxation, tenders, amountDue } = quote;
  const { id, currency, version } = cart;
  const { coupons = [], vatId: _entered, giftCards: _cards, useStoreCredit: _credit, ...details } = detailsOf(cart);
  return {
    id, ...(cartToken !== undefined && { cartToken }), currency, ...details,
    items: cart.lineItems.map((line, at) => {
      const { unitPrice, lineTotal, discount, tax, priceSource } = lines[at]!;
      const offer = offers.get(line.sku);
      return { id: line.id, sku: line.sku, productId: line.productId, name: offer?.name ?? line.name, quantity: line.quantity, unitPrice, discount, tax, lineTotal, priceSource, ...(offer?.image && { image: offer.image }) };
    }),
    coupons: [...coupons],
    promotions: promotions.applied,
    refusedCoupons: promotions.refused,
    ...(explain && { explanation: promotions.tried }),
    ...(taxation.vatId && { vatId: taxation.vatId }),
    totals,
    fees: fees.map(({ code, name, amount, tax, taxes }) => ({ code, name, amount, tax, taxes })), announcedFees: [...announced],
    tenders: tenders.map(({ kind, accountId, last4, amount }) => ({ kind, ...(kind === 'gift_card' && { id: accountId, last4 }), amount })),
    amountDue,
    problems: problemsWith([...problemsOf(cart.lineItems, offers), ...couponProblems(promotions.refused)], totalsProblemOf(cart.told, quote)),
    version,
  };
}

/** Before the first line there is nothing to store. */
export async function emptyCart(currency: string, { tax, defaultCountry }: Pick<QuoteDeps, 'tax' | 'defaultCountry'>) {
  const { pricesIncludeTax } = await tax.taxationOf({ to: { country: defaultCountry }, buyer: guest(), vatId: undefined });
  const none = zero(currency);
  const totals = { subtotal: none, discountTotal: none, shippingTotal: none, taxTotal: none, grandTotal: none, taxIncluded: pricesIncludeTax };
  return { id: null, currency, items: [], coupons: [] as string[], promotions: [], refusedCoupons: [], totals, fees: [], announcedFees: [], tenders: [], amountDue: none, problems: [], version: 0 };
}
