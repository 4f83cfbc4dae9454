import type { Arrangement } from './arrangement.js';
import type { Texts } from './keyword-index.js';
import type { Facet, Filters, SearchEntry, Sort } from './search.js';

/** Who sees what is shown everywhere; that and what is sold in their channel; everything. */
export type Audience = 'public' | `channel:${string}` | 'staff';
export const mayFind = (audience: Audience, { visible, visibleIn = [] }: Pick<SearchEntry, 'visible' | 'visibleIn'>): boolean =>
  visible || audience === 'staff' || visibleIn.some((channel) => audience === `channel:${channel}`);
export type SearchRequest = Readonly<{
  text: string; filters: Filters; /** Over the ranking by relevance; what it pins is found whatever the words. */ arrangement?: Arrangement | null; facets: readonly string[]; currency: string; audience: Audience; sort: Sort; skip: number; take: number;
}>;
export type SearchResult = Readonly<{
  ids: readonly string[]; total: number; facets: readonly Facet[];
  /** `hybrid` where a semantic model took part; `keyword` where none is there yet. */
  mode: 'keyword' | 'hybrid';
  /** What was searched for instead of what was typed. */
  correctedTo?: string;
}>;
export type Suggestions = Readonly<{ queries: readonly string[]; ids: readonly string[] }>;

/** The port: whoever finds products by words. What it answers are ids; what they look like, the catalogue says. */
export type SearchEngine = Readonly<{
  name: string;
  put(entry: SearchEntry, texts: Texts): void | Promise<void>;
  search(request: SearchRequest): SearchResult | Promise<SearchResult>;
  suggest(request: { text: string; audience: Audience; take: number }): Suggestions | Promise<Suggestions>;
}>;
