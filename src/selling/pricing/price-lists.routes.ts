import { actorOf } from '../../shared/http/caller.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { defineRoute, type Context, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { PriceBookService } from './price-book.service.js';
import {
  ENTRIES_AT_ONCE, changesAnswer, changesQuery, entriesAnswer, entriesBody, entriesPutAnswer, entriesQuery, idParams, listQuery, priceListAnswer, priceListBody, priceListsAnswer,
  type ChangesQuery, type EntriesBody, type EntriesQuery, type IdParams,
} from './price-book.schemas.js';
import type { PriceListFields } from './price-lists.js';

const read = { tag: 'Pricing', access: { permission: 'pricing:read' } } as const;
const write = { tag: 'Pricing', access: { permission: 'products:write' } } as const;
const changes = problems(400, 401, 403, 404, 409, 412);
/** Two thousand entries of twenty quantities each. */
const ENTRY_BYTES = 4_000_000;
export const editOf = (id: string, { ifMatch, caller }: Context) => ({ id, ifMatch, actor: actorOf(caller) });

export function priceListRoutes(prices: PriceBookService): Route[] {
  return [
    defineRoute<object, PageQuery>({
      ...read, method: 'get', path: '/price-lists', summary: 'List price lists, the strongest first', query: listQuery,
      responses: { 200: priceListsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('The price lists.', await prices.lists(query)) }),
    }),
    defineRoute<object, object, object, PriceListFields>({
      ...write, method: 'post', path: '/price-lists', summary: 'Open a price list', body: priceListBody, idempotency: 'optional',
      description: 'For groups, companies, channels and a period. For every quantity the highest-priority list that names a price for the SKU wins; its id and name are the priceSource.',
      responses: { 201: priceListAnswer, ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const list = await prices.createList(body, actorOf(caller));
        return { status: 201, location: `/price-lists/${list.id}`, version: list.version, body: success('The price list is open.', list) };
      },
    }),
    defineRoute<IdParams>({
      ...read, method: 'get', path: '/price-lists/:id', summary: 'Show a price list', params: idParams,
      responses: { 200: priceListAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const list = await prices.getList(params.id);
        return { status: 200, version: list.version, body: success('The price list.', list) };
      },
    }),
    defineRoute<IdParams, object, object, PriceListFields>({
      ...write, method: 'put', path: '/price-lists/:id', summary: 'Change a price list; its entries stay', params: idParams, body: priceListBody,
      responses: { 200: priceListAnswer, ...changes },
      handle: async ({ params, body }, context) => {
        const list = await prices.replaceList(editOf(params.id, context), body);
        return { status: 200, version: list.version, body: success('The price list is changed.', list) };
      },
    }),
    defineRoute<IdParams>({
      ...write, method: 'delete', path: '/price-lists/:id', summary: 'Remove a price list with its entries', params: idParams,
      responses: { 200: priceListAnswer, ...changes },
      handle: async ({ params }, context) => ({ status: 200, body: success('The price list is removed.', await prices.removeList(editOf(params.id, context))) }),
    }),
    defineRoute<IdParams, EntriesQuery>({
      ...read, method: 'get', path: '/price-lists/:id/entries', summary: 'List what a price list says, by SKU', params: idParams, query: entriesQuery,
      responses: { 200: entriesAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query: { q, ...query } }) => ({ status: 200, body: success('The entries.', await prices.listEntries(params.id, q, query)) }),
    }),
    defineRoute<IdParams, ChangesQuery>({
      ...read, method: 'get', path: '/price-lists/:id/changes', summary: 'Every change of a price list and of what it says, newest first', params: idParams, query: changesQuery,
      responses: { 200: changesAnswer, ...problems(400, 401, 403) },
      handle: async ({ params, query: { sku, ...query } }) => ({ status: 200, body: success('The changes.', await prices.listChanges(params.id, sku, query)) }),
    }),
    defineRoute<IdParams, object, object, EntriesBody>({
      ...write, method: 'put', path: '/price-lists/:id/entries', summary: `Set up to ${ENTRIES_AT_ONCE} entries at once; others stay`, params: idParams, body: entriesBody, bodyLimitBytes: ENTRY_BYTES,
      responses: { 200: entriesPutAnswer, ...problems(400, 401, 403, 404, 409, 413) },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('The entries are set.', await prices.putEntries(params.id, body.items, actorOf(caller))) }),
    }),
  ];
}
