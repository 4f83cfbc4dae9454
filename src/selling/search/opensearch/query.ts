import type { Arrangement } from '../arrangement.js';
import type { Audience, SearchRequest, SuggestionRequest } from '../engine.js';
import { NEAR, NOISE, SEMANTIC_WEIGHT } from '../embedded-engine.js';
import { TUNING } from '../keyword-index.js';
import { largest, MAX_VALUES, type Facet, type Filters, type Sort } from '../search.js';
import { termsAsked, type Asked as Thing } from '../synonyms.js';
import { isStopWord, termsOfWord } from '../text.js';
import { attributeTerm, DEEPEST } from './index-shape.js';

export type Clause = Record<string, unknown>;
type Body = Record<string, unknown>;

/** Rules move what is among the first so many; what lies deeper keeps its order. */
export const ARRANGED = 1_000;
/** More than any words or nearness are worth: what is pinned is among the first, however deep it would lie. */
const PINNED = 1_000;
/** Steps in which nearness is told: a clause for each. */
const STEPS = 20;

export const termsOfWords = (words: readonly string[]): string[] => words.filter((word) => !isStopWord(word)).flatMap(termsOfWord);

const audienceFilter = (audience: Audience): Clause[] => {
  if (audience === 'staff') return [];
  const shown = { term: { visible: true } };
  return audience === 'public' ? [shown] : [{ bool: { should: [shown, { term: { visibleIn: audience.slice('channel:'.length) } }] } }];
};

/** At least so many of the terms of one thing, or all of what is said in its stead, whichever is worth more. */
function thingClause({ terms, least, instead }: Thing): Clause {
  const own = { match: { said: { query: terms.join(' '), ...(least > 1 && { minimum_should_match: least }) } } };
  if (instead.length === 0) return own;
  return { dis_max: { queries: [own, ...instead.map((other) => ({ match: { said: { query: other.terms.join(' '), operator: 'and', boost: other.weight } } }))] } };
}

/** Any of the words; all of them, and neighbours that are neighbours in the title, are worth more. */
function wordsClause(asked: readonly Thing[], boost: number): Clause {
  const terms = termsAsked(asked);
  const things = asked.map(thingClause);
  const pairs = terms.slice(1).map((term, at) => `${terms[at]!} ${term}`);
  return { bool: { boost, should: [
    ...things,
    ...(things.length > 1 ? [{ bool: { must: things, boost: TUNING.coverage } }] : terms.length > 1 ? [{ match: { said: { query: terms.join(' '), operator: 'and', boost: TUNING.coverage } } }] : []),
    ...pairs.map((pair) => ({ match_phrase: { title: { query: pair, boost: TUNING.proximity } } })),
  ] } };
}

/** The best score that the words have: what every other score is a share of. */
export const bestBody = (asked: readonly Thing[], audience: Audience): Body => (
  { size: 1, _source: false, track_total_hits: false, query: { bool: { must: [wordsClause(asked, 1)], filter: audienceFilter(audience) } } });

export type Asked = Readonly<{ /** Null for a search without words. */ asked: readonly Thing[] | null; best: number; near: ReadonlyMap<string, number> | null }>;

function queryOf({ asked, best, near }: Asked, audience: Audience, pins: readonly string[]): Clause {
  const pinned = pins.length > 0 ? [{ constant_score: { filter: { terms: { id: pins } }, boost: PINNED } }] : [];
  if (asked === null) return { bool: { filter: audienceFilter(audience), should: pinned } };
  const meant = [...near ?? []].filter(([, so]) => so >= NEAR).map(([id]) => id);
  const matching = [...(best > 0 ? [wordsClause(asked, 1)] : []), ...[...new Set([...meant, ...pins])].length > 0 ? [{ terms: { id: [...new Set([...meant, ...pins])] } }] : []];
  return { bool: {
    filter: [...audienceFilter(audience), matching.length > 0 ? { bool: { should: matching } } : { match_none: {} }],
    should: [...(best > 0 ? [wordsClause(asked, 1 / best)] : []), ...nearness(near), ...pinned],
  } };
}

/** The nearer the more, in steps: no script is needed for it. */
function nearness(near: ReadonlyMap<string, number> | null): Clause[] {
  const steps = new Map<number, string[]>();
  for (const [id, so] of near ?? []) {
    const step = Math.round(so * STEPS);
    if (step > 0) steps.set(step, [...steps.get(step) ?? [], id]);
  }
  return [...steps].map(([step, ids]) => ({ constant_score: { filter: { terms: { id: ids } }, boost: SEMANTIC_WEIGHT * step / STEPS } }));
}

/** One kind of filter; across kinds all must hold. */
type Dimension = Readonly<{ name: string; field: string | null; prefix: string; selected: readonly string[]; clauses: Clause[] }>;

function dimensionsOf({ category, brands = [], inStock, priceFrom, priceTo, attributes }: Filters, currency: string, facets: readonly string[]): Dimension[] {
  const names = [...new Set([...Object.keys(attributes), ...facets.filter((name) => name.startsWith('attr.')).map((name) => name.slice('attr.'.length))])];
  const isPriced = priceFrom !== undefined || priceTo !== undefined;
  return [
    { name: 'category', field: 'categoryIds', prefix: '', selected: category === undefined ? [] : [category], clauses: category === undefined ? [] : [{ term: { categoryIds: category } }] },
    { name: 'brand', field: 'brand', prefix: '', selected: brands, clauses: brands.length === 0 ? [] : [{ terms: { brand: brands } }] },
    { name: 'in_stock', field: 'inStock', prefix: '', selected: inStock === undefined ? [] : [String(inStock)], clauses: inStock === undefined ? [] : [{ term: { inStock } }] },
    { name: 'price', field: null, prefix: '', selected: [], clauses: isPriced ? [{ range: { [`prices.${currency}.from`]: { gte: priceFrom ?? 0, ...(priceTo !== undefined && { lte: priceTo }) } } }] : [] },
    ...names.map((name): Dimension => {
      const wanted = attributes[name] ?? [];
      return { name: `attr.${name}`, field: 'attributes', prefix: `${name}=`, selected: wanted, clauses: wanted.length === 0 ? [] : [{ terms: { attributes: wanted.map((value) => attributeTerm(name, value)) } }] };
    }),
  ];
}

/** Names of attributes hold letters, digits, _ and -, of which none means anything in a pattern of the server. */
function facetOf({ field, prefix, selected }: Dimension, others: readonly Dimension[]): Clause {
  const usual = { terms: { field, size: MAX_VALUES, ...(prefix !== '' && { include: `${prefix}.*` }) } };
  const chosen = selected.length === 0 || field === 'inStock' ? {} : { chosen: { terms: { field, size: selected.length, include: selected.map((value) => prefix + value) } } };
  return { filter: { bool: { filter: others.flatMap(({ clauses }) => clauses) } }, aggs: { usual, ...chosen } };
}

/** What is not sold in the currency stands behind; ties by id, so that a page never shows what another has shown. */
function sortOf(sort: Sort, currency: string): Clause[] {
  const price = (order: string) => ({ [`prices.${currency}.from`]: { order, missing: '_last', unmapped_type: 'long' } });
  const by: Record<Sort, Clause[]> = {
    relevance: [{ _score: 'desc' }], price: [price('asc')], '-price': [price('desc')], '-createdAt': [{ createdAt: 'desc' }], '-rating': [{ rating: 'desc' }, { ratings: 'desc' }], name: [{ name: 'asc' }],
  };
  return [...by[sort], { id: 'asc' }];
}

export type Plan = Readonly<{ body: Body; arrangement: Arrangement | null; facets: readonly Dimension[] }>;

/** Filters that are chosen stand behind the counting, so that each facet is counted with all others. */
export function searchPlan({ filters, facets: asked, currency, audience, sort, skip, take, arrangement: given }: SearchRequest, wanted: Asked): Plan {
  const rules = sort === 'relevance' && given ? given : null;
  // Page after page of one order: the first so many in their new one, then the others in theirs.
  const arrangement = skip < ARRANGED ? rules : null;
  const dimensions = dimensionsOf(filters, currency, asked);
  const facets = [...new Set(asked)].flatMap((name) => dimensions.filter((dimension) => dimension.name === name && dimension.field !== null));
  const aggs = Object.fromEntries(facets.map((facet, at) => [`f${at}`, facetOf(facet, dimensions.filter((other) => other !== facet))]));
  return { arrangement, facets, body: {
    query: queryOf(wanted, audience, rules ? [...new Set(rules.pins.map(({ id }) => id))] : []), post_filter: { bool: { filter: dimensions.flatMap(({ clauses }) => clauses) } },
    ...(wanted.asked !== null && { min_score: NOISE }), aggs,
    sort: [...(rules && wanted.asked === null ? [{ _score: 'desc' }] : []), ...sortOf(sort === 'relevance' && wanted.asked === null ? '-createdAt' : sort, currency)],
    ...(arrangement ? { from: 0, size: Math.max(ARRANGED, skip + take), docvalue_fields: ['brand', 'categoryIds'] } : { from: Math.min(skip, DEEPEST - take), size: take }),
    _source: false, track_total_hits: true,
  } };
}

type Bucket = { key: string | number; key_as_string?: string; doc_count: number };
type Counted = Record<string, { usual: { buckets: Bucket[] }; chosen?: { buckets: Bucket[] } }>;

export function facetsOf(facets: readonly Dimension[], counted: unknown): Facet[] {
  return facets.map(({ name, prefix, selected }, at) => {
    const { usual, chosen } = (counted as Counted)[`f${at}`]!;
    const counts = new Map([...usual.buckets, ...chosen?.buckets ?? []].map(({ key, key_as_string: said, doc_count: count }) => [(said ?? String(key)).slice(prefix.length), count]));
    return { name, values: largest(counts, selected) };
  });
}

const literally = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '\\$&');

/** How the last word may go on: in the company of the words before it, and anywhere. */
export const completionsBody = (prefix: string, context: readonly string[], audience: Audience, size: number): Body => {
  const begun = { terms: { field: 'words', size, include: `${literally(prefix)}.*` } };
  const fitting = { filter: { bool: { filter: context.map((term) => ({ term: { said: term } })) } }, aggs: { begun } };
  return { size: 0, _source: false, query: { bool: { filter: audienceFilter(audience) } }, aggs: { begun, ...(context.length > 0 && { fitting }) } };
};

export const productsBody = (asked: readonly Thing[], { audience, take }: SuggestionRequest): Body => (
  { size: take, _source: false, track_total_hits: false, query: { bool: { must: [wordsClause(asked, 1)], filter: audienceFilter(audience) } }, sort: sortOf('relevance', '') });
