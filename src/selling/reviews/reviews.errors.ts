import { ConflictError, NotFoundError } from '../../shared/errors.js';

export class ReviewNotFound extends NotFoundError {
  readonly code = 'review_not_found';
  constructor() { super('There is no such review.'); }
}

export class ReviewedProductNotFound extends NotFoundError {
  readonly code = 'product_not_found';
  constructor() { super('There is no such product.'); }
}

export class AlreadyReviewed extends ConflictError {
  readonly code = 'already_reviewed';
  constructor() { super('You have reviewed this already: each purchase can be reviewed once. Change your review instead.'); }
}

export class OwnReview extends ConflictError {
  readonly code = 'own_review';
  constructor() { super('This is your own review.'); }
}

export class AlreadyDecided extends ConflictError {
  readonly code = 'already_decided';
  constructor(status: string) { super('Somebody has decided this already.', { status }); }
}

export class NothingToAppeal extends ConflictError {
  readonly code = 'nothing_to_appeal';
  constructor() { super('Only a review that was rejected can be appealed, and only once.'); }
}
