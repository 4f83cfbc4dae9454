import type { Place, Rate } from '../tax.js';

export const STANDARD = 'standard';
/** Taxed when they are spent, not when they are sold. */
const VOUCHER = 'gift_card';
/** Categories that mean the same everywhere and need no rate. */
const UNTAXED: Readonly<Record<string, string>> = { zero: 'zero_rated', exempt: 'exempt_goods', [VOUCHER]: 'multi_purpose_voucher' };

/** Rates by country, as they are looked up. */
export type Table = ReadonlyMap<string, readonly Rate[]>;

export function tableOf(rates: readonly Rate[]): Table {
  const table = new Map<string, Rate[]>();
  for (const rate of rates) table.set(rate.country, [...table.get(rate.country) ?? [], rate]);
  return table;
}

/** The rates in force at that moment for goods of this kind, one per layer. Empty: nobody taxes them there, as far as we know. */
export function ratesFor(table: Table, place: Place, category: string, at: Date): Rate[] {
  const untaxed = UNTAXED[category];
  if (untaxed !== undefined) return [nothing(place, category, untaxed)];
  const area = { region: place.region?.toUpperCase(), postalCode: normalised(place.postalCode ?? '') };
  const best = new Map<string, Rate>();
  for (const rate of table.get(place.country) ?? []) {
    if (!inForce(rate, at) || (rate.category !== category && rate.category !== STANDARD) || !covers(rate, area)) continue;
    const rival = best.get(rate.layer);
    if (!rival || precedence(rate, rival) > 0) best.set(rate.layer, rate);
  }
  return [...best.values()].sort((a, b) => (a.layer < b.layer ? -1 : 1));
}

const nothing = ({ country }: Place, category: string, reason: string): Rate =>
  ({ country, category, layer: 'none', name: 'VAT', rateBps: 0, jurisdiction: country, reason, validFrom: new Date(0) });

const inForce = ({ validFrom, validTo }: Rate, at: Date): boolean => validFrom <= at && (validTo === undefined || at < validTo);

export const normalised = (postalCode: string): string => postalCode.toUpperCase().replace(/[\s-]/g, '');

function covers({ region, postal }: Rate, area: { region: string | undefined; postalCode: string }): boolean {
  if (region !== undefined && region !== area.region) return false;
  if (!postal) return true;
  if (area.postalCode === '') return false;
  if ('prefix' in postal) return area.postalCode.startsWith(postal.prefix);
  return area.postalCode.slice(0, postal.from.length) >= postal.from && area.postalCode.slice(0, postal.to.length) <= postal.to;
}

/** Narrower before wider, the named category before the standard one, entered by staff before built in, later before earlier. */
function precedence(a: Rate, b: Rate): number {
  return narrowness(a) - narrowness(b) || Number(a.category !== STANDARD) - Number(b.category !== STANDARD)
    || Number(a.own === true) - Number(b.own === true) || a.validFrom.getTime() - b.validFrom.getTime();
}

function narrowness({ region, postal }: Rate): number {
  const digits = postal ? 100 + ('prefix' in postal ? postal.prefix.length : postal.from.length) : 0;
  return digits + (region === undefined ? 0 : 1);
}
