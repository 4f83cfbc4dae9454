import type { Clock } from '../../shared/clock.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { hasPassed, type ApiKey } from './api-keys.js';
import { issueBody, issuedAnswer, keyAnswer, keyParams, keysAnswer, listQuery, rotateBody, usageAnswer, usageQuery, type IssueBody, type KeyParams, type RotateBody, type UsageQuery } from './api-keys.schemas.js';
import type { ApiKeyService } from './api-keys.service.js';
import type { UsageService } from './usage.service.js';
import type { PageQuery } from '../../shared/http/pagination.js';

const tag = 'API keys';
const access = { permission: 'api-keys:write' } as const;

/** None of these keeps its answer under an Idempotency-Key: it would keep a secret in plain text. */
export function apiKeyRoutes(keys: ApiKeyService, usage: UsageService, now: Clock) {
  const present = (key: ApiKey) => presentAt(key, now());
  return [
    defineRoute<object, PageQuery>({
      method: 'get', path: '/admin/api-keys', summary: 'List the applications that hold a key', tag, access,
      query: listQuery, responses: { 200: keysAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await keys.list(query);
        return { status: 200, body: success('The API keys.', { ...page, items: page.items.map(present) }) };
      },
    }),
    defineRoute<object, object, object, IssueBody>({
      method: 'post', path: '/admin/api-keys', summary: 'Issue a key; it is shown only in this answer', tag, access, stepUp: true,
      body: issueBody, responses: { 201: issuedAnswer, ...problems(400, 401, 403) },
      handle: async ({ body: { expiresAt, ...body } }, { caller }) => {
        const issued = await keys.issueFor(caller, { ...body, ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }) });
        const data = { ...present(await keys.get(issued.id)), ...issued };
        return { status: 201, location: `/admin/api-keys/${issued.id}`, body: success('Keep this key safe: it is not shown again.', data) };
      },
    }),
    defineRoute<KeyParams>({
      method: 'get', path: '/admin/api-keys/:id', summary: 'Show a key, without its secrets', tag, access,
      params: keyParams, responses: { 200: keyAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, body: success('The API key.', present(await keys.get(params.id))) }),
    }),
    defineRoute<KeyParams, UsageQuery>({
      method: 'get', path: '/admin/api-keys/:id/usage', summary: 'What a key asked for, by day, part of the API and answer', tag, access,
      description: 'Every request that came with the key counts, refused ones as well. Counts are written every 5 s; a process that is killed loses at most those. Kept 400 days.',
      params: keyParams, query: usageQuery, responses: { 200: usageAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => {
        const { id } = await keys.get(params.id);
        return { status: 200, body: success('The usage of this key.', await usage.read(id, query)) };
      },
    }),
    defineRoute<KeyParams, object, object, RotateBody>({
      method: 'post', path: '/admin/api-keys/:id/rotation', summary: 'Give a key a new secret; the old one works until the overlap ends', tag, access, stepUp: true,
      params: keyParams, body: rotateBody, responses: { 200: issuedAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, body }, { caller }) => {
        const issued = await keys.rotate(params.id, body.overlapSeconds, caller);
        return { status: 200, body: success('Keep this key safe: it is not shown again.', { ...present(await keys.get(params.id)), ...issued }) };
      },
    }),
    defineRoute<KeyParams>({
      method: 'delete', path: '/admin/api-keys/:id', summary: 'Revoke a key for good', tag, access, stepUp: true,
      params: keyParams, responses: { 200: keyAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('The key is revoked.', present(await keys.revoke(params.id, caller))) }),
    }),
  ];
}

function presentAt({ keyId: _keyId, secrets, ...key }: ApiKey, now: Date) {
  const state = key.revokedAt ? 'revoked' : hasPassed(key.expiresAt, now) ? 'expired' : 'active';
  const leaving = secrets.find(({ expiresAt }) => expiresAt !== undefined && !hasPassed(expiresAt, now));
  return { ...key, state, ...(leaving && { rotation: { oldSecretUntil: leaving.expiresAt } }) };
}
