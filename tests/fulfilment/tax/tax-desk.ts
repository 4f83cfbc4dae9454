import { tablesOf } from '../../../src/fulfilment/tax/rates/tax-tables.js';
import type { TaxPolicy, Rate } from '../../../src/fulfilment/tax/tax.js';
import { TaxService, type TaxedSale, type TaxableLine } from '../../../src/fulfilment/tax/tax.service.js';
import type { TaxProvider } from '../../../src/fulfilment/tax/provider/provider.js';
import { parseVatId } from '../../../src/fulfilment/tax/vat-ids/vat-ids.js';
import { computeTotals } from '../../../src/selling/pricing/index.js';
import { money, subtract, times } from '../../../src/shared/money.js';

export const POLICY: TaxPolicy = {
  mode: 'table', home: 'DE', flatRateBps: 2000, pricesIncludeTax: true, netPriceCountries: [], registrations: ['EU'], foreignPrices: 'keep',
  shippingCategory: 'standard', rounding: { mode: 'half_up', level: 'line', per: 'jurisdiction' }, reverseChargeUnverified: false,
};
type Options = { policy?: Partial<TaxPolicy>; rates?: readonly Rate[]; at?: string; vat?: 'valid' | 'invalid' | 'unverified'; provider?: TaxProvider };

/** The tax service over tables in memory, at a day that the test says. */
export function taxDesk({ policy = {}, rates = [], at = '2026-11-21T12:00:00Z', vat = 'valid', provider }: Options = {}) {
  const vatIds = { statusOf: async (text: string) => { const parsed = parseVatId(text); return parsed && { ...parsed, status: vat }; } };
  return new TaxService({
    policy: { ...POLICY, ...policy }, tables: { current: async () => tablesOf(rates) } as never, vatIds: vatIds as never, provider: provider ?? null, now: () => new Date(at),
  });
}

export const rate = (fields: Partial<Rate> & Pick<Rate, 'country' | 'rateBps'>): Rate => ({
  category: 'standard', layer: 'vat', name: 'Tax', jurisdiction: fields.country, validFrom: new Date('2015-01-01T00:00:00Z'), own: true, ...fields,
});

export type Goods = { price: number; quantity?: number; category?: string; off?: number };
/** An invoice: what is listed, sold to somebody somewhere. */
export async function invoice(desk: TaxService, sale: Omit<TaxedSale, 'buyer'> & Partial<TaxedSale>, currency: string, goods: readonly Goods[], shipping?: { price: number; category?: string }) {
  const taxation = await desk.taxationOf({ buyer: {}, ...sale });
  const lines = goods.map(({ price, quantity = 1, category, off = 0 }, at) => ({
    id: `${at}`, sku: `S${at}`, quantity, category, unitPrice: taxation.priceOf(money(price, currency), category),
    allocations: off === 0 ? [] : [{ promotionId: 'p', name: 'Off', class: 'order' as const, amount: money(off, currency) }],
  }));
  const left = (line: (typeof lines)[number]) => line.allocations.reduce((so, { amount }) => subtract(so, amount), times(line.unitPrice, line.quantity));
  const sent = shipping && taxation.shippingPriceOf(money(shipping.price, currency), shipping.category);
  const taxables: TaxableLine[] = lines.map((line) => ({ id: line.id, category: line.category, quantity: line.quantity, amount: left(line) }));
  const taxes = await taxation.taxesOf(taxables, sent ? { amount: sent, category: shipping.category } : null);
  const computed = computeTotals({
    currency, pricesIncludeTax: taxation.pricesIncludeTax, rounding: taxation.rounding.mode, level: taxation.rounding.level, per: taxation.rounding.per,
    lines: lines.map((line) => ({ ...line, taxes: taxes.lines.get(line.id)! })), shipping: sent ? { price: sent, taxes: taxes.shipping } : null,
  });
  return { ...computed, flags: taxes.flags, estimate: taxes.estimate };
}
