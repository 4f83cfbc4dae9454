import type { Clock } from '../../../shared/clock.js';
import { retryLostRace } from '../../../shared/db/retry.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import type { ReportError } from '../../../shared/http/problem.js';
import { AuthorizationExpired } from '../payments.errors.js';
import { authorizationExpiredEvent, overdueEvent } from '../payments.events.js';
import type { Payment } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { Reconcile } from './reconcile.js';

const BATCH = 200;
type DeadlineDeps = { payments: PaymentRepository; reconcile: Pick<Reconcile, 'refresh'>; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; report: ReportError };

/** What time does to money: banks let go of what they held, and customers on terms are late. Each is told once. */
export class Deadlines {
  constructor(private readonly deps: DeadlineDeps) {}

  /** Answers how many were told of. */
  async run(): Promise<number> {
    let told = 0;
    for (const payment of await this.deps.payments.findToRemind(this.deps.now(), BATCH)) {
      try {
        if (await this.tell(payment)) told += 1;
      } catch (error) {
        this.deps.report(error, { schedule: 'payment-deadlines' });
      }
    }
    return told;
  }

  /** Before goods leave: an authorisation that is past its time is asked for, and stops the parcel when it is gone. */
  async ensureSecured(orderId: string): Promise<void> {
    const own = (await this.deps.payments.findByOrders([orderId])).filter(({ purpose, reversal }) => purpose === undefined && !reversal?.keepsNothing);
    const latest = own.find(({ live }) => live) ?? own[0];
    if (!latest || !this.isDoubtful(latest)) return;
    const payment = latest.status === 'authorized' ? await this.deps.reconcile.refresh(latest) : latest;
    if (!this.isDoubtful(payment)) return;
    await this.tell(payment);
    throw new AuthorizationExpired(orderId, payment.authorizedUntil);
  }

  /** Held too long ago, or let go by the provider itself, which we never asked for. */
  private isDoubtful({ status, authorizedUntil, capturedAmount, reversal }: Payment): boolean {
    if (capturedAmount > 0 || reversal) return false;
    return status === 'voided' || (status === 'authorized' && authorizedUntil !== undefined && authorizedUntil <= this.deps.now());
  }

  private async tell(given: Payment): Promise<boolean> {
    const { payments, outbox, inTransaction, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const payment = await payments.findById(given.id);
      if (!payment) return false;
      const event = payment.dueAt ? overdueEvent(payment) : authorizationExpiredEvent(payment);
      if (!await payments.claimReminder(payment, payment.dueAt ? { overdueAt: now() } : {})) return false;
      await outbox.record(event);
      return true;
    }));
  }
}
