import Joi from 'joi';
import { defineRoute, type Context, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { presentCart, type QuoteDeps } from '../cart/index.js';
import { presentSaved, restoredReply, saveBody, savedCartParams, savedCartReply, savedCartsReply, type SaveBody, type SavedCartParams } from './saved-carts.schemas.js';
import type { SavedCartService } from './saved-carts.service.js';

const tag = 'Cart';
const writing = { tag, access: { scope: 'cart:write', user: 'required' } } as const;
const reading = { tag, access: { scope: 'cart:read', user: 'required' } } as const;
const customerOf = ({ caller }: Context) => ({ userId: caller.user!.id, channel: caller.key?.channel });

export function savedCartRoutes({ saved, quoting }: { saved: SavedCartService; quoting: QuoteDeps }): Route[] {
  return [
    defineRoute<object, object, object, SaveBody>({
      ...writing, method: 'post', path: '/customers/me/carts', summary: 'Save the cart under a name', idempotency: 'optional', body: saveBody,
      responses: { 201: successOf(savedCartReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async ({ body }, context) => {
        const cart = await saved.save(customerOf(context), body);
        return { status: 201, location: `/customers/me/carts/${cart.id}`, body: success('The cart is saved.', presentSaved(cart)) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/customers/me/carts', summary: 'My saved carts, by name', responses: { 200: successOf(savedCartsReply), ...problems(400, 401, 403) },
      handle: async (_request, { caller }) => ({ status: 200, body: success('Saved carts.', { items: (await saved.list(caller.user!.id)).map(presentSaved) }) }),
    }),
    defineRoute<SavedCartParams>({
      ...reading, method: 'get', path: '/customers/me/carts/:id', summary: 'One of my saved carts', params: savedCartParams, responses: { 200: successOf(savedCartReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('The saved cart.', presentSaved(await saved.get(caller.user!.id, params.id))) }),
    }),
    defineRoute<SavedCartParams>({
      ...writing, method: 'post', path: '/customers/me/carts/:id/restoration', summary: 'Put a saved cart into the cart', idempotency: 'optional', params: savedCartParams,
      description: 'At the prices of today, beside what lies there already. The saved cart stays.',
      responses: { 200: successOf(restoredReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ params }, context) => {
        const { report, ...cart } = await saved.restore(customerOf(context), params.id);
        return { status: 200, location: '/cart', body: success('What is still there is in the cart.', { cart: await presentCart(cart, quoting), report }) };
      },
    }),
    defineRoute<SavedCartParams>({
      ...writing, method: 'delete', path: '/customers/me/carts/:id', summary: 'Forget a saved cart', params: savedCartParams, responses: { 200: successOf(Joi.object({})), ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => {
        await saved.delete(caller.user!.id, params.id);
        return { status: 200, body: success('The saved cart is forgotten.', {}) };
      },
    }),
  ];
}
