import Joi from 'joi';
import { pageParams, type PageQuery } from '../../../shared/http/pagination.js';
import { defineRoute, type Route } from '../../../shared/http/route.js';
import { id, moneySchema, pageOf, problems, success, timestamp } from '../../../shared/http/schemas.js';
import type { Estimate } from './true-ups.js';
import type { TrueUpService } from './true-ups.service.js';

type Query = PageQuery & { state?: Estimate['state'] };
const query = Joi.object<Query>({ ...pageParams(['createdAt']), state: Joi.string().valid('open', 'settled') });
const trueUpReply = Joi.object({
  orderId: id().required(), state: Joi.string().valid('open', 'settled').required(), attempts: Joi.number().integer().required(), charged: moneySchema.required(),
  exact: moneySchema, difference: moneySchema.description('Above zero: the shop owes more tax than it charged'), createdAt: timestamp().required(), settledAt: timestamp(),
}).meta({ name: 'TaxTrueUp' });

function present({ orderId, currency, state, attempts, charged, exact, difference, createdAt, settledAt }: Estimate) {
  const of = (amount: number) => ({ amount, currency });
  return {
    orderId, state, attempts, charged: of(charged), ...(exact !== undefined && { exact: of(exact) }), ...(difference !== undefined && { difference: of(difference) }),
    createdAt: createdAt.toISOString(), ...(settledAt && { settledAt: settledAt.toISOString() }),
  };
}

export function trueUpRoutes(trueUps: TrueUpService): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/tax/true-ups', summary: 'Orders whose tax was estimated, and what the tax service said later', tag: 'Tax', access: { permission: 'tax:write' }, query,
      description: 'No difference is charged to a customer.',
      responses: { 200: pageOf(trueUpReply), ...problems(400, 401, 403) },
      handle: async ({ query: wanted }) => {
        const page = await trueUps.page(wanted.state, wanted);
        return { status: 200, body: success('Estimated taxes.', { ...page, items: page.items.map(present) }) };
      },
    }),
  ];
}
