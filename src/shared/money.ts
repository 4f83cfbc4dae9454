/** An amount in the currency's minor unit (cents, yen, fils). Never a fraction, never a float. */
export type Money = Readonly<{ amount: number; currency: string }>;
export type RoundingMode = 'half_up' | 'half_even';

/** ISO 4217: the currencies whose minor unit is not 1/100. Written down because CLDR, behind Intl, disagrees for some (IQD, LBP). */
const DIGITS: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4,
};
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

export const isCurrency = (code: string): boolean => CURRENCIES.has(code);
export const minorUnitDigits = (currency: string): number => DIGITS[currency] ?? 2;

export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`Not a whole minor amount: ${amount}`);
  return { amount, currency };
}

export const zero = (currency: string): Money => money(0, currency);
const negated = ({ amount, currency }: Money): Money => money(amount === 0 ? 0 : -amount, currency);

export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new TypeError(`Cannot add ${b.currency} to ${a.currency}`);
  return money(a.amount + b.amount, a.currency);
}

export const subtract = (a: Money, b: Money): Money => add(a, negated(b));

/** The currency is needed because a sum of nothing has one too. */
export const sum = (amounts: readonly Money[], currency: string): Money => amounts.reduce(add, zero(currency));

// Products pass through BigInt: it refuses fractions, and money() refuses what no longer fits a number.

export function times(price: Money, quantity: number): Money {
  return money(Number(BigInt(price.amount) * BigInt(quantity)), price.currency);
}

/** A rate is basis points (1/100 of a percent, with at most two decimals): 20 % is 2000, 9.975 % is 997.5. Rounds once; half_up is half away from zero. */
export function portion(of: Money, basisPoints: number, mode: RoundingMode = 'half_up'): Money {
  return money(Number(divide(BigInt(of.amount) * partsPerMillion(basisPoints), 1_000_000n, mode)), of.currency);
}

function partsPerMillion(basisPoints: number): bigint {
  const scaled = Math.round(basisPoints * 100);
  if (Math.abs(basisPoints * 100 - scaled) > 1e-6) throw new RangeError(`A rate has at most two decimals of a basis point: ${basisPoints}`);
  return BigInt(scaled);
}

/** Rates of several taxes together; decimals are kept exact. */
export const sumOfRates = (rates: readonly number[]): number => rates.reduce((so, rate) => so + Math.round(rate * 100), 0) / 100;

/** `part` of `whole` equal shares, rounded once. Cumulative use closes exactly: the share of all is the amount. */
export function fraction(of: Money, part: number, whole: number, mode: RoundingMode = 'half_up'): Money {
  return money(Number(divide(BigInt(of.amount) * BigInt(part), BigInt(whole), mode)), of.currency);
}

/** The tax that is inside a gross amount: what is left of it beside the net price, gross / (1 + rate), which is rounded once. */
export function includedPortion(gross: Money, basisPoints: number, mode: RoundingMode = 'half_up'): Money {
  const net = Number(divide(BigInt(gross.amount) * 1_000_000n, 1_000_000n + partsPerMillion(basisPoints), mode));
  return subtract(gross, money(net, gross.currency));
}

function divide(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (mode === 'half_up' || quotient % 2n === 1n));
  const rounded = up ? quotient + 1n : quotient;
  return numerator < 0n ? -rounded : rounded;
}

/** Splits an amount so that the parts add up to it exactly; leftover units go to the largest remainders, ties to the first. */
export function allocate(total: Money, weights: readonly number[]): Money[] {
  if (weights.some((weight) => weight < 0)) throw new RangeError('allocate() refuses a negative weight');
  const all = weights.reduce((so, weight) => so + BigInt(weight), 0n);
  if (all === 0n) throw new RangeError('allocate() needs a positive weight');

  const whole = BigInt(Math.abs(total.amount));
  const shares = weights.map((weight) => {
    const exact = whole * BigInt(weight);
    return { part: exact / all, remainder: exact % all };
  });
  const left = whole - shares.reduce((so, { part }) => so + part, 0n);
  const byRemainder = [...shares].sort((a, b) => (a.remainder === b.remainder ? 0 : a.remainder < b.remainder ? 1 : -1));
  for (const share of byRemainder.slice(0, Number(left))) share.part += 1n;

  const sign = total.amount < 0 ? -1n : 1n;
  return shares.map(({ part }) => money(Number(sign * part), total.currency));
}

/** Reads `29.97` exactly; more digits than the currency has, a sign, an exponent or an unsafe size is a RangeError. */
export function parseMoney(text: string, currency: string): Money {
  const digits = minorUnitDigits(currency);
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!match) throw new RangeError(`Not a plain decimal amount: ${text}`);
  const fraction = (match[2] ?? '').replace(/(?<!0)0+$/, '');
  if (fraction.length > digits) throw new RangeError(`${currency} has ${digits} decimals: ${text}`);
  return money(Number(`${match[1]}${fraction.padEnd(digits, '0')}`), currency);
}

/** `1299.00`, what parseMoney reads. */
export function decimalOf({ amount, currency }: Money): string {
  const digits = minorUnitDigits(currency);
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  return `${amount < 0 ? '-' : ''}${digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`}`;
}

/** `EUR 1,299.00`, for people. */
export function formatMoney(value: Money, locale = 'en'): string {
  const { currency } = value;
  const digits = minorUnitDigits(currency);
  const formatter = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
  // Intl accepts an exact decimal string (ES2023), which TypeScript's lib does not type as such for format().
  return formatter.format(decimalOf(value) as unknown as number);
}
