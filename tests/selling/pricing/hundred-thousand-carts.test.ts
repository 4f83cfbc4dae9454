import { computeTotals, type TotalsInput } from '../../../src/selling/pricing/totals.js';
import { money } from '../../../src/shared/money.js';

/** The same carts on every run, made faster than a property test makes them. */
function numbers(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { below: (most: number) => Math.floor(next() * most), of: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]! };
}

const RATES = [0, 210, 550, 700, 810, 997.5, 1000, 1900, 2000, 2550] as const;

function cart({ below, of }: ReturnType<typeof numbers>): TotalsInput {
  const currency = of(['JPY', 'EUR', 'KWD']);
  const off = (amount: number) => (amount === 0 ? [] : [{ promotionId: 'p', name: 'Off', class: 'order' as const, amount: money(amount, currency) }]);
  const taxes = () => (below(4) === 0 ? [{ name: 'GST', rateBps: 500, jurisdiction: 'CA' }, { name: 'QST', rateBps: 997.5, jurisdiction: 'CA-QC' }] : [{ name: 'VAT', rateBps: of(RATES), jurisdiction: 'XX' }]);
  const shipping = below(5_000);
  return {
    currency, pricesIncludeTax: below(2) === 0, rounding: of(['half_up', 'half_even']), level: of(['line', 'order']),
    shipping: below(3) === 0 ? null : { price: money(shipping, currency), taxes: below(2) === 0 ? 'as_goods' : taxes(), allocations: off(below(shipping + 1)) },
    lines: Array.from({ length: 1 + below(6) }, (_line, at) => {
      const [unit, quantity] = [below(1_000_000), 1 + below(20)];
      return { id: `${at}`, sku: `S${at}`, quantity, unitPrice: money(unit, currency), taxes: taxes(), allocations: off(below(unit * quantity + 1)) };
    }),
  };
}

test('100,000 carts in JPY, EUR and KWD: lines and shipping make the total, shares make the taxes, all in whole minor units', () => {
  const random = numbers(20_261_121);
  const wrong: unknown[] = [];
  for (let n = 0; n < 100_000; n++) {
    const input = cart(random);
    const { totals, lines, shipping } = computeTotals(input);
    const of = (amounts: ReadonlyArray<{ amount: number }>) => amounts.reduce((so, { amount }) => so + amount, 0);
    const tax = of(lines.map((line) => line.tax)) + shipping.tax.amount;
    const shares = of([...lines.flatMap((line) => line.taxes), ...shipping.taxes].map(({ amount }) => amount));
    const total = of(lines.map(({ lineTotal }) => lineTotal)) + shipping.total.amount + (totals.taxIncluded ? 0 : tax);
    const entered = of(input.lines.map(({ unitPrice, quantity }) => ({ amount: unitPrice.amount * quantity }))) - totals.discountTotal.amount + shipping.total.amount;
    const kept = totals.taxIncluded ? totals.grandTotal.amount : totals.grandTotal.amount - totals.taxTotal.amount;
    const whole = [totals.subtotal, totals.grandTotal, totals.taxTotal, ...lines.map((line) => line.tax)].every(({ amount }) => Number.isSafeInteger(amount) && amount >= 0);
    if (tax !== totals.taxTotal.amount || shares !== tax || total !== totals.grandTotal.amount || entered !== kept || !whole) wrong.push({ n, input });
  }

  expect(wrong).toEqual([]);
});
