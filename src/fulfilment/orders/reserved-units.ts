import { regionCode } from '../../shared/address.js';
import { fulfilmentStatusOf, type FulfilmentStatus, type Order, type OrderItem, type TimelineEntry } from './orders.js';

export type Reserved = Readonly<{ lineId: string; quantity: number; backordered?: boolean }>;
/** `each`: so many of the SKU are in one unit of the line, which is a set. */
export type LineToReserve = Readonly<{ lineId: string; sku: string; quantity: number; each?: number }>;
type Counted = Pick<OrderItem, 'id' | 'units'>;

/** What an order needs of the stock: of a set its components, of a download nothing. */
export const linesToReserve = (items: ReadonlyArray<Pick<OrderItem, 'id' | 'sku' | 'quantity' | 'components' | 'digital'>>): LineToReserve[] =>
  items.filter(({ digital }) => digital?.kind !== 'download' && digital?.kind !== 'gift_card').flatMap(({ id, sku, quantity, components }) => (components?.length
    ? components.map((component) => ({ lineId: id, sku: component.sku, quantity: quantity * component.quantity, each: component.quantity }))
    : [{ lineId: id, sku, quantity }]));

/** Which warehouses may give what an order needs: those that send to its address; that of the shop alone where it is fetched; any where nothing is sent. */
export type Destination = Readonly<{ country: string; region?: string | undefined; onlyFrom?: string | undefined; isSent: boolean }>;
export const destinationOf = ({ shippingAddress: { country, region }, shippingMethod: { code, pickupLocationId } }: Pick<Order, 'shippingAddress' | 'shippingMethod'>): Destination =>
  ({ country, region: regionCode(country, region), onlyFrom: pickupLocationId, isSent: code !== 'none' && pickupLocationId === undefined });

/** Lines that have something in a warehouse; what is only sent as a file or a code has not. */
export const stockedItems = (items: Parameters<typeof linesToReserve>[0]): ReadonlySet<string> => new Set(linesToReserve(items).map(({ lineId }) => lineId));

/** Of each line: units that lie in a warehouse for it, and units that it is owed. */
export function withReserved<Item extends Counted>(items: readonly Item[], reserved: readonly Reserved[]): Item[] {
  return items.map((item) => {
    const backordered = reserved.reduce((so, { lineId, quantity, backordered: owed }) => (owed && lineId === item.id ? so + quantity : so), 0);
    const { ordered, cancelled, shipped } = item.units;
    return { ...item, units: { ...item.units, backordered, allocated: ordered - cancelled - shipped - backordered } };
  });
}

/** A new order as it was reserved; what its first timeline entry says follows. */
export function asReserved<New extends { items: readonly OrderItem[]; fulfilmentStatus: FulfilmentStatus; timeline: TimelineEntry[] }>(order: New, reserved: readonly Reserved[]): New {
  const items = withReserved(order.items, reserved);
  const fulfilmentStatus = fulfilmentStatusOf(items);
  if (fulfilmentStatus === order.fulfilmentStatus) return order;
  return { ...order, items, fulfilmentStatus, timeline: order.timeline.map((entry) => ({ ...entry, after: { ...entry.after, fulfilmentStatus } })) };
}
