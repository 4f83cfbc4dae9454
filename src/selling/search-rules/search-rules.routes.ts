import Joi from 'joi';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { presentRule, previewBody, previewReply, ruleBody, ruleParams, ruleReply, rulesReply, termsOf, type PreviewBody, type RuleBody, type RuleParams } from './search-rules.schemas.js';
import type { SearchRuleService } from './search-rules.service.js';

const tag = 'Search';
const reading = { tag, access: { permission: 'products:read' } } as const;
const writing = { tag, access: { permission: 'products:write' } } as const;

export function searchRuleRoutes(rules: SearchRuleService): Route[] {
  return [
    defineRoute({
      ...reading, method: 'get', path: '/search-rules', summary: 'All search rules, in the order they were made', responses: { 200: successOf(rulesReply), ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('Search rules.', { items: (await rules.list()).map(presentRule) }) }),
    }),
    defineRoute<object, object, object, RuleBody>({
      ...writing, method: 'post', path: '/search-rules', summary: 'Pin, boost or bury what is found', description: 'Over the ranking by relevance; felt everywhere within a second.', idempotency: 'optional', body: ruleBody,
      responses: { 201: successOf(ruleReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ body }, { caller }) => {
        const made = await rules.create(termsOf(body), actorOf(caller));
        return { status: 201, version: made.version, location: `/search-rules/${made.id}`, body: success('The search rule is made.', presentRule(made)) };
      },
    }),
    defineRoute<object, object, object, PreviewBody>({
      ...reading, method: 'post', path: '/search-rules/preview', summary: 'What shoppers would find, and where it stood without rules', description: 'Writes nothing. A rule that is sent along is tried beside the saved ones.',
      body: previewBody, responses: { 200: successOf(previewReply), ...problems(400, 401, 403, 413, 415, 503) },
      handle: async ({ body: { words, categoryId, channel, at, currency, limit, rule } }) => ({
        status: 200, body: success('Nothing was changed.', await rules.preview({ words, categoryId, channel, at: at === undefined ? undefined : new Date(at), currency, limit, rule: rule && termsOf(rule) })),
      }),
    }),
    defineRoute<RuleParams>({
      ...reading, method: 'get', path: '/search-rules/:id', summary: 'One search rule', params: ruleParams, responses: { 200: successOf(ruleReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const rule = await rules.get(params.id);
        return { status: 200, version: rule.version, body: success('The search rule.', presentRule(rule)) };
      },
    }),
    defineRoute<RuleParams, object, object, RuleBody>({
      ...writing, method: 'put', path: '/search-rules/:id', summary: 'Replace a search rule', params: ruleParams, body: ruleBody, responses: { 200: successOf(ruleReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const rule = await rules.replace(params.id, termsOf(body), { actor: actorOf(caller), ifMatch });
        return { status: 200, version: rule.version, body: success('The search rule is changed.', presentRule(rule)) };
      },
    }),
    defineRoute<RuleParams>({
      ...writing, method: 'delete', path: '/search-rules/:id', summary: 'Forget a search rule', params: ruleParams, responses: { 200: successOf(Joi.object({})), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { caller, ifMatch }) => {
        await rules.delete(params.id, { actor: actorOf(caller), ifMatch });
        return { status: 200, body: success('The search rule is forgotten.', {}) };
      },
    }),
  ];
}
