import { SYSTEM } from '../../../shared/actor.js';
import { later } from '../../../shared/clock.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order, OrderItem } from '../orders.js';
import { eachDue } from './each-due.js';
import { orderEvent, recompute } from './recompute.js';

const DAY_MS = 86_400_000;
const BATCH = 100;

/** Units that came back, are lost or were cancelled are paid back; nothing is under way; nothing is owed. */
export function isAtRest({ items, holds, outstanding, fulfilmentStatus, returnStatus }: Pick<Order, 'items' | 'holds' | 'outstanding' | 'fulfilmentStatus' | 'returnStatus'>): boolean {
  const isUnderWay = ({ units: { returnRequested, cancelled, returned, writtenOff }, credited }: OrderItem) => returnRequested > 0 || (credited?.units ?? 0) < cancelled + returned + writtenOff;
  const isDone = fulfilmentStatus === 'delivered' || fulfilmentStatus === 'not_required' || returnStatus === 'returned';
  return isDone && holds.length === 0 && !outstanding && !items.some(isUnderWay);
}

/** What was delivered, and can no longer be sent back by right, is done. Of several workers one completes each order; answers how many. */
export async function completeDue(deps: OrderDeps): Promise<number> {
  return eachDue(deps, await deps.orders.findCompletable(deps.now(), BATCH), (order) => completeOne(deps, order));
}

async function completeOne(deps: OrderDeps, order: Order): Promise<boolean> {
  if (!isAtRest(order)) {
    // Looked at again tomorrow, so that those that wait never crowd out those that do not.
    await deps.orders.change(order, { completesAt: later(deps.now(), DAY_MS) }, null);
    return false;
  }
  await deps.inTransaction(async () => {
    const done = await recompute(deps, order, { items: order.items, status: 'completed', event: 'order.completed', cause: 'delivered, and the time to return it is over', actor: SYSTEM });
    await deps.outbox.record(orderEvent('order.completed', done));
  });
  return true;
}
