import { sum, type Money } from '../../../shared/money.js';
import { later } from '../../../shared/clock.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { DomainEvent } from '../../../shared/events/outbox.js';
import { fulfilmentStatusOf, type Order, type PaymentStatus, type PaymentSummary } from '../orders.js';
import { OrderNotFound } from '../orders.errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { destinationOf, linesToReserve, withReserved } from '../reserved-units.js';
import { isHeldForReview } from '../../../shared/order-risk.js';
import { axes, derivedPayment, noteMoney } from './payment-axis.js';
import { sendDigital } from './send-digital.js';

type Settled = Readonly<{ summary: PaymentSummary; paymentStatus: PaymentStatus; cause: string; riskKey?: string | undefined }>;

/**
 * The one way an order becomes placed: called alike by the client's return, the provider's webhook and the sweeper,
 * as often as they like. The status compare-and-set lets exactly one of them through.
 */
export function finaliseOrder(deps: OrderDeps, orderId: string, settled: Settled): Promise<Order> {
  return deps.inTransaction(async () => {
    const placed = await place(deps, orderId, settled);
    if (placed) return placed;
    const order = await deps.orders.find(orderId, { staff: true });
    if (!order) throw new OrderNotFound();
    // Nobody has looked at it in time: its money is not wanted any more.
    if (order.status === 'expired' && !isHeldForReview(order)) return await revive(deps, order, settled) ?? await sendBack(deps, order, settled);
    if (order.status === 'cancelled' || order.status === 'expired') return sendBack(deps, order, settled);
    if (order.status === 'pending' && isHeldForReview(order)) return waitForReview(deps, order, settled);
    return noteMoney(deps, order, settled);
  });
}

/** The usual case costs no read: the compare-and-set finds the pending order or nothing. */
async function place(deps: OrderDeps, orderId: string, { summary, paymentStatus, cause, riskKey }: Settled): Promise<Order | null> {
  const after = { status: 'placed', paymentStatus } as const;
  const placed = await deps.orders.transition(orderId, 'pending', { ...after, payment: summary, placedAt: deps.now(), expiresAt: null },
    entry(deps.now(), 'order.placed', cause, { status: 'pending' }, after), { unheld: true, riskKey });
  if (!placed) return null;
  await deps.inventory.makePermanent(orderId);
  const sent = await sendDigital(deps, placed);
  await settlePlaced(deps, sent);
  return sent;
}

/** What follows from a placed order, in the same transaction: points once, the event once. */
export async function settlePlaced(deps: Pick<OrderDeps, 'loyalty' | 'outbox' | 'giftCards'>, order: Order, before: readonly DomainEvent[] = []): Promise<void> {
  if (order.userId !== null) await deps.loyalty.accrueForOrder({ orderId: order.id, userId: order.userId, spent: goodsPaid(order) });
  if (order.items.some(({ digital }) => digital?.kind === 'gift_card')) await deps.giftCards.issueFor(order);
  await deps.outbox.record(...before, { type: 'order.placed', aggregateId: order.id, data: placedData(order) });
}

/** Points are earned on goods, not on postage. */
const goodsPaid = ({ items, currency }: Order): Money => sum(items.map(({ lineTotal }) => lineTotal), currency);

const placedData = (order: Order) => ({
  orderId: order.id, number: order.number, userId: order.userId, email: order.email, grandTotal: order.totals.grandTotal,
  skus: order.items.map(({ sku }) => sku), items: order.items.map(({ sku, productId, quantity, lineTotal }) => ({ sku, productId, quantity, lineTotal })),
});

/** Money for an order that was given up: if its goods are still there, it lives again. */
async function revive(deps: OrderDeps, order: Order, { summary, paymentStatus, cause }: Settled): Promise<Order | null> {
  const lines = linesToReserve(order.items);
  const reserved = await deps.inventory.tryReserve({ orderId: order.id, cartId: `${order.cartId}:late`, lines, to: destinationOf(order), expiresAt: null });
  if (!reserved) return null;
  const benefits = order.promotions.length === 0 || await deps.benefits.takeAgain(order.id);
  const tenders = benefits && (!order.tenders || await deps.tenders.takeAgain(order.id, order.tenders));
  if (!tenders) {
    if (benefits && order.promotions.length > 0) await deps.benefits.giveBack(order.id);
    await deps.inventory.release({ orderId: order.id, cause: 'expired' });
    return null;
  }
  const items = withReserved(order.items.map((item) => ({ ...item, units: { ...item.units, cancelled: 0 } })), reserved);
  const after = { status: 'placed', paymentStatus, fulfilmentStatus: fulfilmentStatusOf(items) } as const;
  const placed = await deps.orders.transition(order.id, 'expired', { ...after, items, payment: summary, placedAt: deps.now() },
    entry(deps.now(), 'order.revived', `${cause}: paid after expiry, goods still available`, axes(order, after), after));
  const sent = await sendDigital(deps, placed!);
  await settlePlaced(deps, sent);
  return sent;
}

/** The goods are gone or nobody wants them: the money goes back by itself, and the timeline says so. */
async function sendBack(deps: OrderDeps, order: Order, { summary, cause }: Settled): Promise<Order> {
  if (order.payment?.id === summary.id && order.payment.status === summary.status) return noteMoney(deps, order, { summary, cause });
  const after = { paymentStatus: await derivedPayment(deps, order) };
  const kept = await deps.orders.change(order, { ...after, payment: summary },
    entry(deps.now(), 'order.late_payment', `${cause}: the order is ${order.status}, so the money is sent back`, axes(order, after), after));
  await deps.outbox.record({ type: 'order.refund_due', aggregateId: order.id, data: { orderId: order.id, reason: 'late_payment' } });
  return kept ?? order;
}

/** The money is promised; somebody looks before it is taken. The stock waits with the order, until the deadline of the review. */
async function waitForReview(deps: OrderDeps, order: Order, { summary, paymentStatus, cause, riskKey }: Settled): Promise<Order> {
  if (order.paymentStatus === paymentStatus && order.payment?.id === summary.id) return order;
  const after = { paymentStatus };
  const expiresAt = later(deps.now(), deps.reviewWindowSeconds * 1000);
  const kept = await deps.orders.change(order, { ...after, payment: summary, expiresAt }, entry(deps.now(), 'order.payment_changed', cause, axes(order, after), after), { riskKey });
  if (!kept) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  await deps.inventory.extend(order.id, expiresAt);
  await deps.outbox.record({ type: 'order.held_for_review', aggregateId: order.id, data: { orderId: order.id, number: order.number, deadline: expiresAt.toISOString() } });
  return kept;
}
