import { money, portion, sum, times, type Money } from '../../shared/money.js';
import { contains, type Axis, type Cell, type Range } from './bands.js';
import { isSent, type ShippingLine } from './shipping.js';

/** Minor units by currency. A currency that is not named is not offered: nothing is converted. */
export type Prices = Readonly<Record<string, number>>;
/** A price, and more for each step begun beyond the start of the band. */
export type Band = Range & Readonly<{ prices: Prices; each?: Readonly<{ every: number; prices: Prices }> }>;
export type TableRow = Cell & Readonly<{ prices: Prices }>;
export type OwnRate = Readonly<
  | { kind: 'flat'; prices: Prices }
  | { kind: 'weight'; bands: readonly Band[] }
  /** Bands of what the goods cost, in this currency only. */
  | { kind: 'price'; currency: string; bands: readonly Band[] }
  /** The heavier of weight and volume; `divisor` is cubic centimetres to the kilogram, usually 5000. */
  | { kind: 'dimensions'; divisor: number; bands: readonly Band[] }
  | { kind: 'table'; currency: string; rows: readonly TableRow[] }
>;
/** What the carrier asks, plus something; its own table where the carrier cannot be asked in time. */
export type CarrierRate = Readonly<{ kind: 'carrier'; carrier: string; service: string; markupBps?: number; fallback: OwnRate }>;
export type Rate = OwnRate | CarrierRate;

export type Surcharge = Readonly<{ class: string; per: 'unit' | 'parcel'; prices: Prices }>;
export type Limits = Readonly<{
  minWeightGrams?: number; maxWeightGrams?: number; maxQuantity?: number; maxSideMm?: number; minSubtotal?: Prices; maxSubtotal?: Prices;
}>;
export type Method = Readonly<{
  id: string; zoneId: string; code: string; name: string; active: boolean; rate: Rate;
  /** From this subtotal on, after reductions, the price is 0; surcharges stay. */
  freeFrom?: Prices; surcharges?: readonly Surcharge[]; limits?: Limits; taxCategory?: string;
  estimate?: Readonly<{ minDays: number; maxDays: number }>;
  /** Counted for goods nobody has weighed. */
  assumedWeightGrams?: number;
  position: number; version: number; createdAt: Date; updatedAt: Date;
}>;

/** What is sent together. `subtotal` is of these goods; `orderSubtotal` of all of them, which is what thresholds look at. */
export type Parcel = Readonly<{ currency: string; subtotal: Money; orderSubtotal: Money; lines: readonly ShippingLine[] }>;
type Rated = Readonly<{ price: Money } | { refused: string }>;

const MM3_PER_CM3 = 1000;
/** Cubic millimetres to grams by a divisor in cubic centimetres to the kilogram, rounded up; exact in BigInt. */
function volumetricGrams({ length, width, height }: NonNullable<ShippingLine['dimensionsMm']>, divisor: number): number {
  const [volume, unit] = [BigInt(length) * BigInt(width) * BigInt(height) * 1000n, BigInt(divisor) * BigInt(MM3_PER_CM3)];
  return Number((volume + unit - 1n) / unit);
}

export type Measures = Readonly<{ weightGrams: number; quantity: number; longestSideMm: number }>;
export function measure(lines: readonly ShippingLine[], { assumedWeightGrams = 0, divisor }: { assumedWeightGrams?: number | undefined; divisor?: number | undefined } = {}): Measures {
  const sent = lines.filter(isSent);
  const weightOf = ({ weightGrams = assumedWeightGrams, dimensionsMm }: ShippingLine) =>
    (divisor === undefined || !dimensionsMm ? weightGrams : Math.max(weightGrams, volumetricGrams(dimensionsMm, divisor)));
  return {
    weightGrams: sent.reduce((so, line) => so + weightOf(line) * line.quantity, 0),
    quantity: sent.reduce((so, { quantity }) => so + quantity, 0),
    longestSideMm: Math.max(0, ...sent.flatMap(({ dimensionsMm }) => (dimensionsMm ? [dimensionsMm.length, dimensionsMm.width, dimensionsMm.height] : []))),
  };
}

/** Each step begun counts whole. */
const stepsBegun = (beyond: number, every: number): number => (beyond <= 0 ? 0 : Number((BigInt(beyond) + BigInt(every) - 1n) / BigInt(every)));

function bandPrice(bands: readonly Band[], value: number, axis: Axis, currency: string): number | undefined {
  const band = bands.find((one) => contains(one, value, axis));
  const base = band?.prices[currency];
  if (!band || base === undefined || !band.each) return base;
  const more = band.each.prices[currency];
  return more === undefined ? undefined : base + more * stepsBegun(value - band.from, band.each.every);
}

function ownPrice(rate: OwnRate, parcel: Parcel, assumedWeightGrams: number | undefined): number | undefined {
  const { currency, lines, subtotal } = parcel;
  const { weightGrams, quantity } = measure(lines, { assumedWeightGrams, divisor: rate.kind === 'dimensions' ? rate.divisor : undefined });
  switch (rate.kind) {
    case 'flat': return rate.prices[currency];
    case 'weight': case 'dimensions': return bandPrice(rate.bands, weightGrams, 'weight', currency);
    case 'price': return rate.currency === currency ? bandPrice(rate.bands, subtotal.amount, 'price', currency) : undefined;
    case 'table': {
      if (rate.currency !== currency) return undefined;
      const row = rate.rows.find((one) => contains(one.weight, weightGrams, 'weight') && contains(one.price, subtotal.amount, 'price') && contains(one.quantity, quantity, 'quantity'));
      return row?.prices[currency];
    }
  }
}

/** Why the method does not take these goods; null when it does. */
function beyondLimits({ limits = {}, assumedWeightGrams }: Pick<Method, 'limits' | 'assumedWeightGrams'>, { currency, lines, orderSubtotal }: Parcel): string | null {
  const { weightGrams, quantity, longestSideMm } = measure(lines, { assumedWeightGrams });
  const { minWeightGrams = 0, maxWeightGrams = Infinity, maxQuantity = Infinity, maxSideMm = Infinity, minSubtotal = {}, maxSubtotal = {} } = limits;
  if (weightGrams < minWeightGrams) return 'too_light';
  if (weightGrams > maxWeightGrams) return 'too_heavy';
  if (quantity > maxQuantity) return 'too_many';
  if (longestSideMm > maxSideMm) return 'too_long';
  if (orderSubtotal.amount < (minSubtotal[currency] ?? 0)) return 'subtotal_too_low';
  return orderSubtotal.amount > (maxSubtotal[currency] ?? Infinity) ? 'subtotal_too_high' : null;
}

/** Null where a surcharge that applies has no price in the currency: it must not be forgotten. */
function surchargesOf({ surcharges = [] }: Pick<Method, 'surcharges'>, { currency, lines }: Parcel): Money | null {
  const owed: Money[] = [];
  for (const surcharge of surcharges) {
    const units = lines.filter((line) => isSent(line) && line.shippingClass === surcharge.class).reduce((so, { quantity }) => so + quantity, 0);
    if (units === 0) continue;
    const amount = surcharge.prices[currency];
    if (amount === undefined) return null;
    owed.push(times(money(amount, currency), surcharge.per === 'unit' ? units : 1));
  }
  return sum(owed, currency);
}

type Terms = Omit<Method, 'rate' | 'id' | 'zoneId' | 'code' | 'name' | 'active' | 'position' | 'version' | 'createdAt' | 'updatedAt'>;
/** What a method asks for a parcel. `asked` is what the carrier answered, for methods that ask one. */
export function priceOf(method: Terms & Pick<Method, 'rate'>, parcel: Parcel, asked?: Money): Rated {
  const { currency, orderSubtotal } = parcel;
  const refused = beyondLimits(method, parcel);
  if (refused) return { refused };
  const surcharges = surchargesOf(method, parcel);
  const base = asked ? asked.amount : ownPrice(method.rate.kind === 'carrier' ? method.rate.fallback : method.rate, parcel, method.assumedWeightGrams);
  if (surcharges === null || base === undefined) return { refused: 'no_price' };
  const threshold = method.freeFrom?.[currency];
  const isFree = threshold !== undefined && orderSubtotal.amount >= threshold;
  return { price: sum([money(isFree ? 0 : base, currency), surcharges], currency) };
}

export const markedUp = (price: Money, markupBps = 0): Money => sum([price, portion(price, markupBps)], price.currency);
