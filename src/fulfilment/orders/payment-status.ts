import type { Order, PaymentStatus } from './orders.js';

/** All money of an order as the ledgers of payments, gift cards and store credit have it; minor units. */
export type OrderMoney = Readonly<{
  /** What the payment means that the order was made with: one that brought money, else the live one, else the latest. Null where there is none. */
  own: PaymentStatus | null;
  /** Of every payment that is not one too many. `returned`: to where it came from, or as store credit. What a provider has not answered is in neither. */
  captured: number; returned: number;
  /** Gift cards and store credit: still in the order, refunded, and given back because the order was given up. */
  tenders: Readonly<{ left: number; refunded: number; givenBack: number }>;
}>;

/** The outcomes of a payment that has brought its money, if only to give it back. */
const HAS_BROUGHT: ReadonlySet<PaymentStatus> = new Set(['paid', 'partially_paid', 'partially_refunded', 'refunded']);
const isEnded = ({ status }: Pick<Order, 'status'>): boolean => status === 'cancelled' || status === 'expired';

/**
 * The one rule of the payment axis. What was only asked for says how far that got, and is void once the order is given up; what was paid says
 * how much of it is still here, wherever it came from and however it went back. An order that is given up keeps what it has until that is returned.
 */
export function paymentStatusOf(order: Pick<Order, 'status' | 'outstanding' | 'placedAt'>, { own, captured, returned, tenders }: OrderMoney): PaymentStatus {
  const ended = isEnded(order);
  const owes = !ended && Boolean(order.outstanding);
  if (own === null && captured === 0) return owes ? 'partially_paid' : withoutPayment(order, ended);
  if (own !== null && captured === 0 && !HAS_BROUGHT.has(own)) return ended && own !== 'authorized' ? 'voided' : own;
  if (owes) return 'partially_paid';
  const back = returned + tenders.refunded + (ended ? tenders.givenBack : 0);
  if (back > 0) return captured - returned + tenders.left > 0 ? 'partially_refunded' : 'refunded';
  return own === 'partially_paid' ? own : 'paid';
}

/** Goods that were exchanged paid for it, or nobody has begun to pay. */
function withoutPayment({ status, placedAt }: Pick<Order, 'status' | 'placedAt'>, ended: boolean): PaymentStatus {
  if (ended) return placedAt ? 'none' : 'voided';
  return status === 'pending' ? 'pending' : 'none';
}
