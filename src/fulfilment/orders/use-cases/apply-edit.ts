import type { Actor } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { money, type Money } from '../../../shared/money.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { amountDue } from '../credits.js';
import { settleDifference } from '../edit-money.js';
import { fulfilmentStatusOf, returnStatusOf, type Order, type PaymentStatus } from '../orders.js';
import { axes } from './finalise-order.js';
import { orderEvent } from './recompute.js';
import { sendDigital } from './send-digital.js';

export type EditedOrder = Pick<Order, 'items' | 'totals' | 'shippingCharge' | 'shippingTax' | 'shippingMethod' | 'shippingAddress' | 'billingAddress' | 'promotions' | 'fees'>;
export type EditMoney = Readonly<{ editId: string; reason: string; actor: Actor; difference: Money }>;

export const editPurpose = (editId: string): string => `edit:${editId}`;

export type EditSettlement = Readonly<{ outstanding: number; refund: number; /** What an unpaid order's payment has to bring then. */ payable: number | null }>;

/** What an edit does to the money, in minor units. What was given away as goodwill cannot go back a second time. */
export async function settleEdit(deps: Pick<OrderDeps, 'refunds'>, order: Order, after: Pick<EditedOrder, 'items' | 'totals'>): Promise<EditSettlement> {
  const { left } = await deps.refunds.received(order.id);
  if (order.paymentStatus === 'pending') {
    const due = amountDue({ ...order, ...after }).amount;
    return { outstanding: 0, refund: Math.max(0, left - due), payable: Math.max(0, due - left) };
  }
  const { outstanding, refund } = settleDifference(order.outstanding?.amount.amount ?? 0, after.totals.grandTotal.amount - order.totals.grandTotal.amount);
  return { outstanding, refund: Math.min(refund, left), payable: null };
}

/** Inside the transaction that moves the stock: the order as it was previewed, and the money that follows from it. */
export async function applyEdit(deps: OrderDeps, order: Order, edited: EditedOrder, edit: EditMoney): Promise<Order> {
  const { items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, fees } = edited;
  const { editId, reason, actor, difference } = edit;
  const { outstanding, refund, payable } = await settleEdit(deps, order, edited);
  const after = { fulfilmentStatus: fulfilmentStatusOf(items), returnStatus: returnStatusOf(items), paymentStatus: statusAfter(order.paymentStatus, outstanding) };
  const open = money(outstanding, order.currency);
  const due = payable === null ? null : money(payable, order.currency);
  const payment = due === null ? order.payment : await deps.refunds.changeUnpaid(order.id, due) ?? order.payment;
  const changed = await deps.orders.change(order, {
    ...after, items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, payment, ...(fees && { fees }), editedAt: deps.now(),
    outstanding: outstanding > 0 ? { amount: open, purpose: editPurpose(editId) } : null, ...(due !== null && { amountDue: due }),
  }, { ...entry(deps.now(), 'order.edited', reason, axes(order, after), after, actor), details: { editId, difference, refund, outstanding } });
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  if (refund > 0) await deps.refunds.refund({ orderId: order.id, amount: money(refund, order.currency), reason, key: `${order.id}:edit:${editId}`, lines: [], shipping: 0 });
  await deps.outbox.record(orderEvent('order.edited', changed, { editId, difference, refund }),
    ...(outstanding > 0 ? [orderEvent('order.payment_requested', changed, { requestId: editId, amount: open })] : []));
  // Keys and files that were added leave once they are paid for.
  return outstanding > 0 ? changed : sendDigital(deps, changed, 'added by an edit');
}

function statusAfter(status: PaymentStatus, outstanding: number): PaymentStatus {
  if (outstanding > 0) return 'partially_paid';
  return status === 'partially_paid' ? 'paid' : status;
}

export type DifferenceNews = Readonly<{ orderId: string; purpose: string; outcome: PaymentStatus; captured: Money; cause: string }>;

/** Inside the transaction of the payment that an edit asked for. Money for a difference that is not owed any more goes back by itself. */
export async function noteDifference(deps: OrderDeps, { orderId, purpose, outcome, captured, cause }: DifferenceNews): Promise<void> {
  const order = await deps.orders.find(orderId, { staff: true });
  if (!order) return;
  if (outcome === 'paid' && order.outstanding?.purpose !== purpose) {
    await deps.refunds.refund({ orderId, amount: captured, reason: 'paid for an edit that was changed meanwhile', key: `${orderId}:${purpose}:late`, lines: [], shipping: 0 });
    return;
  }
  const after = outcome === 'paid' ? { paymentStatus: 'paid' as const } : await refundedAxis(deps, order, outcome);
  if (!after) return;
  const changed = await deps.orders.change(order, { ...after, ...(outcome === 'paid' && { outstanding: null }) }, entry(deps.now(), 'order.payment_changed', cause, axes(order, after), after));
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
  if (outcome === 'paid' && changed.status === 'placed') await sendDigital(deps, changed, 'paid');
}

async function refundedAxis(deps: OrderDeps, order: Order, outcome: PaymentStatus): Promise<{ paymentStatus: PaymentStatus } | null> {
  if (outcome !== 'refunded' && outcome !== 'partially_refunded') return null;
  const { left } = await deps.refunds.received(order.id);
  const paymentStatus = left === 0 ? 'refunded' : 'partially_refunded';
  return paymentStatus === order.paymentStatus ? null : { paymentStatus };
}
