import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import type { ReturnState } from './returns.js';

export class ReturnNotFound extends NotFoundError {
  readonly code = 'return_not_found';
  constructor() { super('There is no such return.'); }
}

export class UnitsNotReturnable extends ConflictError {
  readonly code = 'units_not_returnable';
  constructor(lines: ReadonlyArray<{ itemId: string; requested: number; returnable: number }>) {
    super('Only units that were sent and are still with the customer can come back.', { lines });
  }
}

export class FinalSale extends ConflictError {
  readonly code = 'final_sale';
  constructor(itemIds: readonly string[]) { super('These goods were sold as not returnable.', { itemIds }); }
}

export class ReturnWindowOver extends ConflictError {
  readonly code = 'return_window_over';
  constructor(deadline: Date, policyVersion: number) { super(`These goods could be returned until ${deadline.toISOString()}.`, { deadline: deadline.toISOString(), policyVersion }); }
}

export class IllegalReturnMove extends ConflictError {
  readonly code = 'illegal_transition';
  constructor(state: ReturnState, requested: string, allowed: readonly string[]) {
    super(`A return that is ${state} cannot become ${requested}.`, { state, requested, allowed });
  }
}

export class UnitsNotExpected extends ConflictError {
  readonly code = 'units_not_expected';
  constructor(itemIds: readonly string[]) { super('More units arrived than this return still waits for.', { itemIds }); }
}

export class PartsNotExpected extends ConflictError {
  readonly code = 'parts_not_expected';
  constructor(lines: ReadonlyArray<{ itemId: string; sku: string; requested: number; kept: number }>) { super('Only parts of sets that were kept when this return came can arrive later.', { lines }); }
}

export class WarehouseUnknown extends RuleViolation {
  readonly code = 'warehouse_unknown';
  constructor(warehouseId: string | null) {
    super('Say to which of the active warehouses these goods go.', { warehouseId }, [{ pointer: '#/body/lines', code: 'warehouse_unknown', message: 'warehouseId names an active warehouse' }]);
  }
}

export class ComponentUnknown extends RuleViolation {
  readonly code = 'component_unknown';
  constructor(sku: string) { super(`${sku} is no part of this set.`, { sku }, [{ pointer: '#/body/lines', code: 'component_unknown', message: 'components names parts of the set' }]); }
}

export class DeductionTooHigh extends RuleViolation {
  readonly code = 'deduction_too_high';
  constructor(itemId: string, most: number) { super('A deduction is at most what the units that arrived were paid.', { itemId, most }, [{ pointer: '#/body/deductions', code: 'deduction_too_high', message: 'the deduction exceeds what was paid' }]); }
}

export class StoreCreditNeedsAccount extends ConflictError {
  readonly code = 'store_credit_needs_account';
  constructor() { super('A guest ordered this, and guests have no store credit. Claim the order for an account first, or let the money go back where it came from.'); }
}

/** The goods sent instead have to be paid first, or all of the exchanged goods have to be here. */
export class ExchangeNotSettled extends ConflictError {
  readonly code = 'exchange_not_settled';
  constructor(reason: 'unpaid' | 'incomplete') {
    super(reason === 'unpaid' ? 'The goods taken in exchange are not paid yet.' : 'An exchange needs all of its goods back.', { reason });
  }
}

export class ExchangeNotFound extends NotFoundError {
  readonly code = 'exchange_not_found';
  constructor() { super('There is no such exchange.'); }
}

export class ExchangeNotOpen extends ConflictError {
  readonly code = 'exchange_not_open';
  constructor(state: string, returnState: string) { super(`This exchange is ${state} and its return ${returnState}; it cannot be cancelled any more.`, { state, returnState }); }
}

export class ClaimNotFound extends NotFoundError {
  readonly code = 'claim_not_found';
  constructor() { super('There is no such claim.'); }
}

export class ClaimNotOpen extends ConflictError {
  readonly code = 'claim_not_open';
  constructor(state: string) { super(`This claim is ${state}; it was decided before.`, { state }); }
}
