import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import type { Money } from '../../shared/money.js';
import type { Axes, TimelineEntry } from './orders.js';
import type { OrderRepository } from './orders.repository.js';

type ReserveRequest = { orderId: string; cartId: string; lines: ReadonlyArray<{ lineId: string; sku: string; quantity: number }>; country: string; expiresAt: Date | null };

/** What the life of an order needs from its neighbours; all of it runs inside the order's own transaction. */
export type OrderDeps = Readonly<{
  orders: OrderRepository;
  inventory: {
    makePermanent(orderId: string): Promise<unknown>;
    /** False when something is short; nothing was changed then. */
    tryReserve(request: ReserveRequest): Promise<boolean>;
    release(request: { orderId: string; cause: 'cancelled' | 'expired' }): Promise<unknown>;
    ship(request: { orderId: string; lines: ReadonlyArray<{ lineId: string; quantity: number }> }): Promise<unknown>;
  };
  loyalty: {
    accrueForOrder(accrual: { orderId: string; userId: string; spent: Money }): Promise<number>;
    clawBackForOrder(clawback: { orderId: string; userId: string; reason: string }): Promise<number>;
  };
  /** Uses of coupons and budgets, asked only where the order had some. `takeAgain` is false when they are used up meanwhile; nothing was changed then. */
  benefits: { giveBack(orderId: string): Promise<unknown>; takeAgain(orderId: string): Promise<boolean> };
  outbox: Pick<Outbox, 'record'>;
  inTransaction: InTransaction;
  now: Clock;
  /** Asks the payment provider what became of an attempt without an answer, before an order is given up. Outside transactions. */
  askProvider(orderId: string): Promise<void>;
}>;

export const entry = (at: Date, event: string, cause: string, before: Partial<Axes>, after: Partial<Axes>, actor: Actor = SYSTEM): TimelineEntry =>
  ({ at, actor, event, cause, before, after });
