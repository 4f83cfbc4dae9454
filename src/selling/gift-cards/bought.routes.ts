import { orderHeaders, orderOwnerOf, orderParams, type Order, type OrderOwner } from '../../fulfilment/orders/index.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { boughtReply, presentBought } from './gift-cards.schemas.js';
import type { GiftCardService } from './gift-cards.service.js';

type Deps = { cards: Pick<GiftCardService, 'codesOf'>; getOrder(id: string, owner: OrderOwner): Promise<Order> };

export function boughtRoutes({ cards, getOrder }: Deps): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/orders/:id/gift-cards', summary: 'The gift cards that were bought with an order, with their codes', tag: 'Gift cards',
      access: { scope: 'orders:read', user: 'optional' }, params: orderParams, headers: orderHeaders,
      responses: { 200: successOf(boughtReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const order = await getOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('Gift cards.', { items: (await cards.codesOf(order.id)).map(presentBought) }) };
      },
    }),
  ];
}
