import type { Order, TimelineEntry } from './orders.js';

/** The one shape every route answers. Tokens, the cart and internal fields stay here. */
export function presentOrder(order: Order, orderToken?: string) {
  const { id, number, status, paymentStatus, fulfilmentStatus, returnStatus, holds, email, userId, currency, items, totals, payment, version } = order;
  return {
    id, number, status, paymentStatus, fulfilmentStatus, returnStatus, holds, email, ...(userId !== null && { userId }), currency,
    ...(orderToken !== undefined && { orderToken }),
    items: items.map(({ id: itemId, productId, productName, name, sku, quantity, unitPrice, discount, tax, taxRateBps, lineTotal, units }) =>
      ({ id: itemId, productId, productName, name, sku, quantity, unitPrice, discount, tax, taxRateBps, lineTotal, units })),
    totals,
    shippingAddress: order.shippingAddress, billingAddress: order.billingAddress, shippingMethod: order.shippingMethod,
    payment: payment && { ...payment },
    ...(order.notes !== undefined && { notes: order.notes }),
    ...(order.expiresAt && { expiresAt: order.expiresAt.toISOString() }),
    ...(order.placedAt && { placedAt: order.placedAt.toISOString() }),
    createdAt: order.createdAt.toISOString(), updatedAt: order.updatedAt.toISOString(), version,
  };
}

export const presentEntry = ({ at, actor, event, cause, before, after }: TimelineEntry) => ({ at: at.toISOString(), actor, event, cause, before, after });
