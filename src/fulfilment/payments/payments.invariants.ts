import { later, type Clock } from '../../shared/clock.js';
import type { Invariant } from '../../shared/invariant.js';
import { STUCK_AFTER_MS } from './use-cases/reconcile.js';
import type { Found, PaymentAuditRepository } from './payments-audit.repository.js';

const MINUTE_MS = 60_000;
const UNANSWERED_AFTER_MS = 5 * MINUTE_MS;

export function paymentInvariants({ audit, now }: { audit: PaymentAuditRepository; now: Clock }): Invariant[] {
  const invariant = (name: string, find: () => Promise<Found[]>): Invariant =>
    ({ name, check: async () => (await find()).map((found) => ({ invariant: name, ...found })) });
  return [
    invariant('captures never exceed the payment, refunds never exceed captures', () => audit.findOverdrawn()),
    invariant('an order has at most one live payment', () => audit.findOrdersWithSeveralLive()),
    invariant('the totals of a payment are the fold of its ledger', () => audit.findUnbalanced()),
    invariant('debits equal credits', () => audit.findUnbalancedJournal()),
    invariant('each cent of a refund is for something', () => audit.findUnattributed()),
    invariant('no refund, void or capture is stuck', () => audit.findStuck(later(now(), -STUCK_AFTER_MS))),
    invariant('every payment gets an answer', () => audit.findUnanswered(later(now(), -UNANSWERED_AFTER_MS))),
    invariant("the provider's books and ours agree", () => audit.findDifferences()),
  ];
}
