import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import type { Money } from '../../shared/money.js';

/** One answer for a code that is unknown, used up, expired, disabled or of another currency: nothing can be learnt by trying. */
export class GiftCardNotUsable extends RuleViolation {
  readonly code = 'gift_card_not_usable';
  constructor() { super('This gift card cannot be used here.'); }
}

export class GiftCardNotFound extends NotFoundError {
  readonly code = 'gift_card_not_found';
  constructor() { super('There is no such gift card.'); }
}

export class TooManyGiftCards extends RuleViolation {
  readonly code = 'too_many_gift_cards';
  constructor(limit: number) { super(`An order can be paid with at most ${limit} gift cards.`, { limit }); }
}

/** Somebody else was faster: nothing was charged. */
export class TenderGone extends ConflictError {
  readonly code = 'tender_changed';
  constructor() { super('A gift card or the store credit does not hold what it held a moment ago. Look at the cart again.'); }
}

export class InsufficientCredit extends ConflictError {
  readonly code = 'insufficient_store_credit';
  constructor(requested: Money, available: Money) { super('There is not so much store credit.', { requested, available }); }
}

export class GiftCardSpent extends ConflictError {
  readonly code = 'gift_card_spent';
  constructor() { super('A gift card of this order has been spent in part, so it cannot be taken back.'); }
}

export class GuestHasNoCredit extends ConflictError {
  readonly code = 'guest_has_no_store_credit';
  constructor() { super('A guest ordered this, and guests have no store credit. Issue a gift card instead.'); }
}

export class RefundExceedsTenders extends ConflictError {
  readonly code = 'refund_exceeds_tenders';
  constructor(requested: number, left: number) { super('More cannot go back than came in.', { requested, left }); }
}
