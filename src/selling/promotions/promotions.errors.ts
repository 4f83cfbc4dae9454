import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class PromotionNotFound extends NotFoundError {
  readonly code = 'promotion_not_found';
  constructor(id: string) { super(`There is no promotion ${id}.`, { promotionId: id }); }
}

/** Nobody can use this code, today or later. */
export class CouponInvalid extends RuleViolation {
  readonly code = 'coupon_invalid';
  constructor(coupon: string, reason: 'unknown' | 'expired') {
    super(reason === 'expired' ? `The code ${coupon} is no longer valid.` : `There is no code ${coupon}.`, { coupon, reason });
  }
}

/** Refusals that mean: it was good, but others were first or its owner has had enough. */
export const EXHAUSTED: ReadonlySet<string> = new Set(['exhausted', 'customer_limit', 'budget_spent', 'code_used']);

/** Somebody else took the last use while this order was made; nothing of it was kept. */
export class CouponExhausted extends ConflictError {
  readonly code = 'coupon_exhausted';
}
