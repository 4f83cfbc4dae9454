import { ConflictError, ForbiddenError } from '../../shared/errors.js';

/** Unknown, somebody else's, another device's or too old: which of them is nobody's business. */
export class OneClickTokenInvalid extends ForbiddenError {
  readonly code = 'one_click_token_invalid';
  constructor() { super('This security token is not good here. Get a new one (POST /orders/one-click/tokens) on this device.'); }
}

/** Another click was first. */
export class OneClickTokenUsed extends ConflictError {
  readonly code = 'one_click_token_used';
  constructor() { super('This security token has bought something already. Get a new one for another purchase.'); }
}

export class OneClickNotSetUp extends ConflictError {
  readonly code = 'one_click_not_set_up';
  constructor(missing: readonly string[]) { super('One click needs a saved default payment method and a default shipping address.', { missing }); }
}
