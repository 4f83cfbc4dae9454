import type { Connection } from 'mongoose';
import { PriceHistoryRepository } from './price-history.repository.js';
import type { Buyer } from '../../shared/buyer.js';
import type { Ladder } from '../../shared/ladder.js';
import { priceSteps, reductionOf, usualLadder, type Prices } from './pricing.js';

export { effectivePrice, lowestPrior, priceChanges, priceRanges, priceSteps } from './pricing.js';
export type { Prices } from './pricing.js';
export type { RecordedChange } from './price-history.repository.js';
export { computeTotals } from './totals.js';
export type { Allocation, LineTax, LineTotals, ShippingTotals, TaxShare, Totals } from './totals.js';

export type Pricing = ReturnType<typeof createPricing>;
/** What is priced: of a variant only what a price can depend on. */
export type PricedVariant = Readonly<{ sku: string; variantId: string; productId: string; categoryIds: readonly string[]; prices: Prices; available: number }>;
export type LadderQuery = Readonly<{ currency: string; buyer: Buyer }>;

export function createPricing({ connection }: { connection: Connection }) {
  const history = new PriceHistoryRepository(connection);
  return {
    /** The one resolver of prices: the catalogue shows what it answers and the cart charges it. By SKU. */
    async laddersOf(variants: readonly PricedVariant[], { currency }: LadderQuery): Promise<ReadonlyMap<string, Ladder>> {
      return new Map(variants.map(({ sku, prices }) => [sku, usualLadder(prices, currency)]));
    },
    /** Call inside the transaction that changes the prices. */
    record: history.append.bind(history),
    historyOf: history.page.bind(history),
    /** What a reduced price of today has to be shown with; null when it is not reduced. */
    async reductionOf(variantId: string, currency: string) {
      return reductionOf(priceSteps(await history.timeline(variantId, currency)));
    },
  };
}
