import { later } from '../../../shared/clock.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { Actor } from '../../../shared/actor.js';
import { allowedCommands, fulfilmentStatusOf, type Order, type OrderItem, type OrderOwner } from '../orders.js';
import { isOpen } from '../fulfilments/fulfilments.js';
import { CancellationClosed, IllegalTransition, OrderNotFound } from '../orders.errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { axes, paymentGivenUp } from './payment-axis.js';

const allCancelled = (items: readonly OrderItem[]): OrderItem[] =>
  items.map((item) => ({ ...item, units: { ...item.units, cancelled: item.units.ordered, allocated: 0, backordered: 0 } }));

/** Gives back stock, points and money; only while nothing was sent. */
export function cancelOrder(deps: OrderDeps, orderId: string, { owner, actor, reason }: { owner: OrderOwner; actor: Actor; reason: string }): Promise<Order> {
  return deps.inTransaction(async () => {
    const order = await deps.orders.find(orderId, owner);
    if (!order) throw new OrderNotFound();
    const allowed = allowedCommands(order);
    if (!allowed.includes('cancelled')) throw new IllegalTransition(order, 'cancelled', allowed);
    if (!('staff' in owner)) await requireInTime(deps, order);

    const items = allCancelled(order.items);
    const after = { status: 'cancelled', paymentStatus: await paymentGivenUp(deps, order, 'cancelled'), fulfilmentStatus: fulfilmentStatusOf(items) } as const;
    const cancelled = await deps.orders.change(order, { ...after, items, expiresAt: null, ...(order.outstanding && { outstanding: null }) }, entry(deps.now(), 'order.cancelled', reason, axes(order, after), after, actor));
    if (!cancelled) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
    await cancelOpenFulfilments(deps, orderId);
    await deps.inventory.release({ orderId, cause: 'cancelled' });
    if (order.promotions.length > 0) await deps.benefits.giveBack(orderId);
    if (order.tenders) await deps.tenders.giveBack(orderId);
    if (order.status === 'placed' && order.items.some(({ digital }) => digital?.kind === 'gift_card')) await deps.giftCards.voidOf(orderId);
    if (order.userId !== null && order.status === 'placed') await deps.loyalty.clawBackForOrder({ orderId, userId: order.userId, reason: 'order cancelled' });
    // Of an order that was paid in part, what was not is owed no more: its invoice has to hear how much that is.
    const goesBack = order.paymentStatus === 'partially_paid' ? { goesBack: (await deps.refunds.received(orderId)).left } : {};
    await deps.outbox.record(...endingEvents(order, 'order.cancelled', reason, goesBack));
    if ('staff' in owner) await deps.audit({ actor, action: 'order.cancelled', subject: `order:${orderId}`, before: axes(order, after), after });
    return cancelled;
  });
}

/** A customer may change their mind until somebody has packed, and for so long as the shop allows. */
export async function requireInTime(deps: OrderDeps, order: Order): Promise<void> {
  if (order.placedAt && deps.now() > later(order.placedAt, deps.cancellationWindowSeconds * 1000)) throw new CancellationClosed('window_over');
  if ((await deps.fulfilments.findByOrder(order.id)).some(({ state }) => state === 'packed')) throw new CancellationClosed('packed');
}

async function cancelOpenFulfilments(deps: OrderDeps, orderId: string): Promise<void> {
  for (const fulfilment of (await deps.fulfilments.findByOrder(orderId)).filter(isOpen)) {
    await deps.fulfilments.save(fulfilment, { ...fulfilment, state: 'cancelled', cancelledAt: deps.now() });
  }
}

/** Nobody paid in time. Everything goes back; a copy of the cart is made by whoever hears of it. */
export async function expireOrder(deps: OrderDeps, order: Order): Promise<boolean> {
  await deps.askProvider(order.id);
  return deps.inTransaction(async () => {
    const items = allCancelled(order.items);
    const after = { status: 'expired', paymentStatus: await paymentGivenUp(deps, order, 'expired'), fulfilmentStatus: fulfilmentStatusOf(items) } as const;
    const expired = await deps.orders.transition(order.id, 'pending', { ...after, items, expiresAt: null },
      entry(deps.now(), 'order.expired', 'not paid in time', axes(order, after), after));
    if (!expired) return false;
    await deps.inventory.release({ orderId: order.id, cause: 'expired' });
    if (order.promotions.length > 0) await deps.benefits.giveBack(order.id);
    if (order.tenders) await deps.tenders.giveBack(order.id);
    await deps.outbox.record(...endingEvents(order, 'order.expired', 'not paid in time'));
    return true;
  });
}

function endingEvents(order: Order, type: string, reason: string, more: Readonly<{ goesBack?: number }> = {}) {
  const data = { orderId: order.id, number: order.number, userId: order.userId, email: order.email, cartId: order.cartId, skus: order.items.map(({ sku }) => sku), reason, ...more };
  const refund = { type: 'order.refund_due', aggregateId: order.id, data: { orderId: order.id, reason: type } };
  return order.payment ? [{ type, aggregateId: order.id, data }, refund] : [{ type, aggregateId: order.id, data }];
}
