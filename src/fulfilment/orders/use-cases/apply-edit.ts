import type { Actor } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { money, type Money } from '../../../shared/money.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { unpaidOf, type Received } from '../credits.js';
import { settleDifference } from '../edit-money.js';
import { fulfilmentStatusOf, returnStatusOf, type Order, type PaymentStatus } from '../orders.js';
import { purseOf, withdraw } from './give-back.js';
import { clawBack, goodsTotal } from './loyalty-share.js';
import { axes, derivedPayment, noteMoney } from './payment-axis.js';
import { orderEvent } from './recompute.js';
import { sendDigital } from './send-digital.js';

export type EditedOrder = Pick<Order, 'items' | 'totals' | 'shippingCharge' | 'shippingTax' | 'shippingMethod' | 'shippingAddress' | 'billingAddress' | 'promotions' | 'fees' | 'announcedFees'>;
export type EditMoney = Readonly<{ editId: string; reason: string; actor: Actor; difference: Money }>;

export const editPurpose = (editId: string): string => `edit:${editId}`;

export type EditSettlement = Readonly<{ outstanding: number; refund: number;
  /** What a payment by hand has to bring then beside what it brought; null where the order is paid otherwise. */
  payable: number | null; collected: number; received: Received }>;

/** What an edit does to the money, in minor units. What was given away as goodwill cannot go back a second time. */
export async function settleEdit(deps: Pick<OrderDeps, 'refunds' | 'orders'>, order: Order, after: Pick<EditedOrder, 'items' | 'totals'>): Promise<EditSettlement> {
  const { received, left } = await purseOf(deps, order);
  const difference = after.totals.grandTotal.amount - order.totals.grandTotal.amount;
  if (received.awaited?.byHand) {
    const open = unpaidOf(order, received).awaited + difference;
    return { outstanding: 0, refund: Math.min(Math.max(0, -open), left), payable: Math.max(0, open), collected: received.awaited.collected, received };
  }
  const { outstanding, refund } = settleDifference(order.outstanding?.amount.amount ?? 0, difference);
  return { outstanding, refund: Math.min(refund, left), payable: null, collected: 0, received };
}

/** Inside the transaction that moves the stock: the order as it was previewed, and the money that follows from it. */
export async function applyEdit(deps: OrderDeps, order: Order, edited: EditedOrder, edit: EditMoney): Promise<Order> {
  const { items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, fees, announcedFees } = edited;
  const { editId, reason, actor, difference } = edit;
  const { outstanding, refund, payable, collected, received } = await settleEdit(deps, order, edited);
  const asked = payable === null ? null : await deps.refunds.changeUnpaid(order.id, money(payable, order.currency));
  const open = money(outstanding, order.currency);
  const fromOrigin = await withdraw(deps, order, received, { amount: refund, reason, key: `${order.id}:edit:${editId}`, lines: [], shipping: 0 });
  const owed = outstanding > 0 ? { amount: open, purpose: editPurpose(editId) } : null;
  const after = { fulfilmentStatus: fulfilmentStatusOf(items), returnStatus: returnStatusOf(items), paymentStatus: await derivedPayment(deps, order, { outstanding: owed }) };
  const changed = await deps.orders.change(order, {
    ...after, items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, payment: asked ?? order.payment, ...(fees && { fees }), ...(announcedFees && { announcedFees }), editedAt: deps.now(), ...earnedOn(order, edited),
    outstanding: owed, ...(payable !== null && { amountDue: money(collected + payable, order.currency) }),
    ...(fromOrigin > 0 && { prepaid: (order.prepaid ?? 0) - fromOrigin }),
  }, { ...entry(deps.now(), 'order.edited', reason, axes(order, after), after, actor), details: { editId, difference, refund, outstanding } });
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  await deps.outbox.record(orderEvent('order.edited', changed, { editId, difference, refund }),
    ...(outstanding > 0 ? [orderEvent('order.payment_requested', changed, { requestId: editId, amount: open })] : []));
  await clawBack(deps, changed, 'order edited');
  // Keys and files that were added leave once they are paid for.
  return outstanding > 0 ? changed : sendDigital(deps, changed, 'added by an edit');
}

/** Points were earned on what the goods cost before. */
const earnedOn = (order: Order, { items, totals }: EditedOrder): Pick<Order, 'earnedOn'> =>
  (order.placedAt !== null && order.earnedOn === undefined && goodsTotal({ ...order, items, totals }) < goodsTotal(order) ? { earnedOn: goodsTotal(order) } : {});

export type DifferenceNews = Readonly<{ orderId: string; purpose: string; outcome: PaymentStatus; captured: Money; cause: string }>;

/** Inside the transaction of the payment that an edit asked for. Money for a difference that is not owed any more goes back by itself. */
export async function noteDifference(deps: OrderDeps, { orderId, purpose, outcome, captured, cause }: DifferenceNews): Promise<void> {
  const order = await deps.orders.find(orderId, { staff: true });
  if (!order) return;
  if (order.status === 'cancelled' || order.status === 'expired') return sendDifferenceBack(deps, order, { outcome, cause });
  if (outcome === 'paid' && order.outstanding?.purpose !== purpose) {
    await deps.refunds.refund({ orderId, amount: captured, ofPayments: captured.amount, reason: 'paid for an edit that was changed meanwhile', key: `${orderId}:${purpose}:late`, lines: [], shipping: 0 });
    return;
  }
  if (outcome !== 'paid') return void await noteMoney(deps, order, { cause });
  const after = { paymentStatus: await derivedPayment(deps, order, { outstanding: null }) };
  const changed = await deps.orders.change(order, { ...after, outstanding: null }, entry(deps.now(), 'order.payment_changed', cause, axes(order, after), after));
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
  if (changed.status === 'placed') await sendDigital(deps, changed, 'paid');
}

/** Nobody wants this order any more: whatever comes for it goes back, and the timeline says so. */
async function sendDifferenceBack(deps: OrderDeps, order: Order, { outcome, cause }: Pick<DifferenceNews, 'outcome' | 'cause'>): Promise<void> {
  const hasCome = outcome === 'paid' || outcome === 'authorized' || outcome === 'partially_paid';
  if (!hasCome) return void await noteMoney(deps, order, { cause });
  const after = { paymentStatus: await derivedPayment(deps, order) };
  const written = entry(deps.now(), 'order.late_payment', `${cause}: the order is ${order.status}, so the money is sent back`, axes(order, after), after);
  if (!await deps.orders.change(order, after, written)) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  await deps.outbox.record({ type: 'order.refund_due', aggregateId: order.id, data: { orderId: order.id, reason: 'late_payment' } });
}
