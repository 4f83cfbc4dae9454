import type { Connection } from 'mongoose';
import type { Invariant } from '../../shared/invariant.js';
import type { Schedule } from '../../shared/schedule.js';
import { FulfilmentRepository } from './fulfilments/fulfilments.repository.js';
import { fulfilmentRoutes } from './fulfilments/fulfilments.routes.js';
import { FulfilmentService } from './fulfilments/fulfilments.service.js';
import { NoteRepository } from './notes/notes.repository.js';
import { noteRoutes } from './notes/notes.routes.js';
import type { OrderDeps } from './orders.deps.js';
import { OrderAuditRepository } from './orders-audit.repository.js';
import { orderInvariants } from './orders.invariants.js';
import { OrderRepository } from './orders.repository.js';
import { PurchaseRepository } from './purchases.repository.js';
import { orderRoutes } from './orders.routes.js';
import { OrderService } from './orders.service.js';
import type { Order } from './orders.js';
import { creditOrder, type CreditOrder } from './use-cases/credit-order.js';
import { returnPrepaid, worthOf } from './use-cases/give-back.js';
import { OrderRiskRepository } from './risk/order-risk.repository.js';
import { reviewInvariants } from './risk/reviews.invariants.js';
import { reviewRoutes } from './risk/reviews.routes.js';
import { ReviewService } from './risk/reviews.service.js';
import { recompute, type UnitsChange } from './use-cases/recompute.js';
import type { UnitsOfLine } from './credits.js';

export type { NewOrder } from './orders.repository.js';
export { orderNumber, sendsAtOnce, type Order, type OrderComponent, type OrderItem, type OrderOrigin, type OrderOwner, type PaymentSummary } from './orders.js';
export type { Refunds } from './orders.deps.js';
export type { OrderMoney } from './payment-status.js';
export { asReserved, destinationOf, linesToReserve, type Destination } from './reserved-units.js';
export { amountDue, creditLines, grossOf, reduceCredits, totalOf, type CreditedLine, type UnitsOfLine } from './credits.js';
export { ItemNotInOrder } from './fulfilments/fulfilments.errors.js';
export { isOpen, unclaimedPlaces, unitsOf, type Fulfilment } from './fulfilments/fulfilments.js';
export { moveUnits, orderEvent } from './use-cases/recompute.js';
export { presentOrder } from './orders.presenter.js';
export { fieldsQuery, orderReply, orderHeaders, orderParams, unitLines, type OrderHeaders, type OrderParams } from './orders.schemas.js';
export { orderOwnerOf } from './orders.routes.js';

type InvariantDeps = Omit<Parameters<typeof orderInvariants>[0], 'orders' | 'audit' | 'now' | 'moneyOf'>;
type Deps = Omit<OrderDeps, 'orders' | 'fulfilments' | 'notes'> & { connection: Connection; auditing: InvariantDeps;
  /** Inside the transaction that approves a checked order: what was only authorised is to be taken. */
  captureHeld(order: Order): Promise<unknown>;
  /** What of these orders was taken already. */
  capturedOf(orderIds: readonly string[]): Promise<ReadonlyArray<{ orderId: string; amount: number }>>;
};

export type Orders = ReturnType<typeof createOrders>;

export function createOrders(deps: Deps) {
  const orders = new OrderRepository(deps.connection);
  const all: OrderDeps = { ...deps, orders, fulfilments: new FulfilmentRepository(deps.connection), notes: new NoteRepository(deps.connection) };
  const fulfilments = new FulfilmentService(all);
  const service = new OrderService(all, fulfilments);
  const risks = new OrderRiskRepository(deps.connection);
  const reviews = new ReviewService({ ...all, risks, audit: deps.audit, captureHeld: deps.captureHeld });
  const invariants: Invariant[] = [...reviewInvariants({ risks, capturedOf: deps.capturedOf }), ...orderInvariants({ ...deps.auditing, moneyOf: deps.refunds.moneyOf, orders, audit: new OrderAuditRepository(deps.connection), now: deps.now })];
  const schedules: Schedule[] = [{ name: 'expire-unpaid-orders', everyMs: 1000, run: () => service.expireDue() }, { name: 'complete-delivered-orders', everyMs: 60_000, run: () => service.completeDue() }];
  /** For what happens to goods after they were sold; everything but the reading inside the caller's transaction. */
  const goods = {
    get: service.get.bind(service),
    create: service.create.bind(service),
    newId: () => orders.newId(),
    change: (order: Order, change: UnitsChange) => recompute(all, order, change),
    credit: (order: Order, credit: CreditOrder) => creditOrder(all, order, credit),
    cancel: service.cancel.bind(service),
    fulfilmentsOf: (orderId: string) => all.fulfilments.findByOrder(orderId),
    paysBackMuch: service.paysBackMuch.bind(service),
    isLargeRefund: deps.refunds.isLarge,
    worthOf: (order: Order, lines: readonly UnitsOfLine[]) => worthOf(all, order, lines),
    returnPrepaid: (order: Order, reason: string) => returnPrepaid(all, order, reason),
  };
  return {
    personalData: orders.personalData, countOpen: orders.countOpen.bind(orders), purchases: new PurchaseRepository(deps.connection), service, fulfilments, goods, totalsOf: orders.totalsOf.bind(orders), payablesOf: orders.payablesOf.bind(orders), routes: [...orderRoutes(service), ...fulfilmentRoutes(fulfilments), ...noteRoutes(service), ...reviewRoutes(reviews)], invariants, schedules,
    /** For whoever judges orders: what came from the same places before, and where labels are kept. */
    risk: { history: risks.history.bind(risks), slice: risks.slice.bind(risks), label: risks.label.bind(risks) }, idsOf: orders.idsOf.bind(orders),
  };
}
