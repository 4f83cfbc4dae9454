import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';

/** Says no more: whoever tries what gets through should not be helped. */
export class OrderNotAccepted extends RuleViolation {
  readonly code = 'order_not_accepted';
  constructor() { super('We cannot accept this order. Please contact us if you think this is a mistake.'); }
}

export class ModelUnknown extends NotFoundError {
  readonly code = 'model_unknown';
  constructor(version: string) { super('There is no such model. GET /admin/fraud/models lists them.', { version }); }
}

export class ModelExists extends ConflictError {
  readonly code = 'model_exists';
  constructor(version: string) { super('A model of this version is there already; models are never changed. Train another one.', { version }); }
}

export class ModelUnusable extends RuleViolation {
  readonly code = 'model_unusable';
  constructor(fault: string) { super(`This model cannot be used: ${fault}. Train it again with npm run train -- fraud.`, { fault }); }
}

export class NothingToRollBack extends ConflictError {
  readonly code = 'nothing_to_roll_back';
  constructor() { super('No model was active before this one.'); }
}

export class TooManyOrders extends RuleViolation {
  readonly code = 'too_many_orders';
  constructor(limit: number) { super(`There are more than ${limit} orders in that time. Choose a shorter one.`, { limit }); }
}
