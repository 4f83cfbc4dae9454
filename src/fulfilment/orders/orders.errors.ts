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
