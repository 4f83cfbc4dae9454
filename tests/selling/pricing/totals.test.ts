import fc from 'fast-check';
import { computeTotals, type TotalsInput } from '../../../src/selling/pricing/totals.js';
import type { LineTax } from '../../../src/selling/pricing/index.js';
import { includedPortion, money, portion } from '../../../src/shared/money.js';

const vat = (rateBps: number): LineTax[] => [{ name: 'VAT', rateBps, jurisdiction: 'GB' }];
const off = (amount: number, of: string) => ({ promotionId: 'p', name: 'Off', class: 'order' as const, amount: money(amount, of) });

const currency = fc.constantFrom('JPY', 'EUR', 'KWD');
const carts: fc.Arbitrary<TotalsInput> = fc.record({
  currency, pricesIncludeTax: fc.boolean(), rounding: fc.constantFrom('half_up' as const, 'half_even' as const), level: fc.constantFrom('line' as const, 'order' as const), asGoods: fc.boolean(),
  shipping: fc.option(fc.record({ price: fc.nat(50_000), taxRateBps: fc.integer({ min: 0, max: 3000 }) })),
  lines: fc.array(fc.record({ unitPrice: fc.nat(5_000_000), quantity: fc.integer({ min: 1, max: 999 }), taxRateBps: fc.integer({ min: 0, max: 3000 }), discounted: fc.integer({ min: 0, max: 100 }) }), { maxLength: 12 }),
}).map(({ shipping, lines, asGoods, ...rest }) => ({
  ...rest,
  shipping: shipping && { price: money(shipping.price, rest.currency), taxes: asGoods ? 'as_goods' as const : vat(shipping.taxRateBps), allocations: [off(Math.floor(shipping.price / 3), rest.currency)] },
  lines: lines.map(({ unitPrice, quantity, taxRateBps, discounted }, i) => ({
    id: `l${i}`, sku: `S${i}`, quantity, unitPrice: money(unitPrice, rest.currency), allocations: [off(Math.floor(unitPrice * quantity * discounted / 100), rest.currency)],
    taxes: [...vat(i % 2 === 0 ? 2000 : taxRateBps), { name: 'City', rateBps: 137.5, jurisdiction: 'GB-LND' }],
  })),
}));

test('10,000 random carts in JPY, EUR and KWD: the parts make the total exactly, and none is negative', () => {
  fc.assert(fc.property(carts, (input) => {
    const { totals, lines, shipping } = computeTotals(input);
    const of = (pick: (line: (typeof lines)[number]) => number) => lines.reduce((all, line) => all + pick(line), 0);
    const added = totals.taxIncluded ? 0 : totals.taxTotal.amount;

    expect(of(({ lineTotal }) => lineTotal.amount) + totals.shippingTotal.amount + added).toBe(totals.grandTotal.amount);
    expect(totals.subtotal.amount - totals.discountTotal.amount + totals.shippingTotal.amount + added).toBe(totals.grandTotal.amount);
    expect(of(({ tax }) => tax.amount) + shipping.tax.amount).toBe(totals.taxTotal.amount);
    for (const { tax, taxes } of lines) expect(taxes.reduce((all, { amount }) => all + amount.amount, 0)).toBe(tax.amount);
    expect(shipping.taxes.reduce((all, { amount }) => all + amount.amount, 0)).toBe(shipping.tax.amount);
    if (input.level === 'order') for (const [rate, group] of byRate(input, lines)) expect(group.tax).toBe(taxOfWhole(input, rate, group.amount));
    for (const part of Object.values(totals)) if (typeof part === 'object') expect(part.amount >= 0 && Number.isSafeInteger(part.amount) && part.currency === input.currency).toBe(true);
  }), { numRuns: 10_000, seed: 20_261_121 });
});

/** Lines under the same taxes, where no postage is mixed in. */
function byRate({ shipping, lines: given }: TotalsInput, lines: ReturnType<typeof computeTotals>['lines']) {
  const groups = new Map<number, { amount: number; tax: number }>();
  if (shipping) return groups;
  for (const [at, { lineTotal, tax }] of lines.entries()) {
    const rate = given[at]!.taxes.reduce((all, { rateBps }) => all + rateBps, 0);
    const { amount, tax: before } = groups.get(rate) ?? { amount: 0, tax: 0 };
    groups.set(rate, { amount: amount + lineTotal.amount, tax: before + tax.amount });
  }
  return groups;
}
const taxOfWhole = ({ currency: of, pricesIncludeTax, rounding }: TotalsInput, rate: number, amount: number) =>
  (pricesIncludeTax ? includedPortion : portion)(money(amount, of), rate, rounding).amount;

test('the mode and the level that an order keeps, with its lines as they were sold, compute the same taxes again', () => {
  fc.assert(fc.property(carts, (input) => {
    const first = computeTotals(input);
    // What is stored: JSON, shares of taxes with their amounts and reasons, whatever became of the rates since.
    const stored = JSON.parse(JSON.stringify(first)) as typeof first;
    const again = computeTotals({
      ...input, lines: stored.lines.map(({ id, sku, quantity, unitPrice, taxes, allocations }) => ({ id, sku, quantity, unitPrice, taxes, allocations })),
      shipping: input.shipping && { price: stored.shipping.price, allocations: stored.shipping.allocations, taxes: input.shipping.taxes === 'as_goods' ? 'as_goods' : stored.shipping.taxes },
    });

    expect(again.totals).toEqual(stored.totals);
    expect(again.lines).toEqual(stored.lines);
    expect(again.shipping.tax).toEqual(stored.shipping.tax);
  }), { numRuns: 1000 });
});

test.each([
  { _case: 'gross prices', pricesIncludeTax: true, tax: 333, grand: 1999 },
  { _case: 'net prices', pricesIncludeTax: false, tax: 400, grand: 2399 },
])('20 % on 19.99 with $_case', ({ pricesIncludeTax, tax, grand }) => {
  const { totals } = computeTotals({ currency: 'EUR', pricesIncludeTax, shipping: null, lines: [{ id: '1', sku: 'A', quantity: 1, unitPrice: money(1999, 'EUR'), taxes: vat(2000) }] });

  expect([totals.taxTotal.amount, totals.grandTotal.amount]).toEqual([tax, grand]);
});

test('a discount above the price of its line is a defect, not a negative line', () => {
  expect(() => computeTotals({
    currency: 'EUR', pricesIncludeTax: true, shipping: null,
    lines: [{ id: '1', sku: 'A', quantity: 1, unitPrice: money(100, 'EUR'), taxes: vat(0), allocations: [off(101, 'EUR')] }],
  })).toThrow(RangeError);
});
