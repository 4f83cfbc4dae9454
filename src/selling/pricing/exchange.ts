import type { Ladder } from '../../shared/ladder.js';
import { minorUnitDigits, money, type Money } from '../../shared/money.js';
import { compacted } from './pricing.js';
import { roundTo, type Rounding } from './rounding.js';

/** How many units of `quote` one unit of `base` is worth from a moment on, as exact decimal text. Never changed, only followed by another. */
export type ExchangeRate = Readonly<{ id: string; base: string; quote: string; rate: string; effectiveFrom: Date }>;

export const RATE = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,10})?$/;

export const nameOf = ({ base, quote, rate }: ExchangeRate): string => `1 ${base} = ${rate} ${quote}`;

/** The one that counts at a moment: the latest that has begun; of two of one moment the later one stored. */
export function rateAt(rates: readonly ExchangeRate[], base: string, quote: string, at: Date): ExchangeRate | null {
  return rates.filter((rate) => rate.base === base && rate.quote === quote && rate.effectiveFrom <= at)
    .reduce<ExchangeRate | null>((best, rate) => (best === null || isLater(rate, best) ? rate : best), null);
}

const isLater = (a: ExchangeRate, b: ExchangeRate): boolean =>
  a.effectiveFrom > b.effectiveFrom || (a.effectiveFrom.getTime() === b.effectiveFrom.getTime() && a.id > b.id);

/** Exact up to the one rounding to a minor unit, then to an ending of the currency. */
export function convert({ amount, currency }: Money, { rate, quote }: ExchangeRate, rounding: Rounding | null): Money {
  const [whole, decimals = ''] = rate.split('.') as [string, string?];
  const numerator = BigInt(amount) * BigInt(whole + decimals) * 10n ** BigInt(minorUnitDigits(quote));
  const denominator = 10n ** BigInt(decimals.length + minorUnitDigits(currency));
  return money(roundTo(Number((numerator * 2n + denominator) / (denominator * 2n)), rounding), quote);
}

/** A compared price that is no longer above the price after rounding is left out. */
export function convertLadder(ladder: Ladder, rate: ExchangeRate, rounding: Rounding | null): Ladder {
  return compacted(ladder.map(({ minQuantity, price, compareAtPrice, source }) => {
    const converted = convert(price, rate, rounding);
    const compared = compareAtPrice && convert(compareAtPrice, rate, rounding);
    const from = source.kind === 'converted' ? source.from : source;
    return {
      minQuantity, price: converted, ...(compared && compared.amount > converted.amount && { compareAtPrice: compared }),
      source: { kind: 'converted', id: rate.id, name: nameOf(rate), from },
    };
  }));
}
