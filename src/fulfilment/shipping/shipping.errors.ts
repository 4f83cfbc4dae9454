import { ConflictError, NotFoundError, RuleViolation, type FieldError } from '../../shared/errors.js';

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

export class PickupLocationUnknown extends RuleViolation {
  readonly code = 'pickup_location_unknown';
  constructor(location: string | undefined, allowed: readonly string[]) {
    const choice = allowed.length > 0 ? `Choose one of: ${allowed.join(', ')}.` : 'No shop has everything in stock.';
    super(location === undefined ? `Say where it will be picked up. ${choice}` : `It cannot be picked up at ${location}. ${choice}`, { pickupLocationId: location ?? null, allowed }, [
      { pointer: '#/body/pickupLocationId', code: 'any_only', message: choice },
    ]);
  }
}

export class ZoneNotFound extends NotFoundError {
  readonly code = 'shipping_zone_not_found';
  constructor(zone: string) { super(`There is no shipping zone ${zone}.`, { zone }); }
}

export class MethodNotFound extends NotFoundError {
  readonly code = 'shipping_method_not_found';
  constructor(method: string) { super(`There is no shipping method ${method}.`, { method }); }
}

export class ZoneCodeTaken extends ConflictError {
  readonly code = 'shipping_zone_code_taken';
  constructor(zoneCode: string) { super(`Another zone has the code ${zoneCode}.`, { zoneCode }); }
}

export class ZonesOverlap extends ConflictError {
  readonly code = 'shipping_zones_overlap';
  constructor() { super('Another zone names one of these places already; of two zones nobody could say which one holds.'); }
}

export class ZoneInUse extends ConflictError {
  readonly code = 'shipping_zone_in_use';
  constructor(methods: number) { super(`${methods} methods belong to this zone. Delete them first.`, { methods }); }
}

export class MethodCodeTaken extends ConflictError {
  readonly code = 'shipping_method_code_taken';
  constructor(methodCode: string) { super(`Another method of this zone has the code ${methodCode}.`, { methodCode }); }
}

/** Bands or rows of a table that leave something out, or that hold for the same parcel twice. */
export class RateTableInvalid extends RuleViolation {
  readonly code = 'rate_table_invalid';
  constructor(errors: readonly FieldError[]) { super('The table does not give every parcel exactly one price; errors names every place.', {}, errors); }
}
