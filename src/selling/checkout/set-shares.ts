import type { OrderComponent } from '../../fulfilment/orders/index.js';
import { allocate, type Money } from '../../shared/money.js';
import { unitPriceOf, type Offers } from '../cart/index.js';

type Offer = Offers extends ReadonlyMap<string, infer One> ? One : never;

/** The SKUs that the sets among these offers consist of. */
export const componentSkus = (offers: Offers): string[] => [...new Set([...offers.values()].flatMap(({ components = [] }) => components.map(({ sku }) => sku)))];

/** What a set consists of, each part with its share of what the line costs: by the prices the parts have alone, else by their number. */
export function componentsOf({ components = [] }: Offer, lineTotal: Money, offers: Offers): OrderComponent[] {
  if (components.length === 0) return [];
  const alone = components.map(({ sku, quantity }) => (unitPriceOf(offers.get(sku), quantity)?.amount ?? 0) * quantity);
  const weights = alone.every((weight) => weight === 0) ? components.map(({ quantity }) => quantity) : alone;
  const shares = allocate(lineTotal, weights);
  return components.map(({ sku, quantity }, at) => ({ sku, name: offers.get(sku)?.name ?? sku, quantity, share: shares[at]! }));
}
