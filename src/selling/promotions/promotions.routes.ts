import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import type { Clock } from '../../shared/clock.js';
import type { Promotion } from './promotions.js';
import { promotionReply, simulateReply, traceReply, usageReply } from './promotions.replies.js';
import { createPromotionBody, noBody, promotionBody, promotionListQuery, promotionParams, simulateBody } from './promotions.schemas.js';
import type { PromotionService } from './promotions.service.js';
import type { SimulationService } from './simulation.service.js';
import type { TraceService } from './trace.service.js';
import type { UsageService } from './usage.service.js';

type Deps = { promotions: PromotionService; simulation: SimulationService; usage: UsageService; traces: TraceService; now: Clock };
const tag = 'Promotions';
const reading = { tag, access: { permission: 'promotions:read' } } as const;
const writing = { tag, access: { permission: 'promotions:write' } } as const;
const changed = { 200: successOf(promotionReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) };

export function promotionRoutes({ promotions, simulation, usage, traces, now }: Deps): Route[] {
  const answer = (message: string, promotion: Promotion) => ({ status: 200, version: promotion.version, body: success(message, presentPromotion(promotion, now())) });

  return [
    defineRoute({
      ...reading, method: 'get', path: '/promotions', summary: 'List promotions', query: promotionListQuery,
      responses: { 200: pageOf(promotionReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await promotions.findPage(query, query);
        return { status: 200, body: success('Promotions.', { ...page, items: page.items.map((one) => presentPromotion(one, now())) }) };
      },
    }),
    defineRoute({
      ...writing, method: 'post', path: '/promotions', summary: 'Make a promotion', description: 'A draft: it does nothing before it is activated.', idempotency: 'optional',
      body: createPromotionBody,
      responses: { 201: successOf(promotionReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ body }, { caller }) => {
        const made = await promotions.create(body, actorOf(caller));
        return { ...answer('Promotion made.', made), status: 201, location: `/promotions/${made.id}` };
      },
    }),
    defineRoute({
      ...reading, method: 'post', path: '/promotions/simulate', summary: 'What promotions would do to a cart that nobody has', description: 'Writes nothing.',
      body: simulateBody,
      responses: { 200: successOf(simulateReply), ...problems(400, 401, 403, 413, 415) },
      handle: async ({ body }) => ({ status: 200, body: success('Nothing was changed.', await simulation.simulate(body)) }),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/promotions/:id', summary: 'Show a promotion', params: promotionParams,
      responses: { 200: successOf(promotionReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => answer('Promotion.', await promotions.get(params.id)),
    }),
    defineRoute({
      ...writing, method: 'put', path: '/promotions/:id', summary: 'Replace what a promotion says', description: 'Its state stays. Felt everywhere within a second; orders keep what they were given.',
      params: promotionParams, body: promotionBody, responses: changed,
      handle: async ({ params, body }, { caller, ifMatch }) => answer('Promotion changed.', await promotions.replace(params.id, body, { ifMatch, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...writing, method: 'delete', path: '/promotions/:id', summary: 'Archive a promotion', description: 'It is kept: orders name it.',
      params: promotionParams, responses: { 200: successOf(promotionReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { caller, ifMatch }) => answer('Promotion archived.', await promotions.become(params.id, 'archived', { ifMatch, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...writing, method: 'post', path: '/promotions/:id/activation', summary: 'Let a promotion run', params: promotionParams, body: noBody, responses: changed,
      handle: async ({ params }, { caller, ifMatch }) => answer('Promotion activated.', await promotions.become(params.id, 'active', { ifMatch, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...writing, method: 'post', path: '/promotions/:id/deactivation', summary: 'Stop a promotion everywhere', params: promotionParams, body: noBody, responses: changed,
      handle: async ({ params }, { caller, ifMatch }) => answer('Promotion stopped.', await promotions.become(params.id, 'inactive', { ifMatch, actor: actorOf(caller) })),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/promotions/:id/usage', summary: 'How often a promotion was used and what it cost', params: promotionParams,
      responses: { 200: successOf(usageReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, body: success('Usage.', await usage.report(params.id)) }),
    }),
    defineRoute({
      method: 'get', path: '/orders/:id/pricing-trace', summary: 'Why an order costs what it costs', tag: 'Orders', access: { permission: 'orders:read' }, params: promotionParams,
      description: 'Every promotion that was tried when it was placed, and the same decided again from what was known then.',
      responses: { 200: successOf(traceReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, body: success('The pricing trace.', await traces.of(params.id)) }),
    }),
  ];
}

function presentPromotion(promotion: Promotion, now: Date) {
  const { counted: _counted, startsAt, endsAt, activatedAt, createdAt, updatedAt, ...rest } = promotion;
  return {
    ...rest, phase: phaseOf(promotion, now), startsAt: startsAt?.toISOString() ?? null, endsAt: endsAt?.toISOString() ?? null,
    activatedAt: activatedAt?.toISOString() ?? null, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}

function phaseOf({ state, startsAt, endsAt }: Promotion, now: Date): 'off' | 'scheduled' | 'running' | 'ended' {
  if (state !== 'active') return 'off';
  if (startsAt !== null && now < startsAt) return 'scheduled';
  return endsAt !== null && now >= endsAt ? 'ended' : 'running';
}
