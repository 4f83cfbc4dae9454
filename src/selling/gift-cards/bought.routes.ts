import { orderHeaders, orderOwnerOf, orderParams, type Order, type OrderOwner, type OrderParams } from '../../fulfilment/orders/index.js';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { boughtReply, creditBalanceReply, creditRefundBody, presentBought, type CreditRefundBody } from './gift-cards.schemas.js';
import type { GiftCardService } from './gift-cards.service.js';

type Deps = { cards: Pick<GiftCardService, 'codesOf' | 'refundAsCredit' | 'refundsMuch'>; getOrder(id: string, owner: OrderOwner): Promise<Order> };

export function boughtRoutes({ cards, getOrder }: Deps): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/orders/:id/gift-cards', summary: 'The gift cards that were bought with an order, with their codes', tag: 'Gift cards',
      access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' }, params: orderParams, headers: orderHeaders,
      responses: { 200: successOf(boughtReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const order = await getOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('Gift cards.', { items: (await cards.codesOf(order.id)).map(presentBought) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/store-credit-refunds', summary: 'Give money of an order back as store credit', tag: 'Gift cards', access: { permission: 'payments:write' },
      params: orderParams, body: creditRefundBody, idempotency: 'optional',
      stepUp: { when: 'above STEP_UP_REFUND_ABOVE', isNeeded: ({ params, body }) => cards.refundsMuch((params as OrderParams).id, (body as CreditRefundBody).amount) },
      description: 'Never more than the payment could still give back; what was given so cannot be refunded again.',
      responses: { 201: successOf(creditBalanceReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async ({ params, body }, { caller }) => {
        const { balance, currency } = await cards.refundAsCredit({ order: await getOrder(params.id, { staff: true }), ...body, actor: actorOf(caller) });
        return { status: 201, location: `/orders/${params.id}`, body: success('Given back as store credit.', { balance: { amount: balance, currency } }) };
      },
    }),
  ];
}
