import { randomUUID } from 'node:crypto';
import type { Inventory } from '../../fulfilment/inventory/index.js';
import { destinationOf, isOpen, linesToReserve, unclaimedPlaces, unitsOf, type Fulfilment, type Order, type OrderItem, type Orders } from '../../fulfilment/orders/index.js';
import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { requireVersion } from '../../shared/http/etag.js';
import { subtract, zero, type Money } from '../../shared/money.js';
import { addFeeShares, addLine, applyDiscount, changeQuantity, changeShipping, removeLine, unitChanges, type AddedFee, type AddedItem, type Editable } from './edit-engine.js';
import { LineNotEditable, OrderEditNotFound, OrderEditStale, OrderNotEditable } from './order-edits.errors.js';
import type { MoneyPreview, Operation, OrderEdit } from './order-edits.js';
import type { OrderEditRepository } from './order-edits.repository.js';

export type OrderEditDeps = Readonly<{
  edits: OrderEditRepository; orders: Pick<Orders['service'], 'get' | 'applyEdit' | 'settleEdit'>; fulfilmentsOf: Orders['goods']['fulfilmentsOf'];
  inventory: Pick<Inventory, 'reserve' | 'release' | 'holdsOf'>; inTransaction: InTransaction; now: Clock; audit: RecordAudit;
  /** What these cost the customer of the order today. */
  quoteGoods(order: Order, lines: ReadonlyArray<{ sku: string; quantity: number }>): Promise<readonly AddedItem[]>;
  /** What sending these there by that method costs today; refuses a method that does not go there. */
  quoteShipping(order: Order, editable: Editable, code: string): Promise<{ method: Order['shippingMethod']; charge: Order['shippingCharge'] }>;
  /** What a line of the order as it would be bears of duties and offsets, and what the buyer is told that others will ask. */
  quoteFees(order: Order, editable: Editable, itemId: string): Promise<{ fees: readonly AddedFee[]; announced: NonNullable<Order['announcedFees']> }>;
  /** Whether what an order replaces goods for is over: nobody waits for goods or money of it. */
  isSettled(origin: NonNullable<Order['origin']>): Promise<boolean>;
  /** A payment of an earlier difference that is under way: nobody may change what it pays. */
  hasOpenPayment(orderId: string): Promise<boolean>;
  /** More than a session may send back by itself. */
  isLargeRefund(amount: Money): boolean;
}>;

const UNSETTLED = {
  exchange: 'It replaces goods that are not settled yet, and is paid with them. Receive, inspect and refund their return first (POST /returns/:id/refund), or cancel the exchange.',
  claim: 'It replaces goods of a claim that still have to come back. Receive, inspect and refund their return first (POST /returns/:id/refund).',
} as const;

export class OrderEditService {
  constructor(private readonly deps: OrderEditDeps) {}

  /** Computes the whole order as it would be and keeps that; touches neither stock nor money. */
  async preview(orderId: string, { operations, reason, actor, ifMatch }: { operations: readonly Operation[]; reason: string; actor: Actor; ifMatch: number | undefined }): Promise<OrderEdit> {
    const { edits, now } = this.deps;
    const order = await this.deps.orders.get(orderId, { staff: true });
    requireVersion(ifMatch, order.version);
    const parcels = await this.requireEditable(order);
    const id = edits.newId();
    let after: Editable = pickEditable(order);
    for (const [at, operation] of operations.entries()) after = await this.apply(order, after, operation, { at, editId: id });
    requireParcelsKept(order, after, parcels);
    if (after.items.every(({ units }) => units.ordered === units.cancelled)) throw new LineNotEditable(operations.length - 1, 'Nothing would be left. Cancel the order instead.');
    const edit: OrderEdit = { id, orderId, orderVersion: order.version, state: 'previewed', operations, reason, preview: await this.previewOf(order, after), result: after, createdBy: actor, createdAt: now(), confirmedAt: null };
    await edits.insert(edit);
    return edit;
  }

  ofOrder(orderId: string): Promise<OrderEdit[]> {
    return this.deps.edits.ofOrder(orderId);
  }

  async get(orderId: string, id: string): Promise<OrderEdit> {
    const found = await this.deps.edits.find(orderId, id);
    if (!found) throw new OrderEditNotFound();
    return found;
  }

  async paysBackMuch(orderId: string, id: string): Promise<boolean> {
    return this.deps.isLargeRefund((await this.get(orderId, id)).preview.refund);
  }

  /** Stock, lines, totals and money change together or not at all. Confirming again answers the order and changes nothing. */
  confirm(orderId: string, editId: string, actor: Actor): Promise<Order> {
    const { edits, orders, inTransaction, now, audit } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const edit = await this.get(orderId, editId);
      const order = await orders.get(orderId, { staff: true });
      if (edit.state === 'confirmed') return order;
      if (order.version !== edit.orderVersion) throw new OrderEditStale(edit.orderVersion, order.version);
      const parcels = await this.requireEditable(order);
      if (!await edits.confirm(edit.id, now())) return order;
      const after = edit.result as unknown as Editable;
      const items = await this.moveStock(order, after.items, { editId: edit.id, parcels });
      await audit({ actor, action: 'order.edited', subject: `order:${orderId}`, before: order.totals, after: { totals: after.totals, operations: edit.operations, reason: edit.reason } });
      const { difference } = edit.preview;
      return orders.applyEdit(order, { ...after, items }, { editId, reason: edit.reason, actor, difference });
    }), 5);
  }

  /** Answers the parcels that are being made up: what is in them stays as it is. */
  private async requireEditable(order: Order): Promise<Fulfilment[]> {
    const refuse = (reason: string, message: string) => { throw new OrderNotEditable(reason, message); };
    if (order.status !== 'placed') refuse('status', `This order is ${order.status}; only a placed one can be edited.`);
    const isUnpaid = order.paymentStatus === 'pending' && order.payment?.provider === 'offline';
    const isPrepaid = order.paymentStatus === 'none' && order.origin !== undefined;
    if (!isUnpaid && !isPrepaid && !['paid', 'partially_paid', 'partially_refunded', 'refunded'].includes(order.paymentStatus)) refuse('payment', `Its payment is ${order.paymentStatus}; settle it before the order is edited.`);
    if (order.origin && !await this.deps.isSettled(order.origin)) refuse('replacement', UNSETTLED[order.origin.type]);
    if (await this.deps.hasOpenPayment(order.id)) refuse('payment_in_progress', 'A payment for it is under way. Wait for its end.');
    return (await this.deps.fulfilmentsOf(order.id)).filter(isOpen);
  }

  private async previewOf(order: Order, after: Editable): Promise<MoneyPreview> {
    const { refund } = await this.deps.orders.settleEdit(order, after);
    const difference = subtract(after.totals.grandTotal, order.totals.grandTotal);
    const none = zero(order.currency);
    return { before: order.totals.grandTotal, after: after.totals.grandTotal, difference, additional: difference.amount > 0 ? difference : none, refund: { ...none, amount: refund } };
  }

  private async apply(order: Order, so: Editable, operation: Operation, { at, editId }: { at: number; editId: string }): Promise<Editable> {
    switch (operation.op) {
      case 'add_line': return this.addGoods(order, so, operation, at);
      case 'remove_line': return removeLine(so, lineOf(so, operation.itemId, at).id);
      case 'change_quantity': return changeQuantity(so, lineOf(so, operation.itemId, at, operation.quantity).id, operation.quantity);
      case 'change_address': return withAddresses(so, operation, at);
      case 'change_shipping_method': {
        requireSent(so, operation.code, at);
        const { method, charge } = await this.deps.quoteShipping(order, so, operation.code);
        return changeShipping(so, method, charge);
      }
      case 'apply_discount':
        if (operation.amount && operation.amount.currency !== order.currency) throw new LineNotEditable(at, `The order is in ${order.currency}.`);
        return applyDiscount(so, operation, editId);
    }
  }

  /** More of what is in the order already is another line, at the price of today. */
  private async addGoods(order: Order, so: Editable, { sku, quantity }: { sku: string; quantity: number }, at: number): Promise<Editable> {
    const [added] = await this.deps.quoteGoods(order, [{ sku, quantity }]);
    if (added!.digital?.kind === 'gift_card') throw new LineNotEditable(at, 'Gift cards cannot be added to an order: they are issued when an order is placed. Sell them in an order of their own.');
    if (so.items.some((item) => item.sku === sku && fixedBecause(item) === null)) throw new LineNotEditable(at, 'This is in the order already: change its quantity.');
    const id = randomUUID();
    const more = addLine(so, id, added!);
    const { fees, announced } = await this.deps.quoteFees(order, more, id);
    return addFeeShares(announced.length > 0 ? { ...more, announcedFees: announced } : more, id, fees);
  }

  /** Takes what is new and gives back what is not wanted any more; answers the items with their units as they are then. */
  private async moveStock(order: Order, after: readonly OrderItem[], { editId, parcels }: { editId: string; parcels: readonly Fulfilment[] }): Promise<OrderItem[]> {
    const changes = unitChanges(order.items, after);
    const less = changes.filter(({ item, delta }) => delta < 0 && linesToReserve([item]).length > 0).map(({ item, delta }) => ({ item, quantity: -delta }));
    const more = changes.filter(({ delta }) => delta > 0).flatMap(({ item, delta }) => linesToReserve([{ ...item, quantity: delta }]));
    const held = less.length > 0 && parcels.length > 0 ? await this.deps.inventory.holdsOf(order.id) : [];
    if (less.length > 0) await this.deps.inventory.release({ orderId: order.id, cause: 'cancelled', lines: less.flatMap(({ item, quantity }) => unclaimedPlaces(item, quantity, held, parcels)) });
    const reserved = more.length === 0 ? [] : await this.deps.inventory.reserve({ orderId: order.id, cartId: `${order.cartId}:edit:${editId}`, lines: more, to: destinationOf(order), expiresAt: null });
    return after.map((item) => {
      const owed = reserved.reduce((so, { lineId, quantity, backordered }) => (lineId === item.id && backordered ? so + quantity : so), 0);
      return owed === 0 ? item : { ...item, units: { ...item.units, allocated: item.units.allocated - owed, backordered: item.units.backordered + owed } };
    });
  }
}

/** What is in a parcel is sent as it was packed, to where it was to go. */
function requireParcelsKept(order: Order, after: Editable, parcels: readonly Fulfilment[]): void {
  if (parcels.length === 0) return;
  const fulfilmentIds = parcels.map(({ id }) => id);
  const how = 'Give up those parcels first: POST /orders/:id/fulfilments/:fulfilmentId/cancellation.';
  if (after.shippingAddress !== order.shippingAddress || after.shippingMethod !== order.shippingMethod) throw new OrderNotEditable('being_packed', `Parcels of it are made up for this address and method. ${how}`, { fulfilmentIds });
  const torn = order.items.filter(({ id }) => unitsOf(parcels, id) > (after.items.find((item) => item.id === id)?.units.allocated ?? 0)).map(({ id }) => ({ itemId: id, inParcels: unitsOf(parcels, id) }));
  if (torn.length > 0) throw new OrderNotEditable('being_packed', `Units that would not be wanted any more are in parcels. ${how}`, { fulfilmentIds, lines: torn });
}

function pickEditable({ currency, items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, rounding, fees, announcedFees }: Order): Editable {
  return { currency, items, totals, shippingCharge, shippingTax, shippingMethod, shippingAddress, billingAddress, promotions, rounding, ...(fees && { fees }), ...(announcedFees && { announcedFees }) };
}

/** Why a line stays as it is; null where it can be changed. */
function fixedBecause({ digital, units, credited }: OrderItem): string | null {
  if (digital?.kind === 'gift_card') return 'Its gift cards are issued. Cancel those that nobody has spent instead.';
  if (digital && units.shipped > 0) return 'Its keys or files were sent already. Take them back as a return instead.';
  if (credited || units.cancelled + units.returnRequested + units.returned + units.writtenOff > 0) return 'Units of this line were cancelled or returned, and it is settled at what it was sold for. Cancel or return the rest, or add the goods again as another line.';
  return null;
}

/** `quantity` that the line is to have; none removes it. */
function lineOf({ items }: Editable, itemId: string, at: number, quantity = 0): OrderItem {
  const item = items.find(({ id }) => id === itemId);
  if (!item) throw new LineNotEditable(at, 'The order has no such line.');
  const fixed = fixedBecause(item);
  if (fixed !== null) throw new LineNotEditable(at, fixed);
  if (item.units.backordered > 0 && quantity < item.quantity) throw new LineNotEditable(at, 'Units of this line are back-ordered; cancel them instead.');
  if (quantity < item.units.shipped) throw new LineNotEditable(at, `${item.units.shipped} units of this line were sent already and can only be returned.`);
  return item;
}

const PICKUP = 'pickup';
/** The code that hands goods over, and the shop where they lie, are made with the order. */
function requireSent({ shippingMethod: { pickupLocationId } }: Editable, code: string, at: number): void {
  if (pickupLocationId !== undefined || code === PICKUP) throw new LineNotEditable(at, 'Whether goods are sent or fetched in a shop is settled when the order is placed. Cancel and order again.');
}

/** Another country or region is another tax on everything, which is another order. */
function withAddresses(so: Editable, { shippingAddress = so.shippingAddress, billingAddress = so.billingAddress }: { shippingAddress?: Order['shippingAddress']; billingAddress?: Order['billingAddress'] }, at: number): Editable {
  const { country, region } = so.shippingAddress;
  if (shippingAddress.country !== country || shippingAddress.region !== region) throw new LineNotEditable(at, 'Goods cannot be sent to another country or region: taxes and delivery would be others. Cancel and order again.');
  return { ...so, shippingAddress, billingAddress };
}
