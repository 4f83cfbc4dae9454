import { sum } from '../../../shared/money.js';
import { grossOf } from '../credits.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';

/** Minor units: what all goods of an order cost, with their tax; postage earns nothing. */
export const goodsTotal = ({ items, currency, totals }: Pick<Order, 'items' | 'currency' | 'totals'>): number => sum(items.map((item) => grossOf(item, totals.taxIncluded)), currency).amount;

/** Points go back with the goods they were earned on, pro rata of what those were paid: units that came back, and what an edit made cheaper. */
export async function clawBack(deps: Pick<OrderDeps, 'loyalty'>, order: Order, reason: string): Promise<void> {
  if (order.userId === null) return;
  const now = goodsTotal(order);
  const total = order.earnedOn ?? now;
  const standing = now - order.items.reduce((so, item) => so + (item.credited?.amount ?? 0), 0);
  await deps.loyalty.clawBackShare({ orderId: order.id, userId: order.userId, reason, credited: Math.max(0, total - standing), total });
}
