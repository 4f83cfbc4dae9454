import { retryLostRace } from '../../shared/db/retry.js';
import type { Actor } from '../../shared/actor.js';
import type { DomainEvent } from '../../shared/events/outbox.js';
import { money, type Money } from '../../shared/money.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Command, Order, OrderFilter, OrderOwner, OrderStatus, PaymentStatus, PaymentSummary, TimelineEntry } from './orders.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { payableOf } from './orders.js';
import { NotPayable, OrderNotFound } from './orders.errors.js';
import { entry, type OrderDeps } from './orders.deps.js';
import type { NewOrder } from './orders.repository.js';
import type { UnitsOfLine } from './credits.js';
import type { FulfilmentService } from './fulfilments/fulfilments.service.js';
import type { Note } from './notes/notes.js';
import { isHeldForReview } from '../../shared/order-risk.js';
import { applyEdit, noteDifference, settleEdit, type DifferenceNews, type EditedOrder, type EditMoney, type EditSettlement } from './use-cases/apply-edit.js';
import { claimOrder } from './use-cases/claim-order.js';
import { completeDue } from './use-cases/complete-order.js';
import { cancelUnits } from './use-cases/cancel-units.js';
import { changeStatus } from './use-cases/change-status.js';
import { cancelOrder, expireOrder } from './use-cases/end-order.js';
import { eachDue } from './use-cases/each-due.js';
import { fillBackorder, type FilledUnits } from './use-cases/fill-backorder.js';
import { finaliseOrder, settlePlaced } from './use-cases/finalise-order.js';
import { axes, noteDispute, noteMoney } from './use-cases/payment-axis.js';
import { purseOf, worthOf } from './use-cases/give-back.js';
import { sendDigital } from './use-cases/send-digital.js';

/** What the payments module says of a payment; `outcome` is what it means for the order. */
export type PaymentNews = Readonly<{ orderId: string; summary: PaymentSummary; outcome: PaymentStatus; cause: string;
  /** Stands for the card, where the provider named it. */
  riskKey?: string | undefined;
  /** What the cardholder's bank has done, as it did so. */
  disputes?: readonly Dispute[];
}>;
type Dispute = Readonly<{ kind: 'opened' | 'won' | 'lost'; amount: number }>;

const DUE_BATCH = 100;

export class OrderService {
  constructor(private readonly deps: OrderDeps, private readonly fulfilments: FulfilmentService) {}

  newId(): string {
    return this.deps.orders.newId();
  }

  /** For whoever hears of an order by its id alone; null where it is none of ours. */
  async find(id: string): Promise<Order | null> {
    return /^[0-9a-f]{24}$/.test(id) ? this.deps.orders.find(id, { staff: true }) : null;
  }

  async get(id: string, owner: OrderOwner): Promise<Order> {
    const found = await this.deps.orders.find(id, owner);
    if (!found) throw new OrderNotFound();
    return found;
  }

  findByCart(cartId: string): Promise<Order | null> {
    return this.deps.orders.findByCart(cartId);
  }

  /** Neither cancelled nor expired: what was paid for it is to stay. */
  async isStanding(id: string): Promise<boolean> {
    const found = await this.deps.orders.find(id, { staff: true });
    return found !== null && found.status !== 'cancelled' && found.status !== 'expired';
  }

  /** For promotions: whether somebody bought before, and what orders were given. */
  hasOrdered(buying: { userId: string | null; email?: string | undefined }): Promise<boolean> {
    return this.deps.orders.hasStanding(buying);
  }

  /** `orderId:itemId` of each line of this product that the user has bought and not cancelled, the latest first. */
  linesBoughtBy(userId: string, productId: string): Promise<string[]> {
    return this.deps.orders.linesBoughtBy(userId, productId);
  }

  promotedAfter(after: string | null, limit: number) {
    return this.deps.orders.slicePromoted(after, limit);
  }

  existing(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.deps.orders.existing(ids);
  }

  list(owner: OrderOwner, filter: OrderFilter, query: PageQuery): Promise<Page<Order>> {
    return this.deps.orders.list(owner, filter, query);
  }

  async timeline(id: string, owner: OrderOwner): Promise<TimelineEntry[]> {
    const found = await this.deps.orders.timeline(id, owner);
    if (!found) throw new OrderNotFound();
    return found;
  }

  async addNote(orderId: string, text: string, actor: Actor): Promise<Note> {
    await this.get(orderId, { staff: true });
    return this.deps.notes.add({ orderId, text, actor, createdAt: this.deps.now() });
  }

  async notes(orderId: string): Promise<Note[]> {
    await this.get(orderId, { staff: true });
    return this.deps.notes.findByOrder(orderId);
  }

  /** Inside checkout's transaction. Nothing to pay now means placed at once, with everything that follows from it. */
  async create(order: NewOrder): Promise<Order> {
    const terms = await this.deps.returnTerms(order.items);
    const sold = terms.finalSale.size === 0 ? order.items : order.items.map((item) => ({ ...item, finalSale: terms.finalSale.has(item.id) }));
    const created = await this.deps.orders.insert({ ...order, items: sold, returnPolicyVersion: terms.version });
    const { id, number, userId, email, items, totals } = created;
    const event: DomainEvent = { type: 'order.created', aggregateId: id, data: { orderId: id, number, userId, email, skus: items.map(({ sku }) => sku), grandTotal: totals.grandTotal } };
    if (created.status !== 'placed') {
      // With a card the event follows once there is money to decide about.
      const waits = isHeldForReview(created) && (created.payment?.provider === 'offline' || created.paymentStatus === 'paid');
      const held = { type: 'order.held_for_review', aggregateId: id, data: { orderId: id, number, deadline: created.expiresAt?.toISOString() } };
      await this.deps.outbox.record(event, ...(waits ? [held] : []));
      return created;
    }
    const sent = await sendDigital(this.deps, created);
    await settlePlaced(this.deps, sent, [event]);
    return sent;
  }

  /** The hook of the payments module, inside its transaction: both change together or not at all. */
  async paymentChanged(news: PaymentNews): Promise<void> {
    const { orderId, summary, outcome, cause, riskKey } = news;
    if (outcome === 'paid' || outcome === 'authorized') await finaliseOrder(this.deps, orderId, { summary, paymentStatus: outcome, cause, riskKey });
    else {
      const order = await this.find(orderId);
      if (order) await noteMoney(this.deps, order, { summary, cause, riskKey });
    }
    await this.noteDisputes(orderId, news.disputes);
  }

  private async noteDisputes(orderId: string, disputes: readonly Dispute[] = []): Promise<void> {
    for (const dispute of disputes) await noteDispute(this.deps, orderId, dispute);
  }

  /** Inside the transaction that moves money of this order beside its payments: its axis says so. */
  async moneyMoved(orderId: string, cause: string): Promise<void> {
    const order = await this.find(orderId);
    if (order) await noteMoney(this.deps, order, { cause });
  }

  /** Inside the transaction that moves the stock of an edit. */
  applyEdit(order: Order, edited: EditedOrder, money: EditMoney): Promise<Order> {
    return applyEdit(this.deps, order, edited, money);
  }

  /** What an edit would do to the money. */
  settleEdit(order: Order, after: Pick<EditedOrder, 'items' | 'totals'>): Promise<EditSettlement> {
    return settleEdit(this.deps, order, after);
  }

  /** The hook of the payments module, for payments of a difference. */
  async differenceChanged(news: DifferenceNews & Pick<PaymentNews, 'disputes'>): Promise<void> {
    await noteDifference(this.deps, news);
    await this.noteDisputes(news.orderId, news.disputes);
  }

  /** Inside the transaction that proves the claim; null when the order has an owner. */
  claim(id: string, userId: string, actor: Actor): Promise<Order | null> {
    return claimOrder(this.deps, id, userId, actor);
  }

  /** Inside the transaction that opens another payment: the order must still be waiting, or an edit made it dearer; answers what it has to bring. */
  async beginPayment(id: string): Promise<{ attempt: number; amount: Money; purpose?: string }> {
    const order = await this.get(id, { staff: true });
    if (order.status === 'placed' && order.outstanding) return this.beginDifference(order, order.outstanding);
    const waiting = order.status === 'pending' && ['failed', 'pending'].includes(order.paymentStatus);
    if (!waiting) throw new NotPayable(order);
    const paymentAttempts = order.paymentAttempts + 1;
    const after = { paymentStatus: 'pending' } as const;
    const retried = order.paymentStatus === 'pending' ? null : entry(this.deps.now(), 'order.payment_retried', 'another payment begins', axes(order, after), after);
    const changed = await this.deps.orders.change(order, { paymentAttempts, ...after }, retried);
    if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: id });
    return { attempt: paymentAttempts, amount: payableOf(order) };
  }

  private async beginDifference(order: Order, { amount, purpose }: NonNullable<Order['outstanding']>): Promise<{ attempt: number; amount: Money; purpose: string }> {
    const attempt = order.paymentAttempts + 1;
    if (!await this.deps.orders.change(order, { paymentAttempts: attempt, differenceAttempts: (order.differenceAttempts ?? 0) + 1 }, null)) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
    return { attempt, amount, purpose };
  }

  /** The whole order, or these units of it. */
  cancel(id: string, { lines, ...request }: { owner: OrderOwner; actor: Actor; reason: string; lines?: readonly UnitsOfLine[] | undefined }): Promise<Order> {
    const { deps } = this;
    if (!lines) return retryLostRace(() => cancelOrder(deps, id, request), 5);
    return deps.queue.run([id], () => retryLostRace(() => deps.inTransaction(() => cancelUnits(deps, id, { ...request, lines }))));
  }

  /** Whether cancelling the order, or giving these units of it back, sends more money back than a session may by itself. */
  async paysBackMuch(id: string, lines?: readonly UnitsOfLine[]): Promise<boolean> {
    const { refunds } = this.deps;
    const order = await this.get(id, { staff: true });
    const asked = lines ? await worthOf(this.deps, order, lines) : (await purseOf(this.deps, order)).left;
    return refunds.isLarge(money(asked + await refunds.paidBackLately(id), order.currency));
  }

  changeStatus(id: string, request: { status: OrderStatus | Command; actor: Actor; ifMatch: number | undefined }): Promise<Order> {
    return this.deps.queue.run([id], () => changeStatus(this.deps, this.fulfilments, id, request));
  }

  /** The hook of inventory, inside its transaction. */
  backorderFilled(filled: FilledUnits): Promise<void> {
    return fillBackorder(this.deps, filled);
  }

  /** Gives up pending orders past their time; only those that hold one of the SKUs, when given. Answers how many. */
  async expireDue(skus?: readonly string[]): Promise<number> {
    const due = await this.deps.orders.findDue(this.deps.now(), DUE_BATCH, skus);
    return eachDue(this.deps, due, (order) => expireOrder(this.deps, order));
  }

  /** Completes what was delivered and can no longer be sent back by right. Answers how many. */
  completeDue(): Promise<number> {
    return completeDue(this.deps);
  }
}
