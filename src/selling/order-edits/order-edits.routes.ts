import Joi from 'joi';
import { orderReply, presentOrder } from '../../fulfilment/orders/index.js';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { editBody, editParams, editReply, orderParams, presentEdit, type EditBody, type EditParams, type OrderParams } from './order-edits.schemas.js';
import type { OrderEditService } from './order-edits.service.js';

const tag = 'Order edits';
const access = { permission: 'orders:write' } as const;

export function orderEditRoutes(edits: OrderEditService) {
  return [
    defineRoute<OrderParams, object, object, EditBody>({
      method: 'post', path: '/orders/:id/edits', summary: 'Preview a change of an order and what it does to the money', tag, access, idempotency: 'optional',
      description: 'Writes neither stock nor money. Confirm it with POST /orders/:id/edits/:editId/confirm while the order stays as it is.',
      params: orderParams, body: editBody, responses: { 201: successOf(editReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415, 422) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const edit = await edits.preview(params.id, { ...body, actor: actorOf(caller), ifMatch });
        return { status: 201, location: `/orders/${params.id}/edits/${edit.id}`, body: success('This is what the order would be.', presentEdit(edit)) };
      },
    }),
    defineRoute<OrderParams>({
      method: 'get', path: '/orders/:id/edits', summary: 'The edits of an order, newest first', tag, access: { permission: 'orders:read' },
      params: orderParams, responses: { 200: successOf(Joi.object({ items: Joi.array().items(editReply).required() })), ...problems(400, 401, 403) },
      handle: async ({ params }) => ({ status: 200, body: success('The edits.', { items: (await edits.ofOrder(params.id)).map(presentEdit) }) }),
    }),
    defineRoute<EditParams>({
      method: 'get', path: '/orders/:id/edits/:editId', summary: 'One edit of an order', tag, access: { permission: 'orders:read' },
      params: editParams, responses: { 200: successOf(editReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, body: success('The edit.', presentEdit(await edits.get(params.id, params.editId))) }),
    }),
    defineRoute<EditParams>({
      method: 'post', path: '/orders/:id/edits/:editId/confirm', summary: 'Carry out a previewed edit', tag, access, idempotency: 'optional',
      description: 'Stock, lines, totals and money change together. Dearer: the difference is asked for (POST /orders/:id/payments). Cheaper: it goes back. Again: no change.',
      stepUp: { when: 'that gives back more than STEP_UP_REFUND_ABOVE', isNeeded: ({ params: { id, editId } }) => edits.paysBackMuch(id as string, editId as string) },
      params: editParams, responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ params }, { caller }) => {
        const order = await edits.confirm(params.id, params.editId, actorOf(caller));
        return { status: 200, version: order.version, body: success('The order is changed.', presentOrder(order)) };
      },
    }),
  ];
}
