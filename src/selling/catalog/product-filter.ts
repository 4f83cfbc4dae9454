import { beginsWith, fold } from '../../shared/fold.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { attributeEntry, wordsOf, type ProductStatus } from './catalog.js';

/** As a client writes it; attributes come as `attr.<name>`. */
export type ProductListQuery = PageQuery & {
  currency?: string; category?: string; brand?: string; in_stock?: boolean; status?: ProductStatus; q?: string; expand?: string;
  'price[gte]'?: number; 'price[lte]'?: number; 'created_at[gte]'?: string; 'created_at[lte]'?: string; 'updated_at[gte]'?: string; 'updated_at[lte]'?: string;
} & { [attribute: `attr.${string}`]: string | string[] };

/** What the list is narrowed to, with everything looked up that the client named by other words. */
export type ProductFilter = Readonly<{
  query: ProductListQuery; currency: string; audience: 'public' | 'staff'; withDescription: boolean;
  /** The category asked for and all below it. */
  categoryIds?: readonly string[];
}>;

/** Every clause stands in an index behind `visible`, which is why staff ask for both of its values. */
export function filterOf({ query, currency, audience, categoryIds }: ProductFilter): Record<string, unknown> {
  const clauses: Array<Record<string, unknown>> = [
    { visible: audience === 'public' ? true : { $in: [true, false] } },
    ...attributeClauses(query),
    ...wordClauses(query.q),
  ];
  if (query.status !== undefined) clauses.push({ status: query.status });
  if (categoryIds) clauses.push({ categoryIds: categoryIds.length === 1 ? categoryIds[0] : { $in: categoryIds } });
  if (query.brand !== undefined) clauses.push({ brandKey: fold(query.brand) });
  if (query.in_stock !== undefined) clauses.push({ inStock: query.in_stock });
  const price = range(query['price[gte]'], query['price[lte]']) ?? (sortsByPrice(query) ? { $gte: 0 } : undefined);
  if (price) clauses.push({ [`priceRange.${currency}.from`]: price });
  const created = range(dateOf(query['created_at[gte]']), dateOf(query['created_at[lte]']));
  if (created) clauses.push({ createdAt: created });
  const updated = range(dateOf(query['updated_at[gte]']), dateOf(query['updated_at[lte]']));
  if (updated) clauses.push({ updatedAt: updated });
  return { $and: clauses };
}

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
