import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class PriceListNotFound extends NotFoundError {
  readonly code = 'price_list_not_found';
  constructor(priceListId: string) { super('There is no such price list.', { priceListId }); }
}

export class PriceRuleNotFound extends NotFoundError {
  readonly code = 'price_rule_not_found';
  constructor(priceRuleId: string) { super('There is no such price rule.', { priceRuleId }); }
}

export class CurrencyIsFixed extends ConflictError {
  readonly code = 'currency_is_fixed';
  constructor(currency: string) { super(`This list has prices in ${currency}. Open another list for another currency.`, { currency }); }
}

export class EndsBeforeItStarts extends RuleViolation {
  readonly code = 'ends_before_it_starts';
  constructor() {
    super('A period ends after it starts.', {}, [{ pointer: '#/body/endsAt', code: 'ends_before_it_starts', message: 'endsAt must be after startsAt' }]);
  }
}

export class RateInThePast extends RuleViolation {
  readonly code = 'rate_in_the_past';
  constructor() {
    super('Rates are only ever added, from now on: what was sold at another one stays.', {}, [
      { pointer: '#/body/effectiveFrom', code: 'rate_in_the_past', message: 'effectiveFrom must not be in the past' },
    ]);
  }
}
