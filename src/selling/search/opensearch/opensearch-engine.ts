import { arranged } from '../arrangement.js';
import type { Language, SearchEngine, SearchRequest, SearchResult, SuggestionRequest, Suggestions } from '../engine.js';
import { wordsOf } from '../text.js';
import { ARRANGED, bestBody, completionsBody, facetsOf, productsBody, searchPlan, termsOfWords } from './query.js';
import type { SearchServer } from './search-server.js';

type Deps = { server: Pick<SearchServer, 'search'>; alias: string; language: Language };
type Words = { buckets: Array<{ key: string }> };

/**
 * Search by an OpenSearch or Elasticsearch server: it finds, filters, counts and sorts. What the words are and mean, the
 * process knows by itself, so that both engines understand the same.
 */
export class OpenSearchEngine implements SearchEngine {
  readonly name = 'opensearch';

  constructor(private readonly deps: Deps) {}

  async search(request: SearchRequest): Promise<SearchResult> {
    const { server, alias, language } = this.deps;
    const { asked, near, correctedTo } = language.understand(request.text, request.audience);
    const best = asked === null || asked.length === 0 ? 0 : (await server.search(alias, bestBody(asked, request.audience))).hits.max_score ?? 0;
    const { body, arrangement, facets } = searchPlan(request, { asked, best, near });
    const { hits, aggregations } = await server.search(alias, body);
    const found = hits.hits.map(({ _id: id, fields = {} }) => ({ id, brand: fields['brand']?.[0] ?? null, categoryIds: fields['categoryIds'] ?? [] }));
    const shown = arrangement ? [...arranged(found.slice(0, ARRANGED), arrangement), ...found.slice(ARRANGED)].slice(request.skip, request.skip + request.take) : found;
    return {
      ids: shown.map(({ id }) => id), total: hits.total?.value ?? 0, facets: facetsOf(facets, aggregations), mode: asked !== null && near ? 'hybrid' : 'keyword',
      ...(correctedTo !== undefined && { correctedTo }),
    };
  }

  async suggest(request: SuggestionRequest): Promise<Suggestions> {
    const { server, alias, language } = this.deps;
    const typed = wordsOf(request.text);
    const last = typed.at(-1);
    if (last === undefined) return { queries: [], ids: [] };
    const before = language.correct(typed.slice(0, -1), request.audience);
    const completions = await this.completions(last, before, request);
    const asked = language.asked([...before, completions[0] ?? last]);
    const ids = asked.length === 0 ? [] : (await server.search(alias, productsBody(asked, request))).hits.hits.map(({ _id: id }) => id);
    return { queries: completions.map((word) => language.written([...before, word], request.audience)), ids };
  }

  /** When no word begins so, the nearest spelling. */
  private async completions(prefix: string, before: readonly string[], { audience, take }: SuggestionRequest): Promise<string[]> {
    const { server, alias, language } = this.deps;
    const { aggregations } = await server.search(alias, completionsBody(prefix, termsOfWords(before), audience, take));
    const { begun, fitting } = aggregations as { begun: Words; fitting?: { begun: Words } };
    const found = fitting && fitting.begun.buckets.length > 0 ? fitting.begun : begun;
    if (found.buckets.length > 0) return found.buckets.map(({ key }) => key);
    const [near] = language.correct([prefix], audience);
    return near === undefined || near === prefix ? [] : [near];
  }
}
