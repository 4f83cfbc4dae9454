import { SYSTEM, type Actor } from '../../shared/actor.js';
import type { StoredEvent } from '../../shared/events/outbox.js';
import { money } from '../../shared/money.js';
import { orderEvent, type Order, type OrderOwner } from '../orders/index.js';
import { AWAITING_RETURN, differenceOf, type Exchange } from './exchanges.js';
import type { ExchangeRepository } from './exchanges.repository.js';
import { totalGross } from './replacements.js';
import type { ReturnDeps } from './returns.deps.js';
import { ExchangeNotFound, ExchangeNotOpen, ExchangeNotSettled } from './returns.errors.js';
import { requireReturnable, type ReturnService, type WantedLine } from './returns.service.js';
import { mayBecome, type GoodsReturn } from './returns.js';
import { sendReplacement } from './use-cases/send-replacement.js';

export type RequestExchange = Readonly<{
  owner: OrderOwner; actor: Actor; lines: readonly WantedLine[]; items: ReadonlyArray<{ sku: string; quantity: number }>; note?: string | undefined;
  /** Staff only: beyond the policy, and sending before the goods have come. */
  outsidePolicy?: boolean | undefined; inAdvance?: boolean | undefined;
}>;
export type ExchangeView = Readonly<{ exchange: Exchange; goods: GoodsReturn; replacement: Order }>;
type Deps = ReturnDeps & Readonly<{ exchanges: ExchangeRepository }>;

const ENDED = new Set(['cancelled', 'expired']);

/** A return and an order that belong together: the goods that go out are kept from the first moment, the difference is paid first or refunded last. */
export class ExchangeService {
  constructor(private readonly deps: Deps, private readonly returns: ReturnService) {}

  async request(orderId: string, { owner, actor, lines, items, note, outsidePolicy = false, inAdvance = false }: RequestExchange): Promise<ExchangeView> {
    const { orders, exchanges, outbox, now } = this.deps;
    const isStaff = 'staff' in owner;
    const wanted = await this.deps.quote({ order: await orders.get(orderId, owner), lines: items, keepsQuantities: !isStaff });
    return this.returns.turn(orderId, async () => {
      const order = await orders.get(orderId, owner);
      const outside = isStaff && outsidePolicy;
      if (!outside) await this.returns.requirePolicy(order, lines);
      requireReturnable(order, lines);
      const { autoApprove } = await this.deps.policyOf(order.returnPolicyVersion);
      const price = totalGross(wanted, order);
      const worth = money(await orders.worthOf(order, lines), order.currency);
      const id = orders.newId();
      const prepaid = Math.min(worth.amount, price.amount);
      const { goods, order: returning } = await this.returns.open(order, { actor, lines, note, approved: isStaff || autoApprove, outsidePolicy: outside, cause: { type: 'exchange', id }, carries: prepaid });
      const holds = isStaff && inAdvance ? [] : [AWAITING_RETURN];
      const replacement = await sendReplacement(this.deps, returning, { origin: { type: 'exchange', id, orderId }, items: wanted, prepaid, holds, actor });
      const exchange: Exchange = { id, orderId, returnId: goods.id, replacementOrderId: replacement.id, state: 'open', worth, price, createdAt: now(), updatedAt: now(), version: 1 };
      await exchanges.insert(exchange);
      await outbox.record(exchangeEvent('exchange.requested', returning, exchange));
      if (replacement.status === 'pending') await outbox.record(orderEvent('order.payment_requested', replacement, { requestId: replacement.id, amount: replacement.amountDue }));
      return { exchange, goods, replacement };
    });
  }

  async get(id: string, owner: OrderOwner): Promise<ExchangeView> {
    const found = await this.deps.exchanges.find(id);
    if (!found) throw new ExchangeNotFound();
    if (!('staff' in owner)) await this.deps.orders.get(found.orderId, owner).catch(() => { throw new ExchangeNotFound(); });
    return this.view(found);
  }

  async ofOrder(orderId: string, owner: OrderOwner): Promise<ExchangeView[]> {
    await this.deps.orders.get(orderId, owner);
    const views: ExchangeView[] = [];
    for (const exchange of await this.deps.exchanges.findByOrder(orderId)) views.push(await this.view(exchange));
    return views;
  }

  /** Both goods stay where they are. Too late once either of them has moved. */
  async cancel(id: string, { owner, actor }: { owner: OrderOwner; actor: Actor }): Promise<ExchangeView> {
    const { exchange, goods } = await this.get(id, owner);
    if (exchange.state !== 'open' || !mayBecome(goods, 'cancelled')) throw new ExchangeNotOpen(exchange.state, goods.state);
    // Its end is told to us, and ends the exchange with it.
    await this.returns.cancel(goods.id, { owner: { staff: true }, actor });
    return this.get(id, { staff: true });
  }

  /** The goods have all come: what they are exchanged for may go. */
  async onReceived({ cause }: GoodsReturn, actor: Actor): Promise<void> {
    if (cause?.type !== 'exchange') return;
    const { replacement } = await this.get(cause.id, { staff: true });
    if (!replacement.holds.includes(AWAITING_RETURN)) return;
    await this.deps.orders.change(replacement, {
      items: replacement.items, event: 'order.hold_released', cause: 'the goods to be exchanged have come', actor, more: { holds: replacement.holds.filter((hold) => hold !== AWAITING_RETURN) },
    });
  }

  /** What of the return pays for the goods sent instead. */
  async carriedBy(goods: GoodsReturn): Promise<number> {
    if (goods.cause?.type !== 'exchange') return goods.carries;
    const { replacement } = await this.get(goods.cause.id, { staff: true });
    if (replacement.status === 'pending') throw new ExchangeNotSettled('unpaid');
    return ENDED.has(replacement.status) ? 0 : goods.carries;
  }

  async onRefunded({ cause, orderId }: GoodsReturn): Promise<void> {
    if (cause?.type !== 'exchange') return;
    const { exchange } = await this.get(cause.id, { staff: true });
    if (exchange.state !== 'open') return;
    const done = await this.deps.exchanges.save(exchange, { state: 'completed' }, this.deps.now());
    await this.deps.outbox.record(exchangeEvent('exchange.completed', await this.deps.orders.get(orderId, { staff: true }), done));
  }

  /** The return was refused or given up, so nothing goes out either. */
  async onReturnEnded({ cause }: GoodsReturn, actor: Actor): Promise<void> {
    if (cause?.type !== 'exchange') return;
    const { exchange, replacement } = await this.get(cause.id, { staff: true });
    if (exchange.state !== 'open') return;
    if (!ENDED.has(replacement.status)) await this.deps.orders.cancel(replacement.id, { owner: { staff: true }, actor, reason: 'the exchange was given up' });
    await this.end(exchange);
  }

  /** The order that brings the goods was cancelled, or not paid in time. What its buyer sent back meanwhile becomes an ordinary return. */
  async onReplacementEnded({ aggregateId }: StoredEvent): Promise<void> {
    const replacement = await this.deps.orders.get(aggregateId, { staff: true });
    if (!replacement.origin || !ENDED.has(replacement.status)) return;
    if (replacement.origin.type === 'claim') return this.payBack(replacement);
    const { exchange, goods } = await this.get(replacement.origin.id, { staff: true });
    if (goods.state === 'refunded') return this.payBack(replacement);
    if (exchange.state !== 'open') return;
    await this.end(exchange);
    if (mayBecome(goods, 'cancelled')) await this.returns.cancelInside(goods.id, SYSTEM);
  }

  private async payBack(replacement: Order): Promise<void> {
    await this.deps.orders.returnPrepaid(replacement, `order ${replacement.number} was given up`);
  }

  private async end(exchange: Exchange): Promise<void> {
    const ended = await this.deps.exchanges.save(exchange, { state: 'cancelled' }, this.deps.now());
    await this.deps.outbox.record(exchangeEvent('exchange.cancelled', await this.deps.orders.get(exchange.orderId, { staff: true }), ended));
  }

  private async view(exchange: Exchange): Promise<ExchangeView> {
    const goods = await this.returns.get(exchange.returnId, { staff: true });
    return { exchange, goods, replacement: await this.deps.orders.get(exchange.replacementOrderId, { staff: true }) };
  }
}

const exchangeEvent = (type: string, order: Order, exchange: Exchange) => orderEvent(type, order, {
  exchangeId: exchange.id, returnId: exchange.returnId, replacementOrderId: exchange.replacementOrderId, difference: differenceOf(exchange),
});
