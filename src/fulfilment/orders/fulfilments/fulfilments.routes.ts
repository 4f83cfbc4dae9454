import { actorOf, type Caller } from '../../../shared/http/caller.js';
import { defineRoute } from '../../../shared/http/route.js';
import { problems, success, successOf } from '../../../shared/http/schemas.js';
import { orderOwnerOf } from '../orders.routes.js';
import { fieldsQuery, orderHeaders, orderParams, type OrderHeaders, type OrderParams } from '../orders.schemas.js';
import type { Changed, FulfilmentService, NewFulfilment } from './fulfilments.service.js';
import {
  deliveryBody, emptyBody, fulfilmentBody, fulfilmentParams, fulfilmentReply, fulfilmentsReply, presentFulfilment, trackingBody, type DeliveryBody, type FulfilmentParams, type TrackingBody,
} from './fulfilments.schemas.js';

const tag = 'Fulfilments';
const reading = { tag, access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' } } as const;
const writing = { tag, access: { permission: 'orders:write' }, idempotency: 'optional' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);

export function fulfilmentRoutes(fulfilments: FulfilmentService) {
  const named = ({ id: orderId, fulfilmentId }: FulfilmentParams, caller: Caller) => ({ orderId, fulfilmentId, actor: actorOf(caller) });
  const answer = (message: string, { fulfilment }: Changed, status = 200) => ({ status, body: success(message, presentFulfilment(fulfilment)), version: fulfilment.version });
  const move = (word: string, summary: string, act: (request: ReturnType<typeof named>) => Promise<Changed>) => defineRoute({
    ...writing, method: 'post', path: `/orders/:id/fulfilments/:fulfilmentId/${word}`, summary,
    params: fulfilmentParams, body: emptyBody,
    responses: { 200: successOf(fulfilmentReply), ...refusals },
    handle: async ({ params }, { caller }) => {
      const changed = await act(named(params, caller));
      return answer(`The fulfilment is ${changed.fulfilment.state}.`, changed);
    },
  });

  return [
    defineRoute({
      ...writing, method: 'post', path: '/orders/:id/fulfilments', summary: 'Put units of an order into parcels',
      description: 'Any partition of the units, several times; a unit that is in a parcel already is refused with 409.',
      params: orderParams, body: fulfilmentBody,
      responses: { 201: successOf(fulfilmentReply), ...refusals },
      handle: async ({ params, body }: { params: OrderParams; body: NewFulfilment }, { caller }) => {
        const changed = await fulfilments.create(params.id, body, actorOf(caller));
        return { ...answer('The fulfilment was made.', changed, 201), location: `/orders/${params.id}/fulfilments/${changed.fulfilment.id}` };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/orders/:id/fulfilments', summary: 'What was sent, in which parcels', params: orderParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(fulfilmentsReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }: { params: OrderParams; headers: OrderHeaders }, { caller }) => {
        const items = await fulfilments.list(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('The fulfilments of this order.', { items: items.map(presentFulfilment) }) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/orders/:id/fulfilments/:fulfilmentId', summary: 'One fulfilment', params: fulfilmentParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(fulfilmentReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }: { params: FulfilmentParams; headers: OrderHeaders }, { caller }) => {
        const found = await fulfilments.get(params.id, params.fulfilmentId, orderOwnerOf(caller, headers));
        return { status: 200, version: found.version, body: success('The fulfilment.', presentFulfilment(found)) };
      },
    }),
    defineRoute({
      ...writing, method: 'patch', path: '/orders/:id/fulfilments/:fulfilmentId', summary: 'Say how its parcels are tracked', params: fulfilmentParams, body: trackingBody,
      responses: { 200: successOf(fulfilmentReply), ...refusals },
      handle: async ({ params, body }: { params: FulfilmentParams; body: TrackingBody }, { caller }) =>
        answer('The tracking was changed.', await fulfilments.track({ ...named(params, caller), ...body })),
    }),
    move('packing', 'The parcels are packed', (request) => fulfilments.pack(request)),
    move('shipment', 'The parcels were handed to the carrier', (request) => fulfilments.ship(request)),
    move('cancellation', 'Give its units free for another parcel', (request) => fulfilments.cancel(request)),
    defineRoute({
      ...writing, method: 'post', path: '/orders/:id/fulfilments/:fulfilmentId/delivery', summary: 'Parcels have arrived', params: fulfilmentParams, body: deliveryBody,
      responses: { 200: successOf(fulfilmentReply), ...refusals },
      handle: async ({ params, body }: { params: FulfilmentParams; body: DeliveryBody }, { caller }) => {
        const changed = await fulfilments.deliver({ ...named(params, caller), ...body });
        return answer(`The fulfilment is ${changed.fulfilment.state}.`, changed);
      },
    }),
  ];
}
