import { SYSTEM } from '../../../shared/actor.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';
import { moveUnits, recompute } from './recompute.js';

/** Inside the transaction that places the order: keys and files are sent, shipped and delivered at once. Other orders cost nothing here. */
export async function sendDigital(deps: Pick<OrderDeps, 'digital' | 'orders' | 'now'>, order: Order): Promise<Order> {
  if (!order.items.some(({ digital }) => digital?.kind === 'licence_key' || digital?.kind === 'download')) return order;
  const lines = await deps.digital.deliver(order);
  const items = moveUnits(moveUnits(order.items, lines, 'allocated', 'shipped'), lines, null, 'delivered');
  return recompute(deps, order, { items, event: 'order.digital_delivered', cause: 'placed', actor: SYSTEM, details: { lines } });
}
