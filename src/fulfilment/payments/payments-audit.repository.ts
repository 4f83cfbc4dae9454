import type { Connection } from 'mongoose';
import { differenceModel, paymentModel, transactionModel, type DifferenceRow } from './payments.model.js';
import type { PaymentTransaction, TransactionKind } from './payments.js';

/** Kinds of movements that change what is at a provider. */
const COUNTED: TransactionKind[] = ['capture', 'refund', 'chargeback', 'dispute_won'];

export type Found = Readonly<{ subject: string; detail: string }>;
export type PaymentState = Readonly<{ idempotencyKey: string; orderId: string; capturedAmount: number; refundedAmount: number; disputedAmount: number; settled: boolean }>;

/** Whole-set questions about payments, for the invariants and the comparison with the provider; each is one pass over the data. */
export class PaymentAuditRepository {
  private readonly payments;
  private readonly transactions;
  private readonly differences;

  constructor(connection: Connection) {
    this.payments = paymentModel(connection);
    this.transactions = transactionModel(connection);
    this.differences = differenceModel(connection);
  }

  async findOverdrawn(): Promise<Found[]> {
    const spent = { $add: ['$refundedAmount', '$refundingAmount', { $ifNull: ['$convertedAmount', 0] }] };
    const found = await this.payments.find({ $expr: { $or: [
      { $gt: [{ $add: ['$capturedAmount', '$capturingAmount'] }, { $ifNull: ['$agreed', '$amount.amount'] }] }, { $gt: [spent, '$capturedAmount'] },
      { $lt: [{ $min: ['$capturedAmount', '$capturingAmount', '$refundedAmount', '$refundingAmount', '$disputedAmount'] }, 0] },
    ] } }).lean();
    return found.map(({ _id, amount, agreed, ...totals }) => ({
      subject: `payment:${_id.toHexString()}`,
      detail: `of ${agreed ?? amount.amount}: captured ${totals.capturedAmount}+${totals.capturingAmount}, refunded ${totals.refundedAmount}+${totals.refundingAmount}`,
    }));
  }

  async findOrdersWithSeveralLive(): Promise<Found[]> {
    const found = await this.payments.aggregate<{ _id: { orderId: string }; live: number }>([
      { $match: { live: true } }, { $group: { _id: { orderId: '$orderId', purpose: '$purpose' }, live: { $sum: 1 } } }, { $match: { live: { $gt: 1 } } },
    ]);
    return found.map(({ _id, live }) => ({ subject: `order:${_id.orderId}`, detail: `${live} live payments` }));
  }

  /** The totals of a payment are the fold of its rows. One group over both collections, so that it needs no look-up per payment. */
  async findUnbalanced(): Promise<Found[]> {
    const when = (condition: object) => ({ $cond: [condition, '$amount.amount', 0] });
    const is = (kind: string, states: string[]) => ({ $and: [{ $eq: ['$kind', kind] }, { $in: ['$state', states] }] });
    const [done, asked] = [['success'], ['initial', 'pending']];
    const negative = (field: string) => ({ $multiply: [-1, `$${field}`] });
    const found = await this.transactions.aggregate<{ _id: object } & Record<string, number>>([
      { $match: { kind: { $in: COUNTED } } },
      { $project: {
        paymentId: 1, captured: when(is('capture', done)), capturing: when(is('capture', asked)), refunded: when(is('refund', done)),
        refunding: when(is('refund', asked)), disputed: { $subtract: [when(is('chargeback', done)), when(is('dispute_won', done))] },
      } },
      { $unionWith: { coll: this.payments.collection.collectionName, pipeline: [{ $project: {
        paymentId: '$_id', captured: negative('capturedAmount'), capturing: negative('capturingAmount'), refunded: negative('refundedAmount'),
        refunding: negative('refundingAmount'), disputed: negative('disputedAmount'),
      } }] } },
      { $group: { _id: '$paymentId', captured: { $sum: '$captured' }, capturing: { $sum: '$capturing' }, refunded: { $sum: '$refunded' }, refunding: { $sum: '$refunding' }, disputed: { $sum: '$disputed' } } },
      { $match: { $or: ['captured', 'capturing', 'refunded', 'refunding', 'disputed'].map((name) => ({ [name]: { $ne: 0 } })) } },
    ]);
    return found.map(({ _id, ...off }) => ({ subject: `payment:${String(_id)}`, detail: `rows minus totals: ${JSON.stringify(off)}` }));
  }

  /** Debits come from the rows, credits from the totals of the payments: two ways to the same money, by provider and currency. */
  async findUnbalancedJournal(): Promise<Found[]> {
    const found = await this.transactions.aggregate<{ _id: { provider: string; currency: string }; off: number }>([
      { $match: { kind: { $in: COUNTED }, state: 'success' } },
      { $project: { provider: 1, currency: '$amount.currency', amount: { $cond: [{ $in: ['$kind', ['capture', 'dispute_won']] }, '$amount.amount', { $multiply: [-1, '$amount.amount'] }] } } },
      { $unionWith: { coll: this.payments.collection.collectionName, pipeline: [{ $project: {
        provider: 1, currency: '$amount.currency', amount: { $subtract: [{ $add: ['$refundedAmount', '$disputedAmount'] }, '$capturedAmount'] },
      } }] } },
      { $group: { _id: { provider: '$provider', currency: '$currency' }, off: { $sum: '$amount' } } }, { $match: { off: { $ne: 0 } } },
    ]);
    return found.map(({ _id: { provider, currency }, off }) => ({ subject: `provider:${provider}`, detail: `debits minus credits: ${off} ${currency}` }));
  }

  /** Every refund says what it was for, to the cent. */
  async findUnattributed(): Promise<Found[]> {
    const attributed = { $add: [{ $sum: '$attribution.lines.amount' }, '$attribution.shipping', '$attribution.goodwill'] };
    const found = await this.transactions.find({ kind: 'refund', attribution: { $exists: true }, $expr: { $ne: [attributed, '$amount.amount'] } }).lean();
    return found.map(({ orderId, key }) => ({ subject: `order:${orderId}`, detail: `refund ${key} does not add up to what it was for` }));
  }

  async movementsBetween(from: Date, to: Date, limit: number): Promise<PaymentTransaction[]> {
    const found = await this.transactions.find({ at: { $gte: from, $lt: to }, state: 'success', kind: { $in: [...COUNTED, 'dispute_lost'] } }).sort({ at: 1, _id: 1 }).limit(limit).lean();
    return found.map(({ _id, paymentId, alarmed: _a, ...row }) => ({ id: _id.toHexString(), paymentId: String(paymentId), ...row }));
  }

  /** Movements that the provider has not answered, or has refused although the money was to go back. */
  async findStuck(before: Date): Promise<Found[]> {
    const waiting = await this.transactions.find({ dueAt: { $exists: true }, at: { $lt: before } }).lean();
    const refused = await this.transactions.find({ kind: 'refund', state: 'failure', reason: { $exists: true }, key: /:refund:cancel/ }).lean();
    const open = await this.payments.find({ _id: { $in: refused.map(({ paymentId }) => paymentId) }, $expr: { $gt: ['$capturedAmount', { $add: ['$refundedAmount', '$refundingAmount', '$disputedAmount'] }] } }, { _id: 1 }).lean();
    const unpaid = new Set(open.map(({ _id }) => _id.toHexString()));
    return [
      ...waiting.map(({ orderId, kind, attempts, key }) => ({ subject: `order:${orderId}`, detail: `${kind} ${key} unanswered after ${attempts} tries` })),
      ...refused.filter(({ paymentId }) => unpaid.has(String(paymentId))).map(({ orderId, key, failure }) => ({ subject: `order:${orderId}`, detail: `refund ${key} was refused: ${failure?.code}` })),
    ];
  }

  /** Payments that should have had an answer long ago. */
  async findUnanswered(before: Date): Promise<Found[]> {
    const found = await this.payments.find({ lookUpAt: { $exists: true }, providerReference: { $exists: false }, createdAt: { $lt: before } }).lean();
    return found.map(({ _id, orderId, lookUps }) => ({ subject: `order:${orderId}`, detail: `payment ${_id.toHexString()} has no answer after ${lookUps} look-ups` }));
  }

  async findDifferences(): Promise<Found[]> {
    const found = await this.differences.find().lean();
    return found.map(({ orderId, detail }) => ({ subject: `order:${orderId}`, detail }));
  }

  /** Ours, by idempotency key; `settled`: nothing is being asked for. */
  async statesOf(provider: string, keys: readonly string[]): Promise<Map<string, PaymentState>> {
    return new Map((await this.payments.find({ idempotencyKey: { $in: keys }, provider }).lean()).map((row) => [row.idempotencyKey, stateOf(row)]));
  }

  /** Those that changed in the time and hold money. */
  async changedBetween(provider: string, from: Date, to: Date): Promise<PaymentState[]> {
    const found = await this.payments.find({ provider, updatedAt: { $gte: from, $lt: to }, capturedAmount: { $gt: 0 } }).lean();
    return found.map(stateOf);
  }

  /** Keeps what is still found, forgets what is gone; answers the new ones. */
  async replaceDifferences(provider: string, found: readonly Omit<DifferenceRow, 'foundAt'>[], now: Date): Promise<Array<Omit<DifferenceRow, 'foundAt'>>> {
    const known = new Set((await this.differences.find({ provider }, { _id: 1 }).lean()).map(({ _id }) => _id));
    const fresh = found.filter(({ _id }) => !known.has(_id));
    await this.differences.deleteMany({ provider, _id: { $nin: found.map(({ _id }) => _id) } });
    if (fresh.length > 0) await this.differences.insertMany(fresh.map((row) => ({ ...row, foundAt: now })), { ordered: false });
    return fresh;
  }
}

const stateOf = ({ idempotencyKey, orderId, capturedAmount, refundedAmount, disputedAmount, capturingAmount, refundingAmount, lookUpAt }: {
  idempotencyKey: string; orderId: string; capturedAmount: number; refundedAmount: number; disputedAmount: number; capturingAmount: number; refundingAmount: number; lookUpAt?: Date;
}): PaymentState => ({ idempotencyKey, orderId, capturedAmount, refundedAmount, disputedAmount, settled: capturingAmount === 0 && refundingAmount === 0 && !lookUpAt });
