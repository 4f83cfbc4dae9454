import { FIELDS, TUNING, type Texts } from '../keyword-index.js';
import { sortName, type SearchEntry } from '../search.js';
import { indexedTerms, isStopWord, wordsOf } from '../text.js';

/** Of the documents in an index. Another shape is another alias, so that a new version never asks the index of an old one. */
export const SHAPE = 2;

const CATEGORY_WEIGHT = TUNING.fields.category.weight;
/** How often the words of a field are said in the one field that is ranked by: its weight, in whole numbers. Its length counts for all of them. */
const REPEATED = Object.fromEntries(FIELDS.map((field) => [field, Math.round(TUNING.fields[field].weight / CATEGORY_WEIGHT)])) as Record<keyof Texts, number>;
/** Deep pages need as many hits as they lie deep. */
export const DEEPEST = 60_000;

const exactly = { type: 'keyword' };
/** The server sees stems between blanks: what a word is, is decided in one place, for every engine. */
const words = { type: 'text', analyzer: 'whitespace', norms: true };

/** One shard: counts of facets are then exact, and a catalogue is small. Made visible by `refresh` after each round of changes. */
export const INDEX = {
  settings: {
    number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '-1', max_result_window: DEEPEST,
    similarity: { fielded: { type: 'BM25', k1: TUNING.k1 / CATEGORY_WEIGHT, b: 0.55 } },
  },
  mappings: {
    dynamic: false, _source: { enabled: false },
    dynamic_templates: [{ prices: { path_match: 'prices.*.*', mapping: { type: 'long' } } }],
    properties: {
      id: exactly, visible: { type: 'boolean' }, visibleIn: exactly, name: exactly, categoryIds: exactly, brand: exactly, attributes: exactly, words: exactly,
      prices: { type: 'object', dynamic: true }, inStock: { type: 'boolean' }, rating: { type: 'double' }, ratings: { type: 'integer' }, createdAt: { type: 'date', format: 'epoch_millis' },
      said: { ...words, similarity: 'fielded' }, title: words,
    },
  },
} as const;

/** Longer terms are refused by the server. */
const LONGEST_TERM = 8_000;
const short = (text: string) => text.slice(0, LONGEST_TERM);

/** `colour=red`: attributes are made at run time, and a field for each would be too many. */
export const attributeTerm = (name: string, value: string): string => short(`${name}=${value}`);

export function documentOf(entry: SearchEntry, texts: Texts): Record<string, unknown> {
  const { id, visible, visibleIn = [], categoryIds, brand, attributes, priceRange: prices, inStock, rating, createdAt } = entry;
  const spoken = Object.fromEntries(FIELDS.map((field) => [field, wordsOf(texts[field]).filter((word) => !isStopWord(word))])) as Record<keyof Texts, string[]>;
  const stems = (field: keyof Texts) => spoken[field].flatMap(indexedTerms);
  return {
    id, visible, visibleIn, name: short(sortName(entry)), categoryIds, brand: brand === null ? null : short(brand), prices, inStock, rating: rating.average, ratings: rating.count, createdAt: createdAt.getTime(),
    attributes: Object.entries(attributes).flatMap(([attribute, value]) => (value === undefined ? [] : [value].flat().map((one) => attributeTerm(attribute, String(one))))),
    words: [...new Set(FIELDS.filter((field) => field !== 'body').flatMap((field) => spoken[field].map(short)))],
    title: stems('title').join(' '), said: FIELDS.flatMap((field) => Array.from({ length: REPEATED[field] }, () => stems(field))).flat().join(' '),
  };
}
