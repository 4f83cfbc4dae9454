import { orderReply } from '../../fulfilment/orders/index.js';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import {
  completionBody, draftBody, draftListQuery, draftParams, draftReply, newDraftBody, presentDraft, presentPriced, pricedDraftReply,
  type CompletionBody, type DraftBody, type DraftListQuery, type DraftParams, type NewDraftBody,
} from './draft-orders.schemas.js';
import type { DraftOrderService } from './draft-orders.service.js';

const tag = 'Draft orders';
const reading = { tag, access: { permission: 'orders:read' } } as const;
const writing = { tag, access: { permission: 'orders:write' } } as const;
const refusals = problems(400, 401, 403, 404, 409, 412, 413, 415);
const contentOf = ({ discount = null, coupons = [], ...body }: DraftBody) => ({ ...body, discount, coupons });

export function draftOrderRoutes(drafts: DraftOrderService) {
  return [
    defineRoute<object, object, object, NewDraftBody>({
      ...writing, method: 'post', path: '/orders/drafts', summary: 'Prepare an order for somebody', idempotency: 'optional',
      body: newDraftBody, responses: { 201: successOf(pricedDraftReply), ...refusals, ...problems(422) },
      handle: async ({ body: { userId, email, currency, ...body } }, { caller }) => {
        const priced = await drafts.create({ ...contentOf(body), userId, email, currency }, actorOf(caller));
        return { status: 201, location: `/orders/drafts/${priced.draft.id}`, version: priced.draft.version, body: success('The draft.', presentPriced(priced)) };
      },
    }),
    defineRoute<object, DraftListQuery>({
      ...reading, method: 'get', path: '/orders/drafts', summary: 'List draft orders, newest first',
      query: draftListQuery, responses: { 200: pageOf(draftReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const { state, email } = query;
        const page = await drafts.list({ ...(state && { state }), ...(email !== undefined && { email }) }, query);
        return { status: 200, body: success('The drafts.', { ...page, items: page.items.map(presentDraft) }) };
      },
    }),
    defineRoute<DraftParams>({
      ...reading, method: 'get', path: '/orders/drafts/:id', summary: 'One draft order with what it costs now and what stands against it',
      params: draftParams, responses: { 200: successOf(pricedDraftReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const priced = await drafts.get(params.id);
        return { status: 200, version: priced.draft.version, body: success('The draft.', presentPriced(priced)) };
      },
    }),
    defineRoute<DraftParams, object, object, DraftBody>({
      ...writing, method: 'put', path: '/orders/drafts/:id', summary: 'Replace the content of an open draft order',
      params: draftParams, body: draftBody, responses: { 200: successOf(pricedDraftReply), ...refusals },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const priced = await drafts.change(params.id, contentOf(body), { actor: actorOf(caller), ifMatch });
        return { status: 200, version: priced.draft.version, body: success('The draft is changed.', presentPriced(priced)) };
      },
    }),
    defineRoute<DraftParams>({
      ...writing, method: 'delete', path: '/orders/drafts/:id', summary: 'Give up a draft order',
      params: draftParams, responses: { 200: successOf(draftReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { ifMatch }) => ({ status: 200, body: success('The draft is given up.', presentDraft(await drafts.cancel(params.id, ifMatch))) }),
    }),
    defineRoute<DraftParams, object, object, CompletionBody>({
      ...writing, method: 'post', path: '/orders/drafts/:id/complete', summary: 'Make the order, by the same steps as any checkout', idempotency: 'workflow',
      description: 'Stock, limits, prices and tax are checked as for everybody. 200 when the draft had become an order before.',
      params: draftParams, body: completionBody, responses: { 200: successOf(orderReply), 201: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: ({ params, body }, { caller, idempotency }) => drafts.complete(params.id, { ...body, actor: actorOf(caller), idempotency: idempotency! }),
    }),
  ];
}
