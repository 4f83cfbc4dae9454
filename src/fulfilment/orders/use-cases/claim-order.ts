import type { Actor } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';

type Deps = Pick<OrderDeps, 'orders' | 'outbox' | 'now'>;

/**
 * Inside the transaction that proves the claim. What was sent instead of its goods, and instead of those, comes with it, so that
 * nothing of it opens with the guest's token any more. Null when the order has an owner already.
 */
export async function claimOrder(deps: Deps, orderId: string, userId: string, actor: Actor): Promise<Order | null> {
  const order = await deps.orders.find(orderId, { staff: true });
  if (!order || order.userId !== null) return null;
  const claimed = await claimOne(deps, order, userId, actor);
  for (let open = [order]; open.length > 0;) {
    const replacements: Order[] = [];
    for (const { id } of open) replacements.push(...(await deps.orders.findReplacements(id)).filter((one) => one.userId === null));
    for (const replacement of replacements) await claimOne(deps, replacement, userId, actor);
    open = replacements;
  }
  return claimed;
}

async function claimOne({ orders, outbox, now }: Deps, order: Order, userId: string, actor: Actor): Promise<Order> {
  const { id: orderId, number, email } = order;
  const claimed = await orders.change(order, { userId, tokenHash: null }, entry(now(), 'order.claimed', 'claimed by its customer', {}, {}, actor));
  if (!claimed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
  await outbox.record({ type: 'order.claimed', aggregateId: orderId, data: { orderId, number, userId, email } });
  return claimed;
}
