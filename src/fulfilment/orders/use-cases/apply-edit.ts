import type { Actor } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { money, type Money } from '../../../shared/money.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { fulfilmentStatusOf, type Order, type PaymentStatus } from '../orders.js';
import { axes } from './finalise-order.js';
import { orderEvent } from './recompute.js';

export type EditedOrder = Pick<Order, 'items' | 'totals' | 'shippingCharge' | 'shippingTax' | 'shippingMethod' | 'shippingAddress' | 'billingAddress' | 'promotions'>;
export type EditMoney = Readonly<{ editId: string; reason: string; actor: Actor; difference: Money; /** Minor units. */ outstanding: number; refund: number }>;

export const editPurpose = (editId: string): string => `edit:${editId}`;

/** Inside the transaction that moves the stock: the order as it was previewed, and the money that follows from it. */
export async function applyEdit(deps: OrderDeps, order: Order, edited: EditedOrder, edit: EditMoney): Promise<Order> {
  const { items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions } = edited;
  const { editId, reason, actor, difference } = edit;
  const isUnpaid = order.paymentStatus === 'pending';
  const [outstanding, refund] = isUnpaid ? [0, 0] : [edit.outstanding, edit.refund];
  const after = { fulfilmentStatus: fulfilmentStatusOf(items), paymentStatus: statusAfter(order.paymentStatus, outstanding) };
  const open = money(outstanding, order.currency);
  const payment = isUnpaid ? await deps.refunds.changeUnpaid(order.id, totals.grandTotal) : order.payment;
  const changed = await deps.orders.change(order, {
    ...after, items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, payment, editedAt: deps.now(),
    outstanding: outstanding > 0 ? { amount: open, purpose: editPurpose(editId) } : null,
  }, { ...entry(deps.now(), 'order.edited', reason, axes(order, after), after, actor), details: { editId, difference, refund, outstanding } });
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  if (refund > 0) await deps.refunds.refund({ orderId: order.id, amount: money(refund, order.currency), reason, key: `${order.id}:edit:${editId}`, lines: [], shipping: 0 });
  await deps.outbox.record(orderEvent('order.edited', changed, { editId, difference, refund }),
    ...(outstanding > 0 ? [orderEvent('order.payment_requested', changed, { requestId: editId, amount: open })] : []));
  return changed;
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
}

async function refundedAxis(deps: OrderDeps, order: Order, outcome: PaymentStatus): Promise<{ paymentStatus: PaymentStatus } | null> {
  if (outcome !== 'refunded' && outcome !== 'partially_refunded') return null;
  const { left } = await deps.refunds.received(order.id);
  const paymentStatus = left === 0 ? 'refunded' : 'partially_refunded';
  return paymentStatus === order.paymentStatus ? null : { paymentStatus };
}
