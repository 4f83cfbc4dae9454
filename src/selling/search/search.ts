import { plain } from '../../shared/fold.js';

/** What a search knows of a product, beside its words: enough to filter, count and sort without asking the database. */
export type SearchEntry = Readonly<{
  id: string; visible: boolean; /** Channels that show what is not shown everywhere. */ visibleIn?: readonly string[]; status: string; name: string;
  /** With everything above them, so that a parent finds what is below. */
  categoryIds: readonly string[];
  brand: string | null; attributes: Readonly<Record<string, unknown>>;
  /** By currency, in minor units. */
  priceRange: Readonly<Record<string, Readonly<{ from: number; to: number }>>>;
  inStock: boolean; rating: Readonly<{ average: number; count: number }>; createdAt: Date;
}>;

export type Filters = Readonly<{
  category?: string; brands?: readonly string[]; attributes: Readonly<Record<string, readonly string[]>>;
  priceFrom?: number; priceTo?: number; inStock?: boolean;
}>;
export type Facet = Readonly<{ name: string; values: ReadonlyArray<Readonly<{ value: string; count: number; selected: boolean }>> }>;

/** One kind of filter. Within it any value will do; across kinds all must hold. */
type Dimension = Readonly<{ name: string; selected: readonly string[]; holds(entry: SearchEntry): boolean; valuesOf(entry: SearchEntry): readonly string[] }>;

export const MAX_VALUES = 50;

const textsOf = (value: unknown): string[] => [value].flat().map(String);

/** The filters that were asked for, and every facet that an entry could be counted under. */
function dimensionsOf(filters: Filters, currency: string, facets: readonly string[]): Dimension[] {
  const attributes = [...new Set([...Object.keys(filters.attributes), ...facets.filter((name) => name.startsWith('attr.')).map((name) => name.slice('attr.'.length))])];
  const { category, brands = [], inStock, priceFrom, priceTo } = filters;
  return [
    { name: 'category', selected: category === undefined ? [] : [category], holds: (entry) => category === undefined || entry.categoryIds.includes(category), valuesOf: (entry) => entry.categoryIds },
    { name: 'brand', selected: brands, holds: ({ brand }) => brands.length === 0 || (brand !== null && brands.includes(brand)), valuesOf: ({ brand }) => (brand === null ? [] : [brand]) },
    { name: 'in_stock', selected: inStock === undefined ? [] : [String(inStock)], holds: (entry) => inStock === undefined || entry.inStock === inStock, valuesOf: (entry) => [String(entry.inStock)] },
    { name: 'price', selected: [], holds: ({ priceRange }) => inRange(priceRange[currency], priceFrom, priceTo), valuesOf: () => [] },
    ...attributes.map((name): Dimension => {
      const wanted = filters.attributes[name] ?? [];
      const valuesOf = (entry: SearchEntry) => (entry.attributes[name] === undefined ? [] : textsOf(entry.attributes[name]));
      return { name: `attr.${name}`, selected: wanted, holds: (entry) => wanted.length === 0 || valuesOf(entry).some((value) => wanted.includes(value)), valuesOf };
    }),
  ];
}

function inRange(range: Readonly<{ from: number; to: number }> | undefined, from: number | undefined, to: number | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  return range !== undefined && range.from >= (from ?? 0) && range.from <= (to ?? Infinity);
}

/**
 * What passes all filters, and for each facet how many there would be under each of its values with all OTHER filters
 * kept: one pass, since an entry that fails in one kind only still counts in that kind.
 */
export function narrow(entries: Iterable<SearchEntry>, filters: Filters, { currency, facets }: { currency: string; facets: readonly string[] }): { hits: SearchEntry[]; facets: Facet[] } {
  const dimensions = dimensionsOf(filters, currency, facets);
  const counts = dimensions.map(() => new Map<string, number>());
  const hits: SearchEntry[] = [];
  for (const entry of entries) {
    const failed = dimensions.map((dimension, at) => (dimension.holds(entry) ? -1 : at)).filter((at) => at >= 0);
    if (failed.length > 1) continue;
    if (failed.length === 0) hits.push(entry);
    dimensions.forEach((dimension, at) => {
      if (failed.length === 1 && failed[0] !== at) return;
      for (const value of new Set(dimension.valuesOf(entry))) counts[at]!.set(value, (counts[at]!.get(value) ?? 0) + 1);
    });
  }
  const asked = [...new Set(facets)].map((name) => dimensions.findIndex((dimension) => dimension.name === name)).filter((at) => at >= 0);
  return { hits, facets: asked.map((at) => ({ name: dimensions[at]!.name, values: largest(counts[at]!, dimensions[at]!.selected) })) };
}

/** The most usual, and what is chosen even when nothing is left of it. */
export function largest(counts: ReadonlyMap<string, number>, selected: readonly string[]): Facet['values'] {
  const all = new Map([...selected.map((value) => [value, 0] as const), ...counts]);
  return [...all].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .filter(([value], at) => at < MAX_VALUES || selected.includes(value))
    .map(([value, count]) => ({ value, count, selected: selected.includes(value) }));
}

export const SORTS = ['relevance', 'price', '-price', '-createdAt', '-rating', 'name'] as const;
export type Sort = (typeof SORTS)[number];

/** Of those that were sorted by it. */
const sortNames = new WeakMap<SearchEntry, string>();
/** A to z whatever the case and the accents. */
export function sortName(entry: SearchEntry): string {
  const known = sortNames.get(entry);
  if (known !== undefined) return known;
  const name = plain(entry.name);
  sortNames.set(entry, name);
  return name;
}

/** Ties by id, so that a page never shows what another has shown. What is not sold in the currency stands behind. */
export function comparing(sort: Sort, currency: string, scoreOf: (id: string) => number): (a: SearchEntry, b: SearchEntry) => number {
  const price = ({ priceRange }: SearchEntry, missing: number) => priceRange[currency]?.from ?? missing;
  const by: Record<Sort, (a: SearchEntry, b: SearchEntry) => number> = {
    relevance: (a, b) => scoreOf(b.id) - scoreOf(a.id),
    price: (a, b) => price(a, Infinity) - price(b, Infinity),
    '-price': (a, b) => price(b, -1) - price(a, -1),
    '-createdAt': (a, b) => b.createdAt.getTime() - a.createdAt.getTime(),
    '-rating': (a, b) => b.rating.average - a.rating.average || b.rating.count - a.rating.count,
    name: (a, b) => { const [one, other] = [sortName(a), sortName(b)]; return one < other ? -1 : Number(one > other); },
  };
  // Infinity - Infinity is no number, and no order either.
  return (a, b) => by[sort](a, b) || (a.id < b.id ? -1 : 1);
}
