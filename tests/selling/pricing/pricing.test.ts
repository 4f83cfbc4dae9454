import fc from 'fast-check';
import { effectivePrice, lowestPrior, priceChanges, priceRanges, priceSteps, type Prices } from '../../../src/selling/pricing/index.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000);

describe('the effective price', () => {
  test.each<{ _case: string; prices: Prices; expected: unknown }>([
    { _case: 'the base alone', prices: [{ currency: 'EUR', base: 1000 }], expected: { price: eur(1000) } },
    { _case: 'a sale below it', prices: [{ currency: 'EUR', base: 1000, sale: 800 }], expected: { price: eur(800), compareAtPrice: eur(1000) } },
    { _case: 'a sale that is none', prices: [{ currency: 'EUR', base: 1000, sale: 1000 }], expected: { price: eur(1000) } },
    { _case: 'never wholesale', prices: [{ currency: 'EUR', base: 1000, wholesale: 1 }], expected: { price: eur(1000) } },
    { _case: 'nothing in another currency', prices: [{ currency: 'USD', base: 1000 }], expected: null },
    { _case: 'free', prices: [{ currency: 'EUR', base: 500, sale: 0 }], expected: { price: eur(0), compareAtPrice: eur(500) } },
  ])('is $_case', ({ prices, expected }) => {
    expect(effectivePrice(prices, 'EUR')).toEqual(expected);
  });

  test('a range holds the price of every variant, and its ends are prices of variants', () => {
    const prices = fc.array(fc.record({ currency: fc.constantFrom('EUR', 'JPY'), base: fc.nat(5000), sale: fc.option(fc.nat(5000), { nil: undefined }) }), { maxLength: 2 })
      .map((list) => list.filter(({ currency }, at) => list.findIndex((one) => one.currency === currency) === at)
        .map(({ currency, base, sale }) => (sale === undefined ? { currency, base } : { currency, base, sale })));
    fc.assert(fc.property(fc.array(prices, { maxLength: 8 }), fc.constantFrom('EUR', 'JPY'), (variants, currency) => {
      const paid = variants.flatMap((variant) => effectivePrice(variant, currency)?.price.amount ?? []);
      const range = priceRanges(variants)[currency];
      expect(range && { from: range.from, to: range.to }).toEqual(paid.length === 0 ? undefined : { from: Math.min(...paid), to: Math.max(...paid) });
    }));
  });
});

describe('changes of prices', () => {
  test('are every amount that differs, appears or goes', () => {
    expect(priceChanges([{ currency: 'EUR', base: 100, sale: 80 }, { currency: 'USD', base: 1 }], [{ currency: 'EUR', base: 100, wholesale: 50 }, { currency: 'JPY', base: 9 }])).toEqual([
      { currency: 'EUR', kind: 'sale', before: 80, after: null }, { currency: 'EUR', kind: 'wholesale', before: null, after: 50 },
      { currency: 'USD', kind: 'base', before: 1, after: null }, { currency: 'JPY', kind: 'base', before: null, after: 9 },
    ]);
    expect(priceChanges([{ currency: 'EUR', base: 100 }], [{ currency: 'EUR', base: 100 }])).toEqual([]);
  });
});

describe('the lowest price of the 30 days before a reduction', () => {
  test.each([
    { _case: '80, raised to 100, cut to 90: 80 was running within the 30 days', steps: [[-60, 80], [-10, 100], [0, 90]], lowest: 80 },
    { _case: 'the cut itself does not count', steps: [[-60, 100], [0, 50]], lowest: 100 },
    { _case: 'what ended before the window opened does not count', steps: [[-90, 50], [-40, 100], [0, 90]], lowest: 100 },
    { _case: 'what was running when it opened does', steps: [[-90, 70], [-29, 100], [0, 90]], lowest: 70 },
    { _case: 'what ended in the moment it opened does not', steps: [[-90, 70], [-30, 100], [0, 90]], lowest: 100 },
    { _case: 'times without a price are skipped', steps: [[-50, 60], [-35, null], [-5, 120], [0, 90]], lowest: 120 },
    { _case: 'a product that is new has none', steps: [[0, 90]], lowest: null },
  ] as Array<{ _case: string; steps: Array<[number, number | null]>; lowest: number | null }>)('$_case', ({ steps, lowest }) => {
    expect(lowestPrior(steps.map(([at, amount]) => ({ at: day(at), amount })), day(0))).toBe(lowest);
  });

  test('follows what a shopper paid, whether base or sale changed', () => {
    const steps = priceSteps([
      { currency: 'EUR', kind: 'base', before: null, after: 100, at: day(-60) }, { currency: 'EUR', kind: 'sale', before: null, after: 80, at: day(-20) },
      { currency: 'EUR', kind: 'sale', before: 80, after: null, at: day(-10) }, { currency: 'EUR', kind: 'base', before: 100, after: 95, at: day(0) }, { currency: 'EUR', kind: 'sale', before: null, after: 90, at: day(0) },
    ]);
    expect(steps).toEqual([{ at: day(-60), amount: 100 }, { at: day(-20), amount: 80 }, { at: day(-10), amount: 100 }, { at: day(0), amount: 90 }]);
    expect(lowestPrior(steps, day(0))).toBe(80);
  });
});
