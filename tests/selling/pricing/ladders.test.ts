import fc from 'fast-check';
import { guest, type Buyer } from '../../../src/shared/buyer.js';
import { tierAt, type Ladder } from '../../../src/shared/ladder.js';
import { contextOf, bookOf, ladderOf, type PriceBook } from '../../../src/selling/pricing/price-book.js';
import type { PriceList, Listed } from '../../../src/selling/pricing/price-lists.js';
import { usualLadder, type Prices } from '../../../src/selling/pricing/index.js';
import { convert, rateAt, type ExchangeRate } from '../../../src/selling/pricing/exchange.js';
import { roundTo } from '../../../src/selling/pricing/rounding.js';
import { computeTotals } from '../../../src/selling/pricing/index.js';

const AT = new Date('2026-11-21T12:00:00Z');
const VARIANT = { sku: 'CHAIR', productId: 'p', categoryIds: [], available: 10 };
const list = (id: string, fields: Partial<PriceList> = {}): PriceList => ({
  id, name: `List ${id}`, currency: 'EUR', priority: 0, kind: 'override', active: true, groupIds: [], companyIds: [], channels: [], startsAt: null, endsAt: null, version: 1, createdAt: AT, updatedAt: AT, ...fields,
});
const rate = (fields: Partial<ExchangeRate> = {}): ExchangeRate => ({ id: 'r1', base: 'EUR', quote: 'USD', rate: '1.0850', effectiveFrom: new Date('2026-01-01'), ...fields });
const book = (parts: Partial<PriceBook>): PriceBook => bookOf(1, { lists: [], rules: [], rates: [], roundings: new Map(), ...parts });

function ladder(prices: Prices, { lists = [], said = {}, buyer = guest(), currency = 'EUR', ...parts }: Partial<PriceBook> & { said?: Record<string, Listed['tiers']>; buyer?: Buyer; currency?: string } = {}): Ladder {
  const context = contextOf(book({ lists, ...parts }), { currency, buyer }, { marketCurrency: 'EUR', at: AT });
  if (!context) return usualLadder(prices, currency);
  const listed = context.lists.flatMap((one) => (said[one.id] ? [{ list: one, tiers: said[one.id]! }] : []));
  return ladderOf({ ...VARIANT, prices }, context, { listed, competitors: [] });
}
const shown = (tiers: Ladder) => tiers.map(({ minQuantity, price, source }) => [minQuantity, price.amount, price.currency, source.kind, source.id ?? null]);

describe('the usual ladder', () => {
  test('is the lowest of what a quantity, the sale and, for those who get it, wholesale asks', () => {
    const prices: Prices = [{ currency: 'EUR', base: 1000, sale: 900, wholesale: 700, tiers: [{ minQuantity: 10, amount: 950 }, { minQuantity: 50, amount: 800 }, { minQuantity: 100, amount: 600 }] }];

    expect(shown(usualLadder(prices, 'EUR'))).toEqual([[1, 900, 'EUR', 'sale', null], [50, 800, 'EUR', 'base', null], [100, 600, 'EUR', 'base', null]]);
    expect(shown(usualLadder(prices, 'EUR', { wholesale: true }))).toEqual([[1, 700, 'EUR', 'wholesale', null], [100, 600, 'EUR', 'base', null]]);
    expect(usualLadder(prices, 'USD')).toEqual([]);
  });
});

describe('price lists', () => {
  test('the highest priority wins, of equals the lower id, and each quantity is decided for itself', () => {
    const lists = [list('b', { priority: 5 }), list('a', { priority: 5 }), list('c', { priority: 9 })];
    const said = { a: [{ minQuantity: 1, amount: 500 }], b: [{ minQuantity: 1, amount: 100 }], c: [{ minQuantity: 20, amount: 450 }] };

    for (const order of [lists, [...lists].reverse()]) {
      expect(shown(ladder([{ currency: 'EUR', base: 1000 }], { lists: order, said }))).toEqual([[1, 500, 'EUR', 'price_list', 'a'], [20, 450, 'EUR', 'price_list', 'c']]);
    }
  });

  test.each([
    { _case: 'a group the buyer is in', fields: { groupIds: ['g'] }, buyer: { ...guest(), groupIds: ['g'] }, applies: true },
    { _case: 'a group the buyer is not in', fields: { groupIds: ['g'] }, buyer: guest(), applies: false },
    { _case: 'the company of the buyer', fields: { companyIds: ['c'] }, buyer: { ...guest(), companyId: 'c' }, applies: true },
    { _case: 'another company', fields: { companyIds: ['c'] }, buyer: { ...guest(), companyId: 'd' }, applies: false },
    { _case: 'any of group and company', fields: { groupIds: ['g'], companyIds: ['c'] }, buyer: { ...guest(), companyId: 'c' }, applies: true },
    { _case: 'its channel', fields: { channels: ['b2b'] }, buyer: guest('b2b'), applies: true },
    { _case: 'the usual channel, which is none', fields: { channels: ['b2b'] }, buyer: guest(), applies: false },
    { _case: 'group and channel together', fields: { groupIds: ['g'], channels: ['b2b'] }, buyer: { ...guest(), groupIds: ['g'] }, applies: false },
    { _case: 'its first moment', fields: { startsAt: AT }, buyer: guest(), applies: true },
    { _case: 'before it starts', fields: { startsAt: new Date(AT.getTime() + 1) }, buyer: guest(), applies: false },
    { _case: 'the moment it ends', fields: { endsAt: AT }, buyer: guest(), applies: false },
    { _case: 'one that is switched off', fields: { active: false }, buyer: guest(), applies: false },
    { _case: 'another currency', fields: { currency: 'USD' }, buyer: guest(), applies: false },
  ] as Array<{ _case: string; fields: Partial<PriceList>; buyer: Buyer; applies: boolean }>)('apply to $_case: $applies', ({ fields, buyer, applies }) => {
    const paid = ladder([{ currency: 'EUR', base: 1000 }], { lists: [list('a', fields)], said: { a: [{ minQuantity: 1, amount: 500 }] }, buyer });

    expect(paid[0]!.price.amount).toBe(applies ? 500 : 1000);
  });

  test('a sale shows what it reduces; what has only a price for many is not sold', () => {
    const said = { a: [{ minQuantity: 1, amount: 800 }] };
    expect(ladder([{ currency: 'EUR', base: 1000 }], { lists: [list('a', { kind: 'sale' })], said })[0]).toMatchObject({ price: { amount: 800 }, compareAtPrice: { amount: 1000 } });
    expect(ladder([{ currency: 'EUR', base: 700 }], { lists: [list('a', { kind: 'sale' })], said })[0]).not.toHaveProperty('compareAtPrice');
    expect(ladder([], { lists: [list('a')], said: { a: [{ minQuantity: 10, amount: 800 }] } })).toEqual([]);
  });

  test('for any lists, every quantity from 1 to 1,000 costs what the first list that names it says, else the usual', () => {
    const tiers = fc.uniqueArray(fc.record({ minQuantity: fc.integer({ min: 1, max: 900 }), amount: fc.nat(5000) }), { selector: ({ minQuantity }) => minQuantity, maxLength: 5 })
      .map((all) => all.sort((a, b) => a.minQuantity - b.minQuantity));
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), tiers), { maxLength: 4 }), (given) => {
      const lists = given.map(([priority], at) => list(`l${at}`, { priority }));
      const said = Object.fromEntries(given.map(([, of], at) => [`l${at}`, of]));
      const paid = ladder([{ currency: 'EUR', base: 9999 }], { lists, said });
      const strongest = [...lists].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
      for (let quantity = 1; quantity <= 1000; quantity++) {
        const named = strongest.map(({ id }) => said[id]!.filter(({ minQuantity }) => minQuantity <= quantity).at(-1)?.amount).find((amount) => amount !== undefined);
        if (tierAt(paid, quantity)!.price.amount !== (named ?? 9999)) throw new Error(`${quantity} costs ${tierAt(paid, quantity)!.price.amount}, not ${named ?? 9999}`);
      }
    }), { numRuns: 100 });
  });
});

describe('other currencies', () => {
  test('an explicit price wins; else the market\'s is converted, with the rate as its source', () => {
    const rates = [rate()];
    expect(shown(ladder([{ currency: 'EUR', base: 1000 }, { currency: 'USD', base: 1234 }], { rates, currency: 'USD' }))).toEqual([[1, 1234, 'USD', 'base', null]]);
    const converted = ladder([{ currency: 'EUR', base: 1000, sale: 900, tiers: [{ minQuantity: 10, amount: 800 }] }], { rates, currency: 'USD' });
    expect(converted).toEqual([
      { minQuantity: 1, price: { amount: 977, currency: 'USD' }, compareAtPrice: { amount: 1085, currency: 'USD' }, source: { kind: 'converted', id: 'r1', name: '1 EUR = 1.0850 USD', from: { kind: 'sale' } } },
      { minQuantity: 10, price: { amount: 868, currency: 'USD' }, source: { kind: 'converted', id: 'r1', name: '1 EUR = 1.0850 USD', from: { kind: 'base' } } },
    ]);
    expect(ladder([{ currency: 'EUR', base: 1000 }], { rates: [], currency: 'USD' })).toEqual([]);
  });

  test('a list of the market\'s currency is converted too, one of the currency itself stands above it', () => {
    const lists = [list('e', { priority: 9 }), list('u', { currency: 'USD' })];
    const said = { e: [{ minQuantity: 1, amount: 500 }], u: [{ minQuantity: 5, amount: 400 }] };
    expect(shown(ladder([{ currency: 'EUR', base: 1000 }], { rates: [rate({ rate: '2' })], lists, said, currency: 'USD' }))).toEqual([[1, 1000, 'USD', 'converted', 'r1'], [5, 400, 'USD', 'price_list', 'u']]);
  });

  test('the latest rate that has begun counts', () => {
    const rates = [rate({ id: 'a' }), rate({ id: 'b', effectiveFrom: new Date('2026-11-01') }), rate({ id: 'c', effectiveFrom: new Date('2026-12-01') }), rate({ id: 'd', quote: 'GBP', effectiveFrom: AT })];
    expect([rateAt(rates, 'EUR', 'USD', AT)?.id, rateAt(rates, 'EUR', 'USD', new Date('2026-12-01'))?.id, rateAt(rates, 'EUR', 'USD', new Date('2025-01-01'))]).toEqual(['b', 'c', null]);
  });

  test.each([
    { _case: 'EUR to JPY', from: { amount: 1999, currency: 'EUR' }, to: 'JPY', value: '162.355', rounding: null, amount: 3245 },
    { _case: 'EUR to KWD', from: { amount: 1000, currency: 'EUR' }, to: 'KWD', value: '0.3342', rounding: null, amount: 3342 },
    { _case: 'JPY to EUR', from: { amount: 1000, currency: 'JPY' }, to: 'EUR', value: '0.00616', rounding: null, amount: 616 },
    { _case: 'half a cent up', from: { amount: 1, currency: 'EUR' }, to: 'USD', value: '1.5', rounding: null, amount: 2 },
    { _case: 'to .99', from: { amount: 1000, currency: 'EUR' }, to: 'USD', value: '1.0850', rounding: { step: 100, ending: 99 }, amount: 1099 },
    { _case: 'to 5', from: { amount: 1003, currency: 'EUR' }, to: 'CHF', value: '1', rounding: { step: 5, ending: 0 }, amount: 1005 },
    { _case: 'free stays free', from: { amount: 0, currency: 'EUR' }, to: 'USD', value: '1.0850', rounding: { step: 100, ending: 99 }, amount: 0 },
  ])('$_case', ({ from, to, value, rounding, amount }) => {
    expect(convert(from, rate({ base: from.currency, quote: to, rate: value }), rounding)).toEqual({ amount, currency: to });
  });

  test('a rounding is the nearest of its endings and never below zero', () => {
    expect([149, 150, 151, 49, 48, 1].map((amount) => roundTo(amount, { step: 100, ending: 99 }))).toEqual([199, 199, 199, 99, 99, 99]);
    expect([148, 149].map((amount) => roundTo(amount, { step: 100, ending: 99 }))).toEqual([99, 199]);
    fc.assert(fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 1000 }), fc.nat(), (amount, step, any) => {
      const ending = any % step;
      const rounded = roundTo(amount, { step, ending });
      return amount === 0 ? rounded === 0 : rounded >= 0 && rounded % step === ending && (Math.abs(rounded - amount) * 2 <= step || rounded === ending);
    }));
  });
});

test('100,000 random carts in JPY, EUR and KWD: ladders, conversions and totals add up to the last unit, in whole units', () => {
  const rates = [rate({ id: 'jpy', quote: 'JPY', rate: '162.355' }), rate({ id: 'kwd', quote: 'KWD', rate: '0.33425' })];
  const roundings = new Map([['KWD', { step: 5, ending: 0 }], ['JPY', { step: 10, ending: 8 }]]);
  let seed = 42;
  const random = (max: number) => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed % max; };
  let carts = 0;
  for (; carts < 100_000; carts++) {
    const currency = ['JPY', 'EUR', 'KWD'][carts % 3]!;
    const lines = Array.from({ length: 1 + random(3) }, (_none, at) => {
      const base = 1 + random(500_000);
      const prices: Prices = [{ currency: 'EUR', base, ...(random(2) === 0 && { sale: random(base) }), ...(random(2) === 0 && { tiers: [{ minQuantity: 2 + random(9), amount: random(base) }] }) }];
      const quantity = 1 + random(20);
      return { id: String(at), sku: `S${at}`, quantity, unitPrice: tierAt(ladder(prices, { rates, roundings, currency }), quantity)!.price, taxes: [{ name: 'VAT', rateBps: [0, 700, 1900, 2550][random(4)]!, jurisdiction: 'XX' }] };
    });
    const { totals, lines: priced } = computeTotals({ currency, lines, shipping: null, pricesIncludeTax: carts % 2 === 0 });
    const sum = priced.reduce((so, { lineTotal }) => so + lineTotal.amount, 0);
    const tax = priced.reduce((so, line) => so + line.tax.amount, 0);
    const due = carts % 2 === 0 ? sum : sum + tax;
    if (totals.grandTotal.amount !== due || totals.taxTotal.amount !== tax || !Number.isSafeInteger(due)) throw new Error(`cart ${carts} in ${currency}: ${totals.grandTotal.amount} is not ${due}`);
  }
  expect(carts).toBe(100_000);
});
