/** Postcodes that begin with something, or lie in a range of codes of one length. */
export type PostcodeRule = Readonly<{ prefix: string } | { from: string; to: string }>;
export type Place = Readonly<{ country: string; regions?: readonly string[]; postcodes?: readonly PostcodeRule[] }>;
/** Places that are served alike; one zone may be the rest of the world. */
export type Zone = Readonly<{ id: string; code: string; name: string; places: readonly Place[]; restOfWorld: boolean; version: number; createdAt: Date; updatedAt: Date }>;
export type Destination = Readonly<{ country: string; region?: string | undefined; postalCode?: string | undefined }>;

const plain = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** How many characters of the code are decided by the rule; 0 when it does not fit. */
function fit(rule: PostcodeRule, postcode: string): number {
  if ('prefix' in rule) {
    const prefix = plain(rule.prefix);
    return prefix.length > 0 && postcode.startsWith(prefix) ? prefix.length : 0;
  }
  const [from, to] = [plain(rule.from), plain(rule.to)];
  const head = postcode.slice(0, from.length);
  return head.length === from.length && head >= from && head <= to ? from.length : 0;
}

const COUNTRY = 1;
const REGION = 2;
/** Above every country and region, however short its prefix is. */
const POSTCODE = 10;

/** How exactly a place names the destination; 0 when it does not contain it. */
function closeness({ country, regions = [], postcodes = [] }: Place, to: Destination): number {
  if (country !== to.country) return 0;
  if (regions.length > 0 && (to.region === undefined || !regions.includes(to.region))) return 0;
  if (postcodes.length === 0) return regions.length > 0 ? REGION : COUNTRY;
  const best = Math.max(...postcodes.map((rule) => fit(rule, plain(to.postalCode ?? ''))));
  return best === 0 ? 0 : POSTCODE + best;
}

/** The zone that names the destination most exactly: postcode before region before country before the rest of the world. */
export function zoneFor(zones: readonly Zone[], to: Destination): Zone | null {
  let best: { zone: Zone; exact: number } | null = null;
  for (const zone of zones) {
    const exact = Math.max(zone.restOfWorld ? 0.5 : 0, ...zone.places.map((place) => closeness(place, to)));
    if (exact > 0 && (best === null || exact > best.exact || (exact === best.exact && zone.code < best.zone.code))) best = { zone, exact };
  }
  return best?.zone ?? null;
}

/** The places in words: a place that two zones name in the same words could belong to either, so that it is refused. */
export function placeKeysOf({ places, restOfWorld }: Pick<Zone, 'places' | 'restOfWorld'>): string[] {
  const named = places.flatMap(({ country, regions = [], postcodes = [] }) => {
    const parts = regions.length > 0 ? regions.map((region) => `${country}-${region}`) : [country];
    if (postcodes.length === 0) return parts;
    return parts.flatMap((part) => postcodes.map((rule) => `${part} ${'prefix' in rule ? `${plain(rule.prefix)}*` : `${plain(rule.from)}..${plain(rule.to)}`}`));
  });
  return restOfWorld ? [...named, 'the rest of the world'] : named;
}
