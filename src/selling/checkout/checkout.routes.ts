import { orderHeaders, orderOwnerOf, orderParams, orderReply, presentOrder, type OrderHeaders } from '../../fulfilment/orders/index.js';
import { actorOf, type Caller } from '../../shared/http/caller.js';
import { preferredLocale } from '../../shared/locale.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { checkoutHeaders, noBody, paymentParams, placeOrderBody, retryPaymentBody, type CheckoutHeaders } from './checkout.schemas.js';
import type { CheckoutService } from './checkout.service.js';
import type { Origin } from './draft.js';

const access = { scope: 'checkout:write', user: 'optional' } as const;
const ofOrder = { ...access, staff: 'orders:read' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);

/** A server that orders for others shows its own address, which says nothing of them. */
export const originOf = ({ key, ip }: Caller, device: string | undefined): Origin => ({ ...(key?.kind === 'publishable' && { ip }), ...(device !== undefined && { device }) });

export function checkoutRoutes(checkout: CheckoutService) {
  return [
    defineRoute({
      method: 'post', path: '/orders', summary: 'Turn the cart into an order', tag: 'Orders', access, idempotency: 'workflow',
      description: 'Answers 201 once the order exists, whatever the payment does; 200 when the cart had become an order before.',
      headers: checkoutHeaders, body: placeOrderBody,
      responses: { 200: successOf(orderReply), 201: successOf(orderReply), ...refusals },
      handle: ({ headers, body }: { headers: CheckoutHeaders; body: Parameters<CheckoutService['place']>[0]['body'] }, { caller, idempotency }) => checkout.place({
        shopper: { userId: caller.user?.id, cartToken: headers['x-cart-token'], channel: caller.key?.channel }, userEmail: caller.user?.email, actor: actorOf(caller), body, idempotency: idempotency!, locale: preferredLocale(headers['accept-language']), origin: originOf(caller, headers['x-device-id']),
      }),
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/payments', summary: 'Try again to pay a pending order', tag: 'Orders', access: ofOrder, idempotency: 'workflow',
      params: orderParams, headers: orderHeaders, body: retryPaymentBody,
      responses: { 201: successOf(orderReply), ...refusals },
      handle: ({ params, headers, body }, { caller, idempotency }) => checkout.pay(params.id, orderOwnerOf(caller, headers), { ...body, idempotency: idempotency! }),
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/payments/:paymentId/confirmation', summary: "The customer is back from the provider's page", tag: 'Orders', access: ofOrder,
      params: paymentParams, headers: orderHeaders, body: noBody,
      responses: { 200: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 413, 415) },
      handle: async ({ params, headers }: { params: { id: string; paymentId: string }; headers: OrderHeaders }, { caller }) => {
        const order = await checkout.confirm(params.id, orderOwnerOf(caller, headers), params.paymentId);
        return { status: 200, version: order.version, body: success(`Order ${order.number} is ${order.status}.`, presentOrder(order)) };
      },
    }),
  ];
}
