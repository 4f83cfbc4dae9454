import type { Connection } from 'mongoose';
import { PriceHistoryRepository } from './price-history.repository.js';
import { priceSteps, reductionOf } from './pricing.js';

export { effectivePrice, lowestPrior, priceChanges, priceRanges, priceSteps } from './pricing.js';
export type { Prices } from './pricing.js';
export type { RecordedChange } from './price-history.repository.js';
export { computeTotals } from './totals.js';
export type { LineTotals, Totals } from './totals.js';

export type Pricing = ReturnType<typeof createPricing>;

export function createPricing({ connection }: { connection: Connection }) {
  const history = new PriceHistoryRepository(connection);
  return {
    /** Call inside the transaction that changes the prices. */
    record: history.append.bind(history),
    historyOf: history.page.bind(history),
    /** What a reduced price of today has to be shown with; null when it is not reduced. */
    async reductionOf(variantId: string, currency: string) {
      return reductionOf(priceSteps(await history.timeline(variantId, currency)));
    },
  };
}
