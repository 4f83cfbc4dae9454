import { defineRoute, type Route } from '../../../shared/http/route.js';
import { problems, success, successOf } from '../../../shared/http/schemas.js';
import { fieldsQuery, orderHeaders, orderOwnerOf, orderParams } from '../../orders/index.js';
import type { ShippingOrders } from '../shipping.deps.js';
import { trackingKey, type Tracking } from './tracking.js';
import { anyHeaders, carrierParams, shipmentsReply, webhookReply } from './tracking.schemas.js';
import type { TrackingService } from './tracking.service.js';

type Fulfilment = Awaited<ReturnType<ShippingOrders['goods']['fulfilmentsOf']>>[number];

export function trackingRoutes({ tracking, orders }: { tracking: TrackingService; orders: () => ShippingOrders }): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/orders/:id/shipments', summary: 'The parcels of an order and where they are', tag: 'Shipping', access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' },
      params: orderParams, headers: orderHeaders, query: fieldsQuery,
      responses: { 200: successOf(shipmentsReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const order = await orders().goods.get(params.id, orderOwnerOf(caller, headers));
        const fulfilments = (await orders().goods.fulfilmentsOf(order.id)).filter(({ state }) => state !== 'cancelled');
        const trackings = await tracking.findAll(fulfilments.flatMap(({ parcels }) => parcels.flatMap(({ trackingNumber }) => trackingNumber ?? [])));
        const byNumber = new Map(trackings.map((one) => [one.trackingNumber, one]));
        const items = fulfilments.flatMap((fulfilment) => fulfilment.parcels.map((parcel) => present(fulfilment, parcel, byNumber.get(trackingKey(parcel.trackingNumber ?? '')))));
        return { status: 200, body: success('The parcels of this order.', { items }) };
      },
    }),
  ];
}

export function carrierWebhookRoutes({ tracking }: { tracking: TrackingService }): Route[] {
  return [
    defineRoute({
      method: 'post', path: '/webhooks/carriers/:carrier', summary: 'What a carrier has to say of parcels', tag: 'Shipping', access: 'public', consumes: 'raw',
      description: 'Signed by the carrier. Each event is heard once by its id, in any order.',
      params: carrierParams, headers: anyHeaders,
      responses: { 200: successOf(webhookReply), ...problems(400, 401, 404, 413) },
      handle: async ({ params, headers }, { rawBody }) => {
        const received = await tracking.receive(params.carrier, headers, rawBody ?? Buffer.alloc(0));
        return { status: 200, body: success('Received.', { received }) };
      },
    }),
  ];
}

function present({ id: fulfilmentId, state }: Fulfilment, { id: parcelId, lines, carrier, trackingNumber, trackingUrl, deliveredAt }: Fulfilment['parcels'][number], tracking: Tracking | undefined) {
  return {
    parcelId, fulfilmentId, state, lines: lines.map(({ itemId, quantity }) => ({ itemId, quantity })),
    ...(carrier !== undefined && { carrier }), ...(trackingNumber !== undefined && { trackingNumber }), ...(trackingUrl !== undefined && { trackingUrl }),
    status: tracking && tracking.status !== 'unknown' ? tracking.status : deliveredAt ? 'delivered' : 'unknown',
    ...(tracking?.estimatedDelivery && { estimatedDelivery: tracking.estimatedDelivery.toISOString() }), ...(deliveredAt && { deliveredAt: deliveredAt.toISOString() }),
    events: (tracking?.scans ?? []).map(({ status, at, message, location }) => ({ status, at: at.toISOString(), ...(message !== undefined && { message }), ...(location !== undefined && { location }) })),
  };
}
