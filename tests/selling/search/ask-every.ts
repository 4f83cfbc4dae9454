import type { SearchRequest, SearchResult } from '../../../src/selling/search/engine.js';
import type { Texts } from '../../../src/selling/search/keyword-index.js';
import { SORTS, type Filters, type SearchEntry } from '../../../src/selling/search/search.js';

export type Product = { entry: SearchEntry; texts: Texts };
type Answered = Readonly<{ products: Product[]; cases: ReadonlyArray<Readonly<{ request: SearchRequest; answer: Pick<SearchResult, 'ids' | 'total' | 'facets'> }>> }>;

let count = 0;
export function product(name: string, { body = '', attribute = '', ...entry }: Partial<SearchEntry> & { body?: string; attribute?: string } = {}): Product {
  count += 1;
  const id = entry.id ?? count.toString(16).padStart(24, '0');
  return {
    entry: { visible: true, status: 'active', name, categoryIds: [], brand: null, attributes: {}, priceRange: {}, inStock: true, rating: { average: 0, count: 0 }, createdAt: new Date(count * 1_000), ...entry, id },
    texts: { title: name, brand: entry.brand ?? '', category: '', attribute, body },
  };
}

export const ask = (wanted: Partial<SearchRequest>): SearchRequest => ({ text: '', filters: { attributes: {} }, facets: [], currency: 'EUR', audience: 'public', sort: 'relevance', skip: 0, take: 50, ...wanted });

/** Made and answered once, for all engines. */
let made: Answered | undefined;
export function manyWithAnswers(): Answered {
  return made ??= answered();
}

function answered(): Answered {
  const random = randomly(20_261_121);
  const products = catalogueOf(10_000, random);
  const entries = products.map(({ entry }) => ({ entry, values: new Map(FACETS.map((facet) => [facet, valuesOf(entry, facet)])) }));
  return { products, cases: Array.from({ length: 200 }, () => { const request = randomRequest(random); return { request, answer: askEvery(entries, request) }; }) };
}

type Random = (below: number) => number;
function randomly(seed: number): Random {
  let state = seed;
  return (below) => { state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0; return (state >>> 8) % below; };
}
const some = <T>(random: Random, values: readonly T[], most: number): T[] => [...new Set(Array.from({ length: random(most + 1) }, () => values[random(values.length)]!))];
const BRANDS = Array.from({ length: 70 }, (_none, at) => `Brand ${at}`);
const COLOURS = ['red', 'green', 'blue', 'dark "red"', 'a.b*', 'größe/x=1'];
const FACETS = ['brand', 'category', 'attr.colour', 'in_stock', 'attr.size'];
const CATEGORIES = ['c1', 'c2', 'c3', 'c4'];

function catalogueOf(count: number, random: Random): Product[] {
  return Array.from({ length: count }, (_none, at) => {
    const colour = some(random, COLOURS, 2);
    const from = 1 + random(500);
    return product(`${['lamp', 'table', 'chair'][random(3)]!} ${at}`, {
      visible: random(10) > 0, ...(random(3) > 0 && { brand: BRANDS[random(70)]! }), categoryIds: some(random, CATEGORIES, 2), inStock: random(2) === 0, createdAt: new Date(random(5_000)),
      attributes: { ...(colour.length > 0 && { colour }), ...(random(2) === 0 && { size: random(5) }) }, priceRange: random(5) === 0 ? {} : { EUR: { from, to: from + 10 } }, rating: { average: random(50) / 10, count: random(20) },
    });
  });
}

function randomRequest(random: Random): SearchRequest {
  const colour = some(random, COLOURS, 2);
  const filters: Filters = {
    attributes: { ...(colour.length > 0 && { colour }), ...(random(4) === 0 && { size: ['3'] }) }, ...(random(2) === 0 && { brands: some(random, BRANDS, 3) }), ...(random(3) === 0 && { category: CATEGORIES[random(4)]! }),
    ...(random(3) === 0 && { inStock: random(2) === 0 }), ...(random(3) === 0 && { priceFrom: random(400) }), ...(random(3) === 0 && { priceTo: 100 + random(400) }),
  };
  return ask({ filters, facets: FACETS, sort: SORTS[random(SORTS.length)]!, audience: random(3) === 0 ? 'staff' : 'public', skip: random(3) * 20, take: 20 });
}

function valuesOf(entry: SearchEntry, facet: string): string[] {
  if (facet === 'category') return [...entry.categoryIds];
  if (facet === 'brand') return entry.brand === null ? [] : [entry.brand];
  if (facet === 'in_stock') return [String(entry.inStock)];
  return [entry.attributes[facet.slice(5)] ?? []].flat().map(String);
}

/** By nothing but the words of the contract: every filter, every value of every facet, every order, one product after the other. */
function askEvery(products: ReadonlyArray<{ entry: SearchEntry; values: ReadonlyMap<string, string[]> }>, { filters, facets, sort, audience, skip, take }: SearchRequest) {
  const wanted: Record<string, readonly string[]> = {
    ...(filters.category !== undefined && { category: [filters.category] }), ...(filters.brands && filters.brands.length > 0 && { brand: filters.brands }), ...(filters.inStock !== undefined && { in_stock: [String(filters.inStock)] }),
    ...Object.fromEntries(Object.entries(filters.attributes).map(([name, chosen]) => [`attr.${name}`, chosen])),
  };
  const { priceFrom = 0, priceTo = Infinity } = filters;
  const isPriced = filters.priceFrom !== undefined || filters.priceTo !== undefined;
  const seen = products.filter(({ entry }) => (entry.visible || audience === 'staff') && (!isPriced || (entry.priceRange['EUR'] !== undefined && entry.priceRange['EUR'].from >= priceFrom && entry.priceRange['EUR'].from <= priceTo)));
  const passing = (but?: string) => seen.filter(({ values }) => Object.entries(wanted).every(([facet, chosen]) => facet === but || values.get(facet)!.some((value) => chosen.includes(value))));
  const hits = passing().map(({ entry }) => entry);
  const price = (entry: SearchEntry, none: number) => entry.priceRange['EUR']?.from ?? none;
  const newest = (a: SearchEntry, b: SearchEntry) => b.createdAt.getTime() - a.createdAt.getTime();
  const orders = {
    relevance: newest, '-createdAt': newest, price: (a: SearchEntry, b: SearchEntry) => price(a, 1e9) - price(b, 1e9), '-price': (a: SearchEntry, b: SearchEntry) => price(b, -1) - price(a, -1),
    '-rating': (a: SearchEntry, b: SearchEntry) => b.rating.average - a.rating.average || b.rating.count - a.rating.count, name: (a: SearchEntry, b: SearchEntry) => (a.name < b.name ? -1 : Number(a.name > b.name)),
  };
  hits.sort((a, b) => orders[sort](a, b) || (a.id < b.id ? -1 : 1));
  const counted = facets.map((name) => {
    const chosen = wanted[name] ?? [];
    const counts = new Map<string, number>(chosen.map((value) => [value, 0]));
    for (const { values } of passing(name)) for (const value of values.get(name)!) counts.set(value, (counts.get(value) ?? 0) + 1);
    const all = [...counts].map(([value, count]) => ({ value, count, selected: chosen.includes(value) })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    return { name, values: all.filter(({ selected }, at) => at < 50 || selected) };
  });
  return { ids: hits.slice(skip, skip + take).map(({ id }) => id), total: hits.length, facets: counted };
}
