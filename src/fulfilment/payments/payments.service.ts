import { later, type Clock } from '../../shared/clock.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Failpoint } from '../../shared/failpoint.js';
import type { Money } from '../../shared/money.js';
import { NOTHING, type Attribution } from './attribution.js';
import { NetTermsNotOffered, PaymentNotFound } from './payments.errors.js';
import { eventsOf } from './payments.events.js';
import { isLive, isOpen, type Payment } from './payments.js';
import type { PaymentRepository } from './payments.repository.js';
import { NET_TERMS } from './providers/offline.js';
import type { PaymentChoice, Providers } from './providers/registry.js';
import type { ApplyResult } from './use-cases/apply-result.js';
import type { MoveMoney } from './use-cases/move-money.js';
import type { Reconcile } from './use-cases/reconcile.js';
import type { WalletService } from './wallet/wallet.service.js';

export type OpenPayment = PaymentChoice & Readonly<{
  purpose?: string | undefined;
  orderId: string; attempt: number; amount: Money;
  /** Whose saved methods may be chosen. */
  userId?: string | null | undefined;
  /** Where a provider is asked: for a promise only, the money is taken later. */
  authorizeOnly?: boolean | undefined;
}>;
export type ExecuteOptions = Readonly<{
  token?: string | undefined; returnUrl?: string | undefined;
  /** As the payment was opened, if absent. */
  capture?: boolean;
}>;

/** To whom, and for how long. */
export type NetTerms = Readonly<{ days: number; offeredTo(userId: string): Promise<boolean> }>;
const DAY_MS = 24 * 3_600_000;

export type PaymentServiceDeps = {
  payments: PaymentRepository; providers: Providers; results: ApplyResult; moves: MoveMoney; reconcile: Reconcile; wallet: Pick<WalletService, 'get'>; terms: NetTerms; outbox: Pick<Outbox, 'record'>; now: Clock; failpoint: Failpoint;
  /** From then on the worker asks the provider about a payment that has no answer. */
  unansweredMs: number;
};

export class PaymentService {
  constructor(private readonly deps: PaymentServiceDeps) {}

  /** Refuses what cannot be paid with before anything is stored. `nothingToPayNow`: the money comes by hand, after the order. */
  checkMethod(choice: PaymentChoice): { provider: string; method: string; nothingToPayNow: boolean } {
    const { provider, method } = this.deps.providers.resolve(choice);
    return { provider, method, nothingToPayNow: this.deps.providers.get(provider).offline };
  }

  /**
   * Writes the payment down before anybody is asked for money. Call it in the transaction that makes the order. A customer
   * who left the provider's page may choose again: the attempt that waited for that page is voided.
   */
  async open({ orderId, attempt, amount, userId, purpose, authorizeOnly, ...choice }: OpenPayment): Promise<Payment> {
    const { payments, moves, now, unansweredMs } = this.deps;
    const { provider, method, nothingToPayNow } = this.checkMethod(choice);
    if (attempt > 1) {
      const abandoned = (await payments.findByOrders([orderId])).find(({ live, status, purpose: other }) => live && status === 'requires_action' && other === purpose);
      if (abandoned) await moves.reverse(abandoned, 'replaced', true);
    }
    const onTerms = nothingToPayNow && method === NET_TERMS;
    if (onTerms && (!userId || !await this.deps.terms.offeredTo(userId))) throw new NetTermsNotOffered();
    const saved = choice.savedMethodId === undefined ? null : await this.deps.wallet.get(userId, choice.savedMethodId, provider);
    const status = amount.amount === 0 ? 'succeeded' : 'pending';
    return payments.insert({
      ...(purpose !== undefined && { purpose }), orderId, attempt, provider, method, amount, status, live: isLive(status), idempotencyKey: `${orderId}:${attempt}`,
      ...(onTerms && { dueAt: later(now(), this.deps.terms.days * DAY_MS) }),
      ...(authorizeOnly && !nothingToPayNow && status === 'pending' && { authorizeOnly }),
      ...(saved && { savedMethod: { customer: saved.providerCustomer, method: saved.methodReference } }),
      capturedAmount: 0, capturingAmount: 0, refundedAmount: 0, refundingAmount: 0, disputedAmount: 0,
      version: 1, createdAt: now(), updatedAt: now(),
    }, nothingToPayNow || status === 'succeeded' ? null : later(now(), unansweredMs));
  }

  /**
   * Asks the provider, outside of any transaction, and records what it says. May be repeated: the provider knows the
   * request by its key. When the provider is silent the payment stays pending, and the worker finds out.
   */
  async execute(given: Payment | string, { token, returnUrl, ...options }: ExecuteOptions): Promise<Payment> {
    const { providers, results, moves, failpoint } = this.deps;
    const payment = typeof given === 'string' ? await this.get(given) : given;
    const { capture = payment.authorizeOnly !== true } = options;
    const provider = providers.find(payment.provider);
    if (payment.status !== 'pending' || !provider || provider.offline) return payment;
    await failpoint('payments.before_call');
    const answer = await provider.authorize({ payment, token, capture, returnUrl });
    await failpoint('payments.after_call');
    if (answer.kind === 'refused') return results.close(payment, answer.failure);
    if (answer.kind !== 'known') return payment;
    const { payment: after, planned } = await results.apply(payment, answer.payment);
    await failpoint('payments.after_record');
    for (const { key } of planned) await moves.send(key);
    return after;
  }

  /** The customer is back from the provider's page: the provider is asked, the browser is not believed. */
  async confirm(orderId: string, paymentId: string): Promise<Payment> {
    const payment = await this.get(paymentId);
    if (payment.orderId !== orderId) throw new PaymentNotFound();
    return isOpen(payment.status) ? this.deps.reconcile.refresh(payment) : payment;
  }

  /** Asks the provider about everything of this order that has no answer yet, so that nothing is given up that was paid. */
  async askAbout(orderId: string): Promise<void> {
    for (const payment of await this.findByOrder(orderId)) if (isOpen(payment.status)) await this.deps.reconcile.refresh(payment);
  }

  async get(id: string): Promise<Payment> {
    const found = await this.deps.payments.findById(id);
    if (!found) throw new PaymentNotFound();
    return found;
  }

  find(id: string): Promise<Payment | null> { return this.deps.payments.findById(id); }

  /** The payments of an order, the latest attempt first. */
  findByOrder(orderId: string): Promise<Payment[]> { return this.deps.payments.findByOrders([orderId]); }

  findByOrders(orderIds: readonly string[]): Promise<Payment[]> { return this.deps.payments.findByOrders(orderIds); }

  /**
   * Inside the caller's transaction: an order's own payment that waits for its money, or holds a promise of it, is to bring `more` beside what it brought.
   * What a bank has promised stays as high as it was; what is taken of it does not. Null when none is waiting.
   */
  async changeUnpaid(orderId: string, more: Money): Promise<Payment | null> {
    const { payments, providers, outbox, now } = this.deps;
    const waiting = (await payments.findByOrders([orderId])).find(({ live, purpose, status, provider }) => (
      live && purpose === undefined && (status === 'authorized' || (status === 'pending' && providers.find(provider)?.offline))));
    if (!waiting) return null;
    const collected = waiting.capturedAmount + waiting.capturingAmount;
    const byHand = providers.find(waiting.provider)?.offline;
    const changed: Payment = { ...waiting, ...(byHand ? { amount: { ...waiting.amount, amount: collected + more.amount } } : { agreed: collected + more.amount }), ...(more.amount === 0 && waiting.capturingAmount === 0 && { status: 'succeeded' }) };
    const saved = await payments.save(waiting, changed, now());
    const events = eventsOf(waiting, saved, []);
    if (events.length > 0) await outbox.record(...events);
    return saved;
  }

  /** A payment beside the order's own that is still open, or a card of which only a part was taken so far. */
  async hasOpenDifference(orderId: string): Promise<boolean> {
    const { payments, providers } = this.deps;
    return (await payments.findByOrders([orderId])).some(({ live, status, purpose, provider, capturingAmount }) => (
      live && ((purpose !== undefined && isOpen(status)) || (status === 'authorized' && !providers.find(provider)?.offline) || capturingAmount > 0)));
  }

  async findRefund(orderId: string, key: string): Promise<{ attribution: Attribution; reason?: string } | null> {
    const all = (await this.withTransactions(orderId)).flatMap(({ transactions }) => transactions);
    const found = all.find((row) => row.kind === 'refund' && row.key === key);
    return found ? { attribution: found.attribution ?? { ...NOTHING, goodwill: found.amount.amount }, ...(found.reason !== undefined && { reason: found.reason }) } : null;
  }

  async withTransactions(orderId: string) {
    const found = await this.findByOrder(orderId);
    const transactions = await this.deps.payments.findTransactions(found.map(({ id }) => id));
    return found.map((payment) => ({ payment, transactions: transactions.filter(({ paymentId }) => paymentId === payment.id) }));
  }
}
