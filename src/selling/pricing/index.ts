import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Invariant } from '../../shared/invariant.js';
import { LadderService } from './ladders.service.js';
import { LiveBook } from './live-book.js';
import { PriceBookRepository } from './price-book.repository.js';
import { PriceBookService } from './price-book.service.js';
import { PriceEntryRepository } from './price-entries.repository.js';
import { PriceHistoryRepository } from './price-history.repository.js';
import { previewRoutes, type FindVariants } from './preview.routes.js';
import { priceListRoutes } from './price-lists.routes.js';
import { priceRuleRoutes } from './price-rules.routes.js';
import { rateRoutes } from './rates.routes.js';

export { effectivePrice, lowestPrior, priceChanges, priceRanges, priceSteps, usualLadder } from './pricing.js';
export type { Prices } from './pricing.js';
export type { MovedLevel, PriceView } from './ladders.service.js';
export type { RecordedChange } from './price-history.repository.js';
export { addFees, computeTotals } from './totals.js';
export type { Allocation, FeeInput, FeeTotals, LineTax, LineTotals, ShippingTotals, Totals, TotalsInput } from './totals.js';

export type Pricing = ReturnType<typeof createPricing>;

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit; outbox: Pick<Outbox, 'record'>;
  /** Prices of other currencies are converted from it where they are not entered. */
  marketCurrency: string;
};

export function createPricing({ connection, now, inTransaction, audit, outbox, marketCurrency }: Deps) {
  const history = new PriceHistoryRepository(connection);
  const entries = new PriceEntryRepository(connection);
  const book = new PriceBookRepository(connection);
  const live = new LiveBook({ book, now });
  let categoriesAbove = async (ids: readonly string[]): Promise<readonly string[]> => ids;
  const ladders = new LadderService({ live, entries, history, now, marketCurrency, categoriesAbove: (ids) => categoriesAbove(ids) });
  const staff = new PriceBookService({ book, entries, live, now, inTransaction, audit, outbox });
  let findVariants: FindVariants = async () => new Map();

  const invariants: Invariant[] = [{
    name: 'pricing.entries_belong_to_a_list',
    check: async () => (await entries.findOrphans()).map(({ listId, entries: count }) => ({ invariant: 'pricing.entries_belong_to_a_list', subject: `price_list:${listId}`, detail: `${count} entries of a list that is gone` })),
  }];
  return {
    invariants,
    routes: [...priceListRoutes(staff), ...priceRuleRoutes(staff), ...rateRoutes(staff), ...previewRoutes({ ladders, now, marketCurrency, findVariants: (skus) => findVariants(skus) })],
    createList: staff.createList.bind(staff),
    putEntries: staff.putEntries.bind(staff),
    /** The one resolver of prices: the catalogue shows what it answers and the cart charges it. By SKU. */
    laddersOf: ladders.laddersOf.bind(ladders),
    viewFor: ladders.viewFor.bind(ladders),
    resolve: ladders.resolve.bind(ladders),
    /** What reduced prices of today have to be shown with; those that are not reduced are missing. */
    reductionsOf: ladders.reductionsOf.bind(ladders),
    movingChannels: ladders.movingChannels.bind(ladders),
    looksAround: ladders.looksAround.bind(ladders),
    looksAtStock: ladders.looksAtStock.bind(ladders),
    noteMoved: ladders.noteMoved.bind(ladders),
    /** Call inside the transaction that changes the prices. */
    record: history.append.bind(history),
    historyOf: history.page.bind(history),
    /** Variants belong to the catalogue, which is built on prices. */
    knowCatalogueBy(catalog: Readonly<{ findVariants: FindVariants; categoriesAbove: typeof categoriesAbove }>): void { ({ findVariants, categoriesAbove } = catalog); },
  };
}
