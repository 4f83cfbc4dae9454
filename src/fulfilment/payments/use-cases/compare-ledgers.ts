import { later, type Clock } from '../../../shared/clock.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import type { PaymentAuditRepository, PaymentState } from '../payments-audit.repository.js';
import { disputedOf, totalOf } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { ListedPayment, PaymentProvider } from '../provider.js';
import type { Providers } from '../providers/registry.js';

/** How far back each comparison looks, and how fresh is too fresh: news of it may still be on their way. */
const WINDOW_MS = 2 * 24 * 3_600_000;
const FRESH_MS = 60_000;

type CompareDeps = { audit: PaymentAuditRepository; payments: Pick<PaymentRepository, 'findByKey'>; providers: Providers; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock };
type Difference = Readonly<{ _id: string; provider: string; orderId: string; detail: string }>;

/** Reads the provider's books against ours. Nothing is corrected by itself: what differs is listed, and an alarm is raised once. */
export class CompareLedgers {
  constructor(private readonly deps: CompareDeps) {}

  /** Answers how many differences are open. */
  async run(): Promise<number> {
    let open = 0;
    for (const provider of this.deps.providers.all()) open += await this.compare(provider);
    return open;
  }

  private async compare(provider: PaymentProvider): Promise<number> {
    const { audit, outbox, inTransaction, now } = this.deps;
    const [from, to] = [later(now(), -WINDOW_MS), later(now(), -Math.max(FRESH_MS, provider.listsLagMs ?? 0))];
    const listed = await provider.changedSince?.(from) ?? null;
    if (!listed) return 0;
    const theirs = new Map(listed.map((payment) => [payment.idempotencyKey, payment]));
    const ours = await audit.statesOf(provider.name, [...theirs.keys()]);
    const changed = await audit.changedBetween(provider.name, from, to);

    const found: Difference[] = [];
    const differs = (key: string, orderId: string, detail: string) => { found.push({ _id: `${provider.name}:${key}`, provider: provider.name, orderId, detail }); };
    for (const payment of listed) {
      const own = ours.get(payment.idempotencyKey);
      if (payment.updatedAt > to || own?.settled === false) continue;
      const detail = own ? differenceOf(payment, own) : unknownToUs(payment);
      if (detail !== null) differs(payment.idempotencyKey, payment.orderId, detail);
    }
    for (const own of changed) {
      if (!own.settled || theirs.has(own.idempotencyKey)) continue;
      const detail = await this.missing(provider, own);
      if (detail !== null) differs(own.idempotencyKey, own.orderId, detail);
    }
    await inTransaction(async () => {
      const fresh = await audit.replaceDifferences(provider.name, found, now());
      if (fresh.length > 0) await outbox.record(...fresh.map(({ orderId, detail }) => ({ type: 'payment.mismatch', aggregateId: orderId, data: { orderId, provider: provider.name, detail } })));
    });
    return found.length;
  }

  /** An old payment that moved today may stand on none of its lists; asked for by itself it tells. Silence is no difference. */
  private async missing(provider: PaymentProvider, own: PaymentState): Promise<string | null> {
    const payment = await this.deps.payments.findByKey(own.idempotencyKey);
    const answer = payment && await provider.lookUp(payment);
    if (answer?.kind === 'known') return differenceOf(answer.payment, own);
    return answer?.kind === 'not_found' ? `the provider does not know of ${own.capturedAmount} captured` : null;
  }
}

function unknownToUs(payment: ListedPayment): string | null {
  const captured = totalOf(payment.operations, 'capture');
  return captured === 0 ? null : `the provider captured ${captured} for a payment that we do not know`;
}

function differenceOf(payment: Pick<ListedPayment, 'operations'>, own: { capturedAmount: number; refundedAmount: number; disputedAmount: number }): string | null {
  const parts = [
    { name: 'captured', ours: own.capturedAmount, theirs: totalOf(payment.operations, 'capture') }, { name: 'refunded', ours: own.refundedAmount, theirs: totalOf(payment.operations, 'refund') },
    { name: 'disputed', ours: own.disputedAmount, theirs: disputedOf(payment.operations) },
  ].filter(({ ours, theirs }) => ours !== theirs);
  return parts.length === 0 ? null : parts.map(({ name, ours, theirs }) => `${name}: ours ${ours}, the provider's ${theirs}`).join('; ');
}
