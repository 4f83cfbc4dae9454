import fc from 'fast-check';
import { creditFees, grossOfFee } from '../../../src/fulfilment/orders/fees.js';
import type { OrderItem } from '../../../src/fulfilment/orders/orders.js';
import { assessDuties, rateOf, type DutyRules } from '../../../src/fulfilment/tax/duties/duties.js';
import { addFees, computeTotals, type FeeInput } from '../../../src/selling/pricing/index.js';
import { money } from '../../../src/shared/money.js';

const vat = (rateBps: number) => [{ name: 'VAT', rateBps, jurisdiction: 'GB' }];
type Line = { price: number; quantity: number };
const priced = (lines: readonly Line[], { currency, included }: { currency: string; included: boolean }) => computeTotals({
  currency, pricesIncludeTax: included, shipping: { price: money(490, currency), taxes: vat(2000) },
  lines: lines.map(({ price, quantity }, at) => ({ id: `l${at}`, sku: `S${at}`, quantity, unitPrice: money(price, currency), taxes: vat(2000) })),
});
const fee = (amount: number, currency: string, weights: readonly number[], rateBps = 2000): FeeInput =>
  ({ code: 'duty', name: 'Import duty', amount: money(amount, currency), taxes: vat(rateBps), weights: weights.map((weight, at) => ({ lineId: `l${at}`, weight })) });
/** Lines of an order of which so many units were credited. */
const credited = (lines: readonly Line[], units: readonly number[]) => lines.map(({ quantity }, at) => ({ id: `l${at}`, quantity, credited: { units: units[at]!, amount: 0 } }) as unknown as OrderItem);

describe('a fee', () => {
  test('is a part of the total with its own tax, apart from the subtotal', () => {
    const { totals, fees } = addFees(priced([{ price: 1200, quantity: 3 }], { currency: 'EUR', included: false }), [fee(1000, 'EUR', [1], 500)], {});

    expect(totals).toEqual({ subtotal: money(3600, 'EUR'), discountTotal: money(0, 'EUR'), shippingTotal: money(490, 'EUR'), feeTotal: money(1000, 'EUR'), taxTotal: money(720 + 98 + 50, 'EUR'), grandTotal: money(3600 + 490 + 1000 + 868, 'EUR'), taxIncluded: false });
    expect(fees).toEqual([{ code: 'duty', name: 'Import duty', amount: money(1000, 'EUR'), tax: money(50, 'EUR'), taxes: [{ ...vat(500)[0], amount: money(50, 'EUR') }], shares: [{ itemId: 'l0', quantity: 3, amount: 1000 }] }]);
  });

  test('leaves a total without fees as it was, with no field of its own', () => {
    const before = priced([{ price: 999, quantity: 1 }], { currency: 'EUR', included: true });
    expect(addFees(before, [], {})).toEqual({ ...before, fees: [] });
    expect(before.totals).not.toHaveProperty('feeTotal');
  });

  test('in JPY, EUR and KWD it adds up exactly, goes back unit by unit, and closes at zero with the last one', () => {
    const lines = fc.array(fc.record({ price: fc.nat(90_000), quantity: fc.integer({ min: 1, max: 9 }), weight: fc.nat(500) }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(lines, fc.constantFrom('JPY', 'EUR', 'KWD'), fc.boolean(), fc.nat(20_000), fc.integer({ min: 0, max: 2500 }), (given, currency, included, amount, rateBps) => {
      const { totals, lines: goods, fees, shipping } = addFees(priced(given, { currency, included }), [fee(amount, currency, given.map(({ weight }) => weight), rateBps)], {});
      const sumOf = (all: ReadonlyArray<{ lineTotal: { amount: number } }>) => all.reduce((so, { lineTotal }) => so + lineTotal.amount, 0);
      expect(sumOf(goods) + shipping.total.amount + amount + (included ? 0 : totals.taxTotal.amount)).toBe(totals.grandTotal.amount);
      expect(goods.reduce((so, { tax }) => so + tax.amount, shipping.tax.amount + fees[0]!.tax.amount)).toBe(totals.taxTotal.amount);

      let so = [...fees] as Parameters<typeof creditFees>[0];
      let back = 0;
      const units = given.map(() => 0);
      for (const [at, { quantity }] of given.entries()) {
        for (let unit = 1; unit <= quantity; unit += 1) {
          units[at] = unit;
          const step = creditFees(so, credited(given, units), included);
          for (const credit of step.credits) { expect(credit.amount).toBeGreaterThan(0); back += credit.amount; }
          so = step.fees;
        }
      }
      expect(back).toBe(grossOfFee(fees[0]!, included));
      expect(creditFees(so, credited(given, units), included).credits).toEqual([]);
    }), { numRuns: 500, seed: 20_261_121 });
  });
});

const RULES: DutyRules = {
  country: 'US', name: 'Import duty', basis: 'goods', collected: 'at_checkout', defaultRateBps: 500, rates: [{ hsPrefix: '61', rateBps: 1600 }, { hsPrefix: '610910', rateBps: 1650 }, { hsPrefix: '4901', rateBps: 0 }],
  deMinimis: [money(10_000, 'EUR')], tax: { name: 'Import VAT', rateBps: 1000 }, version: 1, updatedAt: new Date(0),
};
const line = (id: string, amount: number, hsCode?: string, currency = 'EUR') => ({ id, hsCode, value: money(amount, currency) });
const assess = (rules: Partial<DutyRules>, lines: Array<ReturnType<typeof line>>, shipping = 0, currency = 'EUR') =>
  assessDuties({ ...RULES, ...rules }, { country: 'US', lines, shipping: money(shipping, currency), mode: 'half_up' });

describe('duties', () => {
  test.each([['6109.10', 1650], ['610990', 1600], ['6201.11', 500], ['4901.99.00', 0], [undefined, 500]])('of %s are %d basis points: the longest prefix counts', (hsCode, rateBps) => {
    expect(rateOf(RULES, hsCode)).toBe(rateBps);
  });

  test('are rounded once per line, and a line without a code flags the sale', () => {
    // 99.99 x 16.5 % = 16.498 -> 16.50; 50.01 x 5 % = 2.5005 -> 2.50.
    expect(assess({}, [line('a', 9999, '6109.10'), line('b', 5001)])).toEqual({
      name: 'Import duty', amount: money(1900, 'EUR'), lines: [{ id: 'a', amount: money(1650, 'EUR') }, { id: 'b', amount: money(250, 'EUR') }],
      isCollected: true, levies: [{ name: 'Import VAT', rateBps: 1000, jurisdiction: 'US' }], flags: ['hs_code_missing'],
    });
  });

  test.each([
    ['exactly at the limit', [line('a', 10_000, '6109.10')], 0, {}, null],
    ['a cent above it', [line('a', 10_001, '6109.10')], 0, {}, 1650],
    ['above it by the postage, where that counts: (90 + 15) x 16.5 %', [line('a', 9000, '6109.10')], 1500, { basis: 'goods_and_shipping' as const }, 1733],
    ['not above it by the postage, where that does not count', [line('a', 9000, '6109.10')], 1500, {}, null],
    ['books, which are free', [line('a', 20_000, '4901.99')], 0, {}, null],
    ['in a currency without a limit', [line('a', 1000, '6109.10', 'JPY')], 0, {}, 165],
    ['nothing that is sent', [], 500, {}, null],
  ])('%s', (_case, lines, shipping, rules, duty) => {
    expect(assess(rules, lines, shipping, lines[0]?.value.currency)?.amount.amount ?? null).toBe(duty);
  });

  test('on a zero rate of tax say why', () => {
    expect(assess({ tax: { name: 'VAT', rateBps: 0 } }, [line('a', 20_000)])!.levies).toEqual([{ name: 'VAT', rateBps: 0, jurisdiction: 'US', reason: 'zero_rated' }]);
  });
});
