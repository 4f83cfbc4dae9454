import { actorOf } from '../../shared/http/caller.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { DynamicRuleFields } from './dynamic-rules.js';
import type { PriceBookService } from './price-book.service.js';
import { editOf } from './price-lists.routes.js';
import {
  competitorBody, competitorQuery, competitorsAnswer, idParams, listQuery, observedAnswer, priceRuleAnswer, priceRuleBody, priceRulesAnswer,
  type CompetitorBody, type CompetitorQuery, type IdParams,
} from './price-book.schemas.js';

const read = { tag: 'Pricing', access: { permission: 'pricing:read' } } as const;
const write = { tag: 'Pricing', access: { permission: 'products:write' } } as const;
const changes = problems(400, 401, 403, 404, 409, 412);
const FEED_BYTES = 2_000_000;

export function priceRuleRoutes(prices: PriceBookService): Route[] {
  return [
    defineRoute<object, PageQuery>({
      ...read, method: 'get', path: '/price-rules', summary: 'List dynamic pricing rules, the strongest first', query: listQuery,
      responses: { 200: priceRulesAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('The price rules.', await prices.rules(query)) }),
    }),
    defineRoute<object, object, object, DynamicRuleFields>({
      ...write, method: 'post', path: '/price-rules', summary: 'Add a dynamic pricing rule', body: priceRuleBody, idempotency: 'optional',
      description: 'Moves the entered price (never a list, a sale or wholesale) by time, stock, buyer or competitors, within its floor and ceiling. Try it first with POST /pricing/preview.',
      responses: { 201: priceRuleAnswer, ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const rule = await prices.createRule(body, actorOf(caller));
        return { status: 201, location: `/price-rules/${rule.id}`, version: rule.version, body: success('The rule is added.', rule) };
      },
    }),
    defineRoute<IdParams>({
      ...read, method: 'get', path: '/price-rules/:id', summary: 'Show a dynamic pricing rule', params: idParams,
      responses: { 200: priceRuleAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const rule = await prices.getRule(params.id);
        return { status: 200, version: rule.version, body: success('The price rule.', rule) };
      },
    }),
    defineRoute<IdParams, object, object, DynamicRuleFields>({
      ...write, method: 'put', path: '/price-rules/:id', summary: 'Change a dynamic pricing rule', params: idParams, body: priceRuleBody,
      responses: { 200: priceRuleAnswer, ...changes },
      handle: async ({ params, body }, context) => {
        const rule = await prices.replaceRule(editOf(params.id, context), body);
        return { status: 200, version: rule.version, body: success('The rule is changed.', rule) };
      },
    }),
    defineRoute<IdParams>({
      ...write, method: 'delete', path: '/price-rules/:id', summary: 'Remove a dynamic pricing rule', params: idParams,
      responses: { 200: priceRuleAnswer, ...changes },
      handle: async ({ params }, context) => ({ status: 200, body: success('The rule is removed.', await prices.removeRule(editOf(params.id, context))) }),
    }),
    defineRoute<object, object, object, CompetitorBody>({
      ...write, method: 'put', path: '/competitor-prices', summary: 'Feed what competitors ask', body: competitorBody, bodyLimitBytes: FEED_BYTES,
      description: 'The newest observation of each competitor, SKU and currency is kept, in whatever order feeds arrive.',
      responses: { 200: observedAnswer, ...problems(400, 401, 403, 409, 413) },
      handle: async ({ body }, { caller }) => ({ status: 200, body: success('Observed.', await prices.observe(body.items, actorOf(caller))) }),
    }),
    defineRoute<object, CompetitorQuery>({
      ...read, method: 'get', path: '/competitor-prices', summary: 'List what competitors ask for a SKU', query: competitorQuery,
      responses: { 200: competitorsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query: { sku, ...query } }) => ({ status: 200, body: success('What competitors ask.', await prices.competitors(sku, query)) }),
    }),
  ];
}
