import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import type { PolicyTerms } from './return-policies.js';
import { policyBody, policyQuery, policyReply, presentPolicy } from './return-policies.schemas.js';
import type { PolicyService } from './return-policies.service.js';

const tag = 'Returns';

export const policyRoutes = (policies: PolicyService) => [
  defineRoute({
    method: 'get', path: '/return-policy', summary: 'The terms of return for orders that are placed now', tag, access: { scope: 'catalog:read' }, query: policyQuery,
    responses: { 200: successOf(policyReply), ...problems(400, 401, 403) },
    handle: async () => {
      const policy = await policies.current();
      return { status: 200, version: policy.version, body: success('The return policy.', presentPolicy(policy)) };
    },
  }),
  defineRoute({
    method: 'put', path: '/return-policy', summary: 'Change the terms for orders to come', tag, access: { permission: 'return-policy:write' },
    description: 'Makes a new version. Orders keep the version that they were placed under.',
    body: policyBody,
    responses: { 200: successOf(policyReply), ...problems(400, 401, 403, 409, 412, 413, 415) },
    handle: async ({ body }: { body: PolicyTerms }, { caller, ifMatch }) => {
      const policy = await policies.replace(body, { actor: actorOf(caller), ifMatch });
      return { status: 200, version: policy.version, body: success('The return policy was changed.', presentPolicy(policy)) };
    },
  }),
];
