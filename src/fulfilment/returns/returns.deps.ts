import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { KeyedQueue } from '../../shared/keyed-queue.js';
import type { asReserved, Destination, linesToReserve, Order, Orders } from '../orders/index.js';
import type { ReturnPolicy } from '../return-policies/index.js';
import type { ReplacementItem } from './replacements.js';
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
    /** All or nothing; throws when something is short. */
    reserve(request: { orderId: string; cartId: string; lines: ReturnType<typeof linesToReserve>; to: Destination; expiresAt: Date | null }): Promise<Parameters<typeof asReserved>[1]>;
  };
  /** What these goods cost this customer now, delivered to where the order went; refuses what is not sold, or not in such quantities where those have to be kept. Outside transactions. */
  quote(request: { order: Order; lines: ReadonlyArray<{ sku: string; quantity: number }>; keepsQuantities: boolean }): Promise<ReplacementItem[]>;
  policyOf(version: number | undefined): Promise<ReturnPolicy>;
  outbox: Pick<Outbox, 'record' | 'once'>;
  /** What staff decided; inside the transaction of it. */
  audit: RecordAudit;
  inTransaction: InTransaction;
  queue: KeyedQueue;
  now: Clock;
}>;
