import { fulfilmentStatusOf, type FulfilmentStatus, type OrderItem, type TimelineEntry } from './orders.js';

type Reserved = Readonly<{ lineId: string; quantity: number; backordered?: boolean }>;
type Counted = Pick<OrderItem, 'id' | 'units'>;

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
