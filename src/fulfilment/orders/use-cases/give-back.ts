import { money } from '../../../shared/money.js';
import { creditLines, reduceCredits, refundOfCredit, settlementOf, totalOf, type CreditedLine, type UnitsOfLine } from '../credits.js';
import { creditFees } from '../fees.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order, Settlement } from '../orders.js';

export type Credit = Readonly<{
  lines: readonly CreditedLine[]; shipping?: number;
  /** Minor units kept by the shop: a fee, a deduction. */
  retained?: number;
  /** Minor units that pay for something else (an exchange), so that they do not go back. */
  carried?: number;
  /** The user who wants store credit instead of the money. */
  creditOf?: string | undefined;
  reason: string; key: string;
}>;
export type GivenBack = Readonly<{ refunded: number; settlement: Settlement }>;

/**
 * Turns a credit into money, inside the transaction that saves the credited items together with this settlement. What was never paid is only owed
 * less. Goods of an exchange were paid in part by the goods before them, so what their own payment cannot give comes from that order's.
 */
export async function giveBack(deps: Pick<OrderDeps, 'refunds' | 'orders'>, order: Order, { lines, shipping = 0, retained = 0, carried = 0, creditOf, reason, key }: Credit): Promise<GivenBack> {
  const before = settlementOf(order);
  const kept = Math.min(retained, totalOf(lines) + shipping - carried);
  const credit = totalOf(lines) + shipping - kept;
  const received = await deps.refunds.received(order.id);
  const due = refundOfCredit(order, credit, { ...received, left: received.left + prepaidLeft(order, received) });
  const refund = Math.max(0, due - carried);
  const own = Math.min(refund, received.left);
  if (own > 0) await deps.refunds.refund({ orderId: order.id, amount: money(own, order.currency), reason, key, creditOf, ...shares(lines, shipping, own) });
  if (refund > own && order.origin) {
    const amount = money(refund - own, order.currency);
    await deps.refunds.refund({ orderId: order.origin.orderId, amount, reason, key: `${key}:origin`, lines: [], shipping: 0 });
  }
  return { refunded: refund, settlement: { shipping: before.shipping + shipping, retained: before.retained + kept, refunded: before.refunded + due } };
}

/** Its own payment gave first, so what went back beyond that came out of the exchanged goods. */
const prepaidLeft = (order: Order, { taken }: { taken: number }): number =>
  (order.origin ? Math.max(0, (order.prepaid ?? 0) - Math.max(0, settlementOf(order).refunded - taken)) : 0);

/** What giving these units back would bring, in minor units: what they were paid, so far as it was paid. */
export async function worthOf(deps: Pick<OrderDeps, 'refunds'>, order: Order, lines: readonly UnitsOfLine[]): Promise<number> {
  const received = await deps.refunds.received(order.id);
  const { items, credits } = creditLines(order, lines);
  const fees = creditFees(order.fees, items, order.totals.taxIncluded).credits;
  return refundOfCredit(order, totalOf(credits) + totalOf(fees), { ...received, left: received.left + prepaidLeft(order, received) });
}

/** An order that replaced goods was given up: what those goods paid of it goes back to where it came from. Once, by its key. */
export async function returnPrepaid(deps: Pick<OrderDeps, 'refunds'>, order: Order, reason: string): Promise<number> {
  const amount = prepaidLeft(order, await deps.refunds.received(order.id));
  if (amount > 0 && order.origin) await deps.refunds.refund({ orderId: order.origin.orderId, amount: money(amount, order.currency), reason, key: `order:${order.id}:prepaid`, lines: [], shipping: 0 });
  return amount;
}

/** The refund goes on the lines first. */
function shares(lines: readonly CreditedLine[], shipping: number, refund: number): { lines: CreditedLine[]; shipping: number } {
  const ofLines = Math.min(totalOf(lines), refund);
  return { lines: reduceCredits(lines, ofLines), shipping: Math.min(shipping, refund - ofLines) };
}
