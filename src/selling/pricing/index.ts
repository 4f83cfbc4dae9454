import type { Connection } from 'mongoose';
import { PriceHistoryRepository } from './price-history.repository.js';
import { lowestPrior, priceSteps } from './pricing.js';

export { effectivePrice, lowestPrior, priceChanges, priceRanges, priceSteps } from './pricing.js';
export type { EffectivePrice, PriceChange, PriceEntry, PriceKind, PriceRanges, Prices, PriceStep } from './pricing.js';
export type { RecordedChange } from './price-history.repository.js';
export { computeTotals } from './totals.js';
export type { LineTotals, PricedLine, Totals, TotalsInput } from './totals.js';

export type Pricing = ReturnType<typeof createPricing>;

export function createPricing({ connection }: { connection: Connection }) {
  const history = new PriceHistoryRepository(connection);
  return {
    /** Call inside the transaction that changes the prices. */
    record: history.append.bind(history),
    historyOf: history.page.bind(history),
    /** The lowest price of the 30 days before a reduction that took effect at that time. */
    async priorPrice(variantId: string, currency: string, reductionAt: Date): Promise<number | null> {
      return lowestPrior(priceSteps(await history.timeline(variantId, currency)), reductionAt);
    },
  };
}
