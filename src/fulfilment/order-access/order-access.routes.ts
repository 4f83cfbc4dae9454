import Joi from 'joi';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { email, problems, success, successOf } from '../../shared/http/schemas.js';
import { orderReply, presentOrder } from '../orders/index.js';
import type { OrderAccessService } from './order-access.service.js';

type LookupBody = { number: string; email: string };
type TokenBody = { token: string };
const lookupBody = Joi.object<LookupBody, true>({ number: Joi.string().max(20).required(), email: email().required() });
const tokenBody = Joi.object<TokenBody, true>({ token: Joi.string().min(1).max(128).required() });
const tag = 'Orders';

export function orderAccessRoutes(access: OrderAccessService) {
  return [
    defineRoute<object, object, object, LookupBody>({
      method: 'post', path: '/orders/lookup', summary: 'Ask for access to an order by its number and e-mail address', tag, access: { scope: 'orders:read' }, rate: 'auth',
      description: 'Always the same answer, whether there is such an order or not. If there is, a code that opens it goes to the address it was made with.',
      body: lookupBody, responses: { 202: successOf(Joi.object({})), ...problems(400, 401, 403, 413, 415) },
      handle: async ({ body }) => {
        await access.request(body);
        return { status: 202, body: success('If there is such an order, a message is on its way to its e-mail address.', {}) };
      },
    }),
    defineRoute<object, object, object, TokenBody>({
      method: 'post', path: '/orders/lookup/confirmation', summary: 'Open an order with the code that was mailed', tag, access: { scope: 'orders:read' }, rate: 'auth',
      description: "For a guest's order the answer carries `orderToken`, to be sent back as x-order-token.",
      body: tokenBody, responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404, 413, 415) },
      handle: async ({ body }) => {
        const { order, orderToken } = await access.open(body.token);
        return { status: 200, version: order.version, body: success('The order.', presentOrder(order, orderToken)) };
      },
    }),
    defineRoute<object, object, object, TokenBody>({
      method: 'post', path: '/orders/claims', summary: "Make a guest's order one's own, with the code that was mailed", tag, access: { scope: 'customers:self', user: 'required' }, rate: 'auth',
      body: tokenBody, responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 413, 415) },
      handle: async ({ body }, { caller }) => {
        const order = await access.claim(body.token, caller.user!.id, actorOf(caller));
        return { status: 200, version: order.version, location: `/orders/${order.id}`, body: success(`Order ${order.number} is yours now.`, presentOrder(order)) };
      },
    }),
  ];
}
