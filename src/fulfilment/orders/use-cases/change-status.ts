import type { Actor } from '../../../shared/actor.js';
import { requireVersion } from '../../../shared/http/etag.js';
import type { FulfilmentService } from '../fulfilments/fulfilments.service.js';
import { allowedCommands, type Command, type Order, type OrderStatus } from '../orders.js';
import { IllegalTransition, OrderNotFound } from '../orders.errors.js';
import type { OrderDeps } from '../orders.deps.js';
import { cancelOrder } from './end-order.js';
import { finaliseOrder } from './finalise-order.js';
import { orderEvent, recompute } from './recompute.js';

type Request = Readonly<{ status: OrderStatus | Command; actor: Actor; ifMatch: number | undefined }>;
type Sending = Pick<FulfilmentService, 'sendRest' | 'deliverRest'>;

/** `PUT /orders/:id/status`: a word that names a guarded command. What is not allowed now is refused with what is. */
export async function changeStatus(deps: OrderDeps, sending: Sending, orderId: string, request: Request): Promise<Order> {
  const ifMatch = await secured(deps, orderId, request);
  return deps.inTransaction(async () => {
    const order = await read(deps, orderId);
    requireVersion(ifMatch, order.version);
    const command = commandFor(order, request);
    if (!command) throw new IllegalTransition(order, request.status, allowedCommands(order));
    const changed = await obey(deps, sending, order, command, request.actor);
    // Cancelling leaves an entry of its own.
    if (command !== 'cancelled') await deps.audit({ actor: request.actor, action: 'order.status_changed', subject: `order:${orderId}`, before: { status: order.status }, after: { command, status: changed.status } });
    return changed;
  });
}

/** Whoever takes the money before the goods leave changes the order by that: the version that was asked for is compared before, and answered as it is then. */
async function secured(deps: OrderDeps, orderId: string, request: Request): Promise<number | undefined> {
  if (request.status !== 'shipped' && request.status !== 'completed') return request.ifMatch;
  const order = await read(deps, orderId);
  requireVersion(request.ifMatch, order.version);
  if (commandFor(order, request) === null) return request.ifMatch;
  await deps.beforeShip(orderId);
  return request.ifMatch === undefined ? undefined : (await read(deps, orderId)).version;
}

const commandFor = (order: Order, { status }: Request): Command | null => allowedCommands(order).find((name) => name === status) ?? null;

async function read(deps: OrderDeps, orderId: string): Promise<Order> {
  const order = await deps.orders.find(orderId, { staff: true });
  if (!order) throw new OrderNotFound();
  return order;
}

async function obey(deps: OrderDeps, sending: Sending, order: Order, command: Command, actor: Actor): Promise<Order> {
  switch (command) {
    case 'cancelled': return cancelOrder(deps, order.id, { owner: { staff: true }, actor, reason: 'cancelled by staff' });
    case 'placed': return finaliseOrder(deps, order.id, { summary: order.payment!, paymentStatus: order.paymentStatus, cause: 'placed by staff' });
    case 'shipped': return sending.sendRest(order, actor);
    case 'delivered': return sending.deliverRest(order, actor);
    case 'completed': return complete(deps, sending, order, actor);
  }
}

/** Completing an order that was not sent yet sends it: no unit may stay reserved for an order that is done. */
async function complete(deps: OrderDeps, sending: Sending, order: Order, actor: Actor): Promise<Order> {
  const arrived = await sending.deliverRest(await sending.sendRest(order, actor), actor);
  const done = await recompute(deps, arrived, { items: arrived.items, status: 'completed', event: 'order.completed', cause: 'completed by staff', actor });
  await deps.outbox.record(orderEvent('order.completed', done));
  return done;
}
