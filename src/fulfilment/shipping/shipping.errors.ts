import { RuleViolation } from '../../shared/errors.js';

export class ShippingMethodUnknown extends RuleViolation {
  readonly code = 'shipping_method_unknown';
  constructor(code: string, allowed: readonly string[]) {
    const choice = allowed.length > 0 ? `Choose one of: ${allowed.join(', ')}.` : 'Nothing is delivered there in this currency.';
    super(`There is no shipping method ${code} for this delivery. ${choice}`, { shippingMethod: code, allowed }, [
      { pointer: '#/body/shippingMethod', code: 'any_only', message: choice },
    ]);
  }
}

export class CountryUnknown extends RuleViolation {
  readonly code = 'country_unknown';
  constructor(country: string) {
    super(`${country} is not a country of ISO 3166.`, { country }, [
      { pointer: '#/body/shippingAddress/country', code: 'country_unknown', message: 'must be a country of ISO 3166' },
    ]);
  }
}
