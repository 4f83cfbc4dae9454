import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import type { NotHeld } from './holds.js';
import type { Destination, LevelKey, Shortage } from './inventory.js';
import { unservedMessage } from './promise.js';

export class WarehouseNotFound extends NotFoundError {
  readonly code = 'warehouse_not_found';
  constructor(warehouse: string) { super(`There is no warehouse ${warehouse}.`, { warehouse }); }
}

export class SkuNotFound extends NotFoundError {
  readonly code = 'sku_not_found';
  constructor(skus: readonly string[]) { super(`There is no stock of ${skus.join(', ')}: the SKU is not known.`, { sku: skus[0], skus }); }
}

export class WarehouseCodeTaken extends ConflictError {
  readonly code = 'warehouse_code_taken';
  constructor(warehouseCode: string) { super(`Another warehouse has the code ${warehouseCode}.`, { warehouseCode }); }
}

export class WarehouseHasStock extends ConflictError {
  readonly code = 'warehouse_has_stock';
  constructor(warehouse: string, facts: { onHand: number; reserved: number }) {
    super(`Warehouse ${warehouse} still has ${facts.onHand} units, ${facts.reserved} of them reserved. Move them first, or repeat with force=true.`, { warehouse, ...facts });
  }
}

export class InsufficientStock extends ConflictError {
  readonly code = 'insufficient_stock';
  constructor(lines: readonly Shortage[]) {
    super(`Not enough in stock: ${lines.map(({ sku, requested, available }) => `${requested} of ${sku} were asked for, ${available} are available`).join('; ')}.`, { lines });
  }
}

/** Units that belong to an order cannot be counted, moved or written off away from it. */
export class BelowReserved extends ConflictError {
  readonly code = 'below_reserved';
  constructor(facts: LevelKey & { onHand: number; reserved: number; wanted: number }) {
    super(`${facts.sku} cannot go to ${facts.wanted}: ${facts.reserved} of ${facts.onHand} units there are reserved for orders.`, facts);
  }
}

export class UnitsNotHeld extends ConflictError {
  readonly code = 'units_not_held';
  constructor(orderId: string, lines: readonly NotHeld[]) {
    super(`Order ${orderId} does not hold so many units of ${lines.map(({ lineId }) => lineId).join(', ')}.`, { orderId, lines });
  }
}

export class ReceiptIdReused extends ConflictError {
  readonly code = 'receipt_id_reused';
  constructor(receiptId: string) { super(`Receipt ${receiptId} was booked before with other lines.`, { receiptId }); }
}

export class RegionNotServed extends RuleViolation {
  readonly code = 'region_not_served';
  constructor(to: Destination, served: readonly string[]) {
    super(unservedMessage(to), { country: to.country, ...(to.region !== undefined && { region: to.region }), served }, [
      { pointer: '#/body/shippingAddress/country', code: 'region_not_served', message: 'must be a country that a warehouse serves' },
    ]);
  }
}

export class TwoPolicies extends ConflictError {
  readonly code = 'two_policies';
  constructor({ sku, warehouseId }: LevelKey) {
    super(`${sku} is sold in advance there or on back-order, not both: take one policy away (null) with the change that sets the other.`, { sku, warehouseId });
  }
}

export class PurchaseOrderUnknown extends NotFoundError {
  readonly code = 'purchase_order_not_found';
  constructor(purchaseOrderId: string) { super('There is no such purchase order.', { purchaseOrderId }); }
}
