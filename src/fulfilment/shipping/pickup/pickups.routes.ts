import Joi from 'joi';
import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute, type Route } from '../../../shared/http/route.js';
import { id, problems, success, successOf, timestamp } from '../../../shared/http/schemas.js';
import { fieldsQuery, orderHeaders, orderOwnerOf, orderParams } from '../../orders/index.js';
import { PICKUP_STATES, type Pickup } from './pickups.js';
import type { PickupService } from './pickups.service.js';

export type RedeemBody = { code: string; locationId?: string };
const redeemBody = Joi.object<RedeemBody>({ code: Joi.string().max(40).required().description('As the customer shows it'), locationId: id().description('The shop where it is shown; another one is refused') });
const pickupReply = Joi.object({
  orderId: id().required(), locationId: id().required(), state: Joi.string().valid(...PICKUP_STATES).required(),
  code: Joi.string().allow(null).description('To be shown in the shop; only for the customer, and only while it is good'), collectedAt: timestamp(),
});

export function pickupRoutes({ pickups }: { pickups: PickupService }): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/orders/:id/pickup', summary: 'Where an order is fetched, and the code for it', tag: 'Shipping', access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' },
      params: orderParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(pickupReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const { code, ...pickup } = await pickups.get(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('To be picked up.', { ...present(pickup), code }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/pickups/redemptions', summary: 'Hand an order over to who shows its code', tag: 'Shipping', access: { permission: 'orders:write' }, idempotency: 'optional', body: redeemBody,
      description: 'The code is good once, however many try at the same moment. The order is sent and delivered with it.',
      responses: { 200: successOf(pickupReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async ({ body }, { caller }) => ({ status: 200, body: success('Handed over.', present(await pickups.redeem({ ...body, actor: actorOf(caller) }))) }),
    }),
  ];
}

const present = ({ orderId, locationId, state, collectedAt }: Pickup) => ({ orderId, locationId, state, ...(collectedAt && { collectedAt: collectedAt.toISOString() }) });
