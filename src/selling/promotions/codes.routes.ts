import Joi from 'joi';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import { money } from '../../shared/money.js';
import type { CodesService } from './codes.service.js';
import type { CouponCode, Redemption } from './promotions.js';
import { codeReply, codesAddedReply, redemptionReply } from './promotions.replies.js';
import { addCodesBody, codeListQuery, codeParams, promotionParams, redemptionQuery } from './promotions.schemas.js';
import type { UsageService } from './usage.service.js';

const tag = 'Promotions';
const reading = { tag, access: { permission: 'promotions:read' } } as const;
const writing = { tag, access: { permission: 'promotions:write' } } as const;

export function codeRoutes({ codes, usage }: { codes: CodesService; usage: UsageService }): Route[] {
  return [
    defineRoute({
      ...writing, method: 'post', path: '/promotions/:id/codes', summary: 'Add codes: named ones, or up to 10,000 random ones', description: 'All of them or none. Each works once unless maxUses says otherwise.',
      idempotency: 'optional', params: promotionParams, body: addCodesBody,
      responses: { 201: successOf(codesAddedReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async ({ params, body }, { caller }) => {
        const added = await codes.add(params.id, body, actorOf(caller));
        return { status: 201, location: `/promotions/${params.id}/codes?batch_id=${added.batchId}`, body: success(`${added.created} codes added.`, added) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/promotions/:id/codes', summary: 'List the codes of a promotion', params: promotionParams, query: codeListQuery,
      responses: { 200: pageOf(codeReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => {
        const page = await codes.findPage(params.id, query, query);
        return { status: 200, body: success('Codes.', { ...page, items: page.items.map(presentCode) }) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/promotions/:id/codes/export', summary: 'All codes of a promotion as CSV', params: promotionParams, produces: ['text/csv'],
      responses: { 200: Joi.object(), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({
        status: 200, stream: await codes.export(params.id), contentType: 'text/csv; charset=utf-8', headers: { 'Content-Disposition': `attachment; filename="codes-${params.id}.csv"` },
      }),
    }),
    defineRoute({
      ...writing, method: 'delete', path: '/promotions/:id/codes/:code', summary: 'Withdraw a code', description: 'Orders that used it keep what they were given.', params: codeParams,
      responses: { 200: successOf(codeReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Code withdrawn.', presentCode(await codes.deactivate(params.id, params.code, actorOf(caller)))) }),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/promotions/:id/redemptions', summary: 'The orders that used a promotion', params: promotionParams, query: redemptionQuery,
      responses: { 200: pageOf(redemptionReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => {
        const page = await usage.redemptions(params.id, query);
        return { status: 200, body: success('Redemptions.', { ...page, items: page.items.map(presentRedemption) }) };
      },
    }),
  ];
}

const presentCode = ({ code, maxUses, uses, active, batchId, createdAt }: CouponCode) => ({ code, maxUses, uses, active, batchId, createdAt: createdAt.toISOString() });

const presentRedemption = ({ orderId, code, userId, amount, currency, state, at, returnedAt }: Redemption) =>
  ({ orderId, code, userId, amount: money(amount, currency), state, at: at.toISOString(), returnedAt: returnedAt?.toISOString() ?? null });
