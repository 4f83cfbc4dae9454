import type { Actor } from '../../shared/actor.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { KeyedQueue } from '../../shared/keyed-queue.js';
import type { Orders } from '../orders/index.js';
import type { ReturnPolicy } from '../return-policies/index.js';
import type { ReturnRepository } from './returns.repository.js';

type Booking = Readonly<{ key: string; cause: { type: string; id: string }; lines: ReadonlyArray<{ sku: string; warehouseId: string; quantity: number }>; actor: Actor }>;

export type ReturnDeps = Readonly<{
  returns: ReturnRepository;
  orders: Orders['goods'];
  /** Once per key; inside the transaction. */
  inventory: {
    restock(booking: Booking): Promise<unknown>;
    writeOff(booking: Booking): Promise<unknown>;
    activeWarehouses(): Promise<ReadonlyArray<{ id: string }>>;
  };
  policyOf(version: number | undefined): Promise<ReturnPolicy>;
  outbox: Pick<Outbox, 'record'>;
  inTransaction: InTransaction;
  queue: KeyedQueue;
  now: Clock;
}>;
