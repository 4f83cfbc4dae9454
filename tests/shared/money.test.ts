import fc from 'fast-check';
import {
  add, allocate, formatMoney, includedPortion, isCurrency, minorUnitDigits, money, parseMoney, portion, subtract, sum, times, zero, type RoundingMode,
} from '../../src/shared/money.js';
import { vectors } from '../support/vectors.js';

type Modes = Record<RoundingMode, number>;
type Vectors = {
  round: Array<{ currency: string; amount: string; minor: Modes }>;
  allocate: Array<{ total: number; weights: number[]; parts: number[] }>;
  tax: Array<{
    rate: string; lines: Array<{ unit: number; qty: number }>;
    exclusive: { perLine: number[]; taxTotalRounded: number }; inclusive: { taxPerLine: number[]; netPerLine: number[]; taxTotalRounded: number };
  }>;
};
const given = vectors<Vectors>('money');
const iso = vectors<Record<string, number | null>>('iso4217_minor_units');
const eur = (amount: number) => money(amount, 'EUR');

given.describe('vectors made with exact decimals', () => {
  test('rounding, half up and half even, to the minor unit of each currency', () => {
    for (const { currency, amount, minor } of given.data.round) {
      const [whole, scale] = scaled(amount, minorUnitDigits(currency));
      // A share of 10^scale basis points rounds exactly what the decimal has too much.
      for (const mode of ['half_up', 'half_even'] as const) expect({ amount, mode, minor: rounded(whole, scale, mode) }).toEqual({ amount, mode, minor: minor[mode] });
    }
  });

  test('allocation by largest remainder', () => {
    for (const { total, weights, parts } of given.data.allocate) expect(allocate(eur(total), weights).map(({ amount }) => amount)).toEqual(parts);
  });

  test('tax on net and inside gross prices, line by line', () => {
    for (const { rate, lines, exclusive, inclusive } of given.data.tax) {
      // 8.875 % is not a whole number of basis points, which is what a rate is here.
      if ((rate.split('.')[1] ?? '').length > 4) continue;
      const bps = parseMoney(rate, 'CLF').amount;
      const totals = lines.map(({ unit, qty }) => times(eur(unit), qty));
      expect(totals.map((total) => portion(total, bps).amount)).toEqual(exclusive.perLine);
      expect(totals.map((total) => includedPortion(total, bps).amount)).toEqual(inclusive.taxPerLine);
      expect(totals.map((total) => subtract(total, includedPortion(total, bps)).amount)).toEqual(inclusive.netPerLine);
      expect(portion(sum(totals, 'EUR'), bps).amount).toBe(exclusive.taxTotalRounded);
      expect(includedPortion(sum(totals, 'EUR'), bps).amount).toBe(inclusive.taxTotalRounded);
    }
  });
});

iso.describe('ISO 4217', () => {
  test('the minor units of every listed currency', () => {
    const listed = Object.entries(iso.data);
    expect(listed.length).toBeGreaterThan(150);
    expect(listed.filter(([code, digits]) => digits !== null && minorUnitDigits(code) !== digits)).toEqual([]);
  });
});

/** '12.345' in a currency of 2 digits is 12345 over 10. */
function scaled(text: string, digits: number): [bigint, number] {
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.padEnd(digits, '0');
  return [BigInt(whole.replace('-', '') + kept) * (text.startsWith('-') ? -1n : 1n), kept.length - digits];
}

function rounded(value: bigint, scale: number, mode: RoundingMode): number {
  if (scale === 0) return Number(value);
  if (scale <= 4) return portion(eur(Number(value)), 10 ** (4 - scale), mode).amount;
  // More than four digits too many: what is below them decides only by being there, so it is folded into one digit.
  const cut = 10n ** BigInt(scale - 3);
  const sticky = value % cut === 0n ? 0n : value < 0n ? -1n : 1n;
  return portion(eur(Number((value / cut) * 10n + sticky)), 1, mode).amount;
}

const amounts = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
const weights = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 50 }).filter((list) => list.some((weight) => weight > 0));

describe('for any amounts', () => {
  test('the parts of an allocation add up, keep the sign, and are within one unit of their exact share', () => {
    fc.assert(fc.property(amounts, weights, (total, list) => {
      const parts = allocate(eur(total), list).map(({ amount }) => amount);
      const all = list.reduce((so, weight) => so + weight, 0);
      expect(parts.reduce((so, part) => so + part, 0)).toBe(total);
      for (const [at, part] of parts.entries()) {
        expect(Math.abs(part - (total * list[at]!) / all)).toBeLessThan(1);
        expect(part * total).toBeGreaterThanOrEqual(0);
        if (list[at] === 0) expect(Math.abs(part)).toBe(0);
      }
    }), { numRuns: 2_000 });
  });

  test('a portion is off by half a unit at most, and mirrors for negative amounts', () => {
    fc.assert(fc.property(amounts, fc.integer({ min: 0, max: 10_000 }), fc.constantFrom<RoundingMode>('half_up', 'half_even'), (amount, bps, mode) => {
      const part = portion(eur(amount), bps, mode).amount;
      expect(Math.abs(part * 10_000 - amount * bps)).toBeLessThanOrEqual(5_000);
      expect(portion(eur(-amount), bps, mode).amount + part).toBe(0);
    }), { numRuns: 2_000 });
  });

  test('net and tax inside a gross amount add up to it', () => {
    fc.assert(fc.property(amounts, fc.integer({ min: 0, max: 10_000 }), (gross, bps) => {
      const tax = includedPortion(eur(gross), bps);
      expect(add(subtract(eur(gross), tax), tax)).toEqual(eur(gross));
    }));
  });

  test('what is written for people in a plain form is read back exactly', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), (amount, currency) => {
      const text = formatMoney(money(amount, currency)).replace(/[^\d.]/g, '');
      expect(parseMoney(text, currency)).toEqual(money(amount, currency));
    }));
  });
});

describe('what is refused', () => {
  test.each([0.1, Number.NaN, Infinity, 2 ** 53])('%s is no amount', (amount) => { expect(() => money(amount, 'EUR')).toThrow(RangeError); });
  test('two currencies are never added', () => { expect(() => add(eur(1), money(1, 'USD'))).toThrow(TypeError); });
  test('a sum beyond what is exact', () => { expect(() => add(eur(Number.MAX_SAFE_INTEGER), eur(1))).toThrow(RangeError); });
  test('a product beyond what is exact', () => { expect(() => times(eur(Number.MAX_SAFE_INTEGER), 2)).toThrow(RangeError); });
  test('half a piece', () => { expect(() => times(eur(1), 0.5)).toThrow(RangeError); });
  test.each([[[]], [[0, 0]], [[-1, 2]]])('weights %j', (list) => { expect(() => allocate(eur(10), list)).toThrow(RangeError); });
  test.each(['1,5', '-1', '1e3', '', '.5', '1.', ' ', '0.001', '99999999999999999999'])('"%s" is no plain amount of euros', (text) => { expect(() => parseMoney(text, 'EUR')).toThrow(RangeError); });
});

test.each([
  ['EUR', 129_900, '€1,299.00'], ['JPY', 800, '¥800'], ['KWD', 1_800, 'KWD 1.800'], ['EUR', -5, '-€0.05'], ['USD', 9_007_199_254_740_991, '$90,071,992,547,409.91'],
])('%s %i reads %s', (currency, amount, text) => {
  expect(formatMoney(money(amount, currency)).replaceAll('\u00A0', ' ')).toBe(text);
});

test('a sum of nothing has a currency, and currencies are those of ISO 4217', () => {
  expect(sum([], 'JPY')).toEqual(zero('JPY'));
  expect(sum([eur(1), eur(2)], 'EUR')).toEqual(eur(3));
  expect(['EUR', 'XYZ', 'eur', ''].map(isCurrency)).toEqual([true, false, false, false]);
});
