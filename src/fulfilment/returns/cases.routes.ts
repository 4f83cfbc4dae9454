import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import { fieldsQuery, orderHeaders, orderOwnerOf, orderParams, type OrderHeaders, type OrderParams } from '../orders/index.js';
import {
  claimBody, claimListQuery, claimReply, claimsReply, exchangeBody, exchangeReply, exchangesReply, presentClaim, presentExchange, resolutionBody,
  type ClaimBody, type ClaimListQuery, type ExchangeBody, type ResolutionBody,
} from './cases.schemas.js';
import type { ClaimService } from './claims.service.js';
import type { ExchangeService } from './exchanges.service.js';
import { emptyBody, idParams, reasonBody, type IdParams, type ReasonBody } from './returns.schemas.js';

const reading = { access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' }, headers: orderHeaders, query: fieldsQuery } as const;
const shopping = { access: { scope: 'checkout:write', user: 'optional', staff: 'orders:write' }, idempotency: 'optional', headers: orderHeaders } as const;
const handling = { access: { permission: 'orders:write' }, idempotency: 'optional' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);
const unread = problems(400, 401, 403, 404);
type OfOrder = { params: OrderParams; headers: OrderHeaders };
type OfCase = { params: IdParams; headers: OrderHeaders };

export function exchangeRoutes(exchanges: ExchangeService) {
  const tag = 'Returns';
  return [
    defineRoute({
      ...shopping, tag, method: 'post', path: '/orders/:id/exchanges', summary: 'Exchange goods for others',
      description: 'Keeps the other goods at once. Dearer ones are paid first: POST /orders/:id/payments of the replacement order. Of cheaper ones the difference is refunded once the goods have come.',
      params: orderParams, body: exchangeBody, responses: { 201: successOf(exchangeReply), ...refusals },
      handle: async ({ params, headers, body }: OfOrder & { body: ExchangeBody }, { caller }) => {
        const made = await exchanges.request(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller), ...body });
        return { status: 201, location: `/exchanges/${made.exchange.id}`, body: success('The exchange was asked for.', presentExchange(made)) };
      },
    }),
    defineRoute({
      ...reading, tag, method: 'get', path: '/orders/:id/exchanges', summary: 'The exchanges of an order', params: orderParams, responses: { 200: successOf(exchangesReply), ...unread },
      handle: async ({ params, headers }: OfOrder, { caller }) => {
        const items = await exchanges.ofOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('The exchanges of this order.', { items: items.map(presentExchange) }) };
      },
    }),
    defineRoute({
      ...reading, tag, method: 'get', path: '/exchanges/:id', summary: 'One exchange', params: idParams, responses: { 200: successOf(exchangeReply), ...unread },
      handle: async ({ params, headers }: OfCase, { caller }) => ({ status: 200, body: success('The exchange.', presentExchange(await exchanges.get(params.id, orderOwnerOf(caller, headers)))) }),
    }),
    defineRoute({
      ...shopping, tag, method: 'post', path: '/exchanges/:id/cancellation', summary: 'Give up an exchange before anything has moved', params: idParams, body: emptyBody,
      responses: { 200: successOf(exchangeReply), ...refusals },
      handle: async ({ params, headers }: OfCase, { caller }) => {
        const ended = await exchanges.cancel(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller) });
        return { status: 200, body: success('The exchange was given up.', presentExchange(ended)) };
      },
    }),
  ];
}

export function claimRoutes(claims: ClaimService) {
  const tag = 'Claims';
  return [
    defineRoute({
      ...shopping, tag, method: 'post', path: '/orders/:id/claims', summary: 'Tell of goods that are lost, missing, damaged or wrong', params: orderParams, body: claimBody,
      responses: { 201: successOf(claimReply), ...refusals },
      handle: async ({ params, headers, body }: OfOrder & { body: ClaimBody }, { caller }) => {
        const claim = await claims.request(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller), ...body });
        return { status: 201, location: `/claims/${claim.id}`, body: success('The claim was made.', presentClaim(claim)) };
      },
    }),
    defineRoute({
      ...reading, tag, method: 'get', path: '/orders/:id/claims', summary: 'The claims of an order', params: orderParams, responses: { 200: successOf(claimsReply), ...unread },
      handle: async ({ params, headers }: OfOrder, { caller }) => {
        const items = await claims.ofOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('The claims of this order.', { items: items.map(presentClaim) }) };
      },
    }),
    defineRoute({
      tag, method: 'get', path: '/claims', summary: 'All claims', access: { permission: 'orders:read' }, query: claimListQuery, responses: { 200: pageOf(claimReply), ...problems(400, 401, 403) },
      handle: async ({ query }: { query: ClaimListQuery }) => {
        const page = await claims.list(query);
        return { status: 200, body: success('Claims.', { ...page, items: page.items.map(presentClaim) }) };
      },
    }),
    defineRoute({
      ...reading, tag, method: 'get', path: '/claims/:id', summary: 'One claim', params: idParams, responses: { 200: successOf(claimReply), ...unread },
      handle: async ({ params, headers }: OfCase, { caller }) => ({ status: 200, body: success('The claim.', presentClaim(await claims.get(params.id, orderOwnerOf(caller, headers)))) }),
    }),
    defineRoute({
      ...handling, tag, method: 'post', path: '/claims/:id/resolution', summary: 'Settle a claim with money or with the same goods again', params: idParams, body: resolutionBody,
      stepUp: { when: 'with money, above STEP_UP_REFUND_ABOVE', isNeeded: ({ params, body }) => (body as ResolutionBody).resolution === 'refund' && claims.paysBackMuch((params as IdParams).id) },
      responses: { 200: successOf(claimReply), ...refusals },
      handle: async ({ params, body }: { params: IdParams; body: ResolutionBody }, { caller }) => {
        const claim = await claims.resolve(params.id, { ...body, actor: actorOf(caller) });
        return { status: 200, body: success(`The claim is ${claim.state}.`, presentClaim(claim)) };
      },
    }),
    defineRoute({
      ...handling, tag, method: 'post', path: '/claims/:id/rejection', summary: 'Refuse a claim, and say why', params: idParams, body: reasonBody, responses: { 200: successOf(claimReply), ...refusals },
      handle: async ({ params, body }: { params: IdParams; body: ReasonBody }, { caller }) => ({
        status: 200, body: success('The claim is rejected.', presentClaim(await claims.reject(params.id, { actor: actorOf(caller), rejection: body.reason }))),
      }),
    }),
    defineRoute({
      ...shopping, tag, method: 'post', path: '/claims/:id/cancellation', summary: 'Take back a claim', params: idParams, body: emptyBody, responses: { 200: successOf(claimReply), ...refusals },
      handle: async ({ params, headers }: OfCase, { caller }) => {
        const claim = await claims.cancel(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller) });
        return { status: 200, body: success('The claim was taken back.', presentClaim(claim)) };
      },
    }),
  ];
}
