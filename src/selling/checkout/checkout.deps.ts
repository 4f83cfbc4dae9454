import type { Inventory } from '../../fulfilment/inventory/index.js';
import type { Orders } from '../../fulfilment/orders/index.js';
import type { Payments } from '../../fulfilment/payments/index.js';
import type { Shipping } from '../../fulfilment/shipping/index.js';
import type { Tax } from '../../fulfilment/tax/index.js';
import type { Subject, Verdict } from '../../fulfilment/risk/index.js';
import type { Money } from '../../shared/money.js';
import type { Clock } from '../../shared/clock.js';
import type { IdempotencyStore } from '../../shared/db/idempotency.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Failpoint } from '../../shared/failpoint.js';
import type { KeyedQueue } from '../../shared/keyed-queue.js';
import type { Buyer } from '../../shared/buyer.js';
import type { Tender } from '../gift-cards/index.js';
import type { CartService, Offers, Quote, QuoteDeps } from '../cart/index.js';

/** Everything an order is made of. Checkout itself keeps nothing. */
export type CheckoutDeps = Readonly<{
  carts: Pick<CartService, 'findForCheckout' | 'findLatest' | 'complete' | 'addLineItem'>;
  findOffers(skus: readonly string[], currency: string, buyer: Buyer): Promise<Offers>;
  quoting: QuoteDeps;
  /** Uses up what the order was promised: coupons, budgets. Inside the order's transaction; not called when nothing was. */
  redeem(benefits: { orderId: string; email: string; quote: Quote }): Promise<void>;
  shipping: Pick<Shipping, 'resolve' | 'planPickup'>;
  tax: Pick<Tax, 'noteEstimate'>;
  /** Gift cards and store credit, in the order's transaction; called only when the order uses some. */
  tenders: { spend(orderId: string, tenders: readonly Tender[]): Promise<void> };
  inventory: Pick<Inventory, 'reserve'>;
  orders: Orders['service'];
  payments: Pick<Payments, 'open' | 'execute' | 'confirm' | 'checkMethod' | 'projection' | 'captureAt'>;
  /** Starts to look at whom an order comes from; what it returns judges, once the total is known. Neither of them throws. */
  assessRisk(subject: Subject): (total: Money) => Promise<Verdict>;
  idempotency: Pick<IdempotencyStore, 'find' | 'begin' | 'store' | 'complete' | 'takeUp'>;
  inTransaction: InTransaction;
  queue: KeyedQueue;
  now: Clock;
  failpoint: Failpoint;
  /** A pending order keeps its stock this long. */
  paymentWindowSeconds: number;
  /** An order that is being checked keeps it this long. */
  reviewWindowSeconds: number;
  /** From it a guest's order token is derived, so that it need not be stored. */
  tokenSecret: string;
}>;
