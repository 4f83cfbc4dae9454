import { NotFoundError } from '../../shared/errors.js';

/** Unknown, used, too old, or of an order that has an owner: nobody is told which. */
export class OrderAccessNotFound extends NotFoundError {
  readonly code = 'order_access_not_found';
  constructor() { super('This code is not good, or not any more. Ask for a new one (POST /orders/lookup).'); }
}
