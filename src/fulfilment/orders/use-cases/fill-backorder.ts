import { SYSTEM } from '../../../shared/actor.js';
import type { OrderDeps } from '../orders.deps.js';
import type { OrderItem } from '../orders.js';
import { moveUnits, orderEvent, recompute } from './recompute.js';

export type FilledUnits = Readonly<{ orderId: string; lines: ReadonlyArray<{ lineId: string; quantity: number }> }>;

/** Goods that the order was waiting for lie in a warehouse now. Inside the transaction that reserved them. */
export async function fillBackorder(deps: Pick<OrderDeps, 'orders' | 'outbox' | 'now' | 'returnsUntil'>, { orderId, lines }: FilledUnits): Promise<void> {
  const order = await deps.orders.find(orderId, { staff: true });
  if (!order) return;
  const units = lines.map(({ lineId, quantity }) => ({ itemId: lineId, quantity }));
  const items: readonly OrderItem[] = moveUnits(order.items, units, 'backordered', 'allocated');
  const filled = await recompute(deps, order, { items, event: 'order.backorder_filled', cause: 'goods arrived', actor: SYSTEM, details: { lines: units } });
  const waiting = items.reduce((so, item) => so + item.units.backordered, 0);
  await deps.outbox.record(orderEvent('order.backorder_filled', filled, { lines: units, backordered: waiting }));
}
