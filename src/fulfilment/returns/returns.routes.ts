import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import { fieldsQuery, orderHeaders, orderOwnerOf, orderParams, type OrderHeaders, type OrderParams } from '../orders/index.js';
import type { GoodsReturn } from './returns.js';
import {
  emptyBody, idParams, inspectionBody, latePartsBody, presentReturn, reasonBody, receiptBody, refundBody, returnBody, returnListQuery, returnReply, returnsReply,
  type IdParams, type InspectionBody, type LatePartsBody, type ReasonBody, type ReceiptBody, type RefundBody, type ReturnBody, type ReturnListQuery,
} from './returns.schemas.js';
import type { ReturnService } from './returns.service.js';
import type { ReceiveGoods } from './use-cases/receive-goods.js';
import type { ReceiveLateParts } from './use-cases/receive-late-parts.js';
import type { Inspect, RefundReturn } from './use-cases/settle-return.js';

const tag = 'Returns';
const reading = { tag, access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' } } as const;
const shopping = { tag, access: { scope: 'checkout:write', user: 'optional', staff: 'orders:write' }, idempotency: 'optional' } as const;
const handling = { tag, access: { permission: 'orders:write' }, idempotency: 'optional' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);
const one = { 200: successOf(returnReply), ...refusals };

export type ReturnHandling = Readonly<{
  receive(id: string, receipt: ReceiveGoods): Promise<GoodsReturn>;
  receiveParts(id: string, parts: ReceiveLateParts): Promise<GoodsReturn>;
  inspect(id: string, inspection: Inspect): Promise<GoodsReturn>;
  refund(id: string, refund: RefundReturn): Promise<GoodsReturn>;
}>;

export function returnRoutes(returns: ReturnService, { receive, receiveParts, inspect, refund }: ReturnHandling) {
  const answer = (goods: GoodsReturn, message = `The return is ${goods.state.replace('_', ' ')}.`) => ({ status: 200, version: goods.version, body: success(message, presentReturn(goods)) });
  return [
    defineRoute({
      ...shopping, method: 'post', path: '/orders/:id/returns', summary: 'Ask to send goods back',
      description: 'By the customer within the return policy of the order. What staff asks for is approved at once.',
      params: orderParams, headers: orderHeaders, body: returnBody,
      responses: { 201: successOf(returnReply), ...refusals },
      handle: async ({ params, headers, body }: { params: OrderParams; headers: OrderHeaders; body: ReturnBody }, { caller }) => {
        const { goods } = await returns.request(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller), ...body });
        return { ...answer(goods), status: 201, location: `/returns/${goods.id}` };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/orders/:id/returns', summary: 'The returns of an order', params: orderParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(returnsReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }: { params: OrderParams; headers: OrderHeaders }, { caller }) => {
        const items = await returns.ofOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('The returns of this order.', { items: items.map(presentReturn) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/returns', summary: 'All returns', tag, access: { permission: 'orders:read' }, query: returnListQuery,
      responses: { 200: pageOf(returnReply), ...problems(400, 401, 403) },
      handle: async ({ query }: { query: ReturnListQuery }) => {
        const page = await returns.list(query);
        return { status: 200, body: success('Returns.', { ...page, items: page.items.map(presentReturn) }) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/returns/:id', summary: 'One return', params: idParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(returnReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }: { params: IdParams; headers: OrderHeaders }, { caller }) => answer(await returns.get(params.id, orderOwnerOf(caller, headers)), 'The return.'),
    }),
    defineRoute({
      ...handling, method: 'post', path: '/returns/:id/approval', summary: 'Consent to a return', params: idParams, body: emptyBody, responses: one,
      handle: async ({ params }: { params: IdParams }, { caller }) => answer(await returns.approve(params.id, actorOf(caller))),
    }),
    defineRoute({
      ...handling, method: 'post', path: '/returns/:id/rejection', summary: 'Refuse a return, and say why', params: idParams, body: reasonBody, responses: one,
      handle: async ({ params, body }: { params: IdParams; body: ReasonBody }, { caller }) => answer(await returns.reject(params.id, { actor: actorOf(caller), rejection: body.reason })),
    }),
    defineRoute({
      ...shopping, method: 'post', path: '/returns/:id/cancellation', summary: 'Keep the goods after all', params: idParams, headers: orderHeaders, body: emptyBody, responses: one,
      handle: async ({ params, headers }: { params: IdParams; headers: OrderHeaders }, { caller }) =>
        answer(await returns.cancel(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller) })),
    }),
    defineRoute({
      ...handling, method: 'post', path: '/returns/:id/receipts', summary: 'Goods came back: restock them or write them off', params: idParams, body: receiptBody, responses: one,
      handle: async ({ params, body }: { params: IdParams; body: ReceiptBody }, { caller }) => answer(await receive(params.id, { ...body, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...handling, method: 'post', path: '/returns/:id/parts', summary: 'Parts of a set came after the rest of it',
      description: 'Restocks them, and gives back what was kept for them: at once where the return was refunded, else with its refund.',
      params: idParams, body: latePartsBody, responses: one,
      stepUp: { when: 'above STEP_UP_REFUND_ABOVE', isNeeded: ({ params }) => returns.keptMuch((params as IdParams).id) },
      handle: async ({ params, body }: { params: IdParams; body: LatePartsBody }, { caller }) => answer(await receiveParts(params.id, { ...body, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...handling, method: 'post', path: '/returns/:id/inspection', summary: 'Close the receipt and say what the goods lost in value', params: idParams, body: inspectionBody, responses: one,
      handle: async ({ params, body }: { params: IdParams; body: InspectionBody }, { caller }) => answer(await inspect(params.id, { ...body, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...handling, method: 'post', path: '/returns/:id/refund', summary: 'Give back what these units were paid', params: idParams, body: refundBody, responses: one,
      stepUp: { when: 'above STEP_UP_REFUND_ABOVE', isNeeded: ({ params }) => returns.paysBackMuch((params as IdParams).id) },
      handle: async ({ params, body }: { params: IdParams; body: RefundBody }, { caller }) => answer(await refund(params.id, { ...body, actor: actorOf(caller) })),
    }),
  ];
}
