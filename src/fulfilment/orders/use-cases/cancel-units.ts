import type { Actor } from '../../../shared/actor.js';
import { moneyOf, type UnitsOfLine } from '../credits.js';
import { ItemNotInOrder } from '../fulfilments/fulfilments.errors.js';
import { freeUnits, isOpen, unclaimedPlaces, unitsIn, unitsOf, withoutUnits, type Fulfilment } from '../fulfilments/fulfilments.js';
import type { OrderDeps } from '../orders.deps.js';
import { IllegalTransition, OrderNotFound, UnitsNotCancellable } from '../orders.errors.js';
import { allowedCommands, type Order, type OrderItem, type OrderOwner } from '../orders.js';
import { stockedItems } from '../reserved-units.js';
import { creditOrder } from './credit-order.js';
import { cancelOrder, requireInTime } from './end-order.js';
import { moveUnits, orderEvent } from './recompute.js';

export type CancelUnits = Readonly<{ owner: OrderOwner; actor: Actor; reason: string; lines: readonly UnitsOfLine[] }>;

const unsent = ({ units }: OrderItem): number => units.ordered - units.cancelled - units.shipped;

/** Gives up some units that were not sent: exactly those are free again, and exactly what they were paid goes back. */
export async function cancelUnits(deps: OrderDeps, orderId: string, request: CancelUnits): Promise<Order> {
  const { owner, actor, reason } = request;
  const order = await deps.orders.find(orderId, owner);
  if (!order) throw new OrderNotFound();
  const lines = wantedOf(order, request.lines);
  if (order.items.every((item) => unitsIn(lines, item.id) === item.units.ordered - item.units.cancelled)) return cancelOrder(deps, orderId, request);
  if (order.status !== 'placed') throw new IllegalTransition(order, 'partially cancelled', allowedCommands(order));
  if (!('staff' in owner)) await requireInTime(deps, order);

  await releaseUnits(deps, order, lines);
  const items = moveUnits(withoutStock(order.items, lines), lines, null, 'cancelled');
  const { order: cancelled, credits, fees, refunded } = await creditOrder(deps, order, { items, lines, event: 'order.partially_cancelled', reason, key: `${orderId}:cancelled:${order.version}`, actor });
  await deps.outbox.record(orderEvent('order.partially_cancelled', cancelled, { reason, version: cancelled.version, lines: credits, credited: moneyOf([...credits, ...fees], order.currency), refunded: { amount: refunded, currency: order.currency } }));
  if ('staff' in owner) await deps.audit({ actor, action: 'order.units_cancelled', subject: `order:${orderId}`, after: { lines, refunded: { amount: refunded, currency: order.currency } } });
  return cancelled;
}

function wantedOf(order: Order, lines: readonly UnitsOfLine[]): UnitsOfLine[] {
  const unknown = lines.find(({ itemId }) => !order.items.some(({ id }) => id === itemId));
  if (unknown) throw new ItemNotInOrder(unknown.itemId);
  const wanted = order.items.map((item) => ({ itemId: item.id, quantity: unitsIn(lines, item.id) })).filter(({ quantity }) => quantity > 0);
  const missing = wanted.map(({ itemId, quantity }) => ({ itemId, requested: quantity, cancellable: unsent(order.items.find(({ id }) => id === itemId)!) }))
    .filter(({ requested, cancellable }) => requested > cancellable);
  if (missing.length > 0) throw new UnitsNotCancellable(missing);
  return wanted;
}

/** Units for which there is no stock yet go first; then those in stock. */
const backorderedPart = ({ units }: OrderItem, quantity: number): number => Math.min(units.backordered, quantity);
function withoutStock(items: readonly OrderItem[], lines: readonly UnitsOfLine[]): OrderItem[] {
  return items.map((item) => {
    const quantity = unitsIn(lines, item.id);
    const waiting = backorderedPart(item, quantity);
    return { ...item, units: { ...item.units, backordered: item.units.backordered - waiting, allocated: item.units.allocated - (quantity - waiting) } };
  });
}

/** Units in no parcel go first, then those of parcels that nobody has packed, then packed ones; each is free where it was held. */
async function releaseUnits(deps: OrderDeps, order: Order, lines: readonly UnitsOfLine[]): Promise<void> {
  const held = await deps.inventory.holdsOf(order.id);
  let open = (await deps.fulfilments.findByOrder(order.id)).filter(isOpen).sort((a, b) => Number(a.state === 'packed') - Number(b.state === 'packed'));
  const released: Array<{ lineId: string; quantity: number; warehouseId?: string }> = [];
  const kept = stockedItems(order.items);
  for (const { itemId, quantity } of lines.filter((line) => kept.has(line.itemId))) {
    const item = order.items.find(({ id }) => id === itemId)!;
    const inStock = quantity - backorderedPart(item, quantity);
    open = await takeOutOfParcels(deps, open, { itemId, quantity: Math.max(0, inStock - freeUnits(item, open)) });
    // What is only owed is released first, wherever it is owed.
    if (quantity > inStock) released.push({ lineId: itemId, quantity: quantity - inStock });
    if (inStock > 0) released.push(...unclaimedPlaces(item, inStock, held, open));
  }
  if (released.length > 0) await deps.inventory.release({ orderId: order.id, cause: 'cancelled', lines: released });
}

async function takeOutOfParcels(deps: OrderDeps, open: readonly Fulfilment[], { itemId, quantity }: UnitsOfLine): Promise<Fulfilment[]> {
  let left = quantity;
  const after: Fulfilment[] = [];
  for (const fulfilment of open) {
    const gone = Math.min(left, unitsOf([fulfilment], itemId));
    left -= gone;
    after.push(gone === 0 ? fulfilment : await deps.fulfilments.save(fulfilment, withoutUnits(fulfilment, { itemId, quantity: gone }, deps.now())));
  }
  return after.filter(isOpen);
}
