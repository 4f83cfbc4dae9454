import { Types, type Connection } from 'mongoose';
import { ConcurrentChange } from '../../shared/errors.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Attribution } from './attribution.js';
import { PaymentInProgress } from './payments.errors.js';
import { paymentModel, transactionModel, type PaymentRow, type TransactionRow } from './payments.model.js';
import { isOpen, type Failure, type Payment, type PaymentStatus, type PaymentTransaction, type RowChange } from './payments.js';

type Stored<Row> = Row & { _id: Types.ObjectId };
/** A movement that we are about to ask the provider for. */
export type PlannedTransaction = Pick<PaymentTransaction, 'kind' | 'key'> & { amount: number; reason?: string; attribution?: Attribution; dueAt: Date };

const REFUNDABLE = { $subtract: ['$capturedAmount', { $add: ['$refundedAmount', '$refundingAmount', '$disputedAmount', { $ifNull: ['$convertedAmount', 0] }] }] };

export class PaymentRepository {
  private readonly payments;
  private readonly transactions;

  constructor(connection: Connection) {
    this.payments = paymentModel(connection);
    this.transactions = transactionModel(connection);
  }

  async insert(payment: Omit<Payment, 'id'>, lookUpAt: Date | null): Promise<Payment> {
    const _id = new Types.ObjectId();
    try {
      await this.payments.insertMany([{ _id, ...payment, lookUps: 0, ...(lookUpAt && { lookUpAt }), ...(payment.dueAt && { remindAt: payment.dueAt }) }], { lean: true });
    } catch (error) {
      // By order: another one is live. By order and attempt, or by key: this one was opened already.
      if (duplicateKeyOf(error) !== null) throw new PaymentInProgress(payment.orderId);
      throw error;
    }
    return { id: _id.toHexString(), ...payment };
  }

  async findById(id: string): Promise<Payment | null> {
    const found = await this.payments.findById(id).lean();
    return found && toPayment(found);
  }

  async findByKey(idempotencyKey: string): Promise<Payment | null> {
    const found = await this.payments.findOne({ idempotencyKey }).lean();
    return found && toPayment(found);
  }

  /** The latest attempt first. */
  async findByOrders(orderIds: readonly string[]): Promise<Payment[]> {
    const found = await this.payments.find({ orderId: { $in: orderIds } }).sort({ orderId: 1, attempt: -1 }).lean();
    return found.map(toPayment);
  }

  /** Refuses to overwrite a payment that changed since it was read; answers it as it is now. */
  async save(before: Payment, after: Payment, now: Date): Promise<Payment> {
    const { id: _id, failure, nextAction, reversal, providerReference, version: _v, updatedAt: _u, ...fields } = after;
    const gone = {
      ...(!failure && { failure: 1 }), ...(!nextAction && { nextAction: 1 }), ...(!isOpen(after.status) && { lookUpAt: 1 }),
      ...(!isOpen(after.status) && after.status !== 'authorized' && { remindAt: 1 }),
    } as const;
    const held = after.status === 'authorized' && before.status !== 'authorized' && after.authorizedUntil;
    const { matchedCount } = await this.payments.updateOne({ _id: before.id, version: before.version }, {
      $set: { ...fields, ...(failure && { failure }), ...(nextAction && { nextAction }), ...(reversal && { reversal }), ...(providerReference && { providerReference }), ...(held && { remindAt: held }), updatedAt: now },
      $inc: { version: 1 },
      ...(Object.keys(gone).length > 0 && { $unset: gone }),
    });
    if (matchedCount === 0) throw new ConcurrentChange('The payment changed meanwhile.', { paymentId: before.id });
    return { ...after, version: before.version + 1, updatedAt: now };
  }

  /** Sets money aside for a refund if so much is left, in one step; null when it is not. */
  async reserveRefund(id: string, amount: number, now: Date): Promise<Payment | null> {
    const found = await this.payments.findOneAndUpdate({ _id: id, $expr: { $gte: [REFUNDABLE, amount] } },
      { $inc: { refundingAmount: amount, version: 1 }, $set: { updatedAt: now } }, { returnDocument: 'after' }).lean();
    return found && toPayment(found);
  }

  /** Gives so much back as store credit, if it is still there to give; false when it is not. */
  async convert(id: string, amount: number, now: Date): Promise<boolean> {
    const { matchedCount } = await this.payments.updateOne({ _id: id, $expr: { $gte: [REFUNDABLE, amount] } }, { $inc: { convertedAmount: amount, version: 1 }, $set: { updatedAt: now } });
    return matchedCount === 1;
  }

  async reserveCapture(id: string, amount: number, statuses: readonly PaymentStatus[], now: Date): Promise<Payment | null> {
    const left = { $subtract: [{ $ifNull: ['$agreed', '$amount.amount'] }, { $add: ['$capturedAmount', '$capturingAmount'] }] };
    const found = await this.payments.findOneAndUpdate({ _id: id, status: { $in: statuses }, reversal: { $exists: false }, $expr: { $gte: [left, amount] } },
      { $inc: { capturingAmount: amount, version: 1 }, $set: { updatedAt: now } }, { returnDocument: 'after' }).lean();
    return found && toPayment(found);
  }

  /** Remembers what was wrong with a report; false when that very thing is known already. */
  async noteMismatch(id: string, mismatch: string): Promise<boolean> {
    const { modifiedCount } = await this.payments.updateOne({ _id: id, mismatch: { $ne: mismatch } }, { $set: { mismatch } });
    return modifiedCount === 1;
  }

  /** The next payment whose provider is to be asked, put off at once so that no other worker asks too. */
  async claimLookUp(now: Date, nextAt: (lookUps: number) => Date): Promise<(Payment & { lookUps: number }) | null> {
    const [due] = await this.payments.find({ lookUpAt: { $lte: now } }).sort({ lookUpAt: 1 }).limit(1).lean();
    if (!due) return null;
    const { modifiedCount } = await this.payments.updateOne({ _id: due._id, lookUpAt: due.lookUpAt! }, { $set: { lookUpAt: nextAt(due.lookUps) }, $inc: { lookUps: 1 } });
    return modifiedCount === 1 ? { ...toPayment(due), lookUps: due.lookUps } : this.claimLookUp(now, nextAt);
  }

  async findToRemind(now: Date, limit: number): Promise<Payment[]> {
    return (await this.payments.find({ remindAt: { $lte: now } }).sort({ remindAt: 1 }).limit(limit).lean()).map(toPayment);
  }

  /** True for one of all who try: what was to be said is said by them. */
  async claimReminder({ id, version }: Payment, change: { overdueAt?: Date }): Promise<boolean> {
    const { modifiedCount } = await this.payments.updateOne({ _id: id, version, remindAt: { $exists: true } },
      { $unset: { remindAt: 1 }, $inc: { version: 1 }, ...(change.overdueAt && { $set: change }) });
    return modifiedCount === 1;
  }

  async findTransactions(paymentIds: readonly string[]): Promise<PaymentTransaction[]> {
    const found = await this.transactions.find({ paymentId: { $in: paymentIds.map((id) => new Types.ObjectId(id)) } }).sort({ _id: 1 }).lean();
    return found.map(toTransaction);
  }

  async findTransaction(key: string): Promise<PaymentTransaction | null> {
    const found = await this.transactions.findOne({ key }).lean();
    return found && toTransaction(found);
  }

  /** The movements under a key and its continuations (`key#2`). */
  async findPlanned(orderId: string, key: string): Promise<PaymentTransaction[]> {
    const ids = (await this.findByOrders([orderId])).map(({ id }) => id);
    return (await this.findTransactions(ids)).filter((row) => row.key === key || row.key.startsWith(`${key}#`));
  }

  async plan(payment: Payment, planned: readonly PlannedTransaction[], now: Date): Promise<void> {
    if (planned.length === 0) return;
    await this.transactions.insertMany(planned.map(({ amount, ...row }) => ({
      ...row, ...ownerOf(payment), state: 'initial' as const, amount: { amount, currency: payment.amount.currency }, at: now, attempts: 0,
    })));
  }

  /** Writes what the provider reported: settles the rows that we had planned, adds those that we hear of for the first time. */
  async settle(payment: Payment, rows: readonly RowChange[], now: Date): Promise<void> {
    if (rows.length === 0) return;
    await this.transactions.bulkWrite(rows.map(({ ours, amount, ...row }) => (ours
      ? { updateOne: { filter: { key: row.key }, update: { $set: { ...row }, $unset: { dueAt: 1 } } } }
      : { updateOne: {
        filter: { key: row.key }, upsert: true,
        update: { $set: { ...row, ...ownerOf(payment), amount: { amount, currency: payment.amount.currency }, attempts: 0 }, // With an id of ours, so that rows sort in the order they were written.
        $setOnInsert: { _id: new Types.ObjectId(), at: now } },
      } })) as never);
  }

  async refuse(key: string, failure: Failure): Promise<boolean> {
    const { modifiedCount } = await this.transactions.updateOne({ key, state: { $in: ['initial', 'pending'] } }, { $set: { state: 'failure', failure }, $unset: { dueAt: 1 } });
    return modifiedCount === 1;
  }

  /** Takes the right to send this movement until `until`; false when somebody else has it or it is settled. */
  async claimTransaction(key: string, now: Date, until: Date): Promise<boolean> {
    const { modifiedCount } = await this.transactions.updateOne({ key, state: { $in: ['initial', 'pending'] }, dueAt: { $lte: now } },
      { $set: { state: 'pending', dueAt: until }, $inc: { attempts: 1 } });
    return modifiedCount === 1;
  }

  /** Movements asked for before then and still unanswered, of which nobody was told. */
  async findStuck(before: Date): Promise<PaymentTransaction[]> {
    const found = await this.transactions.find({ dueAt: { $exists: true }, at: { $lt: before }, alarmed: { $ne: true } }).lean();
    return found.map(toTransaction);
  }

  async noteAlarm(key: string): Promise<boolean> {
    const { modifiedCount } = await this.transactions.updateOne({ key, alarmed: { $ne: true } }, { $set: { alarmed: true } });
    return modifiedCount === 1;
  }

  async findDueTransactions(now: Date, limit: number): Promise<PaymentTransaction[]> {
    const found = await this.transactions.find({ dueAt: { $lte: now } }).sort({ dueAt: 1 }).limit(limit).lean();
    return found.map(toTransaction);
  }
}

const ownerOf = ({ id, orderId, provider }: Payment) => ({ paymentId: new Types.ObjectId(id), orderId, provider });

function toPayment({ _id, lookUpAt: _l, lookUps: _n, mismatch: _m, remindAt: _r, ...row }: Stored<PaymentRow>): Payment {
  return { id: _id.toHexString(), ...row };
}

function toTransaction({ _id, paymentId, alarmed: _a, ...row }: Stored<TransactionRow>): PaymentTransaction {
  return { id: _id.toHexString(), paymentId: String(paymentId), ...row };
}
