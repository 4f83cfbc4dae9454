import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';
import type { NotHeld } from './holds.js';
import type { Destination, LevelKey, Shortage } from './inventory.js';
import { unservedMessage } from './promise.js';
import { nextStates, type Transfer } from './transfers.js';

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

export class TransferNotFound extends NotFoundError {
  readonly code = 'transfer_not_found';
  constructor(transferId: string) { super('There is no such transfer.', { transferId }); }
}

export class IllegalTransferMove extends ConflictError {
  readonly code = 'illegal_transition';
  constructor(transfer: Transfer, wanted: string) {
    super(`A transfer that is ${transfer.state} cannot become ${wanted}.`, { state: transfer.state, requested: wanted, allowed: nextStates(transfer) });
  }
}

export class MoreThanInTransit extends ConflictError {
  readonly code = 'over_receipt';
  constructor(lines: ReadonlyArray<{ sku: string; inTransit: number; arriving: number }>) {
    super(`More arrives than is on the road: ${lines.map(({ sku, inTransit, arriving }) => `${arriving} of ${sku}, ${inTransit} are on the road`).join('; ')}.`, { lines });
  }
}

export class CountNotFound extends NotFoundError {
  readonly code = 'count_not_found';
  constructor(countId: string) { super('There is no such stock count.', { countId }); }
}

export class CountClosed extends ConflictError {
  readonly code = 'count_closed';
  constructor(countId: string, state: string) { super(`This stock count is ${state}: nothing of it can change.`, { countId, state }); }
}

export class CountStale extends ConflictError {
  readonly code = 'count_stale';
  constructor(countId: string, skus: readonly string[]) { super(`Goods moved while they were counted: ${skus.join(', ')}. Count them again in a new count.`, { countId, skus }); }
}
