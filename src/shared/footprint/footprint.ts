import { CURRENT_FACTORS, transportGrams, type Mode } from './factors.js';
import { hasRoad, kilometres, pointOf, type Place } from './places.js';

/** All that a footprint follows from, so that it can be computed again. Grams are per unit; null is unknown. `from`: null for what no parcel is needed for. */
export type FootprintLine = Readonly<{
  id: string; sku: string; quantity: number; productionGrams: number | null; packagingGrams: number | null; weightGrams: number | null; shippingEstimateGrams: number | null; from: Place | null;
}>;
export type FootprintInput = Readonly<{ lines: readonly FootprintLine[]; to: Place; method: string; factors: string }>;
export type Leg = Readonly<{ mode: Mode; km: number }>;
/** `transport` is of all units; `basis` says what it was taken from. */
export type LineFootprint = Readonly<{
  id: string; sku: string; quantity: number; production: number; packaging: number; transport: number; total: number;
  basis: 'distance' | 'estimate' | 'unknown' | 'none'; km: number | null; legs: readonly Leg[]; unknown: readonly string[];
}>;
export type Footprint = Readonly<{ lines: readonly LineFootprint[]; production: number; packaging: number; transport: number; total: number; factors: string }>;

/** A van brings it from the last depot. */
const LAST_MILE_KM = 25;
/** So near, one van does it all. */
const VAN_ALONE_KM = 100;
const FLIES_FROM_KM = 500;
const LONG_HAUL_FROM_KM = 3_700;
const QUICK = /express|overnight|air|priority|next[-_ ]?day/i;

/** Near: a van. Further: a lorry where there is a road, a ship where there is none, a plane where it is to be quick; then a van for the last 25 km. */
export function legsOf(km: number, { from, to, method }: Readonly<{ from: string; to: string; method: string }>): Leg[] {
  if (km <= VAN_ALONE_KM) return [{ mode: 'van', km }];
  const flies = QUICK.test(method) && km > FLIES_FROM_KM;
  const air = km > LONG_HAUL_FROM_KM ? 'air_long' : 'air_short';
  return [{ mode: flies ? air : hasRoad(from, to) ? 'hgv' : 'sea', km: km - LAST_MILE_KM }, { mode: 'van', km: LAST_MILE_KM }];
}

type Transport = Pick<LineFootprint, 'transport' | 'basis' | 'km' | 'legs'>;
function transportOf({ from, weightGrams, shippingEstimateGrams, quantity }: FootprintLine, { to, method, factors }: FootprintInput): Transport {
  if (!from) return { transport: 0, basis: 'none', km: null, legs: [] };
  const [start, end] = [pointOf(from), pointOf(to)];
  if (start && end && weightGrams !== null) {
    const km = kilometres(start, end);
    const legs = legsOf(km, { from: from.country, to: to.country, method });
    return { transport: legs.reduce((so, leg) => so + transportGrams(weightGrams * quantity, leg.km, leg.mode, factors), 0), basis: 'distance', km, legs };
  }
  if (shippingEstimateGrams !== null) return { transport: shippingEstimateGrams * quantity, basis: 'estimate', km: null, legs: [] };
  return { transport: 0, basis: 'unknown', km: null, legs: [] };
}

/**
 * Grams of CO2e. Line = (production + packaging) x quantity + sum over legs of mass x distance x factor, each leg rounded once.
 * The order is the sum of its lines; what nobody knows counts nothing and is named.
 */
export function footprintOf(input: FootprintInput): Footprint {
  const lines = input.lines.map((line): LineFootprint => {
    const { id, sku, quantity, productionGrams, packagingGrams, weightGrams } = line;
    const transport = transportOf(line, input);
    const [production, packaging] = [(productionGrams ?? 0) * quantity, (packagingGrams ?? 0) * quantity];
    const unknown = [...(productionGrams === null ? ['production'] : []), ...(transport.basis === 'unknown' ? [weightGrams === null ? 'weight' : 'distance'] : [])];
    return { id, sku, quantity, production, packaging, ...transport, total: production + packaging + transport.transport, unknown };
  });
  const sumOf = (part: 'production' | 'packaging' | 'transport' | 'total') => lines.reduce((so, line) => so + line[part], 0);
  return { lines, production: sumOf('production'), packaging: sumOf('packaging'), transport: sumOf('transport'), total: sumOf('total'), factors: input.factors };
}

export const inputFor = (fields: Omit<FootprintInput, 'factors'>): FootprintInput => ({ ...fields, factors: CURRENT_FACTORS });
