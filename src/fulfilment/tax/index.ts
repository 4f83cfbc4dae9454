import type { TaxRate, TaxRates } from './tax.js';

export { taxLineOf, taxLinesOf } from './tax.js';
export type { TaxRate, TaxRates } from './tax.js';
export type Tax = TaxRates;

type TaxDeps = {
  market: Readonly<{ taxRateBps: number; pricesIncludeTax: boolean }>;
  /** A table of rates or a tax service; without it one rate holds everywhere. */
  rates?: TaxRates;
};

export function createTax({ market, rates = oneRate(market) }: TaxDeps): Tax {
  return rates;
}

function oneRate({ taxRateBps, pricesIncludeTax }: TaxDeps['market']): TaxRates {
  const rate: TaxRate = Object.freeze({ rateBps: taxRateBps, name: 'VAT', inclusive: pricesIncludeTax });
  return { rateFor: async () => rate };
}
