import type { Actor } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';

/** Inside the transaction that proves the claim. Null when the order has an owner already. */
export async function claimOrder({ orders, outbox, now }: Pick<OrderDeps, 'orders' | 'outbox' | 'now'>, orderId: string, userId: string, actor: Actor): Promise<Order | null> {
  const order = await orders.find(orderId, { staff: true });
  if (!order || order.userId !== null) return null;
  const claimed = await orders.change(order, { userId, tokenHash: null }, entry(now(), 'order.claimed', 'claimed by its customer', {}, {}, actor));
  if (!claimed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
  await outbox.record({ type: 'order.claimed', aggregateId: order.id, data: { orderId, number: order.number, userId, email: order.email } });
  return claimed;
}
