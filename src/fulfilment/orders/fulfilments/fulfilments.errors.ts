import { ConflictError, NotFoundError, RuleViolation } from '../../../shared/errors.js';
import type { Order } from '../orders.js';
import type { FulfilmentState, UnitsOfItem } from './fulfilments.js';

export class FulfilmentNotFound extends NotFoundError {
  readonly code = 'fulfilment_not_found';
  constructor() { super('This order has no such fulfilment.'); }
}

export class ParcelNotFound extends NotFoundError {
  readonly code = 'parcel_not_found';
  constructor(parcelId: string) { super('This fulfilment has no such parcel.', { parcelId }); }
}

export class ItemNotInOrder extends RuleViolation {
  readonly code = 'item_not_in_order';
  constructor(itemId: string) { super(`This order has no item ${itemId}.`, { itemId }, [{ pointer: '#/body/lines', code: 'item_not_in_order', message: 'every line names an item of the order' }]); }
}

/** A unit goes into one parcel; these are gone already, cancelled, or lie elsewhere. */
export class UnitsNotFulfillable extends ConflictError {
  readonly code = 'units_not_fulfillable';
  constructor(lines: ReadonlyArray<UnitsOfItem & { available: number }>) {
    super('Some of these units cannot be sent: they are in another parcel, cancelled, or not at that warehouse.', { lines: lines.map(({ itemId, quantity, available }) => ({ itemId, requested: quantity, available })) });
  }
}

export class ParcelsDoNotFit extends RuleViolation {
  readonly code = 'parcels_do_not_fit';
  constructor(itemIds: readonly string[]) {
    super('Each unit of the fulfilment goes into exactly one parcel.', { itemIds }, [{ pointer: '#/body/parcels', code: 'parcels_do_not_fit', message: 'the parcels hold other units than the lines' }]);
  }
}

export class OrderNotSendable extends ConflictError {
  readonly code = 'order_not_sendable';
  constructor({ status, holds }: Pick<Order, 'status' | 'holds'>) {
    super(holds.length > 0 ? `This order is on hold: ${holds.join(', ')}.` : `This order is ${status}; only a placed order is sent.`, { orderStatus: status, holds });
  }
}

export class IllegalFulfilmentMove extends ConflictError {
  readonly code = 'illegal_transition';
  constructor(state: FulfilmentState, requested: FulfilmentState, allowed: readonly FulfilmentState[]) {
    super(`A fulfilment that is ${state} cannot become ${requested}.`, { state, requested, allowed });
  }
}
