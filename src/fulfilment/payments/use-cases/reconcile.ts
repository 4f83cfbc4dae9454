import { later, type Clock } from '../../../shared/clock.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import type { ReportError } from '../../../shared/http/problem.js';
import { backoffMs } from '../backoff.js';
import { stuckEvent } from '../payments.events.js';
import { isOpen, type Payment } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { Providers } from '../providers/registry.js';
import type { ApplyResult } from './apply-result.js';
import type { MoveMoney } from './move-money.js';

const BATCH = 100;
const PARALLEL = 8;
export const STUCK_AFTER_MS = 15 * 60_000;
const NOT_RECEIVED = { code: 'not_received', message: 'The payment provider never received this payment. Nothing was charged; please try again.' };

type ReconcileDeps = {
  payments: PaymentRepository; providers: Providers; results: ApplyResult; moves: MoveMoney; now: Clock; report: ReportError;
  outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction;
  /** After this long a payment that the provider has never heard of will not arrive any more. */
  graceMs: number;
};

/** Finds out what became of everything that has no answer. Unknown is never failed: only the provider's word ends it. */
export class Reconcile {
  constructor(private readonly deps: ReconcileDeps) {}

  /** Asks the provider about one payment, now. */
  async refresh(payment: Payment): Promise<Payment> {
    const { providers, results, moves, now, graceMs } = this.deps;
    const provider = providers.get(payment.provider);
    if (provider.offline) return payment;
    const answer = await provider.lookUp(payment);
    if (answer.kind === 'known') {
      const applied = await results.apply(payment, answer.payment);
      for (const { key } of applied.planned) await moves.send(key);
      return applied.payment;
    }
    const old = now().getTime() - payment.createdAt.getTime() > graceMs;
    if (answer.kind === 'not_found' && old && isOpen(payment.status)) return results.close(payment, NOT_RECEIVED);
    return payment;
  }

  /** One round of the worker: payments without an answer, then movements without one. Answers how many were asked for. */
  async run(): Promise<number> {
    const lookedUp = await this.inParallel(async () => {
      const { payments, now } = this.deps;
      const payment = await payments.claimLookUp(now(), (lookUps) => later(now(), backoffMs(lookUps)));
      if (!payment) return false;
      await this.refresh(payment);
      return true;
    });
    const due = await this.deps.payments.findDueTransactions(this.deps.now(), BATCH);
    const sent = await this.inParallel(async () => {
      const next = due.shift();
      if (!next) return false;
      await this.deps.moves.send(next.key);
      return true;
    });
    await this.alarm();
    return lookedUp + sent;
  }

  /** What nobody has answered for a quarter of an hour needs a person; told once each. */
  private async alarm(): Promise<void> {
    const { payments, outbox, inTransaction, now } = this.deps;
    for (const stuck of await payments.findStuck(later(now(), -STUCK_AFTER_MS))) {
      await inTransaction(async () => { if (await payments.noteAlarm(stuck.key)) await outbox.record(stuckEvent(stuck)); });
    }
  }

  /** A provider that hangs must not stop the round at its first payment; one defect must not stop the others. */
  private async inParallel(step: () => Promise<boolean>): Promise<number> {
    let done = 0;
    await Promise.all(Array.from({ length: PARALLEL }, async () => {
      while (done < BATCH) {
        try {
          if (!await step()) return;
          done += 1;
        } catch (error) {
          this.deps.report(error, { schedule: 'reconcile-payments' });
          return;
        }
      }
    }));
    return done;
  }
}
