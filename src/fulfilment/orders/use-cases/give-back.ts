import { money } from '../../../shared/money.js';
import { reduceCredits, refundOfCredit, settlementOf, totalOf, type CreditedLine } from '../credits.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order, Settlement } from '../orders.js';

export type Credit = Readonly<{
  lines: readonly CreditedLine[]; shipping?: number;
  /** Minor units kept by the shop: a fee, a deduction. */
  retained?: number;
  /** Minor units that pay for something else (an exchange), so that they do not go back. */
  carried?: number;
  reason: string; key: string;
}>;
export type GivenBack = Readonly<{ refunded: number; settlement: Settlement }>;

/**
 * Turns a credit into money, inside the transaction that saves the credited items together with this settlement. What was never paid is only owed
 * less. Goods of an exchange were paid in part by the goods before them, so what their own payment cannot give comes from that order's.
 */
export async function giveBack(deps: Pick<OrderDeps, 'refunds' | 'orders'>, order: Order, { lines, shipping = 0, retained = 0, carried = 0, reason, key }: Credit): Promise<GivenBack> {
  const before = settlementOf(order);
  const kept = Math.min(retained, totalOf(lines) + shipping - carried);
  const credit = totalOf(lines) + shipping - kept;
  const received = await deps.refunds.received(order.id);
  // Its own payment gave first, so what went back beyond that came out of the exchanged goods.
  const prepaid = order.origin ? Math.max(0, (order.prepaid ?? 0) - Math.max(0, before.refunded - received.taken)) : 0;
  const due = refundOfCredit(order, credit, { ...received, left: received.left + prepaid });
  const refund = Math.max(0, due - carried);
  const own = Math.min(refund, received.left);
  if (own > 0) await deps.refunds.refund({ orderId: order.id, amount: money(own, order.currency), reason, key, ...shares(lines, shipping, own) });
  if (refund > own && order.origin) {
    const amount = money(refund - own, order.currency);
    await deps.refunds.refund({ orderId: order.origin.orderId, amount, reason, key: `${key}:origin`, lines: [], shipping: 0 });
  }
  return { refunded: refund, settlement: { shipping: before.shipping + shipping, retained: before.retained + kept, refunded: before.refunded + due } };
}

/** The refund goes on the lines first. */
function shares(lines: readonly CreditedLine[], shipping: number, refund: number): { lines: CreditedLine[]; shipping: number } {
  const ofLines = Math.min(totalOf(lines), refund);
  return { lines: reduceCredits(lines, ofLines), shipping: Math.min(shipping, refund - ofLines) };
}
