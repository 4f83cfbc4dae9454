import { ConflictError, NotFoundError } from '../../../shared/errors.js';

export class ReviewNotFound extends NotFoundError {
  readonly code = 'review_not_found';
  constructor() { super('There is no such review: the order does not exist or was never held for one.'); }
}

export class ReviewClosed extends ConflictError {
  readonly code = 'review_closed';
  constructor(facts: { state: string; orderStatus: string; decidedBy?: string | undefined }) {
    super(facts.state === 'open' ? `The order is ${facts.orderStatus}; there is nothing to decide any more.` : `Somebody else was first: the order was ${facts.state}.`, facts);
  }
}

export class ReviewClaimed extends ConflictError {
  readonly code = 'review_claimed';
  constructor(claimedBy: string, claimedUntil: Date) {
    super('Somebody else is looking at this order. Wait until they have decided or their claim is over.', { claimedBy, claimedUntil: claimedUntil.toISOString() });
  }
}

/** Approving takes the money, so it has to be there. */
export class ReviewNotReady extends ConflictError {
  readonly code = 'review_not_ready';
  constructor(paymentStatus: string) { super(`The payment is ${paymentStatus}: nothing was authorised yet that approval could take. Wait for the customer, or reject the order.`, { paymentStatus }); }
}
