import type { Actor } from '../../../shared/actor.js';
import { retryLostRace } from '../../../shared/db/retry.js';
import type { DomainEvent } from '../../../shared/events/outbox.js';
import type { OrderDeps } from '../orders.deps.js';
import { OrderNotFound } from '../orders.errors.js';
import { fulfilmentStatusOf, unsentUnits, type Order, type OrderOwner } from '../orders.js';
import { stockedItems } from '../reserved-units.js';
import { moveUnits, orderEvent, recompute } from '../use-cases/recompute.js';
import { FulfilmentNotFound, IllegalFulfilmentMove, ItemNotInOrder, OrderNotSendable, ParcelNotFound, ParcelsDoNotFit, UnitsNotFulfillable } from './fulfilments.errors.js';
import {
  freeUnits, isOpen, nextStates, parcelsByWarehouse, planLines, unevenItems, unitsIn, type Fulfilment, type FulfilmentLine, type FulfilmentState, type Parcel, type Tracking, type UnitsOfItem,
} from './fulfilments.js';

export type NewParcel = Tracking & Readonly<{ lines?: readonly UnitsOfItem[] }>;
export type NewFulfilment = Tracking & Readonly<{
  lines?: readonly UnitsOfItem[]; warehouseId?: string; parcels?: readonly NewParcel[]; state?: 'pending' | 'packed' | 'shipped';
}>;
export type Changed = Readonly<{ order: Order; fulfilment: Fulfilment }>;
type Named = Readonly<{ orderId: string; fulfilmentId: string; actor: Actor }>;
type ParcelTracking = Tracking & Readonly<{ parcelId?: string }>;

/** What leaves the house, in which parcels, and what arrived. Each move changes fulfilment, stock and order together. */
export class FulfilmentService {
  constructor(private readonly deps: OrderDeps) {}

  async list(orderId: string, owner: OrderOwner): Promise<Fulfilment[]> {
    if (!await this.deps.orders.find(orderId, owner)) throw new OrderNotFound();
    return this.deps.fulfilments.findByOrder(orderId);
  }

  async get(orderId: string, fulfilmentId: string, owner: OrderOwner): Promise<Fulfilment> {
    return (await this.list(orderId, owner)).find(({ id }) => id === fulfilmentId) ?? notFound();
  }

  /** Of many who want the same units those get them that come first; no unit is in two parcels. */
  async create(orderId: string, request: NewFulfilment, actor: Actor): Promise<Changed> {
    // Money may be taken now, so first whether anything can be sent.
    if (request.state === 'shipped') await this.askBefore(orderId, (order) => this.plan(order, request));
    return this.turn(orderId, async () => {
      const order = await this.sendable(orderId);
      const fulfilment = await this.plan(order, request);
      await this.deps.fulfilments.insert(fulfilment);
      const noted = await recompute(this.deps, order, { items: order.items, event: 'order.fulfilment_created', cause: 'parcels planned', actor, details: told(fulfilment) });
      await this.deps.outbox.record(event('fulfilment.created', order, fulfilment), ...(fulfilment.state === 'packed' ? [event('fulfilment.packed', order, fulfilment)] : []));
      return request.state === 'shipped' ? this.send(noted, fulfilment, actor) : { order: noted, fulfilment };
    });
  }

  async pack({ orderId, fulfilmentId, actor }: Named): Promise<Changed> {
    return this.turn(orderId, async () => {
      const before = await this.movable(orderId, fulfilmentId, 'packed');
      const fulfilment = await this.deps.fulfilments.save(before, { ...before, state: 'packed', packedAt: this.deps.now() });
      const order = await this.note(await this.sendable(orderId), fulfilment, 'order.fulfilment_packed', actor);
      await this.deps.outbox.record(event('fulfilment.packed', order, fulfilment));
      return { order, fulfilment };
    });
  }

  async ship({ orderId, fulfilmentId, actor }: Named): Promise<Changed> {
    await this.movable(orderId, fulfilmentId, 'shipped');
    await this.askBefore(orderId);
    return this.turn(orderId, async () => this.send(await this.sendable(orderId), await this.movable(orderId, fulfilmentId, 'shipped'), actor));
  }

  /** Gives its units free for another parcel; they stay reserved for the order. */
  async cancel({ orderId, fulfilmentId, actor }: Named): Promise<Changed> {
    return this.turn(orderId, async () => {
      const before = await this.movable(orderId, fulfilmentId, 'cancelled');
      const fulfilment = await this.deps.fulfilments.save(before, { ...before, state: 'cancelled', cancelledAt: this.deps.now() });
      const order = await this.note(await this.order(orderId), fulfilment, 'order.fulfilment_cancelled', actor);
      await this.deps.outbox.record(event('fulfilment.cancelled', order, fulfilment));
      return { order, fulfilment };
    });
  }

  /** These parcels arrived; all of them when none is named. What arrived before is not told again. */
  async deliver({ orderId, fulfilmentId, actor, parcelIds }: Named & { parcelIds?: readonly string[] | undefined }): Promise<Changed> {
    return this.turn(orderId, async () => {
      const before = await this.deps.fulfilments.find(orderId, fulfilmentId) ?? notFound();
      if (before.state !== 'shipped' && before.state !== 'delivered') throw new IllegalFulfilmentMove(before.state, 'delivered', nextStates(before));
      const unknown = parcelIds?.find((wanted) => !before.parcels.some(({ id }) => id === wanted));
      if (unknown !== undefined) throw new ParcelNotFound(unknown);
      const order = await this.order(orderId);
      const arrived = before.parcels.filter(({ id, deliveredAt }) => deliveredAt === null && (parcelIds?.includes(id) ?? true));
      return arrived.length === 0 ? { order, fulfilment: before } : this.arrive(order, before, arrived, actor);
    });
  }

  /** The carrier says so; again is no change. False when nobody knows that number, or it was not sent yet. */
  async deliverTracked(trackingNumber: string, actor: Actor): Promise<boolean> {
    const found = await this.deps.fulfilments.findByTracking(trackingNumber);
    if (!found || isOpen(found) || found.state === 'cancelled') return false;
    const parcelIds = found.parcels.filter((parcel) => parcel.trackingNumber === trackingNumber).map(({ id }) => id);
    await this.deliver({ orderId: found.orderId, fulfilmentId: found.id, actor, parcelIds });
    return true;
  }

  async track({ orderId, fulfilmentId, parcelId, carrier, trackingNumber, trackingUrl, actor }: Named & ParcelTracking): Promise<Changed> {
    return this.turn(orderId, async () => {
      const before = await this.deps.fulfilments.find(orderId, fulfilmentId) ?? notFound();
      if (before.state === 'cancelled') throw new IllegalFulfilmentMove(before.state, before.state, nextStates(before));
      const known = { ...(carrier !== undefined && { carrier }), ...(trackingNumber !== undefined && { trackingNumber }), ...(trackingUrl !== undefined && { trackingUrl }) };
      const chosen = parcelId === undefined ? before.parcels : before.parcels.filter(({ id }) => id === parcelId);
      if (chosen.length === 0) throw new ParcelNotFound(parcelId ?? '');
      const fulfilment = await this.deps.fulfilments.save(before, { ...before, parcels: before.parcels.map((parcel) => (chosen.includes(parcel) ? { ...parcel, ...known } : parcel)) });
      const order = await this.note(await this.order(orderId), fulfilment, 'order.tracking_changed', actor);
      // Who was told that it has left was not told by which number to follow it.
      const isAdded = !isOpen(before) && trackingNumber !== undefined && chosen.some((parcel) => parcel.trackingNumber !== trackingNumber);
      await this.deps.outbox.record(event('fulfilment.tracking_changed', order, fulfilment, isAdded ? { added: trackingNumber } : {}));
      return { order, fulfilment };
    });
  }

  /** For the commands on the whole order, inside their transaction: open fulfilments and whatever is in none. */
  async sendRest(order: Order, actor: Actor): Promise<Order> {
    let current = order;
    const open = (await this.deps.fulfilments.findByOrder(order.id)).filter(isOpen);
    for (const fulfilment of open) current = (await this.send(current, fulfilment, actor)).order;
    const rest = current.items.map((item) => ({ itemId: item.id, quantity: item.units.allocated })).filter(({ quantity }) => quantity > 0);
    if (rest.length === 0) return current;
    const fulfilment = await this.plan(current, { lines: rest });
    await this.deps.fulfilments.insert(fulfilment);
    await this.deps.outbox.record(event('fulfilment.created', current, fulfilment));
    return (await this.send(current, fulfilment, actor)).order;
  }

  async deliverRest(order: Order, actor: Actor): Promise<Order> {
    let current = order;
    for (const fulfilment of await this.deps.fulfilments.findByOrder(order.id)) {
      const coming = fulfilment.state === 'shipped' ? fulfilment.parcels.filter(({ deliveredAt }) => deliveredAt === null) : [];
      if (coming.length > 0) current = (await this.arrive(current, fulfilment, coming, actor)).order;
    }
    return current;
  }

  private async plan(order: Order, { lines: named, warehouseId, parcels, state = 'pending', ...tracking }: NewFulfilment): Promise<Fulfilment> {
    const { fulfilments, inventory, now } = this.deps;
    const open = (await fulfilments.findByOrder(order.id)).filter(isOpen);
    const wanted = named ? summed(order, named) : order.items.map((item) => ({ itemId: item.id, quantity: freeUnits(item, open) })).filter(({ quantity }) => quantity > 0);
    const held = await inventory.holdsOf(order.id);
    const { lines, missing } = planLines({ order, held, open, wanted, warehouseId });
    if (missing.length > 0 || lines.length === 0) throw new UnitsNotFulfillable(missing.length > 0 ? missing : order.items.map(({ id }) => ({ itemId: id, quantity: 1, available: 0 })));
    const id = fulfilments.newId();
    return {
      id, orderId: order.id, state: state === 'shipped' ? 'pending' : state, lines, parcels: parcelsFor(id, lines, parcels, tracking),
      createdAt: now(), packedAt: state === 'packed' ? now() : null, shippedAt: null, deliveredAt: null, cancelledAt: null, version: 1,
    };
  }

  private async send(order: Order, before: Fulfilment, actor: Actor): Promise<Changed> {
    const { fulfilments, inventory, outbox, now } = this.deps;
    const fulfilment = await fulfilments.save(before, { ...before, state: 'shipped', shippedAt: now() });
    const kept = stockedItems(order.items);
    await inventory.ship({ orderId: order.id, lines: fulfilment.lines.filter(({ itemId }) => kept.has(itemId)).map(({ itemId, quantity, warehouseId }) => ({ lineId: itemId, quantity, ...(warehouseId !== null && { warehouseId }) })) });
    const items = moveUnits(order.items, fulfilment.lines, 'allocated', 'shipped');
    const sent = await recompute(this.deps, order, { items, event: unsentUnits(items) === 0 ? 'order.shipped' : 'order.partially_shipped', cause: 'handed to the carrier', actor, details: told(fulfilment) });
    await outbox.record(event('fulfilment.shipped', sent, fulfilment), ...(unsentUnits(items) === 0 ? [orderEvent('order.shipped', sent)] : []));
    return { order: sent, fulfilment };
  }

  private async arrive(order: Order, before: Fulfilment, arrived: readonly Parcel[], actor: Actor): Promise<Changed> {
    const { fulfilments, outbox, now } = this.deps;
    const parcels = before.parcels.map((parcel) => (arrived.includes(parcel) ? { ...parcel, deliveredAt: now() } : parcel));
    const complete = parcels.every(({ deliveredAt }) => deliveredAt !== null);
    const fulfilment = await fulfilments.save(before, { ...before, parcels, ...(complete && { state: 'delivered' as const, deliveredAt: now() }) });
    const items = moveUnits(order.items, arrived.flatMap(({ lines }) => lines), null, 'delivered');
    const after = await recompute(this.deps, order, { items, event: fulfilmentStatusOf(items) === 'delivered' ? 'order.delivered' : 'order.partially_delivered', cause: 'delivery confirmed', actor, details: { ...told(fulfilment), parcelIds: arrived.map(({ id }) => id) } });
    const events = arrived.map((parcel) => ({ ...event('parcel.delivered', after, fulfilment), data: { ...event('parcel.delivered', after, fulfilment).data, parcelId: parcel.id } }));
    await outbox.record(...events, ...(complete ? [event('fulfilment.delivered', after, fulfilment)] : []), ...(after.fulfilmentStatus === 'delivered' ? [orderEvent('order.delivered', after)] : []));
    return { order: after, fulfilment };
  }

  private note(order: Order, fulfilment: Fulfilment, name: string, actor: Actor): Promise<Order> {
    return recompute(this.deps, order, { items: order.items, event: name, cause: `fulfilment ${fulfilment.state}`, actor, details: told(fulfilment) });
  }

  private async movable(orderId: string, fulfilmentId: string, to: FulfilmentState): Promise<Fulfilment> {
    const found = await this.deps.fulfilments.find(orderId, fulfilmentId) ?? notFound();
    if (!nextStates(found).includes(to)) throw new IllegalFulfilmentMove(found.state, to, nextStates(found));
    return found;
  }

  private async order(orderId: string): Promise<Order> {
    const found = await this.deps.orders.find(orderId, { staff: true });
    if (!found) throw new OrderNotFound();
    return found;
  }

  private async sendable(orderId: string): Promise<Order> {
    const found = await this.order(orderId);
    if (found.status !== 'placed' || found.holds.length > 0) throw new OrderNotSendable(found);
    return found;
  }

  /** Outside of any transaction: whoever has the money may have to ask a provider. */
  private async askBefore(orderId: string, tryOut?: (order: Order) => Promise<unknown>): Promise<void> {
    const order = await this.sendable(orderId);
    await tryOut?.(order);
    await this.deps.beforeShip(orderId);
  }

  private turn<T>(orderId: string, work: () => Promise<T>): Promise<T> {
    return this.deps.queue.run([orderId], () => retryLostRace(() => this.deps.inTransaction(work)));
  }
}

const notFound = (): never => { throw new FulfilmentNotFound(); };
const told = ({ id, state, lines }: Fulfilment) => ({ fulfilmentId: id, state, lines: lines.map(({ itemId, quantity }) => ({ itemId, quantity })) });

function summed(order: Order, lines: readonly UnitsOfItem[]): UnitsOfItem[] {
  const unknown = lines.find(({ itemId }) => !order.items.some(({ id }) => id === itemId));
  if (unknown) throw new ItemNotInOrder(unknown.itemId);
  return [...new Set(lines.map(({ itemId }) => itemId))].map((itemId) => ({ itemId, quantity: unitsIn(lines, itemId) }));
}

function parcelsFor(id: string, lines: readonly FulfilmentLine[], wanted: readonly NewParcel[] | undefined, tracking: Tracking): Parcel[] {
  const one = wanted?.length === 1 && !wanted[0]!.lines ? [{ ...wanted[0]!, lines: parcelsOfAll(lines) }] : wanted;
  const parcels = one ?? parcelsByWarehouse(lines).map((units): NewParcel => ({ lines: units }));
  const uneven = unevenItems(lines, parcels.map((parcel) => parcel.lines ?? []));
  if (uneven.length > 0 || parcels.some((parcel) => (parcel.lines ?? []).length === 0)) throw new ParcelsDoNotFit(uneven);
  return parcels.map((parcel, at) => ({ ...tracking, ...parcel, id: `${id}-${at + 1}`, lines: [...parcel.lines!], deliveredAt: null }));
}

const parcelsOfAll = (lines: readonly FulfilmentLine[]): UnitsOfItem[] => lines.map(({ itemId, quantity }) => ({ itemId, quantity }));

const event = (type: string, order: Order, { id, lines, parcels }: Fulfilment, more: Readonly<Record<string, unknown>> = {}): DomainEvent => orderEvent(type, order, {
  ...more,
  fulfilmentId: id, lines: lines.map(({ itemId, sku, quantity }) => ({ itemId, sku, quantity })),
  parcels: parcels.map(({ id: parcelId, carrier, trackingNumber, trackingUrl }) => ({ parcelId, ...(carrier && { carrier }), ...(trackingNumber && { trackingNumber }), ...(trackingUrl && { trackingUrl }) })),
});
