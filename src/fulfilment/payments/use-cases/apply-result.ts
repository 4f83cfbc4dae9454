import type { Clock } from '../../../shared/clock.js';
import { duplicateKeyOf, retryLostRace } from '../../../shared/db/retry.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import { eventsOf, failedEvent, mismatchEvent, refusedEvent } from '../payments.events.js';
import { isOldNews, isOpen, merge, mismatchOf, type Failure, type Payment, type PaymentTransaction, type ProviderPayment, type RowChange } from '../payments.js';
import type { PaymentRepository, PlannedTransaction } from '../payments.repository.js';
import { planReturn, supersededVoids } from './plan-return.js';

/** Told of every change of a payment inside the transaction that records it, so that the order changes with it or neither does. */
export type PaymentHook = (payment: Payment, disputes: readonly DisputeNews[]) => Promise<void>;
/** What a bank has done, in the order in which it did so; each is told once. `amount` in minor units. */
export type DisputeNews = Readonly<{ kind: 'opened' | 'won' | 'lost'; amount: number }>;

export type ResultDeps = { payments: PaymentRepository; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; hooks: readonly PaymentHook[] };
export type Applied = Readonly<{ payment: Payment; mismatch: string | null; planned: readonly PlannedTransaction[] }>;
type Found = Readonly<{ before: Payment; known: readonly PaymentTransaction[]; next: Payment; rows: readonly RowChange[] }>;

/** Whatever a provider says, by answer, look-up or webhook, is taken in here and nowhere else. */
export class ApplyResult {
  constructor(private readonly deps: ResultDeps) {}

  /** Duplicates, late and reordered reports end in the same state; what cannot be about this payment changes nothing and raises an alarm. */
  async apply(given: Payment, reported: ProviderPayment): Promise<Applied> {
    let fresh: Payment | null = given;
    return retryLostRace(async () => {
      const before = fresh ?? await this.read(given.id);
      fresh = null;
      const mismatch = mismatchOf(before, reported);
      if (mismatch !== null) return this.alarm(before, mismatch);
      if (isOldNews(before, reported)) return { payment: before, mismatch: null, planned: [] };
      // Rows and payment change together under the payment's version, so they can be read outside of the transaction.
      const known = hasNoRows(before) ? [] : await this.deps.payments.findTransactions([before.id]);
      const { payment: next, rows, changed, excess } = merge(before, known, reported);
      if (excess !== null) return this.alarm(before, excess);
      return changed ? this.save({ before, known, next, rows }) : { payment: before, mismatch: null, planned: [] };
    });
  }

  private async save(found: Found): Promise<Applied> {
    if (found.before.reversal?.keepsNothing) return this.write(found);
    try {
      return await this.write(found);
    } catch (error) {
      // Another payment of this order is live: the money of this one is too much and goes back.
      if (duplicateKeyOf(error) !== 'orderId,purpose') throw error;
      const reversal = { reason: 'duplicate_payment', at: this.deps.now(), keepsNothing: true };
      return this.write({ ...found, next: { ...found.next, live: false, reversal } });
    }
  }

  private write({ before, known, next: merged, rows }: Found): Promise<Applied> {
    const { payments, outbox, inTransaction, now, hooks } = this.deps;
    const { keepsNothing = false, reason = '' } = merged.reversal ?? {};
    const { payment: next, planned } = keepsNothing ? planReturn(merged, known, reason, now()) : { payment: merged, planned: [] };
    const events = eventsOf(before, next, rows);
    return inTransaction(async () => {
      const payment = await payments.save(before, next, now());
      await payments.settle(payment, [...rows, ...supersededVoids(next, known)], now());
      await payments.plan(payment, planned, now());
      if (events.length > 0) await outbox.record(...events);
      // The order goes by another payment and is not to hear of this one.
      if (!keepsNothing) for (const hook of hooks) await hook(payment, disputesOf(rows));
      return { payment, mismatch: null, planned };
    });
  }

  /** The provider will not take this payment, or never got it. */
  async close(given: Payment, failure: Failure): Promise<Payment> {
    const { payments, outbox, inTransaction, now, hooks } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const before = await this.read(given.id);
      if (!isOpen(before.status)) return before;
      const after: Payment = { ...before, status: 'failed', live: false, failure };
      const known = before.reversal ? await payments.findTransactions([before.id]) : [];
      const payment = await payments.save(before, after, now());
      await payments.settle(payment, supersededVoids(after, known), now());
      await outbox.record(failedEvent(payment));
      if (!payment.reversal?.keepsNothing) for (const hook of hooks) await hook(payment, []);
      return payment;
    }));
  }

  /** The provider understood a capture, refund or void and will not do it: what was set aside for it is free again. */
  async refuse({ paymentId, ...transaction }: PaymentTransaction, failure: Failure): Promise<Payment> {
    const { payments, outbox, inTransaction, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const before = await this.read(paymentId);
      if (!await payments.refuse(transaction.key, failure)) return before;
      const { kind, amount: { amount } } = transaction;
      const payment = await payments.save(before, {
        ...before,
        ...(kind === 'refund' && { refundingAmount: before.refundingAmount - amount }),
        ...(kind === 'capture' && { capturingAmount: before.capturingAmount - amount }),
      }, now());
      await outbox.record(refusedEvent(payment, transaction, failure.code));
      return payment;
    }));
  }

  private async alarm(payment: Payment, mismatch: string): Promise<Applied> {
    const { payments, outbox, inTransaction } = this.deps;
    await inTransaction(async () => {
      if (await payments.noteMismatch(payment.id, mismatch)) await outbox.record(mismatchEvent(payment, mismatch));
    });
    return { payment, mismatch, planned: [] };
  }

  private async read(id: string): Promise<Payment> {
    const found = await this.deps.payments.findById(id);
    if (!found) throw new Error(`Payment ${id} is gone`);
    return found;
  }
}

const DISPUTE_WORDS = { chargeback: 'opened', dispute_won: 'won', dispute_lost: 'lost' } as const;
const isDispute = (kind: RowChange['kind']): kind is keyof typeof DISPUTE_WORDS => kind in DISPUTE_WORDS;
const disputesOf = (rows: readonly RowChange[]): DisputeNews[] =>
  rows.flatMap(({ kind, state, amount }) => (state === 'success' && isDispute(kind) ? [{ kind: DISPUTE_WORDS[kind], amount }] : []));

/** Nothing was heard or asked of it since it was opened, so there is nothing to read: the usual case costs no look-up. */
const hasNoRows = ({ status, reversal, capturingAmount }: Payment): boolean => isOpen(status) && !reversal && capturingAmount === 0;
