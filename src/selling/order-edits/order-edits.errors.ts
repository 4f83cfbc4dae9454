import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class OrderEditNotFound extends NotFoundError {
  readonly code = 'order_edit_not_found';
  constructor() { super('This order has no such edit.'); }
}

export class OrderNotEditable extends ConflictError {
  readonly code = 'order_not_editable';
  constructor(reason: string, message: string, facts: Readonly<Record<string, unknown>> = {}) { super(message, { reason, ...facts }); }
}

export class OrderEditStale extends ConflictError {
  readonly code = 'order_edit_stale';
  constructor(previewed: number, current: number) { super('The order changed since this was previewed. Preview it again.', { previewed, current }); }
}

export class LineNotEditable extends RuleViolation {
  readonly code = 'line_not_editable';
  constructor(at: number, message: string) { super(message, {}, [{ pointer: `#/body/operations/${at}`, code: 'line_not_editable', message }]); }
}
