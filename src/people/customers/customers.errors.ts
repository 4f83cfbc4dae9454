import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import { MAX_ADDRESSES } from './customers.js';

export class CustomerNotFound extends NotFoundError {
  readonly code = 'customer_not_found';
  constructor() { super('There is no such customer.'); }
}

export class AddressNotFound extends NotFoundError {
  readonly code = 'address_not_found';
  constructor() { super('There is no such address.'); }
}

export class TooManyAddresses extends ConflictError {
  readonly code = 'too_many_addresses';
  constructor() { super(`An address book holds ${MAX_ADDRESSES} addresses. Remove one first.`, { limit: MAX_ADDRESSES }); }
}

export class UnknownDefaultAddress extends RuleViolation {
  readonly code = 'unknown_address';
  constructor(field: string) {
    super('The default address must be one of the address book.', {}, [
      { pointer: `#/body/${field}`, code: 'unknown_address', message: `${field} is not in the address book` },
    ]);
  }
}

export class ProfileExists extends ConflictError {
  readonly code = 'profile_exists';
  constructor() { super('This user has a customer profile already.'); }
}
