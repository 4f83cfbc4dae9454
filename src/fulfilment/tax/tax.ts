import type { Buyer } from '../../shared/buyer.js';
import { add, includedPortion, portion, subtract, type Money, type RoundingMode } from '../../shared/money.js';

export type Place = Readonly<{ country: string; region?: string | undefined; postalCode?: string | undefined }>;
/** Codes that begin with `prefix`, or from `from` to `to`, compared as far as the bound is long. */
export type PostalArea = Readonly<{ prefix: string } | { from: string; to: string }>;
/**
 * One tax on one kind of goods in one area. Taxes of different `layer` (state, county, city; GST, PST) add up; within a
 * layer the narrowest area counts, and in it the named category before the standard one.
 */
export type Rate = Readonly<{
  country: string; region?: string | undefined; postal?: PostalArea | undefined; category: string; layer: string; name: string; rateBps: number; jurisdiction: string;
  validFrom: Date; validTo?: Date | undefined; reason?: string | undefined;
  /** Entered by staff, who know better than the program. */
  own?: boolean;
}>;

/** One tax on one line. `reason` says why nothing is due, where nothing is. */
export type Levy = Readonly<{ name: string; rateBps: number; jurisdiction: string; reason?: string }>;
export type RoundingLevel = 'line' | 'order';
/** `per`: what each jurisdiction gets is rounded by itself; estimates of before that have none. */
export type Rounding = Readonly<{ mode: RoundingMode; level: RoundingLevel; per?: 'jurisdiction' }>;

/** What is decided once for the shop. README.md tells what each of them means for a customer. */
export type TaxPolicy = Readonly<{
  mode: 'flat' | 'table';
  /** Where the shop is. */
  home: string;
  /** The one rate of the market: of every place in `flat`, of home in `table` where no table knows it. */
  flatRateBps: number;
  pricesIncludeTax: boolean;
  /** Destinations whose prices are net although the others are gross. */
  netPriceCountries: readonly string[];
  /** Countries whose tax is collected by us; `EU` means all of the EU. Home always is. */
  registrations: readonly string[];
  /** Where the tax differs from home: the listed gross price stays, or is made anew from its net. */
  foreignPrices: 'keep' | 'recompute';
  /** `goods`: like what is sent; else a tax category. */
  shippingCategory: string;
  rounding: Rounding;
  reverseChargeUnverified: boolean;
}>;

export type VatIdStatus = 'valid' | 'invalid' | 'unverified';
export type KnownVatId = Readonly<{ number: string; country: string; status: VatIdStatus }>;

/** Why nobody pays tax on this sale, or by whose rates it is taxed. */
export type Regime = Readonly<
  | { kind: 'taxed'; by: Place }
  | { kind: 'untaxed'; reason: string; jurisdiction: string; /** Whether the buyer pays the price without the tax in it. */ atNet: boolean }
>;

type Sale = Readonly<{ place: Place; buyer: Pick<Buyer, 'taxExemption'>; vatId: KnownVatId | null; isConfigured: (country: string) => boolean; isOutside: (place: Place) => boolean }>;

/** The law, as far as a shop needs it: exemption, reverse charge, distance sales, exports, no obligation; in this order. */
export function regimeOf(policy: TaxPolicy, { place, buyer, vatId, isConfigured, isOutside }: Sale): Regime {
  const { home, foreignPrices } = policy;
  const untaxed = (reason: string, atNet: boolean): Regime => ({ kind: 'untaxed', reason, jurisdiction: place.country, atNet });
  if (buyer.taxExemption !== undefined) return untaxed(buyer.taxExemption, true);
  if (policy.mode === 'flat') return { kind: 'taxed', by: place };

  const withinEu = inEu(home) && inEu(place.country) && !isOutside(place);
  if (withinEu && place.country !== home && chargesReverse(policy, vatId)) return untaxed('reverse_charge', true);
  if (isRegistered(policy, place.country) || isConfigured(place.country)) return { kind: 'taxed', by: place };
  // Below the threshold of distance sales the goods are taxed where they come from.
  if (withinEu) return { kind: 'taxed', by: { country: home } };
  return untaxed('export', foreignPrices === 'recompute');
}

/** A number of another member state; one that nobody could check counts only where the shop takes that on itself. */
function chargesReverse({ home, reverseChargeUnverified }: TaxPolicy, vatId: KnownVatId | null): boolean {
  if (!vatId || !inEu(vatId.country) || vatId.country === home) return false;
  return vatId.status === 'valid' || (vatId.status === 'unverified' && reverseChargeUnverified);
}

function isRegistered({ home, registrations }: TaxPolicy, country: string): boolean {
  return country === home || registrations.includes(country) || (inEu(country) && registrations.includes('EU'));
}

export const isGross = ({ pricesIncludeTax, netPriceCountries }: TaxPolicy, country: string): boolean => pricesIncludeTax && !netPriceCountries.includes(country);

/** What a listed price is for this buyer. A gross price stays as it is listed unless nobody owes the tax in it, or the shop makes foreign prices anew. */
export function priceFor(listed: Money, { gross, atNet, recompute, homeBps, bps, mode }: { gross: boolean; atNet: boolean; recompute: boolean; homeBps: number; bps: number; mode: RoundingMode }): Money {
  if (!gross || (!atNet && (!recompute || homeBps === bps))) return listed;
  const net = subtract(listed, includedPortion(listed, homeBps, mode));
  return atNet ? net : add(net, portion(net, bps, mode));
}

export const flagsOf = (vatId: KnownVatId | null): string[] => (vatId === null || vatId.status === 'valid' ? [] : [`vat_id_${vatId.status}`]);

export const leviesOf = (rates: readonly Rate[], nothing: Levy): Levy[] => (rates.length === 0 ? [nothing] : rates.map(({ name, rateBps, jurisdiction, reason }) => (
  { name, rateBps, jurisdiction, ...(rateBps === 0 && { reason: reason ?? 'zero_rated' }) })));

const EU = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '));
/** Taxed as a part of another country: Monaco is France, the Isle of Man the United Kingdom. */
const TREATED_AS: Readonly<Record<string, string>> = { MC: 'FR', IM: 'GB' };

export const inEu = (country: string): boolean => EU.has(country);
export const taxCountryOf = (country: string): string => TREATED_AS[country] ?? country;

/** VAT numbers of Greece begin with EL. */
export const countryOfPrefix = (prefix: string): string => (prefix === 'EL' ? 'GR' : prefix);
