import { sum } from '../../../shared/money.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';

/** Points go back with the goods they were earned on, pro rata of what those were paid; postage earns none. */
export async function clawBack(deps: Pick<OrderDeps, 'loyalty'>, order: Order, reason: string): Promise<void> {
  if (order.userId === null) return;
  const { items, currency, totals } = order;
  const total = sum(items.map(({ lineTotal, tax }) => (totals.taxIncluded ? lineTotal : { amount: lineTotal.amount + tax.amount, currency })), currency).amount;
  const credited = items.reduce((so, item) => so + (item.credited?.amount ?? 0), 0);
  await deps.loyalty.clawBackShare({ orderId: order.id, userId: order.userId, reason, credited, total });
}
