import { beginsWith, fold } from '../../shared/fold.js';
import type { IndexKeys } from '../../shared/db/page.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { attributeEntry, wordsOf, type ProductStatus } from './catalog.js';

/** As a client writes it; attributes come as `attr.<name>`. */
export type ProductListQuery = PageQuery & {
  currency?: string; category?: string; brand?: string; in_stock?: boolean; status?: ProductStatus; q?: string; expand?: string;
  'price[gte]'?: number; 'price[lte]'?: number; 'created_at[gte]'?: string; 'created_at[lte]'?: string; 'updated_at[gte]'?: string; 'updated_at[lte]'?: string;
  'sustainability_score[gte]'?: number; 'sustainability_score[lte]'?: number; carbon_offset?: boolean;
} & { [attribute: `attr.${string}`]: string | string[] };

/** What the list is narrowed to, with everything looked up that the client named by other words. */
export type ProductFilter = Readonly<{
  query: ProductListQuery; currency: string; audience: 'public' | 'staff'; channel: string | null; withDescription: boolean;
  /** All that the shop speaks besides its usual one, and those in which this list is read. */
  languages: readonly string[]; chain: readonly string[];
  /** The category asked for and all below it. */
  categoryIds?: readonly string[];
}>;

/** What somebody who came through a channel may see; null is the usual one. */
export const shownIn = (channel: string | null) => (channel === null ? { visible: true } : { $or: [{ visible: true }, { visibleIn: channel }] });

/** Every clause stands in an index behind `visible`, which is why staff ask for both of its values. */
export function filterOf({ query, currency, audience, channel, categoryIds }: ProductFilter): Record<string, unknown> {
  const clauses: Array<Record<string, unknown>> = [
    audience === 'public' ? shownIn(channel) : { visible: { $in: [true, false] } },
    ...attributeClauses(query),
    ...wordClauses(query.q),
  ];
  if (query.status !== undefined) clauses.push({ status: query.status });
  if (categoryIds) clauses.push({ categoryIds: categoryIds.length === 1 ? categoryIds[0] : { $in: categoryIds } });
  if (query.brand !== undefined) clauses.push({ brandKey: fold(query.brand) });
  if (query.in_stock !== undefined) clauses.push({ inStock: query.in_stock });
  const score = range(query['sustainability_score[gte]'], query['sustainability_score[lte]']);
  // What nothing is known of has no score, so a highest one does not find it.
  if (score) clauses.push({ sustainabilityScore: { $gte: 0, ...score } });
  if (query.carbon_offset !== undefined) clauses.push({ isOffset: query.carbon_offset });
  const price = range(query['price[gte]'], query['price[lte]']) ?? (sortsByPrice(query) ? { $gte: 0 } : undefined);
  if (price) clauses.push({ [`shownRange.${currency}.from`]: price });
  const created = range(dateOf(query['created_at[gte]']), dateOf(query['created_at[lte]']));
  if (created) clauses.push({ createdAt: created });
  const updated = range(dateOf(query['updated_at[gte]']), dateOf(query['updated_at[lte]']));
  if (updated) clauses.push({ updatedAt: updated });
  return { $and: clauses };
}

/** Narrows what an index entry found without fetching the product; these are no lists, so every entry has them. */
const scalars = (currency: string): IndexKeys => ({ brandKey: 1, inStock: 1, [`shownRange.${currency}.from`]: 1 });
const newest: IndexKeys = { createdAt: -1, _id: -1 };
/** The indexes behind the filters, shared with the model, in the market's own currency. */
export const filterIndexes = (currency: string) => ({
  category: { visible: 1, categoryIds: 1, ...newest, ...scalars(currency) },
  attribute: { visible: 1, attributeIndex: 1, ...newest, ...scalars(currency) },
  brand: { visible: 1, brandKey: 1, ...newest, inStock: 1, [`shownRange.${currency}.from`]: 1 },
  inStock: { visible: 1, inStock: 1, ...newest, [`shownRange.${currency}.from`]: 1 },
  word: { visible: 1, nameWords: 1, ...newest },
}) satisfies Record<string, IndexKeys>;

/** More categories than the server merges in order; beyond, it would sort. */
const MERGED_AT_MOST = 100;

/**
 * With one filter that only one index serves, the planner is told so: left alone it tries every index on every filter that
 * finds little, and each of those tries fetches products. With several such filters its trials are worth their price.
 */
export function hintOf({ query, categoryIds, channel }: ProductFilter, marketCurrency: string): { rows?: IndexKeys; total?: IndexKeys } {
  // What a channel has of its own stands in another index.
  if (channel !== null) return {};
  const attributes = Object.keys(query).filter((key) => key.startsWith('attr.')).length;
  const lists = attributes + (categoryIds ? 1 : 0) + (query.q === undefined ? 0 : 1);
  const indexes = filterIndexes(marketCurrency);
  if (lists > 1 || query.q !== undefined || (lists === 1 && query.brand !== undefined) || (categoryIds && categoryIds.length > MERGED_AT_MOST)) return {};
  const total = categoryIds ? indexes.category : attributes === 1 ? indexes.attribute : query.brand !== undefined ? indexes.brand : query.in_stock !== undefined ? indexes.inStock : undefined;
  if (!total) return {};
  return query.sort === undefined || query.sort === '-createdAt' ? { rows: total, total } : { total };
}

/** Nothing is asked but the page: then the total is kept and need not be counted. */
export const isUnfiltered = (query: ProductListQuery): boolean =>
  Object.keys(query).every((key) => ['page', 'per_page', 'sort', 'cursor', 'fields', 'currency', 'expand'].includes(key) || query[key as 'q'] === undefined) && !sortsByPrice(query);

/** By price only what is sold in the currency can be put in order. */
const sortsByPrice = ({ sort }: ProductListQuery): boolean => sort !== undefined && /(?:^|[,-])price(?:,|$)/.test(sort);

const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

const range = <T>(from: T | undefined, to: T | undefined) =>
  (from === undefined && to === undefined ? undefined : { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) });

/** Several values of one attribute mean any of them; several attributes mean all of them. */
function attributeClauses(query: ProductListQuery): Array<Record<string, unknown>> {
  return Object.entries(query).filter(([key]) => key.startsWith('attr.')).map(([key, wanted]) => {
    const entries = [wanted as string | string[]].flat().map((value) => attributeEntry(key.slice('attr.'.length), value));
    return { attributeIndex: entries.length === 1 ? entries[0] : { $in: entries } };
  });
}

const wordClauses = (text: string | undefined): Array<Record<string, unknown>> =>
  (text === undefined ? [] : wordsOf(text).map((word) => ({ nameWords: beginsWith(word) })));
