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

export class CodesTaken extends ConflictError {
  readonly code = 'coupon_code_taken';
  constructor(codes: readonly string[] = []) { super(codes.length > 0 ? `These codes exist already: ${codes.join(', ')}.` : 'One of these codes exists already.', { codes }); }
}

export class CodeNotFound extends NotFoundError {
  readonly code = 'coupon_not_found';
  constructor(coupon: string) { super(`This promotion has no code ${coupon}.`, { coupon }); }
}

export class NotACouponPromotion extends RuleViolation {
  readonly code = 'not_a_coupon_promotion';
  constructor() { super('Only a promotion that is triggered by coupons has codes.'); }
}

export class IllegalPromotionState extends ConflictError {
  readonly code = 'illegal_promotion_state';
  constructor(state: string, wanted: string) { super(`A promotion that is ${state} cannot become ${wanted}.`, { state, requested: wanted }); }
}

/** Orders that were made before were not counted. */
export class PromotionInUse extends ConflictError {
  readonly code = 'promotion_in_use';
  constructor(field: string) { super(`This promotion ran without ${field}, so nobody counted. Make a new one that has it from the beginning.`, { field }); }
}

export class LimitBelowUse extends ConflictError {
  readonly code = 'limit_below_use';
  constructor(facts: { uses: number; spent: unknown }) { super('More than that is used already.', facts); }
}
