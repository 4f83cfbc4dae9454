import type { Invariant } from '../../shared/invariant.js';
import type { CatalogAuditRepository } from './catalog-audit.repository.js';

export function catalogInvariants(audit: CatalogAuditRepository): Invariant[] {
  const invariant = <Row>(name: string, find: () => Promise<Row[]>, tell: (row: Row) => { subject: string; detail: string }): Invariant =>
    ({ name, check: async () => (await find()).map((row) => ({ invariant: name, ...tell(row) })) });
  return [
    invariant('catalog.variants_copy_their_product', () => audit.findStaleCopies(), ({ _id, slug, copies }) =>
      ({ subject: `product:${String(_id)}`, detail: `${slug ?? 'no such product'}, copied as ${copies.join('; ')}` })),
    invariant('catalog.in_stock_follows_variants', () => audit.findWrongStock(), ({ _id, shown, held }) =>
      ({ subject: `product:${String(_id)}`, detail: `shown as ${shown === true ? 'in stock' : 'out of stock'}, variants say ${held ? 'in stock' : 'out of stock'}` })),
    invariant('catalog.slugs_lead_to_their_product', () => audit.findUnclaimedSlugs(), ({ _id, products }) =>
      ({ subject: `slug:${_id}`, detail: `used by ${products.join(', ')}` })),
    invariant('catalog.slugs_lead_to_their_category', () => audit.findUnclaimedCategorySlugs(), ({ _id, categories }) =>
      ({ subject: `slug:${_id}`, detail: `used by category ${categories.join(', ')}` })),
    invariant('catalog.totals_are_counted', () => wrongTotals(audit), (detail) => ({ subject: 'catalog', detail })),
  ];
}

/** Counted twice, since a product that is created in between is no violation. */
async function wrongTotals(audit: CatalogAuditRepository): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const [kept, counted] = [await audit.keptTotals(), await audit.countedTotals()];
    if (kept.all === counted.all && kept.visible === counted.visible) return [];
    if (attempt === 3) return [`kept ${kept.all} and ${kept.visible} visible, counted ${counted.all} and ${counted.visible}`];
  }
}
