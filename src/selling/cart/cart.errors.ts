import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import { MAX_QUANTITY_PER_LINE, type QuantityFault, type QuantityRule } from '../../shared/quantity-rule.js';
import { MAX_COUPONS, MAX_LINES } from './cart.js';

export class CartNotFound extends NotFoundError {
  readonly code = 'cart_not_found';
  constructor() { super('There is no such cart. Start a new one by adding something without x-cart-token.'); }
}

export class LineItemNotFound extends NotFoundError {
  readonly code = 'line_item_not_found';
  constructor(itemId: string) { super(`The cart has no line ${itemId}.`, { itemId }); }
}

export class VariantNotSellable extends RuleViolation {
  readonly code = 'variant_not_sellable';
  constructor(sku: string) { super(`${sku} is not for sale.`, { sku }); }
}

export class NotPricedInCurrency extends ConflictError {
  readonly code = 'currency_mismatch';
  constructor(sku: string, currency: string) { super(`${sku} has no price in ${currency}, the currency of this cart.`, { sku, currency }); }
}

export class OffsetNotSold extends ConflictError {
  readonly code = 'offset_not_sold';
  constructor(currency: string) { super(`No carbon offset is sold in ${currency}.`, { currency }); }
}

export class QuantityLimitExceeded extends RuleViolation {
  readonly code = 'quantity_limit_exceeded';
  constructor(sku: string) { super(`A line can hold at most ${MAX_QUANTITY_PER_LINE} of ${sku}.`, { sku, limit: MAX_QUANTITY_PER_LINE }); }
}

/** Names the nearest quantities that can be ordered. */
export class QuantityNotPermitted extends RuleViolation {
  readonly code = 'quantity_not_permitted';
  constructor(sku: string, requested: number, { reason, permitted }: QuantityFault, rule: QuantityRule) {
    const choice = permitted.length === 0 ? '' : ` Choose ${permitted.join(' or ')}.`;
    super(`${requested} of ${sku} cannot be ordered: ${sentenceOf(rule)}.${choice}`, { sku, requested, reason, permitted, ...rule }, [{ pointer: '#/body/quantity', code: 'quantity_not_permitted', message: `"quantity" is ${reason.replaceAll('_', ' ')}` }]);
  }
}

const sentenceOf = ({ minimum, maximum, step }: QuantityRule): string =>
  ['it is sold', ...(step === undefined ? [] : [`in steps of ${step}`]), ...(minimum === undefined ? [] : [`from ${minimum} on`]), ...(maximum === undefined ? [] : [`up to ${maximum}`])].join(' ');

export class TooManyLines extends RuleViolation {
  readonly code = 'too_many_lines';
  constructor() { super(`A cart can hold at most ${MAX_LINES} lines.`, { limit: MAX_LINES }); }
}

export class TooManyCoupons extends RuleViolation {
  readonly code = 'too_many_coupons';
  constructor() { super(`A cart can hold at most ${MAX_COUPONS} codes.`, { limit: MAX_COUPONS }); }
}

export class CouponNotInCart extends NotFoundError {
  readonly code = 'coupon_not_found';
  constructor(coupon: string) { super(`The cart has no code ${coupon}.`, { coupon }); }
}
