import { randomUUID } from 'node:crypto';
import type { Actor } from '../../shared/actor.js';
import { later, type Clock } from '../../shared/clock.js';
import { sha256 } from '../../shared/crypto/tokens.js';
import { duplicateKeyOf, retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, StoredEvent } from '../../shared/events/outbox.js';
import { orderTokenRef } from '../../shared/order-token.js';
import type { Order, Orders } from '../orders/index.js';
import { OrderAccessNotFound } from './order-access.errors.js';
import type { OrderAccessRepository } from './order-access.repository.js';

export type OrderAccessDeps = Readonly<{
  accesses: OrderAccessRepository; orders: Pick<Orders['service'], 'get' | 'list' | 'claim'>; outbox: Pick<Outbox, 'record' | 'once'>; inTransaction: InTransaction; now: Clock;
  deriveSecret(purpose: string): string;
}>;

const GOOD_FOR_MS = 24 * 3_600_000;
/** However often somebody asks, the owner gets one mail in each stretch of this length. */
const QUIET_MS = 5 * 60_000;
const SUBSCRIBER = 'order-access';

export class OrderAccessService {
  constructor(private readonly deps: OrderAccessDeps) {}

  /** Only writes down that somebody asked; whether there is such an order is found out later, so that neither the answer nor its time can tell. */
  async request(asked: { number: string; email: string }): Promise<void> {
    await this.deps.inTransaction(() => this.deps.outbox.record({ type: 'order.lookup_requested', aggregateId: `lookup:${randomUUID()}`, data: asked }));
  }

  /** The other half: a code goes to the address that the order was made with, and nowhere else. */
  async hear(event: StoredEvent): Promise<void> {
    try {
      await this.deps.outbox.once(event, SUBSCRIBER, () => this.grant(event));
    } catch (error) {
      // Another request about the same order was answered at the same moment; one mail is enough.
      if (duplicateKeyOf(error) !== 'orderId,slot') throw error;
    }
  }

  /** The order that a mailed code opens, and the token that guests hold of theirs. */
  async open(token: string): Promise<{ order: Order; orderToken: string | undefined }> {
    const orderId = await this.deps.accesses.findOrderId(sha256(token), this.deps.now());
    if (orderId === null) throw new OrderAccessNotFound();
    const order = await this.deps.orders.get(orderId, { staff: true });
    return { order, orderToken: order.tokenHash === null ? undefined : this.deps.deriveSecret(orderTokenRef(order)) };
  }

  /** A guest's order becomes the user's own: the code is used up and the guest's token ends with it. */
  claim(token: string, userId: string, actor: Actor): Promise<Order> {
    const { accesses, orders, inTransaction, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const orderId = await accesses.claim(sha256(token), userId, now());
      const claimed = orderId === null ? null : await orders.claim(orderId, userId, actor);
      if (!claimed) throw new OrderAccessNotFound();
      return claimed;
    }));
  }

  private async grant({ data }: StoredEvent): Promise<void> {
    const { accesses, orders, outbox, now, deriveSecret } = this.deps;
    const { number, email } = data as { number: string; email: string };
    const [order] = (await orders.list({ staff: true }, { number, email }, { page: 1, per_page: 1 })).items;
    if (!order) return;
    const id = accesses.newId();
    const slot = Math.floor(now().getTime() / QUIET_MS);
    const added = await accesses.addOnce({ id, orderId: order.id, slot, tokenHash: sha256(deriveSecret(`order-access:${id}`)), createdAt: now(), expiresAt: later(now(), GOOD_FOR_MS) }, later(now(), -QUIET_MS));
    if (added) await outbox.record({ type: 'order.access_granted', aggregateId: order.id, data: { orderId: order.id, accessId: id } });
  }
}
