import { Types, type Connection } from 'mongoose';
import { findPage } from '../../../shared/db/page.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import { orderModel, type OrderRow } from '../orders.model.js';
import { RISK_HOLD, type FraudLabel, type OrderRisk, type PastOrder, type Review } from '../../../shared/order-risk.js';

/** What the queue shows of an order. */
export type Assessed = Pick<OrderRow, 'number' | 'status' | 'paymentStatus' | 'email' | 'userId' | 'totals' | 'createdAt' | 'expiresAt' | 'holds'> & { id: string; risk: OrderRisk };
const SHOWN = { number: 1, status: 1, paymentStatus: 1, email: 1, userId: 1, totals: 1, createdAt: 1, expiresAt: 1, holds: 1, risk: 1 } as const;
const PAST = {
  createdAt: 1, 'totals.grandTotal': 1, status: 1, paymentStatus: 1, paymentAttempts: 1, differenceAttempts: 1, userId: 1, 'risk.keys': 1, 'risk.spike': 1, 'risk.score': 1, 'risk.decision': 1, 'risk.label': 1,
} as const;
const LISTED = 1000;
type PastRow = Pick<OrderRow, '_id' | 'createdAt' | 'totals' | 'status' | 'paymentStatus' | 'paymentAttempts' | 'differenceAttempts' | 'userId'> & { risk: Partial<OrderRisk> };
type ShownRow = Omit<Assessed, 'id'> & { _id: Types.ObjectId };

export class OrderRiskRepository {
  private readonly orders;

  constructor(connection: Connection) {
    this.orders = orderModel(connection);
  }

  /** The latest orders that share a key of one of the groups, so many of each group, newest first: one round trip of indexed reads. */
  async history(groups: ReadonlyArray<readonly string[]>, since: Date, limit: number): Promise<PastOrder[]> {
    const [first, ...others] = groups.filter((keys) => keys.length > 0).map((keys) => latest(keys, since, limit));
    if (!first) return [];
    const coll = this.orders.collection.collectionName;
    const found = await this.orders.aggregate<PastRow>([...first, ...others.map((pipeline) => ({ $unionWith: { coll, pipeline } }))]);
    const distinct = new Map(found.map((row) => [row._id.toHexString(), row]));
    return [...distinct.values()].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()).map(toPast);
  }

  /** Assessed orders in id order, for training and back-tests. */
  async slice(after: string | null, from: Date, to: Date, limit: number): Promise<PastOrder[]> {
    const found = await this.orders.find({ createdAt: { $gte: from, $lt: to }, 'risk.assessedAt': { $exists: true }, ...(after !== null && { _id: { $gt: new Types.ObjectId(after) } }) }, PAST)
      .sort({ _id: 1 }).limit(limit).lean<PastRow[]>();
    return found.map(toPast);
  }

  async find(orderId: string): Promise<Assessed | null> {
    const found = await this.orders.findOne({ _id: new Types.ObjectId(orderId), 'risk.assessedAt': { $exists: true } }, SHOWN).lean<ShownRow>();
    return found && toAssessed(found);
  }

  /** Open ones are those that can still be decided; the oldest first, since the deadline of these is nearest. */
  async list(state: Review['state'], query: PageQuery): Promise<Page<Assessed>> {
    const page = await findPage<OrderRow>(this.orders as never, {
      filter: { 'risk.review.state': state, ...(state === 'open' && { status: 'pending' }) }, query, fallbackSort: 'createdAt', projection: { ...SHOWN }, paths: { score: 'risk.score' },
    });
    return { ...page, items: page.items.map((row) => toAssessed(row as ShownRow)) };
  }

  /** Takes it, keeps it or takes it over when the other one's time is up; null when it is not there to take. */
  async claim(orderId: string, by: string, now: Date, until: Date): Promise<Assessed | null> {
    const found = await this.orders.findOneAndUpdate(this.open(orderId, by, now), { $set: { 'risk.review.claimedBy': by, 'risk.review.claimedUntil': until } } as never, { returnDocument: 'after', projection: SHOWN }).lean();
    return found && toAssessed(found as unknown as ShownRow);
  }

  async release(orderId: string, by: string): Promise<Assessed | null> {
    const found = await this.orders.findOneAndUpdate({ _id: new Types.ObjectId(orderId), 'risk.review.state': 'open', 'risk.review.claimedBy': by },
      { $set: { 'risk.review.claimedBy': null, 'risk.review.claimedUntil': null } } as never, { returnDocument: 'after', projection: SHOWN }).lean();
    return found && toAssessed(found as unknown as ShownRow);
  }

  /** The one decision: a compare-and-set that lets one of all who decide through, unless somebody else has claimed it. */
  async decide(orderId: string, decision: Required<Pick<Review, 'decidedBy' | 'decidedAt' | 'reason'>> & { state: 'approved' | 'rejected' }): Promise<boolean> {
    const set = Object.fromEntries(Object.entries(decision).map(([name, value]) => [`risk.review.${name}`, value]));
    const { modifiedCount } = await this.orders.updateOne(this.open(orderId, decision.decidedBy, decision.decidedAt), { $set: set } as never);
    return modifiedCount === 1;
  }

  async label(orderId: string, label: FraudLabel): Promise<boolean> {
    const { matchedCount } = await this.orders.updateOne({ _id: new Types.ObjectId(orderId), 'risk.assessedAt': { $exists: true } }, { $set: { 'risk.label': label } } as never);
    return matchedCount === 1;
  }

  /** For the auditor: ids of the orders that are being checked, and those whose hold and review contradict each other. */
  async findHeld(): Promise<string[]> {
    const found = await this.orders.find({ 'risk.review.state': 'open', status: 'pending' }, { _id: 1 }).lean();
    return found.map(({ _id }) => _id.toHexString());
  }

  async findContradictions(): Promise<Array<{ id: string; detail: string }>> {
    const placed = await this.orders.find({ 'risk.review.state': { $in: ['open', 'rejected'] }, status: { $in: ['placed', 'completed'] } }, { status: 1, risk: 1 }).limit(LISTED).lean<ShownRow[]>();
    const loose = await this.orders.find({ 'risk.review.state': 'open', status: 'pending', holds: { $ne: RISK_HOLD } }, { _id: 1 }).limit(LISTED).lean();
    return [
      ...placed.map(({ _id, status, risk }) => ({ id: _id.toHexString(), detail: `the review is ${risk.review!.state}, yet the order is ${status}` })),
      ...loose.map(({ _id }) => ({ id: _id.toHexString(), detail: 'the review is open, yet nothing holds the order' })),
    ];
  }

  private open(orderId: string, by: string, now: Date): Record<string, unknown> {
    return {
      _id: new Types.ObjectId(orderId), status: 'pending', 'risk.review.state': 'open',
      $or: [{ 'risk.review.claimedBy': { $in: [null, by] } }, { 'risk.review.claimedUntil': { $lte: now } }],
    };
  }
}

const latest = (keys: readonly string[], since: Date, limit: number) => [{ $match: { 'risk.keys': { $in: [...keys] }, createdAt: { $gte: since } } }, { $sort: { createdAt: -1 as const } }, { $limit: limit }, { $project: PAST }];

function toPast({ _id, createdAt, totals, status, paymentStatus, paymentAttempts, differenceAttempts = 0, userId, risk }: PastRow): PastOrder {
  // An order that was not assessed may still have the key of its card; that of who was erased has none.
  const { keys = [], spike = 1, score = 0, decision = 'accept', label } = risk;
  return { id: _id.toHexString(), at: createdAt, amount: totals.grandTotal.amount, currency: totals.grandTotal.currency, status, paymentStatus, attempts: paymentAttempts - differenceAttempts, userId, keys, spike, score, decision, ...(label && { label }) };
}

function toAssessed({ _id, number, status, paymentStatus, email, userId, totals, createdAt, expiresAt, holds, risk }: ShownRow): Assessed {
  return { id: _id.toHexString(), number, status, paymentStatus, email, userId, totals, createdAt, expiresAt, holds, risk };
}
