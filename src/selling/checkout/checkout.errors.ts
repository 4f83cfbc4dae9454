import type { CartProblem, TotalsProblem } from '../cart/index.js';
import type { Totals } from '../pricing/index.js';
import type { Money } from '../../shared/money.js';
import type { Tender } from '../gift-cards/index.js';
import { ConflictError, InvalidRequest, RuleViolation } from '../../shared/errors.js';

export class CartEmpty extends RuleViolation {
  readonly code = 'cart_empty';
  constructor() { super('There is nothing in the cart to order. Add something first (POST /cart/items).'); }
}

/** Never a silent new amount: the caller sees what changed and repeats the call with the total it agrees to. */
export class CartChanged extends ConflictError {
  readonly code = 'cart_changed';
  constructor(facts: { totals: Totals; problems: readonly CartProblem[]; changes?: TotalsProblem['changes']; expectedTotal?: unknown }) {
    super('The cart does not cost what was expected. Look at totals and problems, then send expectedTotal to agree.', facts);
  }
}

/** A gift card pays less than the customer saw, so the rest would cost more. */
export class DueChanged extends ConflictError {
  readonly code = 'amount_due_changed';
  constructor(facts: { tenders: readonly Tender[]; amountDue: Money; expectedDue: Money; problems?: readonly CartProblem[] }) {
    const tenders = facts.tenders.map(({ kind, last4, amount }) => ({ kind, last4, amount }));
    super('What is left to pay is not what was expected. Look at tenders and amountDue, then send expectedDue to agree.', { ...facts, tenders });
  }
}

export class CartNotOrderable extends ConflictError {
  readonly code = 'cart_not_orderable';
  constructor(problems: readonly CartProblem[]) { super('Some lines cannot be ordered any more. Change or remove them.', { problems }); }
}

/** Fields that neither the request nor the cart has. */
export const missing = (...names: readonly string[]): InvalidRequest => new InvalidRequest(names.map((name) => (
  { pointer: `#/body/${name}`, code: 'any_required', message: `"${name}" is required: neither the request nor the cart has it` })));
