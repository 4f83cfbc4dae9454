import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { invariantsAnswer, outboxAnswer, policyAnswer, purgeAnswer, purgeBody, retryAnswer, retryBody, statsAnswer, type PurgeBody, type RetryBody } from './admin.schemas.js';
import type { AdminService } from './admin.service.js';

const tag = 'Operations';

export function adminRoutes(admin: AdminService) {
  return [
    defineRoute({
      method: 'get', path: '/admin/cache/stats', summary: 'How much the cache holds and how often it helps', tag, access: { permission: 'cache:purge' },
      responses: { 200: statsAnswer, ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('The cache.', await admin.cacheStats()) }),
    }),
    defineRoute<object, object, object, PurgeBody>({
      method: 'post', path: '/admin/cache/purge', summary: 'Forget cached answers by key, by tag, or all', tag, access: { permission: 'cache:purge' }, stepUp: { when: 'for `all`', isNeeded: ({ body }) => (body as PurgeBody).all === true },
      description: 'Exactly one of `keys`, `tags` and `all`. Gone on every node when this answers; 503 `cache_unavailable` when Redis is away.',
      body: purgeBody, responses: { 200: purgeAnswer, ...problems(400, 401, 403, 503) },
      handle: async ({ body }, { caller }) => ({ status: 200, body: success('The cache is purged.', { removed: await admin.purgeCache(body, caller) }) }),
    }),
    defineRoute({
      method: 'get', path: '/admin/invariants', summary: 'Check that stock, money, points, carts and events add up', tag, access: { permission: 'invariants:read' }, patient: true,
      responses: { 200: invariantsAnswer, ...problems(400, 401, 403) },
      handle: async () => {
        const report = await admin.checkInvariants();
        return { status: 200, body: success(report.ok ? 'Everything adds up.' : 'Something does not add up.', report) };
      },
    }),
    defineRoute({
      method: 'get', path: '/admin/policy', summary: 'Who may call what: every route, role and withheld field', tag, access: { permission: 'policy:read' },
      description: 'Made from the routes themselves, as the committed policy.json is. A number is the status that refuses; `withheld` names the fields that staff of a role do not see of others.',
      responses: { 200: policyAnswer, ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('The policy.', admin.policy()) }),
    }),
    defineRoute({
      method: 'get', path: '/admin/outbox', summary: 'Which events wait, since when, and which are dead', tag, access: { permission: 'outbox:read' },
      responses: { 200: outboxAnswer, ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('The outbox.', await admin.outboxOverview()) }),
    }),
    defineRoute<object, object, object, RetryBody>({
      method: 'post', path: '/admin/outbox/retries', summary: 'Give dead events another round', tag, access: { permission: 'outbox:write' },
      description: 'Exactly one of `ids` and `all`. Events that are not dead are left alone.',
      body: retryBody, responses: { 200: retryAnswer, ...problems(400, 401, 403) },
      handle: async ({ body }, { caller }) => ({ status: 200, body: success('The events are due again.', { retried: await admin.retryDeadEvents(body, caller) }) }),
    }),
  ];
}
