import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import { MAX_MEDIA, type Kind } from './reviews.js';

/** `review_not_found`, `question_not_found`, `answer_not_found`. */
export class ContributionNotFound extends NotFoundError {
  readonly code: string;
  constructor(kind: Kind) {
    super(`There is no such ${kind}.`);
    this.code = `${kind}_not_found`;
  }
}

export class ReviewedProductNotFound extends NotFoundError {
  readonly code = 'product_not_found';
  constructor() { super('There is no such product.'); }
}

export class AlreadyReviewed extends ConflictError {
  readonly code = 'already_reviewed';
  constructor() { super('You have reviewed this already: each purchase can be reviewed once. Change your review instead.'); }
}

export class AlreadyAnswered extends ConflictError {
  readonly code = 'already_answered';
  constructor() { super('You have answered this question already. Change your answer instead.'); }
}

export class NotBought extends ConflictError {
  readonly code = 'not_bought';
  constructor() { super('Questions are answered by people who bought the product, and by the shop.'); }
}

/** `own_review`, `own_question`, `own_answer`. */
export class OwnContribution extends ConflictError {
  readonly code: string;
  constructor(kind: Kind) {
    super(`This is your own ${kind}.`);
    this.code = `own_${kind}`;
  }
}

export class QuestionAnswered extends ConflictError {
  readonly code = 'question_answered';
  constructor() { super('Others have answered this question, so it stays. Ask another one, or report what is wrong here.'); }
}

export class AlreadyDecided extends ConflictError {
  readonly code = 'already_decided';
  constructor(status: string) { super('Somebody has decided this already.', { status }); }
}

export class ReasonRequired extends RuleViolation {
  readonly code = 'reason_required';
  constructor() { super('Say why it is rejected: its author is told.', {}, [{ pointer: '#/body/reason', code: 'reason_required', message: '"reason" is required to reject' }]); }
}

export class NothingToAppeal extends ConflictError {
  readonly code = 'nothing_to_appeal';
  constructor() { super('Only what was rejected can be appealed, and only once.'); }
}

export class TooManyMedia extends ConflictError {
  readonly code = 'too_many_media';
  constructor() { super(`A review has at most ${MAX_MEDIA} pictures and videos. Take one away first.`, { limit: MAX_MEDIA }); }
}
