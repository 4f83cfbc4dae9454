import { sha256 } from '../../shared/crypto/tokens.js';
import { actorOf, mayAct, type Caller } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import { OrderNotFound } from './orders.errors.js';
import { presentEntry, presentOrder } from './orders.presenter.js';
import type { OrderOwner } from './orders.js';
import { cancellationBody, fieldsQuery, orderHeaders, orderListQuery, orderParams, orderReply, statusBody, timelineReply, userParams, type CancellationBody, type OrderHeaders, type OrderListQuery, type OrderParams, type StatusBody } from './orders.schemas.js';
import type { OrderService } from './orders.service.js';

/** Staff sees all, a user their own, a guest the one whose token they hold. Nobody else finds anything. */
export function orderOwnerOf(caller: Caller, headers: OrderHeaders, permission = 'orders:read'): OrderOwner {
  if (mayAct(caller, permission)) return { staff: true };
  if (caller.user) return { userId: caller.user.id };
  if (headers['x-order-token'] !== undefined) return { tokenHash: sha256(headers['x-order-token']) };
  throw new OrderNotFound();
}

const reading = { tag: 'Orders', access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' } } as const;

export function orderRoutes(orders: OrderService) {
  const pageOfOrders = async (owner: OrderOwner, query: OrderListQuery) => {
    const page = await orders.list(owner, query, query);
    return { ...page, items: page.items.map((order) => presentOrder(order)) };
  };

  return [
    defineRoute({
      tag: 'Orders', access: { scope: 'orders:read', user: 'required', staff: 'orders:read' }, method: 'get', path: '/orders', summary: "The user's own orders; staff and servers see all",
      query: orderListQuery,
      responses: { 200: pageOf(orderReply), ...problems(400, 401, 403, 404) },
      handle: async ({ query }, { caller }) => {
        // A guest has no list: each order is opened by its own token.
        return { status: 200, body: success('Orders.', await pageOfOrders(orderOwnerOf(caller, {}), query)) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/orders/user/:userId', summary: 'The orders of one user: oneself, or anybody for staff',
      params: userParams, query: orderListQuery,
      responses: { 200: pageOf(orderReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        if (!mayAct(caller, 'orders:read') && caller.user?.id !== params.userId) throw new OrderNotFound();
        return { status: 200, body: success('Orders of the user.', await pageOfOrders({ userId: params.userId }, query)) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/orders/:id', summary: 'One order',
      params: orderParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const order = await orders.get(params.id, orderOwnerOf(caller, headers));
        return { status: 200, version: order.version, body: success('The order.', presentOrder(order)) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/orders/:id/timeline', summary: 'Every change: when, who, why, before and after',
      params: orderParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(timelineReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const entries = await orders.timeline(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('The timeline.', { items: entries.map(presentEntry) }) };
      },
    }),
    defineRoute({
      method: 'put', path: '/orders/:id/status', summary: 'Move an order along', tag: 'Orders', access: { permission: 'orders:write' },
      stepUp: { when: 'to cancel above STEP_UP_REFUND_ABOVE', isNeeded: ({ params, body }) => (body as StatusBody).status === 'cancelled' && orders.paysBackMuch((params as OrderParams).id) },
      params: orderParams, body: statusBody,
      responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const order = await orders.changeStatus(params.id, { ...body, actor: actorOf(caller), ifMatch });
        return { status: 200, version: order.version, body: success(`The order is ${order.status}.`, presentOrder(order)) };
      },
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/cancellation', summary: 'Cancel an order of which nothing was sent, or units that were not', tag: 'Orders',
      access: { scope: 'checkout:write', user: 'optional', staff: 'orders:write' }, idempotency: 'optional',
      stepUp: { when: 'of staff, above STEP_UP_REFUND_ABOVE', isNeeded: ({ params, body }, caller) => mayAct(caller, 'orders:write') && orders.paysBackMuch((params as OrderParams).id, (body as CancellationBody).lines) },
      params: orderParams, headers: orderHeaders, body: cancellationBody,
      responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async ({ params, headers, body }, { caller }) => {
        const order = await orders.cancel(params.id, { owner: orderOwnerOf(caller, headers, 'orders:write'), actor: actorOf(caller), reason: body.reason ?? 'cancelled on request', lines: body.lines });
        return { status: 200, version: order.version, body: success(order.status === 'cancelled' ? 'The order is cancelled.' : 'These units are cancelled.', presentOrder(order)) };
      },
    }),
  ];
}
