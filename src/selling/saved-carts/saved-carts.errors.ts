import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import { MAX_SAVED_CARTS } from './saved-carts.js';

export class SavedCartNotFound extends NotFoundError {
  readonly code = 'saved_cart_not_found';
  constructor() { super('There is no such saved cart.'); }
}

export class SavedCartNameTaken extends ConflictError {
  readonly code = 'saved_cart_name_taken';
  constructor() { super('You have a saved cart of this name. Delete it first, or choose another name.'); }
}

export class NothingToSave extends RuleViolation {
  readonly code = 'cart_empty';
  constructor() { super('There is nothing in the cart. Add something before you save it.'); }
}

export class TooManySavedCarts extends RuleViolation {
  readonly code = 'too_many_saved_carts';
  constructor() { super(`There can be at most ${MAX_SAVED_CARTS} saved carts. Delete one first.`, { limit: MAX_SAVED_CARTS }); }
}
