import type { Arrangement } from './arrangement.js';
import type { Facet, Filters, SearchEntry, Sort } from './search.js';
import type { Asked } from './synonyms.js';

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
  /** The engine that should have answered did not, and another did. */
  degraded?: true;
}>;
export type SuggestionRequest = Readonly<{ text: string; audience: Audience; take: number }>;
export type Suggestions = Readonly<{ queries: readonly string[]; ids: readonly string[]; degraded?: true }>;

/** The port: whoever finds products by words. What it answers are ids; what they look like, the catalogue says. */
export type SearchEngine = Readonly<{
  name: string;
  search(request: SearchRequest): SearchResult | Promise<SearchResult>;
  suggest(request: SuggestionRequest): Suggestions | Promise<Suggestions>;
}>;

/** What was typed as the catalogue says it: an engine that is a server is asked for this, not for what was typed. */
export type Understanding = Readonly<{
  /** Null where nothing was typed. */
  asked: readonly Asked[] | null; correctedTo?: string;
  /** Products near to what is meant and how near, above 0 to 1; null where no model is there. */
  near: ReadonlyMap<string, number> | null;
}>;

/** What this process knows of words, for an engine that knows neither those of the catalogue nor what they mean. */
export type Language = Readonly<{
  understand(text: string, audience: Audience): Understanding;
  /** Words put right by what this audience may know of. */
  correct(words: readonly string[], audience: Audience): readonly string[];
  /** In stems, with what may be said in their stead. */
  asked(words: readonly string[]): readonly Asked[];
  /** As this audience sees them written. */
  written(words: readonly string[], audience: Audience): string;
}>;
