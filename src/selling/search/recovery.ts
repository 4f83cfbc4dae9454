import { mayFind, type Audience, type SearchEngine, type SearchRequest } from './engine.js';
import type { SearchEntry } from './search.js';
import { MAX_TERMS, wordsOf } from './text.js';

const SHOWN = 8;
const POPULAR = 500;

/** What was done for a search that found nothing: `words` is what was searched for instead. */
export type Recovery = Readonly<{ by: 'spelling' | 'relaxed' | 'popular'; words?: string; withoutPrice?: true; ids: readonly string[] }>;
type Deps = {
  engine: SearchEngine; find: (id: string) => SearchEntry | undefined;
  otherwise: (words: readonly string[], audience: Audience) => { spelling: readonly string[] | null; fewer: readonly string[] | null };
  /** What sells and trends, the most popular first. */
  popularIds: (most: number) => Promise<readonly string[]>;
};
type Try = Omit<Recovery, 'ids'> & Readonly<{ text: string; isPriceKept: boolean }>;

/** For a search that found nothing, what comes nearest to it: spelt more freely, with fewer words, without the price that was said; at last what is popular there. */
export class ZeroResults {
  constructor(private readonly deps: Deps) {}

  /** `isPriceSaid`: the limits were read from the words; limits that were set are kept. Null where there is nothing to show. */
  async recover(request: SearchRequest, { isPriceSaid }: { isPriceSaid: boolean }): Promise<Recovery | null> {
    for (const { text, isPriceKept, ...done } of this.tries(request, isPriceSaid)) {
      const { priceFrom: _f, priceTo: _t, ...unpriced } = request.filters;
      const { ids } = await this.deps.engine.search({ ...request, text, filters: isPriceKept ? request.filters : unpriced, facets: [], skip: 0, take: SHOWN });
      if (ids.length > 0) return { ...done, ids };
    }
    const ids = await this.popular(request);
    return ids.length > 0 ? { by: 'popular', ids } : null;
  }

  private tries({ text, audience }: SearchRequest, isPriceSaid: boolean): Try[] {
    const { spelling, fewer } = this.deps.otherwise(wordsOf(text).slice(0, MAX_TERMS), audience);
    const words = (found: readonly string[]) => ({ text: found.join(' '), words: found.join(' ') });
    const tries: Try[] = [
      ...(spelling ? [{ by: 'spelling' as const, ...words(spelling), isPriceKept: true }] : []), ...(fewer ? [{ by: 'relaxed' as const, ...words(fewer), isPriceKept: true }] : []),
    ];
    if (!isPriceSaid) return tries;
    return [...tries, { by: 'relaxed', text, withoutPrice: true, isPriceKept: false }, ...tries.map((one) => ({ ...one, withoutPrice: true as const, isPriceKept: false }))];
  }

  /** In the category that was asked for, else anywhere; where nothing has been sold yet, what is rated best. */
  private async popular(request: SearchRequest): Promise<readonly string[]> {
    const { audience, filters: { category } } = request;
    const known = (await this.deps.popularIds(POPULAR)).flatMap((id) => this.deps.find(id) ?? []).filter((entry) => entry.inStock && mayFind(audience, entry));
    for (const within of category === undefined ? [undefined] : [category, undefined]) {
      const popular = known.filter(({ categoryIds }) => within === undefined || categoryIds.includes(within)).slice(0, SHOWN).map(({ id }) => id);
      if (popular.length > 0) return popular;
      const { ids } = await this.deps.engine.search({ ...request, text: '', filters: { attributes: {}, inStock: true, ...(within !== undefined && { category: within }) }, facets: [], sort: '-rating', skip: 0, take: SHOWN, arrangement: null });
      if (ids.length > 0) return ids;
    }
    return [];
  }
}
