import { later, type Clock } from '../../../shared/clock.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import type { Money } from '../../../shared/money.js';
import type { ProviderRequest, TaxProvider } from '../provider/provider.js';
import type { Rounding } from '../tax.js';
import { exactTaxOf, type Estimate } from './true-ups.js';
import type { TrueUpRepository } from './true-ups.repository.js';

const BATCH = 50;
const FIRST_MS = 60_000;
const MOST_MS = 6 * 3600_000;

type Deps = { estimates: TrueUpRepository; provider: TaxProvider | null; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock };
export type NewEstimate = Readonly<{ orderId: string; request: ProviderRequest; rounding: Rounding; charged: Money }>;

/** Asks the tax service again about orders that were placed without it, and writes down what the guess was off by. Nobody is charged. */
export class TrueUpService {
  constructor(private readonly deps: Deps) {}

  /** Inside the transaction that makes the order; only for one whose tax was estimated. */
  async note({ orderId, request, rounding, charged }: NewEstimate): Promise<void> {
    const now = this.deps.now();
    await this.deps.estimates.insert({
      orderId, currency: charged.currency, request, rounding, charged: charged.amount, state: 'open', attempts: 0, dueAt: later(now, FIRST_MS), createdAt: now,
    });
  }

  async run(): Promise<number> {
    if (!this.deps.provider) return 0;
    let settled = 0;
    for (const estimate of await this.deps.estimates.findDue(this.deps.now(), BATCH)) if (await this.trueUp(this.deps.provider, estimate)) settled += 1;
    return settled;
  }

  page(state: Estimate['state'] | undefined, query: PageQuery): Promise<Page<Estimate>> {
    return this.deps.estimates.page(state, query);
  }

  private async trueUp(provider: TaxProvider, estimate: Estimate): Promise<boolean> {
    const { estimates, outbox, inTransaction, now } = this.deps;
    const { orderId, currency, charged } = estimate;
    // Nothing is left to ask about once the customer was erased.
    const answer = estimate.request as unknown === null ? null : await provider.quote(estimate.request);
    if (!answer) {
      await estimates.postpone(orderId, later(now(), Math.min(MOST_MS, FIRST_MS * 2 ** estimate.attempts)));
      return false;
    }
    const exact = exactTaxOf(estimate, answer);
    return inTransaction(async () => {
      if (!await estimates.settle(orderId, { exact, difference: exact - charged, settledAt: now() })) return false;
      await outbox.record({ type: 'tax.trued_up', aggregateId: orderId, data: { orderId, currency, charged, exact, difference: exact - charged } });
      return true;
    });
  }
}
