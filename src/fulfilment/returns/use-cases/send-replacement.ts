import type { Actor } from '../../../shared/actor.js';
import { later } from '../../../shared/clock.js';
import { asReserved, destinationOf, linesToReserve, type Order, type OrderOrigin } from '../../orders/index.js';
import { replacementOrder, type ReplacementItem } from '../replacements.js';
import type { ReturnDeps } from '../returns.deps.js';

/** How long goods are kept for somebody who still has to pay the difference. */
const PAY_WITHIN_MS = 24 * 3_600_000;

type Send = Readonly<{ origin: OrderOrigin; items: readonly ReplacementItem[]; prepaid: number; holds?: readonly string[]; actor: Actor }>;

/** Inside the caller's transaction: the goods are reserved and the order exists, or neither. */
export async function sendReplacement(deps: ReturnDeps, before: Order, { origin, items, prepaid, holds = [], actor }: Send): Promise<Order> {
  const now = deps.now();
  const order = replacementOrder(before, { id: deps.orders.newId(), origin, items, prepaid, holds, expiresAt: later(now, PAY_WITHIN_MS), now, actor });
  const reserved = await deps.inventory.reserve({
    orderId: order.id, cartId: origin.id, lines: linesToReserve(order.items), to: { ...destinationOf(before), onlyFrom: undefined }, expiresAt: order.expiresAt,
  });
  return deps.orders.create(asReserved(order, reserved));
}
