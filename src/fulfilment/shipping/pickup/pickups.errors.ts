import { ConflictError, NotFoundError } from '../../../shared/errors.js';

export class PickupNotFound extends NotFoundError {
  readonly code = 'pickup_not_found';
  constructor() { super('This order is not picked up in a shop.'); }
}

export class PickupCodeUnknown extends NotFoundError {
  readonly code = 'pickup_code_unknown';
  constructor() { super('No order is picked up with this code.'); }
}

export class PickupCodeUsed extends ConflictError {
  readonly code = 'pickup_code_used';
  constructor(collectedAt: Date | null) { super('This code was used before; the goods are handed over once.', { collectedAt: collectedAt?.toISOString() ?? null }); }
}

export class PickupNotReady extends ConflictError {
  readonly code = 'pickup_not_ready';
  constructor({ status, holds }: { status: string; holds: readonly string[] }) { super(`The order is ${status}${holds.length > 0 ? ` and on hold (${holds.join(', ')})` : ''}; only what is placed is handed over.`, { status, holds }); }
}

export class WrongPickupLocation extends ConflictError {
  readonly code = 'wrong_pickup_location';
  constructor(locationId: string) { super('This order is picked up in another shop.', { locationId }); }
}
