import { ConflictError, InvalidRequest, NotFoundError } from '../../shared/errors.js';

export class DraftNotFound extends NotFoundError {
  readonly code = 'draft_order_not_found';
  constructor() { super('There is no such draft order.'); }
}

export class DraftNotOpen extends ConflictError {
  readonly code = 'draft_order_not_open';
  constructor(state: string) { super(`This draft is ${state}; only an open one can be changed or completed.`, { state, allowed: ['open'] }); }
}

export const wrongField = (pointer: string, code: string, message: string): InvalidRequest => new InvalidRequest([{ pointer: `#/body/${pointer}`, code, message }]);
