import fc from 'fast-check';
import { createTax, taxLineOf, taxLinesOf, type TaxRate } from '../../../src/fulfilment/tax/index.js';
import { add, money, sum, times, type Money } from '../../../src/shared/money.js';
import { vectors } from '../../support/vectors.js';

const rate = (rateBps: number, inclusive: boolean): TaxRate => ({ rateBps, name: 'VAT', inclusive });
const eur = (amount: number): Money => money(amount, 'EUR');

test.each([true, false])('one rate everywhere, as the market has it (prices include tax: %s)', async (pricesIncludeTax) => {
  const tax = createTax({ market: { taxRateBps: 1900, pricesIncludeTax } });

  expect(await tax.rateFor({ country: 'DE', region: 'BE', postalCode: '10115', taxCategory: 'books' })).toEqual({ rateBps: 1900, name: 'VAT', inclusive: pricesIncludeTax });
});

test('another source of rates decides by the address and the kind of goods, and one that is away stops the order', async () => {
  const market = { taxRateBps: 1900, pricesIncludeTax: true };
  const tax = createTax({ market, rates: { rateFor: async ({ country, taxCategory }) => (country === 'DE' && taxCategory === 'books' ? rate(700, true) : rate(0, true)) } });

  expect((await tax.rateFor({ country: 'DE', taxCategory: 'books' })).rateBps).toBe(700);
  expect((await tax.rateFor({ country: 'US' })).rateBps).toBe(0);
  await expect(createTax({ market, rates: { rateFor: () => Promise.reject(new Error('away')) } }).rateFor({ country: 'DE' })).rejects.toThrow('away');
});

test.each([
  { _case: 'the tax inside a gross price', entered: eur(1999), bps: 2000, inclusive: true, net: 1666, tax: 333, gross: 1999 },
  { _case: 'the tax on top of a net price', entered: eur(1999), bps: 2000, inclusive: false, net: 1999, tax: 400, gross: 2399 },
  { _case: 'a half goes up', entered: eur(25), bps: 1000, inclusive: false, net: 25, tax: 3, gross: 28 },
  { _case: 'yen have no part', entered: money(108, 'JPY'), bps: 800, inclusive: true, net: 100, tax: 8, gross: 108 },
  { _case: 'nothing taxed', entered: eur(1999), bps: 0, inclusive: true, net: 1999, tax: 0, gross: 1999 },
  { _case: 'a correction downwards mirrors one upwards', entered: eur(-1999), bps: 2000, inclusive: true, net: -1666, tax: -333, gross: -1999 },
])('$_case', ({ entered, bps, inclusive, net, tax, gross }) => {
  const of = (amount: number) => money(amount, entered.currency);
  expect(taxLineOf(entered, rate(bps, inclusive))).toEqual({ name: 'VAT', rateBps: bps, inclusive, net: of(net), tax: of(tax), gross: of(gross) });
});

test('the level of rounding: three lines of a half each, or their sum once', () => {
  const lines = [eur(25), eur(25), eur(25)];

  const byLine = taxLinesOf(lines, rate(1000, false));
  const byOrder = taxLinesOf(lines, rate(1000, false), { level: 'order' });

  expect(byLine.map(({ tax }) => tax.amount)).toEqual([3, 3, 3]);
  expect(byOrder.map(({ tax }) => tax.amount)).toEqual([3, 3, 2]);
});

const amounts = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 40 });
test('for any order: the entered side stays, both sides differ by the tax, and by order the lines add up to the tax of the whole', () => {
  fc.assert(fc.property(amounts, fc.integer({ min: 0, max: 3000 }), fc.boolean(), fc.constantFrom<'line' | 'order'>('line', 'order'), (list, bps, inclusive, level) => {
    const entered = list.map(eur);
    const lines = taxLinesOf(entered, rate(bps, inclusive), { level });
    for (const [at, line] of lines.entries()) {
      expect(inclusive ? line.gross : line.net).toEqual(entered[at]);
      expect(add(line.net, line.tax)).toEqual(line.gross);
      expect(line.tax.amount).toBeGreaterThanOrEqual(0);
    }
    if (level === 'order') expect(sum(lines.map(({ tax }) => tax), 'EUR')).toEqual(taxLineOf(sum(entered, 'EUR'), rate(bps, inclusive)).tax);
  }), { numRuns: 500 });
});

type Vector = { rate: string; lines: Array<{ unit: number; qty: number }>; exclusive: { perLine: number[]; taxTotalRounded: number }; inclusive: { taxPerLine: number[]; netPerLine: number[]; taxTotalRounded: number } };
const given = vectors<{ tax: Vector[] }>('money');
given.describe('vectors made with exact decimals', () => {
  test('line by line and by order, with tax on top and inside', () => {
    let checked = 0;
    for (const vector of given.data.tax) {
      const bps = Number(vector.rate) * 10_000;
      // A rate here is a whole number of basis points; 8.875 % is not.
      if (Math.abs(bps - Math.round(bps)) > 1e-6) continue;
      const entered = vector.lines.map(({ unit, qty }) => times(eur(unit), qty));
      const [onTop, inside] = [rate(Math.round(bps), false), rate(Math.round(bps), true)];
      const taxes = (level: 'line' | 'order', of: TaxRate) => taxLinesOf(entered, of, { level }).map(({ tax }) => tax.amount);
      expect(taxes('line', onTop)).toEqual(vector.exclusive.perLine);
      expect(taxes('line', inside)).toEqual(vector.inclusive.taxPerLine);
      expect(taxLinesOf(entered, inside).map(({ net }) => net.amount)).toEqual(vector.inclusive.netPerLine);
      expect(taxes('order', onTop).reduce((so, one) => so + one, 0)).toBe(vector.exclusive.taxTotalRounded);
      expect(taxes('order', inside).reduce((so, one) => so + one, 0)).toBe(vector.inclusive.taxTotalRounded);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(50);
  });
});
