import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { searchAnswer, searchQuery, suggestionAnswer, suggestionQuery, voiceAnswer, voiceBody, voiceQuery, type SearchQuery, type VoiceBody } from './search.schemas.js';
import type { SearchService } from './search.service.js';
import type { VoiceService } from './voice.service.js';

/** Told in a header too, for whoever watches answers without reading them. */
const told = <T extends { degraded?: boolean }>(message: string, data: T) => ({ status: 200, body: success(message, data), ...(data.degraded && { headers: { 'X-Degraded': 'search' } }) });

const MAX_RECORDING_BYTES = 5_000_000;

const reading = { method: 'get', tag: 'Search', access: { scope: 'catalog:read', staff: 'products:read' } } as const;

type Searches = { search: SearchService; voice: VoiceService; uploadFolder: string };

export function searchRoutes({ search, voice, uploadFolder }: Searches): Route[] {
  return [
    defineRoute({
      ...reading, path: '/search', summary: 'Find products by words, with facets', query: searchQuery,
      description: 'Staff also find what is not shown yet. Without words everything matches, and the newest comes first. Where nothing matches, recovery shows what comes nearest. What searchId led to can be told with POST /search/events.',
      responses: { 200: searchAnswer, ...problems(400, 401, 403, 503) },
      handle: async ({ query }, asking) => told('What was found.', await search.search(query, asking)),
    }),
    defineRoute({
      ...reading, path: '/search/suggestions', summary: 'What the words that are being typed may become', query: suggestionQuery,
      responses: { 200: suggestionAnswer, ...problems(400, 401, 403, 503) },
      handle: async ({ query }, { caller }) => told('Suggestions.', await search.suggest(query, caller)),
    }),
    defineRoute<object, SearchQuery, object, VoiceBody>({
      ...reading, method: 'post', path: '/search/voice', summary: 'Find products by what is said',
      description: 'The transcript of a recogniser, or a recording in the field file, which is not kept. Fillers, numbers and prices in words and words that sound alike are understood as somebody would have typed them.',
      consumes: { file: { maxBytes: MAX_RECORDING_BYTES, directory: uploadFolder, orJson: true } }, query: voiceQuery, body: voiceBody, responses: { 200: voiceAnswer, ...problems(400, 401, 403, 413, 415, 501, 503) },
      handle: async ({ query, body }, { file, ...asking }) => told('What was found.', await voice.search({ transcript: body.transcript, recording: file?.path }, query, asking)),
    }),
  ];
}
