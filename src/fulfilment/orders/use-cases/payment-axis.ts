import { isDeepStrictEqual } from 'node:util';
import { ConcurrentChange } from '../../../shared/errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import type { Axes, Order, PaymentStatus, PaymentSummary } from '../orders.js';
import { paymentStatusOf, type OrderMoney } from '../payment-status.js';

type MoneyDeps = Pick<OrderDeps, 'refunds'>;
type Becoming = Partial<Pick<Order, 'status' | 'outstanding' | 'placedAt'>>;

/** The payment axis as the ledgers have it at this moment of the caller's transaction. `becoming`: what the same change makes of the order. */
export async function derivedPayment({ refunds }: MoneyDeps, order: Order, becoming: Becoming = {}): Promise<PaymentStatus> {
  return paymentStatusOf({ ...order, ...becoming }, await moneyOf(refunds, order));
}

/** The same for an order that is given up now: what gift cards and store credit still have in it goes back in this transaction. */
export async function paymentGivenUp({ refunds }: MoneyDeps, order: Order, status: 'cancelled' | 'expired'): Promise<PaymentStatus> {
  const { tenders, ...money } = await moneyOf(refunds, order);
  return paymentStatusOf({ ...order, status }, { ...money, tenders: { left: 0, refunded: tenders.refunded, givenBack: tenders.givenBack + tenders.left } });
}

const moneyOf = async (refunds: MoneyDeps['refunds'], order: Order): Promise<OrderMoney> => (await refunds.moneyOf([order])).get(order.id)!;

type News = Readonly<{ summary?: PaymentSummary; cause: string; riskKey?: string | undefined }>;
/**
 * Money of this order has moved, or was refused. A newer payment's news is shown; late news of an older attempt is not shown over it. The order is
 * written even where its axis stays: of two movements that do not see each other the later one has to look again.
 */
export async function noteMoney(deps: Pick<OrderDeps, 'refunds' | 'orders' | 'now'>, order: Order, { summary, cause, riskKey }: News): Promise<Order> {
  const isShown = summary !== undefined && !(order.payment && order.payment.id > summary.id);
  const payment = isShown ? summary : order.payment;
  const after = { paymentStatus: await derivedPayment(deps, order) };
  const isSame = after.paymentStatus === order.paymentStatus;
  if (isSame && isShown && isDeepStrictEqual(payment, order.payment)) return order;
  const changed = await deps.orders.change(order, { ...after, payment }, isSame ? null : entry(deps.now(), 'order.payment_changed', cause, axes(order, after), after), { riskKey });
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  return changed;
}

const DISPUTE_CAUSES = { opened: 'the cardholder\'s bank took money back', won: 'the bank gave the money again', lost: 'the bank keeps the money' } as const;
/** A flag beside the axes: what the order was paid and what of that is refunded stays what it is, and the bank's word is the timeline's. */
export async function noteDispute(deps: Pick<OrderDeps, 'orders' | 'now'>, orderId: string, { kind, amount }: { kind: keyof typeof DISPUTE_CAUSES; amount: number }): Promise<void> {
  const order = await deps.orders.find(orderId, { staff: true });
  if (!order) return;
  const openDisputes = Math.max(0, (order.openDisputes ?? 0) + (kind === 'opened' ? 1 : -1));
  const written = { ...entry(deps.now(), kind === 'opened' ? 'order.disputed' : `order.dispute_${kind}`, DISPUTE_CAUSES[kind], {}, {}), details: { amount: { amount, currency: order.currency } } };
  if (!await deps.orders.change(order, { openDisputes }, written)) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
}

/** The named axes as they are before a change. */
export function axes<A extends Partial<Axes>>(order: Axes, after: A): Partial<Axes> {
  return Object.fromEntries(Object.keys(after).map((name) => [name, order[name as keyof Axes]]));
}
