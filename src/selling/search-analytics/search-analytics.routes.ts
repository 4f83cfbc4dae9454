import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { eventsBody, eventsReply, queriesQuery, queriesReply, reportQuery, reportReply, type EventsBody, type QueriesQuery, type ReportQuery } from './search-analytics.schemas.js';
import type { SearchAnalytics } from './search-analytics.service.js';

const tag = 'Search';
const reading = { tag, access: { permission: 'products:read' } } as const;
const RANKED_BY = { searches: 'searches', without_results: 'empty', unclicked: 'unclicked' } as const;

export function searchAnalyticsRoutes(analytics: SearchAnalytics): Route[] {
  return [
    defineRoute<object, object, object, EventsBody>({
      tag, access: { scope: 'catalog:read', user: 'optional' }, method: 'post', path: '/search/events', summary: 'What searches led to: a click, a cart, a purchase',
      description: 'Counted by words and day, without a name, once for a search and type. Not counted for whoever withdrew the consent `analytics` or sends Sec-GPC or DNT.',
      body: eventsBody, responses: { 202: eventsReply, ...problems(400, 401, 403, 413, 415) },
      handle: async ({ body }, { caller, isOptedOut }) => ({ status: 202, body: success('Noted.', { accepted: analytics.note(body.events, { caller, isOptedOut }) }) }),
    }),
    defineRoute<object, ReportQuery>({
      ...reading, method: 'get', path: '/search/reports', summary: 'How searches went, by day', query: reportQuery, responses: { 200: reportReply, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('How searches went.', await analytics.days(query)) }),
    }),
    defineRoute<object, QueriesQuery>({
      ...reading, method: 'get', path: '/search/reports/queries', summary: 'What is searched for most, finds nothing or is not clicked', query: queriesQuery,
      description: 'Words of fewer than three searches are left out, since they could be about a person.', responses: { 200: queriesReply, ...problems(400, 401, 403) },
      handle: async ({ query: { by, limit, ...span } }) => ({ status: 200, body: success('What is searched for.', await analytics.queries(span, { by: RANKED_BY[by], limit })) }),
    }),
  ];
}
