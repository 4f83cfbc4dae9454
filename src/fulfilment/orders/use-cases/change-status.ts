import { ConcurrentChange } from '../../../shared/errors.js';
import type { Actor } from '../../../shared/actor.js';
import { requireVersion } from '../../../shared/http/etag.js';
import { allowedCommands, fulfilmentStatusOf, wasSent, type Axes, type Command, type Order, type OrderItem, type OrderStatus } from '../orders.js';
import { IllegalTransition, OrderNotFound } from '../orders.errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { cancelOrder } from './end-order.js';
import { axes, finaliseOrder } from './finalise-order.js';

type Request = Readonly<{ status: OrderStatus | Command; actor: Actor; ifMatch: number | undefined }>;

/** `PUT /orders/:id/status`: a word that names a guarded command. What is not allowed now is refused with what is. */
export function changeStatus(deps: OrderDeps, orderId: string, request: Request): Promise<Order> {
  return deps.inTransaction(async () => {
    const order = await deps.orders.find(orderId, { staff: true });
    if (!order) throw new OrderNotFound();
    requireVersion(request.ifMatch, order.version);
    const allowed = allowedCommands(order);
    const command = allowed.find((name) => name === request.status);
    if (!command) throw new IllegalTransition(order, request.status, allowed);
    return obey(deps, order, command, request.actor);
  });
}

function obey(deps: OrderDeps, order: Order, command: Command, actor: Actor): Promise<Order> {
  switch (command) {
    case 'cancelled': return cancelOrder(deps, order.id, { owner: { staff: true }, actor, reason: 'cancelled by staff' });
    case 'placed': return finaliseOrder(deps, order.id, { summary: order.payment!, paymentStatus: order.paymentStatus, cause: 'placed by staff' });
    case 'shipped': return send(deps, order, actor, 'shipped');
    case 'delivered': return send(deps, order, actor, 'delivered');
    case 'completed': return send(deps, order, actor, 'completed');
  }
}

/** Completing an order that was not sent yet sends it: no unit may stay reserved for an order that is done. */
async function send(deps: OrderDeps, order: Order, actor: Actor, command: 'shipped' | 'delivered' | 'completed'): Promise<Order> {
  if (!wasSent(order)) await deps.inventory.ship({ orderId: order.id, lines: order.items.map(({ id, units }) => ({ lineId: id, quantity: units.allocated })) });
  const items = order.items.map((item) => moved(item, command));
  const after: Partial<Axes> = { fulfilmentStatus: fulfilmentStatusOf(items), ...(command === 'completed' && { status: 'completed' as const }) };
  const changed = await deps.orders.change(order, { ...after, items }, entry(deps.now(), `order.${command}`, `${command} by staff`, axes(order, after), after, actor));
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  await deps.outbox.record({
    type: `order.${command}`, aggregateId: order.id,
    data: { orderId: order.id, number: order.number, userId: order.userId, email: order.email, skus: order.items.map(({ sku }) => sku) },
  });
  return changed;
}

function moved(item: OrderItem, command: 'shipped' | 'delivered' | 'completed'): OrderItem {
  const due = item.units.ordered - item.units.cancelled;
  const delivered = command === 'shipped' ? item.units.delivered : due;
  return { ...item, units: { ...item.units, allocated: 0, shipped: due, delivered } };
}
