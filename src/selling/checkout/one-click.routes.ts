import Joi from 'joi';
import { orderReply } from '../../fulfilment/orders/index.js';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { currencyCode, moneyInput, problems, sku, success, successOf, timestamp } from '../../shared/http/schemas.js';
import { originOf } from './checkout.routes.js';
import { noBody } from './checkout.schemas.js';
import type { OneClickBody, OneClickService } from './one-click.service.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';

type DeviceHeaders = { 'x-device-id': string };
const deviceHeaders = Joi.object<DeviceHeaders>({
  'x-device-id': Joi.string().min(16).max(128).required().description('What the app keeps on this device only; the token is good on no other'),
});
const oneClickBody = Joi.object<OneClickBody>({
  token: Joi.string().min(16).max(128).required().description('Of POST /orders/one-click/tokens; good for one order'),
  sku: sku().description('This and nothing else; the cart stays as it is'), quantity: Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE),
  cart: Joi.boolean().valid(true).description('What is in the cart, instead of one SKU'),
  currency: currencyCode(), shippingMethod: Joi.string().max(64).description("If absent, the one chosen in the cart, else that of the last order where these goods can go that way, else the cheapest"),
  expectedTotal: moneyInput().description('The grand total that the customer saw; another one is 409 cart_changed'),
}).xor('sku', 'cart').with('quantity', 'sku').description('Either sku or cart');
const tokenReply = Joi.object({ token: Joi.string().required(), expiresAt: timestamp().required() });

const access = { scope: 'checkout:write', user: 'required' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);

export function oneClickRoutes(oneClick: OneClickService) {
  return [
    defineRoute<object, object, DeviceHeaders>({
      method: 'post', path: '/orders/one-click/tokens', summary: 'Get a security token for one purchase on this device', tag: 'Orders', access, rate: 'auth',
      headers: deviceHeaders, body: noBody,
      responses: { 201: successOf(tokenReply), ...problems(400, 401, 403, 413, 415) },
      handle: async ({ headers }, { caller }) => {
        const { token, expiresAt } = await oneClick.issueToken(caller.user!, headers['x-device-id']);
        return { status: 201, body: success('Good for one order within ten minutes.', { token, expiresAt: expiresAt.toISOString() }) };
      },
    }),
    defineRoute<object, object, DeviceHeaders, OneClickBody>({
      method: 'post', path: '/orders/one-click', summary: 'Buy with the saved payment method and address', tag: 'Orders', access, idempotency: 'workflow',
      description: 'A double click is one order: the second answers 200 with it. Where the bank wants to see the customer, payment.nextAction says where to send them.',
      headers: deviceHeaders, body: oneClickBody,
      responses: { 200: successOf(orderReply), 201: successOf(orderReply), ...refusals },
      handle: ({ headers, body }, { caller, idempotency }) => oneClick.buy({
        user: caller.user!, device: headers['x-device-id'], channel: caller.key?.channel, origin: originOf(caller, headers['x-device-id']), actor: actorOf(caller), body, idempotency: idempotency!,
      }),
    }),
  ];
}
