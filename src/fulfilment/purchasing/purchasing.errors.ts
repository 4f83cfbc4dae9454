import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import type { Excess, PurchaseOrder } from './purchasing.js';
import { nextStates } from './purchasing.js';

export class SupplierNotFound extends NotFoundError {
  readonly code = 'supplier_not_found';
  constructor(supplierId: string) { super('There is no such supplier.', { supplierId }); }
}

export class SupplierCodeTaken extends ConflictError {
  readonly code = 'supplier_code_taken';
  constructor(supplierCode: string) { super(`Another supplier has the code ${supplierCode}.`, { supplierCode }); }
}

export class SupplierInactive extends ConflictError {
  readonly code = 'supplier_inactive';
  constructor(supplierId: string) { super('Nothing can be ordered from this supplier: it is inactive.', { supplierId }); }
}

export class SourceNotFound extends NotFoundError {
  readonly code = 'source_not_found';
  constructor(supplierId: string, sku: string) { super(`This supplier does not deliver ${sku}.`, { supplierId, sku }); }
}

export class CostMissing extends RuleViolation {
  readonly code = 'cost_missing';
  constructor(at: number, sku: string) {
    super(`What ${sku} costs is known neither from the request nor from the supplier.`, { sku }, [
      { pointer: `#/body/lines/${at}/unitCost`, code: 'any_required', message: 'is required: the supplier has no price for this SKU' },
    ]);
  }
}

export class PurchaseOrderNotFound extends NotFoundError {
  readonly code = 'purchase_order_not_found';
  constructor(purchaseOrderId: string) { super('There is no such purchase order.', { purchaseOrderId }); }
}

export class IllegalPurchaseMove extends ConflictError {
  readonly code = 'illegal_transition';
  constructor(order: PurchaseOrder, wanted: string) {
    super(`A purchase order that is ${order.state} cannot become ${wanted}.`, { state: order.state, requested: wanted, allowed: nextStates(order) });
  }
}

export class WrongWarehouse extends ConflictError {
  readonly code = 'wrong_warehouse';
  constructor(order: PurchaseOrder, warehouseId: string) {
    super('These goods were ordered for another warehouse.', { orderedFor: order.warehouseId, warehouseId });
  }
}

export class OverReceipt extends ConflictError {
  readonly code = 'over_receipt';
  constructor(lines: readonly Excess[]) {
    super(`More arrives than was ordered: ${lines.map(({ sku, ordered, received, arriving }) => `${arriving} of ${sku}, of ${ordered} ordered ${received} were received before`).join('; ')}.`, { lines });
  }
}
