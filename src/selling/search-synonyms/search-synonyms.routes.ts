import Joi from 'joi';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { allSynonymsReply, presentSynonyms, synonymsBody, synonymsParams, synonymsReply, type SynonymsParams } from './search-synonyms.schemas.js';
import type { SynonymsService } from './search-synonyms.service.js';
import type { SynonymTerms } from './search-synonyms.js';

const tag = 'Search';
const reading = { tag, access: { permission: 'products:read' } } as const;
const writing = { tag, access: { permission: 'products:write' } } as const;

export function synonymsRoutes(synonyms: SynonymsService): Route[] {
  return [
    defineRoute({
      ...reading, method: 'get', path: '/search-synonyms', summary: 'The synonyms of the shop, in the order they were made', responses: { 200: successOf(allSynonymsReply), ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('Synonyms.', { items: (await synonyms.list()).map(presentSynonyms) }) }),
    }),
    defineRoute<object, object, object, SynonymTerms>({
      ...writing, method: 'post', path: '/search-synonyms', summary: 'Say which words mean one thing', description: 'Whoever searches for one of them finds the others too, behind what says the word itself; felt everywhere within a second. Usual English groups need not be said.',
      idempotency: 'optional', body: synonymsBody, responses: { 201: successOf(synonymsReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ body }, { caller }) => {
        const made = await synonyms.create(body, actorOf(caller));
        return { status: 201, version: made.version, location: `/search-synonyms/${made.id}`, body: success('The synonyms are made.', presentSynonyms(made)) };
      },
    }),
    defineRoute<SynonymsParams>({
      ...reading, method: 'get', path: '/search-synonyms/:id', summary: 'One group of synonyms', params: synonymsParams, responses: { 200: successOf(synonymsReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const group = await synonyms.get(params.id);
        return { status: 200, version: group.version, body: success('The synonyms.', presentSynonyms(group)) };
      },
    }),
    defineRoute<SynonymsParams, object, object, SynonymTerms>({
      ...writing, method: 'put', path: '/search-synonyms/:id', summary: 'Replace a group of synonyms', params: synonymsParams, body: synonymsBody, responses: { 200: successOf(synonymsReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const group = await synonyms.replace(params.id, body, { actor: actorOf(caller), ifMatch });
        return { status: 200, version: group.version, body: success('The synonyms are changed.', presentSynonyms(group)) };
      },
    }),
    defineRoute<SynonymsParams>({
      ...writing, method: 'delete', path: '/search-synonyms/:id', summary: 'Forget a group of synonyms', params: synonymsParams, responses: { 200: successOf(Joi.object({})), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { caller, ifMatch }) => {
        await synonyms.delete(params.id, { actor: actorOf(caller), ifMatch });
        return { status: 200, body: success('The synonyms are forgotten.', {}) };
      },
    }),
  ];
}
