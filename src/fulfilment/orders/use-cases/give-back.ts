import { money } from '../../../shared/money.js';
import { creditLines, grossOf, reduceCredits, refundOfCredit, settlementOf, totalOf, unpaidOf, type CreditedLine, type Received, type UnitsOfLine } from '../credits.js';
import { creditFees } from '../fees.js';
import type { OrderDeps } from '../orders.deps.js';
import { MoneyUnderWay } from '../orders.errors.js';
import type { Order, Settlement } from '../orders.js';
import { noteMoney } from './payment-axis.js';

export type Credit = Readonly<{
  lines: readonly CreditedLine[]; shipping?: number;
  /** Minor units kept by the shop: a fee, a deduction; below zero what was kept before and goes back now. */
  retained?: number;
  /** Minor units that pay for something else (an exchange), so that they do not go back. */
  carried?: number;
  /** The user who wants store credit instead of the money. */
  creditOf?: string | undefined;
  /** What the refund is for, where no line is credited by it. */
  mapped?: readonly CreditedLine[] | undefined;
  reason: string; key: string;
}>;
/** `owedLess`: what of the credit was never paid, in minor units; first what an edit asked for, then what the order's own payment has yet to bring. */
export type GivenBack = Readonly<{ refunded: number; settlement: Settlement; received: Received; owedLess: Readonly<{ outstanding: number; awaited: number }> }>;
type PurseDeps = Pick<OrderDeps, 'refunds' | 'orders'>;
type MoneyDeps = PurseDeps & Pick<OrderDeps, 'now'>;

/**
 * Turns a credit into money, inside the transaction that saves the credited items together with this settlement. What was never paid is only owed
 * less. Goods of an exchange were paid in part by the goods before them, so what their own payment cannot give comes from that order's.
 */
export async function giveBack(deps: MoneyDeps, order: Order, { lines, shipping = 0, retained = 0, carried = 0, creditOf, mapped = lines, reason, key }: Credit): Promise<GivenBack> {
  const before = settlementOf(order);
  const kept = Math.min(retained, Math.max(0, totalOf(lines) + shipping - carried));
  const credit = totalOf(lines) + shipping - kept;
  const { received, left } = await purseOf(deps, order);
  if (received.isTaking) throw new MoneyUnderWay(order.id);
  const unpaid = unpaidOf(order, received);
  const due = refundOfCredit(credit, { unpaid: unpaid.outstanding + unpaid.awaited, left });
  const refund = Math.max(0, due - carried - await refundedBefore(deps, order, lines));
  await withdraw(deps, order, received, { amount: refund, lines: mapped, shipping, creditOf, reason, key });
  const outstanding = Math.min(Math.max(0, credit), unpaid.outstanding);
  return {
    refunded: refund, received, settlement: { shipping: before.shipping + shipping, retained: before.retained + kept, refunded: before.refunded + due },
    owedLess: { outstanding, awaited: Math.min(Math.max(0, credit - outstanding), unpaid.awaited) },
  };
}

/** All that can go back for this order: what it was paid itself, and what it was prepaid with, so far as that is still there. */
export async function purseOf(deps: PurseDeps, order: Order): Promise<{ received: Received; left: number }> {
  const received = await deps.refunds.received(order.id);
  const prepaid = prepaidLeft(order, received);
  return { received, left: received.left + (prepaid > 0 ? Math.min(prepaid, await sourceOf(deps, order)) : 0) };
}

/** What goods were exchanged for may have been exchanged before: the money is wherever somebody paid. */
async function sourceOf(deps: PurseDeps, { origin }: Order): Promise<number> {
  const before = origin ? await deps.orders.find(origin.orderId, { staff: true }) : null;
  if (!before) return 0;
  const { left } = await deps.refunds.received(before.id);
  return left + (before.prepaid ? Math.min(before.prepaid, await sourceOf(deps, before)) : 0);
}

type Withdrawal = Pick<Credit, 'lines' | 'creditOf' | 'reason' | 'key'> & Readonly<{ amount: number; shipping: number }>;
/**
 * Its own payments give first, then those of the order whose goods it replaced, and so on. Answers what did not come from itself. The caller saves
 * the order with its payment axis; `received` is what `purseOf` found.
 */
export async function withdraw(deps: MoneyDeps, order: Order, { left, ofPayments }: Received, { amount, lines, shipping, ...refund }: Withdrawal): Promise<number> {
  if (amount <= 0) return 0;
  const own = Math.min(amount, left);
  if (own > 0) await deps.refunds.refund({ orderId: order.id, amount: money(own, order.currency), ofPayments, ...refund, ...shares(lines, shipping, own) });
  if (amount > own) await withdrawBefore(deps, order, { amount: amount - own, lines: [], shipping: 0, reason: refund.reason, key: `${refund.key}:origin` });
  return amount - own;
}

/** From the order whose goods this one replaced; what it has left is another then, and its payment axis with it. */
async function withdrawBefore(deps: MoneyDeps, { origin }: Order, withdrawal: Withdrawal): Promise<void> {
  const before = origin ? await deps.orders.find(origin.orderId, { staff: true }) : null;
  if (!before) return;
  await withdraw(deps, before, await deps.refunds.received(before.id), withdrawal);
  await noteMoney(deps, before, { cause: withdrawal.reason });
}

/** Its own payment gave first, so what went back beyond that came out of the exchanged goods. */
const prepaidLeft = (order: Order, { taken }: { taken: number }): number =>
  (order.origin ? Math.max(0, (order.prepaid ?? 0) - Math.max(0, settlementOf(order).refunded - taken)) : 0);

/** Whoever refunded these very lines by hand gave their money back already: no line gives back more than it cost. */
async function refundedBefore(deps: PurseDeps, order: Order, lines: readonly CreditedLine[]): Promise<number> {
  if (lines.length === 0) return 0;
  const known = await deps.refunds.refundedByLine(order.id);
  return order.items.reduce((so, item) => {
    const now = lines.find(({ itemId }) => itemId === item.id)?.amount ?? 0;
    const over = now + (known.get(item.id) ?? 0) - grossOf(item, order.totals.taxIncluded).amount;
    return so + Math.min(now, Math.max(0, over));
  }, 0);
}

/** What giving these units back would bring, in minor units: what they were paid, so far as it was paid. */
export async function worthOf(deps: PurseDeps, order: Order, lines: readonly UnitsOfLine[]): Promise<number> {
  const { received, left } = await purseOf(deps, order);
  const { items, credits } = creditLines(order, lines);
  const fees = creditFees(order.fees, items, order.totals.taxIncluded).credits;
  const { outstanding, awaited } = unpaidOf(order, received);
  const due = refundOfCredit(totalOf(credits) + totalOf(fees), { unpaid: outstanding + awaited, left });
  return Math.max(0, due - await refundedBefore(deps, order, credits));
}

/** An order that replaced goods was given up: what those goods paid of it goes back to where it came from. Once, by its key. */
export async function returnPrepaid(deps: MoneyDeps, order: Order, reason: string): Promise<number> {
  const { received, left } = await purseOf(deps, order);
  const amount = left - received.left;
  if (amount > 0) await withdrawBefore(deps, order, { amount, lines: [], shipping: 0, reason, key: `order:${order.id}:prepaid` });
  return amount;
}

/** The refund goes on the lines first. */
function shares(lines: readonly CreditedLine[], shipping: number, refund: number): { lines: CreditedLine[]; shipping: number } {
  const ofLines = Math.min(totalOf(lines), refund);
  return { lines: reduceCredits(lines, ofLines), shipping: Math.min(shipping, refund - ofLines) };
}
