import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { ReportError } from '../../shared/http/problem.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import type { KeyedQueue } from '../../shared/keyed-queue.js';
import type { Money } from '../../shared/money.js';
import type { CreditedLine, Received, UnitsOfLine } from './credits.js';
import type { FulfilmentRepository } from './fulfilments/fulfilments.repository.js';
import type { Held } from './fulfilments/fulfilments.js';
import type { NoteRepository } from './notes/notes.repository.js';
import type { Axes, Order, OrderTender, PaymentSummary, TimelineEntry } from './orders.js';
import type { OrderMoney } from './payment-status.js';
import type { OrderRepository } from './orders.repository.js';
import type { Destination, LineToReserve, Reserved } from './reserved-units.js';

/** Of this warehouse only, when it is named. */
type HeldUnits = Readonly<{ lineId: string; quantity: number; warehouseId?: string }>;

/** The one way money goes back to the customer. */
export type Refunds = Readonly<{
  /** More than a stolen session of staff may send back by itself. */
  isLarge(amount: Money): boolean;
  /** Minor units that went back of this order within a day. */
  paidBackLately(orderId: string): Promise<number>;
  received(orderId: string): Promise<Received>;
  /** What the ledgers say of each of these orders, for the payment axis. */
  moneyOf(orders: ReadonlyArray<Pick<Order, 'id' | 'tenders'>>): Promise<ReadonlyMap<string, OrderMoney>>;
  /** Minor units by line: what went back because somebody refunded those very lines. */
  refundedByLine(orderId: string): Promise<ReadonlyMap<string, number>>;
  /** A payment by hand is to bring this much more than it has brought; answers it as clients see it. */
  changeUnpaid(orderId: string, more: Money): Promise<PaymentSummary | null>;
  /**
   * Inside the transaction of what it is for; the same key is the same refund. The lines and the postage add up to the amount.
   * `ofPayments`: so much of it payments can give, which give first. `creditOf`: what the payment would give back becomes store credit of this user instead.
   */
  refund(request: { orderId: string; amount: Money; ofPayments: number; reason: string; key: string; lines: readonly CreditedLine[]; shipping: number; creditOf?: string | undefined }): Promise<unknown>;
}>;

type ReserveRequest = { orderId: string; cartId: string; lines: readonly LineToReserve[]; to: Destination; expiresAt: Date | null };

/** What the life of an order needs from its neighbours; all of it runs inside the order's own transaction. */
export type OrderDeps = Readonly<{
  orders: OrderRepository;
  inventory: {
    makePermanent(orderId: string): Promise<unknown>;
    extend(orderId: string, expiresAt: Date): Promise<unknown>;
    /** What was reserved of each line; null when something is short, and nothing was changed then. */
    tryReserve(request: ReserveRequest): Promise<readonly Reserved[] | null>;
    release(request: { orderId: string; cause: 'cancelled' | 'expired'; lines?: readonly HeldUnits[] }): Promise<unknown>;
    ship(request: { orderId: string; lines: readonly HeldUnits[] }): Promise<unknown>;
    holdsOf(orderId: string): Promise<readonly Held[]>;
  };
  fulfilments: FulfilmentRepository;
  notes: NoteRepository;
  loyalty: {
    accrueForOrder(accrual: { orderId: string; userId: string; spent: Money }): Promise<number>;
    clawBackForOrder(clawback: { orderId: string; userId: string; reason: string }): Promise<number>;
    /** Of what the order earned, the share of what was credited so far; what was taken back before is not taken again. */
    clawBackShare(clawback: { orderId: string; userId: string; reason: string; credited: number; total: number }): Promise<number>;
  };
  refunds: Refunds;
  /** Before goods leave: whoever keeps the money may have to make sure of it. Outside transactions; throws to stop them. */
  beforeShip(orderId: string): Promise<void>;
  /** The terms of return at this moment, and which of these items they exclude. Costs no round trip while no terms exclude anything. */
  returnTerms(items: ReadonlyArray<{ id: string; sku: string; productId: string }>): Promise<{ version: number; finalSale: ReadonlySet<string> }>;
  /** The last moment at which goods of a sale under these terms can be sent back by right. */
  returnsUntil(policyVersion: number | undefined, deliveredAt: Date): Promise<Date>;
  /** How long after placement a customer may cancel by themselves, while nothing is packed. */
  cancellationWindowSeconds: number;
  /** How long an order that is being checked keeps its stock; then it is given up. */
  reviewWindowSeconds: number;
  /** Changes of one order take turns in this process. */
  queue: KeyedQueue;
  /** Uses of coupons and budgets, asked only where the order had some. `takeAgain` is false when they are used up meanwhile; nothing was changed then. */
  benefits: { giveBack(orderId: string): Promise<unknown>; takeAgain(orderId: string): Promise<boolean> };
  /** Gift cards and store credit: what an order was paid with, and what was bought with it. Asked only where there is some. */
  tenders: { giveBack(orderId: string): Promise<unknown>; takeAgain(orderId: string, tenders: readonly OrderTender[]): Promise<boolean> };
  /** Inside the transaction that places an order with such items: sends what the shop sends by itself. */
  digital: { deliver(order: Order): Promise<ReadonlyArray<{ itemId: string; quantity: number }>>; revoke(order: Order, lines: readonly UnitsOfLine[]): Promise<void> };
  giftCards: { issueFor(order: Order): Promise<unknown>; /** Of these units, or of all; throws when one was spent. */ voidOf(orderId: string, units?: readonly UnitsOfLine[]): Promise<unknown> };
  report: ReportError;
  /** What staff did with an order; inside the transaction of it. */
  audit: RecordAudit;
  outbox: Pick<Outbox, 'record'>;
  inTransaction: InTransaction;
  now: Clock;
  /** Asks the payment provider what became of an attempt without an answer, before an order is given up. Outside transactions. */
  askProvider(orderId: string): Promise<void>;
}>;

export const entry = (at: Date, event: string, cause: string, before: Partial<Axes>, after: Partial<Axes>, actor: Actor = SYSTEM): TimelineEntry =>
  ({ at, actor, event, cause, before, after });
