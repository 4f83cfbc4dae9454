import { ConflictError, NotFoundError, RuleViolation, UnavailableError } from '../../../shared/errors.js';
import type { MissingCustoms } from './customs.js';

export class ParcelUnknown extends NotFoundError {
  readonly code = 'parcel_not_found';
  constructor(parcelId: string) { super('This order has no such parcel.', { parcelId }); }
}

export class LabelNotFound extends NotFoundError {
  readonly code = 'label_not_found';
  constructor() { super('This order has no such label.'); }
}

export class CarrierNotConfigured extends RuleViolation {
  readonly code = 'carrier_not_configured';
  constructor(carrier: string, allowed: readonly string[]) {
    super(`There is no account at ${carrier} here.`, { carrier, allowed }, [{ pointer: '#/body/carrier', code: 'any_only', message: allowed.length > 0 ? `must be one of ${allowed.join(', ')}` : 'no carrier is configured' }]);
  }
}

/** Before anything is paid: a parcel without it comes back from the border. */
export class CustomsDataMissing extends ConflictError {
  readonly code = 'customs_data_missing';
  constructor(lines: readonly MissingCustoms[]) { super('This parcel crosses a border of customs, and something that they ask for is not known. Set it on the variants.', { lines }); }
}

export class ParcelWeightUnknown extends ConflictError {
  readonly code = 'parcel_weight_unknown';
  constructor() { super('Nobody knows what this parcel weighs. Send weightGrams, or set it on the variants.'); }
}

export class ServiceNotOffered extends ConflictError {
  readonly code = 'service_not_offered';
  constructor(service: string, offered: readonly string[]) { super(`The carrier does not offer ${service} for this parcel.`, { service, offered }); }
}

export class LabelInProgress extends ConflictError {
  readonly code = 'label_in_progress';
  constructor() { super('This label is being bought or voided at this moment. Ask again in some seconds.'); }
}

export class LabelRefused extends ConflictError {
  readonly code = 'label_refused';
  constructor(message: string) { super(`The carrier refused: ${message}`, { carrierMessage: message }); }
}

export class CarrierNotReached extends UnavailableError {
  readonly code = 'carrier_not_reached';
  constructor() { super('The carrier did not answer. Repeat the call: it buys nothing twice.'); }
}
