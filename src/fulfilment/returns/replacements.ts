import { tokenOwnerOf } from '../../shared/order-token.js';
import { randomText } from '../../shared/crypto/tokens.js';
import { add, fraction, money, subtract, sum, times, zero, type Money } from '../../shared/money.js';
import { grossOf, orderNumber, type CreditedLine, type NewOrder, type Order, type OrderItem, type OrderOrigin } from '../orders/index.js';

/** Goods that are sent instead of others, priced. */
export type ReplacementItem = Omit<OrderItem, 'id' | 'units' | 'credited' | 'finalSale'>;

export const totalGross = (items: readonly ReplacementItem[], { totals, currency }: Pick<Order, 'totals' | 'currency'>): Money =>
  sum(items.map((item) => grossOf(item, totals.taxIncluded)), currency);

/** The same goods again, at what those units were paid. */
export function sameGoods(order: Order, credits: readonly CreditedLine[]): ReplacementItem[] {
  return credits.map(({ itemId, quantity, amount }) => {
    const { id: _id, units: _u, credited: _c, finalSale: _f, ...item } = order.items.find(({ id }) => id === itemId)!;
    const gross = grossOf(item, order.totals.taxIncluded).amount;
    // Of the units' price the same share is tax as of the whole line's.
    const tax = gross === 0 ? zero(order.currency) : fraction(item.tax, amount, gross);
    const lineTotal = order.totals.taxIncluded ? money(amount, order.currency) : subtract(money(amount, order.currency), tax);
    const discount = subtract(times(item.unitPrice, quantity), lineTotal);
    return { ...item, quantity, lineTotal, tax, discount, allocations: [], taxes: item.taxes.length === 1 ? [{ ...item.taxes[0]!, amount: tax }] : [] };
  });
}

type Making = Readonly<{
  id: string; origin: OrderOrigin; items: readonly ReplacementItem[]; prepaid: number; holds: readonly string[]; expiresAt: Date; now: Date; actor: { type: string; id: string | null };
}>;

/** An order that no cart was turned into: addresses and terms are those of the order before it, and its postage is ours. */
export function replacementOrder(before: Order, { id, origin, items, prepaid, holds, expiresAt, now, actor }: Making): NewOrder {
  const none = zero(before.currency);
  const isPaid = totalGross(items, before).amount <= prepaid;
  const axes = { status: isPaid ? 'placed' : 'pending', paymentStatus: isPaid ? 'none' : 'pending', fulfilmentStatus: 'unfulfilled', returnStatus: 'none' } as const;
  const { email, userId, tokenHash, currency, rounding, shippingAddress, billingAddress, locale } = before;
  return {
    id, number: orderNumber(randomText), ...axes, holds: [...holds], cartId: origin.id, email, userId, tokenHash, ...(tokenHash !== null && { tokenOf: tokenOwnerOf(before) }), currency, origin, prepaid,
    items: items.map((item, at): OrderItem => ({
      ...item, id: `${id}-${at + 1}`,
      units: { ordered: item.quantity, cancelled: 0, backordered: 0, allocated: item.quantity, shipped: 0, delivered: 0, returnRequested: 0, returned: 0, writtenOff: 0 },
    })),
    totals: totalsOf(items, before), amountDue: money(Math.max(0, totalGross(items, before).amount - prepaid), currency), shippingTax: none, shippingCharge: { price: none, discount: none, total: none, tax: none, allocations: [], taxes: [] },
    promotions: [], coupons: [], rounding, shippingAddress, billingAddress, shippingMethod: { code: before.shippingMethod.code, name: before.shippingMethod.name, price: none },
    payment: null, paymentAttempts: 0, ...(locale !== undefined && { locale }), expiresAt: isPaid ? null : expiresAt, placedAt: isPaid ? now : null, createdAt: now, updatedAt: now,
    timeline: [{ at: now, actor, event: isPaid ? 'order.placed' : 'order.created', cause: `${origin.type} of order ${before.number}`, before: {}, after: axes }],
  };
}

function totalsOf(items: readonly ReplacementItem[], { currency, totals: { taxIncluded } }: Order): Order['totals'] {
  const subtotal = sum(items.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  const discountTotal = sum(items.map(({ discount }) => discount), currency);
  const taxTotal = sum(items.map(({ tax }) => tax), currency);
  const net = subtract(subtotal, discountTotal);
  return { subtotal, discountTotal, shippingTotal: zero(currency), taxTotal, grandTotal: taxIncluded ? net : add(net, taxTotal), taxIncluded };
}
