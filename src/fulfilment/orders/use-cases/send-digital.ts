import { SYSTEM } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { OrderDeps } from '../orders.deps.js';
import { awaitsSending, type Order } from '../orders.js';
import { moveUnits, orderEvent, recompute } from './recompute.js';

/** Inside the transaction that places the order: keys and files are sent, shipped and delivered at once. Other orders cost nothing here. */
export async function sendDigital(deps: Pick<OrderDeps, 'digital' | 'orders' | 'now' | 'returnsUntil' | 'outbox'>, order: Order, cause = 'placed'): Promise<Order> {
  if (!order.items.some(({ digital }) => digital)) return order;
  const unsent = order.items.filter(awaitsSending);
  // Where no parcel follows, the time to change one's mind begins now.
  const more = order.items.every(({ digital }) => digital) ? { completesAt: await deps.returnsUntil(order.returnPolicyVersion, deps.now()) } : {};
  if (unsent.length > 0) {
    const lines = await deps.digital.deliver({ ...order, items: unsent.map((item) => ({ ...item, quantity: item.units.ordered - item.units.cancelled })) });
    const items = moveUnits(moveUnits(order.items, lines, 'allocated', 'shipped'), lines, null, 'delivered');
    const sent = await recompute(deps, order, { items, event: 'order.digital_delivered', cause, actor: SYSTEM, details: { lines }, more });
    if (unsent.some(({ digital }) => digital!.kind !== 'gift_card')) await deps.outbox.record(orderEvent('order.digital_delivered', sent, { lines, version: sent.version }));
    return sent;
  }
  if (!more.completesAt || order.completesAt) return order;
  const dated = await deps.orders.change(order, more, null);
  if (!dated) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  return dated;
}
