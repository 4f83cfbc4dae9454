import { later, type Clock } from '../../../shared/clock.js';
import { duplicateKeyOf, retryLostRace } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { afterCommit, type InTransaction } from '../../../shared/db/transaction.js';
import type { Money } from '../../../shared/money.js';
import { backoffMs } from '../backoff.js';
import { CaptureExceedsAuthorized, PaymentNotFound, RefundExceedsCaptured, WrongCurrency } from '../payments.errors.js';
import { capturable, refundable, type Payment, type PaymentStatus, type PaymentTransaction } from '../payments.js';
import type { PaymentRepository, PlannedTransaction } from '../payments.repository.js';
import type { ProviderAnswer } from '../provider.js';
import type { Providers } from '../providers/registry.js';
import { attributedTotal, type Attribution, type RefundWish } from '../attribution.js';
import type { ApplyResult } from './apply-result.js';
import type { AttributeRefund } from './attribute-refund.js';
import { planReturn } from './plan-return.js';

export type MoveDeps = {
  payments: PaymentRepository; providers: Providers; results: ApplyResult; attribute: AttributeRefund; inTransaction: InTransaction; now: Clock;
};
/** Without an amount: all that is left, or what the wished units make. `key` makes a repeated request the same one. */
export type MoveRequest = Readonly<{
  paymentId: string; amount?: Money | undefined; wish?: RefundWish | undefined; reason: string; key: string;
  /** Runs in the transaction that sets the money aside. */
  alongside?: (planned: { key: string; amount: Money }) => Promise<void>;
}>;
export type Moved = Readonly<{ payment: Payment; transaction: PaymentTransaction }>;

/** Captures, refunds and voids: set aside and written down first, then asked for, then asked for again until the provider answers. */
export class MoveMoney {
  constructor(private readonly deps: MoveDeps) {}

  /** Of many at once only those that fit into what was captured get through; what the provider has not confirmed yet counts as gone. */
  async refund(request: MoveRequest): Promise<Moved> {
    return this.move(request, 'refund', refundable, (amount) => this.deps.payments.reserveRefund(request.paymentId, amount, this.deps.now()));
  }

  async capture(request: MoveRequest): Promise<Moved> {
    return this.move(request, 'capture', capturable, async (amount, { provider }) => {
      // Nothing was authorised for an offline payment: its money is received by hand.
      const from: PaymentStatus[] = this.deps.providers.get(provider).offline ? ['pending', 'authorized'] : ['authorized'];
      return this.deps.payments.reserveCapture(request.paymentId, amount, from, this.deps.now());
    });
  }

  /**
   * Inside the caller's transaction: all that was authorised for this order is to be captured. Asked for after the commit, and by the
   * worker until it is answered; the same key is the same capture.
   */
  async planCapture(orderId: string, reason: string): Promise<void> {
    const { payments, now } = this.deps;
    const payment = (await payments.findByOrders([orderId])).find(({ live, status }) => live && status === 'authorized');
    const amount = payment ? capturable(payment) : 0;
    if (!payment || amount <= 0) return;
    const reserved = await payments.reserveCapture(payment.id, amount, ['authorized'], now());
    if (!reserved) throw new ConcurrentChange('The payment changed meanwhile.', { paymentId: payment.id });
    const key = `${payment.id}:${reason}`;
    await payments.plan(reserved, [{ kind: 'capture', key, amount, reason, dueAt: now() }], now());
    await afterCommit(() => this.send(key));
  }

  private async move(
    { paymentId, amount, wish, reason, key, alongside }: MoveRequest, kind: 'refund' | 'capture',
    leftOf: (payment: Payment) => number, reserve: (amount: number, payment: Payment) => Promise<Payment | null>,
  ): Promise<Moved> {
    const { payments, inTransaction, now } = this.deps;
    const payment = await this.get(paymentId);
    if (amount && amount.currency !== payment.amount.currency) throw new WrongCurrency(amount.currency, payment.amount.currency);
    try {
      await inTransaction(async () => {
        const before = await this.get(paymentId);
        const attribution = wish && await this.deps.attribute.ofWish(before.orderId, wish);
        const wanted = attribution ? attributedTotal(attribution) : amount?.amount ?? leftOf(before);
        await alongside?.({ key, amount: { amount: wanted, currency: before.amount.currency } });
        const mapped = kind === 'refund' ? { attribution: attribution ?? await this.deps.attribute.ofAmount(before.orderId, wanted) } : {};
        const reserved = wanted > 0 ? await reserve(wanted, before) : null;
        if (!reserved) throw refusal(kind, before, wanted, leftOf(before));
        await payments.plan(reserved, [{ kind, key, amount: wanted, reason, ...mapped, dueAt: now() }], now());
      });
    } catch (error) {
      // The same request came before: its outcome is the answer.
      if (duplicateKeyOf(error) !== 'key') throw error;
    }
    await this.send(key);
    return this.find(key);
  }

  /** What became of a movement. */
  async find(key: string): Promise<Moved> {
    const transaction = await this.deps.payments.findTransaction(key);
    if (!transaction) throw new PaymentNotFound();
    return { transaction, payment: await this.get(transaction.paymentId) };
  }

  /**
   * Everything this order has paid goes back, and what it may still pay is voided: at once if the provider answers, later
   * if it does not. Joins the caller's transaction; asking again finds nothing left to do.
   */
  async reverseOrder(orderId: string, reason: string): Promise<void> {
    const { payments, inTransaction } = this.deps;
    await retryLostRace(() => inTransaction(async () => {
      for (const payment of await payments.findByOrders([orderId])) await this.reverse(payment, reason, false);
    }));
  }

  /** `keepsNothing`: another payment takes its place, so whatever it still brings goes back as well. */
  async reverse(before: Payment, reason: string, keepsNothing: boolean): Promise<void> {
    const { payments, now } = this.deps;
    const known = await payments.findTransactions([before.id]);
    const { payment, planned } = planReturn(before, known, reason, now());
    if (planned.length === 0 && !keepsNothing) return;
    const attributed = await this.attributed(before, planned, keepsNothing);
    const saved = await payments.save(before, { ...payment, live: before.live && !keepsNothing, reversal: { reason, at: now(), keepsNothing } }, now());
    await payments.plan(saved, attributed, now());
    await afterCommit(async () => { for (const { key } of planned) await this.send(key); });
  }

  /** Money beside the one that paid the order was for nothing in it. */
  private async attributed(payment: Payment, planned: readonly PlannedTransaction[], keepsNothing: boolean): Promise<PlannedTransaction[]> {
    const rows: PlannedTransaction[] = [];
    for (const row of planned) {
      const attribution: Attribution | undefined = row.kind === 'refund' && !keepsNothing ? await this.deps.attribute.ofRest(payment.orderId, row.amount) : undefined;
      rows.push({ ...row, ...(attribution && { attribution }) });
    }
    return rows;
  }

  /** Asks the provider for one planned movement, unless another process is doing so. Silence leaves it planned. */
  async send(key: string): Promise<void> {
    const { payments, now } = this.deps;
    const found = await payments.findTransaction(key);
    if (!found?.dueAt || !await payments.claimTransaction(key, now(), later(now(), backoffMs(found.attempts)))) return;
    const payment = await this.withReference(await this.get(found.paymentId));
    if (!payment) return;
    const answer = await this.ask(payment, found);
    if (answer.kind === 'known') {
      const { planned } = await this.deps.results.apply(payment, answer.payment);
      for (const next of planned) await this.send(next.key);
    }
    if (answer.kind === 'refused') await this.refused(payment, found, answer.failure);
  }

  private ask(payment: Payment, { kind, amount, key, reason }: PaymentTransaction): Promise<ProviderAnswer> {
    const provider = this.deps.providers.get(payment.provider);
    const request = { payment, amount, key, reason };
    if (kind === 'capture') return provider.capture(request);
    return kind === 'refund' ? provider.refund(request) : provider.void(request);
  }

  /** A void is refused when money was captured meanwhile: looking tells, and that money is then refunded. */
  private async refused(payment: Payment, transaction: PaymentTransaction, failure: { code: string; message: string }): Promise<void> {
    const { results, providers } = this.deps;
    await results.refuse(transaction, failure);
    const answer = await providers.get(payment.provider).lookUp(payment);
    if (answer.kind !== 'known') return;
    const { planned } = await results.apply(payment, answer.payment);
    for (const next of planned) await this.send(next.key);
  }

  /** Null while it is not known whether the provider has this payment at all; the look-ups find out. */
  private async withReference(payment: Payment): Promise<Payment | null> {
    if (payment.providerReference !== undefined || this.deps.providers.get(payment.provider).offline) return payment;
    const answer = await this.deps.providers.get(payment.provider).lookUp(payment);
    if (answer.kind !== 'known') return null;
    const { payment: known, planned } = await this.deps.results.apply(payment, answer.payment);
    for (const next of planned) await this.send(next.key);
    return known.providerReference !== undefined && known.status !== 'failed' && known.capturedAmount === 0 ? known : null;
  }

  private async get(id: string): Promise<Payment> {
    const found = await this.deps.payments.findById(id);
    if (!found) throw new PaymentNotFound();
    return found;
  }
}

function refusal(kind: 'refund' | 'capture', { amount: { currency } }: Payment, wanted: number, left: number): Error {
  const [requested, available] = [{ amount: wanted, currency }, { amount: Math.max(0, left), currency }];
  return kind === 'refund' ? new RefundExceedsCaptured(requested, available) : new CaptureExceedsAuthorized(requested, available);
}
