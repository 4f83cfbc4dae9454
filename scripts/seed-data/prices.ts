import { money, portion } from '../../src/shared/money.js';
import type { Random } from './random.js';
import type { SeedCurrency, SeedPrice } from './types.js';

/** Minor units of the currency for one cent, in basis points: yen has no decimals, the dinar has three. */
const MINOR_UNITS_PER_CENT: Readonly<Record<SeedCurrency, number>> = { EUR: 10_000, GBP: 8_600, USD: 10_900, JPY: 16_300, KWD: 33_500 };
const CENTS_PER_EURO = 100;
const BPS_PER_PERCENT = 100;
/** Below this, in major units, a price ends in 95 as shoppers are used to; above, it is whole. */
const SMALL_PRICE = 20_000;

export type PriceTerms = Readonly<{ currencies: readonly SeedCurrency[]; discountBps: number; wholesaleBps: number }>;

export function priceTerms(random: Random): PriceTerms {
  const others: SeedCurrency[] = [];
  if (random.percent(50)) others.push('JPY');
  if (random.percent(20)) others.push('KWD');
  return {
    currencies: ['EUR', 'GBP', 'USD', ...others],
    discountBps: random.percent(15) ? random.pick([1_000, 1_500, 2_000, 2_500, 3_000]) : 0,
    wholesaleBps: random.percent(30) ? random.pick([5_500, 6_000, 6_500]) : 0,
  };
}

export function pricesOf(euros: number, sizePercent: number, terms: PriceTerms): SeedPrice[] {
  const cents = share(euros * CENTS_PER_EURO, sizePercent * BPS_PER_PERCENT);
  return terms.currencies.map((currency) => {
    const base = rounded(share(cents, MINOR_UNITS_PER_CENT[currency]), currency);
    return {
      currency,
      base,
      ...(terms.discountBps > 0 && { sale: base - share(base, terms.discountBps) }),
      ...(terms.wholesaleBps > 0 && { wholesale: share(base, terms.wholesaleBps) }),
    };
  });
}

// The currency plays no part in rounding to whole minor units.
const share = (amount: number, basisPoints: number): number => portion(money(amount, 'EUR'), basisPoints).amount;

function rounded(amount: number, currency: SeedCurrency): number {
  if (currency === 'JPY') return amount - (amount % 100) + 80;
  if (currency === 'KWD') return amount - (amount % 250) + 250;
  return amount - (amount % 100) + (amount < SMALL_PRICE ? 95 : 0);
}
