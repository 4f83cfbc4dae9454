import type { Actor } from '../../../shared/actor.js';
import type { RecordAudit } from '../../../shared/audit.js';
import { later } from '../../../shared/clock.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import { retryLostRace } from '../../../shared/db/retry.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';
import { cancelOrder } from '../use-cases/end-order.js';
import { finaliseOrder } from '../use-cases/finalise-order.js';
import { RISK_HOLD, type FraudLabel, type Review } from '../../../shared/order-risk.js';
import type { Assessed, OrderRiskRepository } from './order-risk.repository.js';
import { ReviewClaimed, ReviewClosed, ReviewNotFound, ReviewNotReady } from './reviews.errors.js';

/** So long nobody else decides what somebody has claimed. */
const CLAIM_MS = 15 * 60_000;

type ReviewDeps = OrderDeps & {
  risks: OrderRiskRepository; audit: RecordAudit;
  /** Inside the transaction that approves: what was only authorised is to be taken. */
  captureHeld(order: Order): Promise<unknown>;
};
export type Decision = Readonly<{ decision: 'approve' | 'reject'; reason: string; isFraud?: boolean | undefined; actor: Actor }>;

/** The queue of orders that are being checked: claimed by one, decided once, and given up at their deadline like any order that nobody paid. */
export class ReviewService {
  constructor(private readonly deps: ReviewDeps) {}

  list(state: Review['state'], query: PageQuery): Promise<Page<Assessed>> {
    return this.deps.risks.list(state, query);
  }

  async get(orderId: string): Promise<Assessed> {
    const found = await this.deps.risks.find(orderId);
    if (!found) throw new ReviewNotFound();
    return found;
  }

  async claim(orderId: string, actor: Actor): Promise<Assessed> {
    const now = this.deps.now();
    return await this.deps.risks.claim(orderId, nameOf(actor), now, later(now, CLAIM_MS)) ?? this.refuse(orderId, actor);
  }

  async release(orderId: string, actor: Actor): Promise<Assessed> {
    return await this.deps.risks.release(orderId, nameOf(actor)) ?? this.refuse(orderId, actor);
  }

  /** Decision, order, stock, money and the audit entry change together or not at all. Of many who decide at once, one does. */
  async decide(orderId: string, { decision, reason, isFraud, actor }: Decision): Promise<Assessed> {
    const { risks, inTransaction, audit, now } = this.deps;
    const state = decision === 'approve' ? 'approved' : 'rejected';
    await retryLostRace(() => inTransaction(async () => {
      if (!await risks.decide(orderId, { state, decidedBy: nameOf(actor), decidedAt: now(), reason })) await this.refuse(orderId, actor);
      if (decision === 'approve') await this.approve(orderId, actor);
      else await cancelOrder(this.deps, orderId, { owner: { staff: true }, actor, reason: 'not accepted' });
      if (isFraud !== undefined) await risks.label(orderId, { isFraud, source: 'review', at: now() });
      await audit({ actor, action: `order.review_${state}`, subject: `order:${orderId}`, after: { reason, ...(isFraud !== undefined && { isFraud }) } });
    }));
    return this.get(orderId);
  }

  async label(orderId: string, { isFraud, source, actor }: Omit<FraudLabel, 'at'> & { actor: Actor }): Promise<Assessed> {
    const { risks, inTransaction, audit, now } = this.deps;
    await inTransaction(async () => {
      if (!await risks.label(orderId, { isFraud, source, at: now() })) throw new ReviewNotFound();
      await audit({ actor, action: 'order.fraud_labelled', subject: `order:${orderId}`, after: { isFraud, source } });
    });
    return this.get(orderId);
  }

  /** What the hold kept back follows now: placed like any other order, and the authorised money is asked for. */
  private async approve(orderId: string, actor: Actor): Promise<Order> {
    const { orders, now } = this.deps;
    const order = (await orders.find(orderId, { staff: true }))!;
    const isSecured = order.payment?.provider === 'offline' || order.paymentStatus === 'authorized' || order.paymentStatus === 'paid';
    if (!isSecured) throw new ReviewNotReady(order.paymentStatus);
    const free = await orders.change(order, { holds: order.holds.filter((hold) => hold !== RISK_HOLD) }, entry(now(), 'order.checked', 'checked by staff', {}, {}, actor));
    if (!free) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId });
    const placed = await finaliseOrder(this.deps, orderId, { summary: order.payment!, paymentStatus: order.paymentStatus, cause: 'checked by staff' });
    if (order.paymentStatus === 'authorized') await this.deps.captureHeld(placed);
    return placed;
  }

  /** Says why it could not be taken or decided. */
  private async refuse(orderId: string, actor: Actor): Promise<never> {
    const found = await this.deps.risks.find(orderId);
    const review = found?.risk.review;
    if (!found || !review) throw new ReviewNotFound();
    if (review.state !== 'open' || found.status !== 'pending') throw new ReviewClosed({ state: review.state, orderStatus: found.status, decidedBy: review.decidedBy });
    if (review.claimedBy && review.claimedBy !== nameOf(actor) && review.claimedUntil! > this.deps.now()) throw new ReviewClaimed(review.claimedBy, review.claimedUntil!);
    throw new ConcurrentChange('The review changed meanwhile. Read it again.', { orderId });
  }
}

const nameOf = ({ type, id }: Actor): string => `${type}:${id}`;
