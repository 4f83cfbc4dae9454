import { ConflictError, NotFoundError } from '../../shared/errors.js';
import type { Axes } from './orders.js';

export class OrderNotFound extends NotFoundError {
  readonly code = 'order_not_found';
  constructor() { super('There is no such order.'); }
}

export class IllegalTransition extends ConflictError {
  readonly code = 'illegal_transition';
  constructor(order: Axes, wanted: string, allowed: readonly string[]) {
    const can = allowed.length > 0 ? `it can become ${allowed.join(' or ')}` : 'nothing can be changed any more';
    super(`An order that is ${order.status} (${order.fulfilmentStatus}, payment ${order.paymentStatus}) cannot become ${wanted}; ${can}.`, {
      status: order.status, fulfilmentStatus: order.fulfilmentStatus, paymentStatus: order.paymentStatus, requested: wanted, allowed,
    });
  }
}

export class NotPayable extends ConflictError {
  readonly code = 'order_not_payable';
  constructor({ status, paymentStatus }: Axes) {
    super(`This order is ${status} and its payment ${paymentStatus}; only a pending order takes another payment.`, { status, paymentStatus });
  }
}

/** Too late for a customer; staff can still do it. */
export class CancellationClosed extends ConflictError {
  readonly code = 'cancellation_closed';
  constructor(reason: 'packed' | 'window_over') {
    super(reason === 'packed' ? 'These goods are packed already; ask our staff, or return them.' : 'The time to cancel by yourself is over; ask our staff.', { reason });
  }
}

export class UnitsNotCancellable extends ConflictError {
  readonly code = 'units_not_cancellable';
  constructor(lines: ReadonlyArray<{ itemId: string; requested: number; cancellable: number }>) {
    super('Only units that were not sent and not cancelled before can be cancelled.', { lines });
  }
}

/** The provider's answer decides how much can go back, so that nothing is decided before it. */
export class MoneyUnderWay extends ConflictError {
  readonly code = 'payment_in_progress';
  constructor(orderId: string) { super('Money for this order is being taken at this moment. Try again when the payment provider has answered, usually within a minute.', { orderId }); }
}
