import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute, type Route } from '../../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../../shared/http/schemas.js';
import type { DutyRules } from './duties.js';
import { dutyBody, dutyListQuery, dutyParams, dutyReply, presentDuties } from './duties.schemas.js';
import type { DutyService } from './duties.service.js';

const tag = 'Tax';
const access = { permission: 'tax:write' } as const;
const BODY_BYTES = 500_000;

export function dutyRoutes(duties: DutyService): Route[] {
  const answer = (message: string, rules: DutyRules) => ({ status: 200, version: rules.version, body: success(message, presentDuties(rules)) });
  return [
    defineRoute({
      method: 'get', path: '/tax/duties', summary: 'List the countries whose duties are known', tag, access, query: dutyListQuery,
      responses: { 200: pageOf(dutyReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await duties.list(query);
        return { status: 200, body: success('Duties.', { ...page, items: page.items.map(presentDuties) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/tax/duties/:country', summary: 'Show the duties of a country', tag, access, params: dutyParams,
      responses: { 200: successOf(dutyReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => answer('The duties of this country.', await duties.get(params.country)),
    }),
    defineRoute({
      method: 'put', path: '/tax/duties/:country', summary: 'Enter or replace the duties of a country', tag, access, params: dutyParams, body: dutyBody, bodyLimitBytes: BODY_BYTES,
      description: 'Counts for carts within a second; orders keep what they were placed with.',
      responses: { 200: successOf(dutyReply), ...problems(400, 401, 403, 409, 412, 413, 415) },
      handle: async ({ params, body }, { caller, ifMatch }) => answer('The duties were changed.', await duties.replace(params.country, body, { actor: actorOf(caller), ifMatch })),
    }),
    defineRoute({
      method: 'delete', path: '/tax/duties/:country', summary: 'Charge no duties for a country any more', tag, access, params: dutyParams,
      responses: { 200: successOf(dutyReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { caller, ifMatch }) => answer('The duties were removed.', await duties.remove(params.country, { actor: actorOf(caller), ifMatch })),
    }),
  ];
}
