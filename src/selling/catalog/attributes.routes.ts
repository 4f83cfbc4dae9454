import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { attributeAnswer, attributeBody, attributePage, attributeParams, attributePut, attributeQuery } from './attributes.schemas.js';
import type { AttributeWords } from './catalog.js';
import type { AttributeService } from './attributes.service.js';
import { attributeWords, labelParams } from './translations.schemas.js';

const read = { tag: 'Attributes', access: { scope: 'catalog:read' } } as const;
const write = { tag: 'Attributes', access: { permission: 'products:write' } } as const;

export function attributeRoutes(attributes: AttributeService): Route[] {
  return [
    defineRoute({
      ...read, method: 'get', path: '/attributes', summary: 'List the typed attributes', query: attributeQuery,
      responses: { 200: attributePage, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => ({ status: 200, body: success('Attributes.', await attributes.list(query, caller)) }),
    }),
    defineRoute({
      ...read, method: 'get', path: '/attributes/:code', summary: 'Show a typed attribute', params: attributeParams,
      responses: { 200: attributeAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => {
        const found = await attributes.show(params.code, caller);
        return { status: 200, body: success('The attribute.', found), version: found.version };
      },
    }),
    defineRoute({
      ...write, method: 'post', path: '/attributes', summary: 'Define a typed attribute; it counts from the next write of a product', body: attributeBody,
      responses: { 201: attributeAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, { caller }) => {
        const made = await attributes.create(body, actorOf(caller));
        return { status: 201, location: `/attributes/${made.code}`, body: success('Attribute defined.', made), version: made.version };
      },
    }),
    defineRoute({
      ...write, method: 'put', path: '/attributes/:code', summary: 'Rename an attribute, change its unit or options', params: attributeParams, body: attributePut,
      responses: { 200: attributeAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, { ifMatch, caller }) => {
        const changed = await attributes.update({ code: params.code, ifMatch, actor: actorOf(caller) }, body);
        return { status: 200, body: success('Attribute changed.', changed), version: changed.version };
      },
    }),
    defineRoute<{ code: string; language: string }, object, object, AttributeWords>({
      ...write, method: 'put', path: '/attributes/:code/translations/:language', summary: 'Name an attribute and its values in another language', params: labelParams, body: attributeWords,
      responses: { 200: attributeAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params: { code, language }, body }, { ifMatch, caller }) => {
        const changed = await attributes.translate({ code, ifMatch, actor: actorOf(caller) }, language, body);
        return { status: 200, body: success('Translated.', changed), version: changed.version };
      },
    }),
    defineRoute({
      ...write, method: 'delete', path: '/attributes/:code/translations/:language', summary: 'Take a language of an attribute away', params: labelParams,
      responses: { 200: attributeAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params: { code, language } }, { ifMatch, caller }) => {
        const changed = await attributes.translate({ code, ifMatch, actor: actorOf(caller) }, language, null);
        return { status: 200, body: success('Translation taken away.', changed), version: changed.version };
      },
    }),
    defineRoute({
      ...write, method: 'delete', path: '/attributes/:code', summary: 'Forget the definition; the values stay', params: attributeParams,
      responses: { 200: attributeAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { ifMatch, caller }) => ({
        status: 200, body: success('Attribute forgotten.', await attributes.remove({ code: params.code, ifMatch, actor: actorOf(caller) })),
      }),
    }),
  ];
}
