import { createHash } from 'node:crypto';
import { SYSTEM, type Actor } from '../../../shared/actor.js';
import { later, type Clock } from '../../../shared/clock.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import type { ReportError } from '../../../shared/http/problem.js';
import type { Order, OrderOwner } from '../../orders/index.js';
import type { HoldsOf, ShippingOrders } from '../shipping.deps.js';
import { PickupCodeUnknown, PickupCodeUsed, PickupNotFound, PickupNotReady, WrongPickupLocation } from './pickups.errors.js';
import type { Pickup } from './pickups.js';
import type { PickupRepository } from './pickups.repository.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;
const UNFINISHED_MS = 10_000;
const BATCH = 50;

type Deps = {
  rows: PickupRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; now: Clock; report: ReportError; deriveSecret: (purpose: string) => string;
  orders: () => ShippingOrders; holdsOf: HoldsOf;
};

/** Goods that customers fetch: a code that is good once, and an order that is delivered when staff has taken it. */
export class PickupService {
  constructor(private readonly deps: Deps) {}

  /** Inside the transaction that makes the order. */
  async plan(orderId: string, locationId: string): Promise<void> {
    await this.deps.rows.insert({ orderId, locationId, codeHash: this.hashOf(this.codeOf(orderId)), createdAt: this.deps.now() });
  }

  /** The code is shown to whoever owns the order, once it is paid for or to be paid at the till. */
  async get(orderId: string, owner: OrderOwner): Promise<Pickup & { code: string | null }> {
    const order = await this.deps.orders().goods.get(orderId, owner);
    const found = await this.deps.rows.find(orderId);
    if (!found) throw new PickupNotFound();
    const isShown = !('staff' in owner) && found.state === 'waiting' && order.status === 'placed';
    return { ...found, code: isShown ? this.codeOf(orderId) : null };
  }

  /** Claimed first, so that nobody hands it over twice; what goes wrong after that gives the code back. */
  async redeem({ code, locationId, actor }: { code: string; locationId?: string | undefined; actor: Actor }): Promise<Pickup> {
    const { rows, now, orders } = this.deps;
    const found = await rows.findByCode(this.hashOf(normal(code)));
    if (!found) throw new PickupCodeUnknown();
    if (locationId !== undefined && locationId !== found.locationId) throw new WrongPickupLocation(found.locationId);
    if (found.state !== 'waiting') throw new PickupCodeUsed(found.collectedAt);
    const order = await orders().goods.get(found.orderId, { staff: true });
    if (order.status !== 'placed' || order.holds.length > 0) throw new PickupNotReady(order);
    if (!await rows.claim(found.orderId, actor, now())) throw new PickupCodeUsed((await rows.find(found.orderId))?.collectedAt ?? null);
    try {
      await this.finish(found, order, actor);
    } catch (error) {
      await rows.giveBack(found.orderId);
      throw error;
    }
    return { ...found, state: 'collected', collectedAt: now(), claimedBy: { type: actor.type, id: actor.id } };
  }

  /** What a crash between the claim and the end left behind. */
  async finishLeftOvers(): Promise<number> {
    const left = await this.deps.rows.findClaimedBefore(later(this.deps.now(), -UNFINISHED_MS), BATCH);
    for (const pickup of left) {
      try {
        await this.finish(pickup, await this.deps.orders().goods.get(pickup.orderId, { staff: true }), SYSTEM);
      } catch (error) {
        this.deps.report(error, { pickup: pickup.orderId });
      }
    }
    return left.length;
  }

  private async finish({ orderId, locationId }: Pickup, order: Order, actor: Actor): Promise<void> {
    const { rows, inTransaction, outbox, now } = this.deps;
    await this.handOver(order, locationId, actor);
    await inTransaction(async () => {
      if (!await rows.finish(orderId, now())) return;
      await outbox.record({ type: 'pickup.collected', aggregateId: orderId, data: { orderId, number: order.number, userId: order.userId, email: order.email, locationId } });
    });
  }

  /** Sends what lies at the shop and marks it as delivered; done before it changes nothing. */
  private async handOver(order: Order, locationId: string, actor: Actor): Promise<void> {
    const { goods, fulfilments } = this.deps.orders();
    for (const { id, state } of await goods.fulfilmentsOf(order.id)) {
      if (state === 'pending' || state === 'packed') await fulfilments.ship({ orderId: order.id, fulfilmentId: id, actor });
    }
    const held = (await this.deps.holdsOf(order.id)).filter(({ quantity }) => quantity > 0);
    const here = held.filter(({ warehouseId }) => warehouseId === locationId);
    if (here.length > 0) {
      const lines = here.length === held.length ? {} : { lines: here.flatMap((hold) => hold.lines.map(({ lineId, quantity }) => ({ itemId: lineId, quantity }))) };
      await fulfilments.create(order.id, { ...lines, state: 'shipped' }, actor);
    }
    for (const { id, state } of await goods.fulfilmentsOf(order.id)) {
      if (state === 'shipped') await fulfilments.deliver({ orderId: order.id, fulfilmentId: id, actor });
    }
  }

  codeOf(orderId: string): string {
    const bytes = createHash('sha256').update(this.deps.deriveSecret(`pickup:${orderId}`)).digest();
    return Array.from({ length: LENGTH }, (_unused, at) => ALPHABET[bytes[at]! % ALPHABET.length]).join('');
  }

  private hashOf(code: string): string {
    return this.deps.deriveSecret(`pickup-code:${code}`);
  }
}

/** As people type it: in groups, in small letters, with an O for a zero. */
const normal = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
