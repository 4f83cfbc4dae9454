import Joi from 'joi';
import type { Context } from '../../../shared/http/route.js';
import { defineRoute } from '../../../shared/http/route.js';
import { pageOf, problems, success, successOf, timestamp } from '../../../shared/http/schemas.js';
import { MAX_METHODS, type WalletMethod } from './wallet.js';
import type { WalletService } from './wallet.service.js';

type MethodParams = { id: string };
type MethodBody = { provider: string; token: string; default?: boolean };
const methodParams = Joi.object<MethodParams, true>({ id: Joi.string().guid().required() });
const methodBody = Joi.object<MethodBody>({
  provider: Joi.string().pattern(/^[a-z_]{2,32}$/, 'provider name').required(),
  token: Joi.string().min(1).max(255).required().description('What the provider gave the client for the card; never a card number'),
  default: Joi.boolean(),
});
const methodReply = Joi.object({
  id: Joi.string().required(), provider: Joi.string().required(), brand: Joi.string().required(), last4: Joi.string().required(),
  expiryMonth: Joi.number().integer().required(), expiryYear: Joi.number().integer().required(), default: Joi.boolean().required(), createdAt: timestamp().required(),
}).meta({ name: 'SavedPaymentMethod' });

const at = '/customers/me/payment-methods';
const self = { scope: 'customers:self', user: 'required' } as const;
const me = ({ caller }: Context): string => caller.user!.id;
const refusals = problems(400, 401, 403, 404, 409, 413, 415);

export function walletRoutes(wallet: WalletService) {
  return [
    defineRoute({
      method: 'get', path: at, summary: 'Show your saved payment methods', tag: 'Payments', access: self,
      description: `Never more than ${MAX_METHODS}, so all of it is one page.`,
      responses: { 200: pageOf(methodReply), ...problems(400, 401, 403) },
      handle: async (_input, context) => {
        const items = (await wallet.list(me(context))).methods.map(present);
        return { status: 200, body: success('Your payment methods.', { items, total: items.length, pages: 1, current_page: 1, per_page: MAX_METHODS }) };
      },
    }),
    defineRoute<object, object, object, MethodBody>({
      method: 'post', path: at, summary: 'Save a payment method for next time', tag: 'Payments', access: self, body: methodBody,
      description: 'The card stays with the provider. The same token again is the same method.',
      responses: { 201: successOf(methodReply), ...refusals },
      handle: async ({ body }, context) => {
        const method = await wallet.add(me(context), body);
        return { status: 201, location: `${at}/${method.id}`, body: success('The payment method is saved.', present(method)) };
      },
    }),
    defineRoute<MethodParams>({
      method: 'put', path: `${at}/:id/default`, summary: 'Make it the default', tag: 'Payments', access: self, params: methodParams,
      responses: { 200: successOf(methodReply), ...refusals },
      handle: async ({ params }, context) => ({ status: 200, body: success('This is your default now.', present(await wallet.setDefault(me(context), params.id))) }),
    }),
    defineRoute<MethodParams>({
      method: 'delete', path: `${at}/:id`, summary: 'Forget a payment method, here and at the provider', tag: 'Payments', access: self, params: methodParams,
      responses: { 200: successOf(Joi.object({ id: Joi.string().required() })), ...refusals },
      handle: async ({ params }, context) => {
        await wallet.remove(me(context), params.id);
        return { status: 200, body: success('The payment method is removed.', { id: params.id }) };
      },
    }),
  ];
}

/** References stay here: whoever holds them could charge the card. */
const present = ({ id, provider, brand, last4, expiryMonth, expiryYear, default: isDefault, createdAt }: WalletMethod) =>
  ({ id, provider, brand, last4, expiryMonth, expiryYear, default: isDefault, createdAt: createdAt.toISOString() });
