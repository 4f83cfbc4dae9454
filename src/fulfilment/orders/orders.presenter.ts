import { money } from '../../shared/money.js';
import { amountDue, creditedOf, settlementOf } from './credits.js';
import { payableOf, type Order, type TimelineEntry } from './orders.js';
import { riskStatusOf } from '../../shared/order-risk.js';

/** The one shape every route answers. Tokens, the cart and internal fields stay here. */
export function presentOrder(order: Order, orderToken?: string) {
  const { id, number, status, paymentStatus, fulfilmentStatus, returnStatus, holds, email, userId, currency, items, totals, payment, version } = order;
  return {
    id, number, status, paymentStatus, fulfilmentStatus, returnStatus, disputed: (order.openDisputes ?? 0) > 0, holds, riskStatus: riskStatusOf(order), email, ...(userId !== null && { userId }), currency,
    ...(orderToken !== undefined && { orderToken }),
    items: items.map(({ id: itemId, productId, productName, name, sku, quantity, unitPrice, discount, tax, taxRateBps, lineTotal, allocations, taxes, priceSource, units, components, digital, finalSale }) =>
      ({ id: itemId, productId, productName, name, sku, quantity, unitPrice, discount, tax, taxRateBps, lineTotal, allocations, taxes, priceSource, units, ...(components?.length && { components }), ...(digital && { digital }), ...(finalSale && { finalSale }) })),
    totals, ...(order.outstanding && { outstanding: order.outstanding.amount }), tenders: (order.tenders ?? []).map(({ kind, last4, amount }) => ({ kind, ...(last4 !== undefined && { last4 }), amount })), amountDue: payableOf(order), rounding: order.rounding, flags: order.flags ?? [], ...(order.taxation?.vatId && { vatId: order.taxation.vatId }), coupons: order.coupons, promotions: order.promotions, shippingCharge: order.shippingCharge,
    fees: (order.fees ?? []).map(({ code, name, amount, tax, taxes, credited = 0 }) => ({ code, name, amount, tax, taxes, credited: money(credited, currency) })), announcedFees: order.announcedFees ?? [],
    shippingAddress: order.shippingAddress, billingAddress: order.billingAddress, shippingMethod: order.shippingMethod, shippingEstimated: order.shippingEstimated ?? false,
    payment: payment && { ...payment }, settlement: presentSettlement(order), ...(order.origin && { origin: order.origin }),
    ...(order.notes !== undefined && { notes: order.notes }),
    ...(order.expiresAt && { expiresAt: order.expiresAt.toISOString() }),
    ...(order.placedAt && { placedAt: order.placedAt.toISOString() }), ...(order.deliveredAt && { deliveredAt: order.deliveredAt.toISOString() }),
    ...(order.completesAt && order.status === 'placed' && { completesAt: order.completesAt.toISOString() }),
    ...(order.returnPolicyVersion !== undefined && { returnPolicyVersion: order.returnPolicyVersion }),
    createdAt: order.createdAt.toISOString(), updatedAt: order.updatedAt.toISOString(), version,
  };
}

export const presentEntry = ({ at, actor, event, cause, before, after, details }: TimelineEntry) =>
  ({ at: at.toISOString(), actor, event, cause, before, after, ...(details && { details }) });

/** What became of the money that was agreed. */
function presentSettlement(order: Order) {
  const { currency } = order;
  const { shipping, retained, refunded } = settlementOf(order);
  return {
    credited: creditedOf(order), shippingCredited: money(shipping, currency), retained: money(retained, currency), refunded: money(refunded, currency),
    prepaid: money(order.prepaid ?? 0, currency), due: amountDue(order),
  };
}
