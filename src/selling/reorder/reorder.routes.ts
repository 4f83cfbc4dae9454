import Joi from 'joi';
import { orderOwnerOf, orderParams } from '../../fulfilment/orders/index.js';
import { defineRoute } from '../../shared/http/route.js';
import { moneySchema, problems, success, successOf } from '../../shared/http/schemas.js';
import { cartReply, presentCart, type QuoteDeps } from '../cart/index.js';
import type { ReorderService } from './reorder.service.js';

type Headers = { 'x-cart-token'?: string; 'x-order-token'?: string };
const headersSchema = Joi.object<Headers>({
  'x-cart-token': Joi.string().max(128).description("A guest's cart; without it a new one is opened"), 'x-order-token': Joi.string().max(128).description("A guest's order"),
});
const reply = Joi.object({
  cart: cartReply.required(),
  report: Joi.array().items(Joi.object({
    sku: Joi.string().required(), name: Joi.string().required(), requested: Joi.number().integer().required(), added: Joi.number().integer().required(),
    result: Joi.string().valid('added', 'limited', 'out_of_stock', 'gone', 'not_priced').required(), before: moneySchema.required(), now: moneySchema.allow(null).required(),
  })).required(),
});

export function reorderRoutes({ reorders, quoting }: { reorders: ReorderService; quoting: QuoteDeps }) {
  return [
    defineRoute<{ id: string }, object, Headers>({
      method: 'post', path: '/orders/:id/reorder', summary: 'Put what is still there of an order into the cart', tag: 'Orders',
      description: 'At the prices of today, beside what lies in the cart already. `report` tells of each line whether it is in, limited, out of stock or gone.',
      access: { scope: 'cart:write', user: 'optional', staff: 'orders:read' }, idempotency: 'optional', params: orderParams, headers: headersSchema,
      responses: { 200: successOf(reply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ params, headers }, { caller }) => {
        const shopper = { userId: caller.user?.id, cartToken: headers['x-cart-token'], channel: caller.key?.channel };
        const { order, cart, report } = await reorders.reorder(params.id, orderOwnerOf(caller, headers), shopper);
        return { status: 200, location: '/cart', body: success(`What is still there of order ${order.number} is in the cart.`, { cart: await presentCart(cart, quoting), report }) };
      },
    }),
  ];
}
