import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { searchAnswer, searchQuery, suggestionAnswer, suggestionQuery } from './search.schemas.js';
import type { SearchService } from './search.service.js';

const reading = { method: 'get', tag: 'Search', access: { scope: 'catalog:read', staff: 'products:read' } } as const;

export function searchRoutes(search: SearchService): Route[] {
  return [
    defineRoute({
      ...reading, path: '/search', summary: 'Find products by words, with facets', query: searchQuery,
      description: 'Staff also find what is not shown yet. Without words everything matches, and the newest comes first.',
      responses: { 200: searchAnswer, ...problems(400, 401, 403, 503) },
      handle: async ({ query }, { caller }) => ({ status: 200, body: success('What was found.', await search.search(query, caller)) }),
    }),
    defineRoute({
      ...reading, path: '/search/suggestions', summary: 'What the words that are being typed may become', query: suggestionQuery,
      responses: { 200: suggestionAnswer, ...problems(400, 401, 403, 503) },
      handle: async ({ query }, { caller }) => ({ status: 200, body: success('Suggestions.', await search.suggest(query, caller)) }),
    }),
  ];
}
