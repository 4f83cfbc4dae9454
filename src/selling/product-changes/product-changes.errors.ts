import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import type { ChangeState } from './product-changes.js';

export class VendorProductNotFound extends NotFoundError {
  readonly code = 'product_not_found';
  constructor() { super('There is no such product.'); }
}

export class ChangeNotFound extends NotFoundError {
  readonly code = 'product_change_not_found';
  constructor() { super('This product has no such change.'); }
}

export class ChangePending extends ConflictError {
  readonly code = 'product_change_pending';
  constructor() { super('A change of this product is waiting already. Withdraw it, or wait until it was decided.'); }
}

export class ChangeDecided extends ConflictError {
  readonly code = 'product_change_decided';
  constructor(state: ChangeState) { super(`This change is ${state}: it cannot be decided again.`, { state }); }
}

export class ChangeOutdated extends ConflictError {
  readonly code = 'product_change_outdated';
  constructor(base: number, current: number) { super('The product changed since this was proposed, so nothing was applied. The vendor has to propose it again.', { base, current }); }
}

export class NothingChanges extends RuleViolation {
  readonly code = 'nothing_changes';
  constructor() { super('The product says all of that already.'); }
}

export class UploadNotShown extends RuleViolation {
  readonly code = 'upload_not_shown';
  constructor(positions: readonly number[]) {
    super('Uploads can only be kept: name new pictures by their address.', {}, positions.map((at) => ({ pointer: `#/body/changes/images/${at}/mediaId`, code: 'upload_not_shown', message: 'The product does not show this upload.' })));
  }
}
