import type { Order } from './orders.js';

type Line = Order['items'][number];

/**
 * What somebody who sells through the shop sees of an order: the own lines and where they go. Not how the customer is
 * reached, what else was bought, what was paid altogether or with what. Null for an order without a line of theirs, which
 * is to be answered like one that does not exist. Everything is named, so that a new field of an order stays unseen.
 */
export function vendorViewOf(order: Order, isOwn: (line: Pick<Line, 'productId' | 'sku'>) => boolean) {
  const items = order.items.filter(isOwn);
  if (items.length === 0) return null;
  const { firstName, lastName, company, line1, line2, city, region, postalCode, country } = order.shippingAddress;
  return {
    id: order.id, number: order.number, status: order.status, currency: order.currency,
    items: items.map(({ id, productId, productName, name, sku, quantity, unitPrice, discount, tax, lineTotal }) => ({ id, productId, productName, name, sku, quantity, unitPrice, discount, tax, lineTotal })),
    shippingAddress: {
      firstName, lastName, ...(company !== undefined && { company }), line1, ...(line2 !== undefined && { line2 }), city, ...(region !== undefined && { region }), postalCode, country,
    },
    createdAt: order.createdAt.toISOString(), ...(order.placedAt && { placedAt: order.placedAt.toISOString() }),
  };
}
