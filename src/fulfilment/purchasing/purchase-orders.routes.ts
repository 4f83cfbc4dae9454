import { actorOf, type Caller } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import type { Inventory } from '../inventory/index.js';
import { idParams, purchaseOrderBody, purchaseOrderListQuery, purchaseOrderReply, purchaseReceiptBody, type IdParams, type PurchaseOrderBody, type PurchaseOrderListQuery, type PurchaseReceiptBody } from './purchasing.schemas.js';
import type { PurchaseOrder } from './purchasing.js';
import type { PurchaseOrdersService } from './purchase-orders.service.js';

const reading = { tag: 'Purchasing', access: { permission: 'inventory:read' } } as const;
const writing = { tag: 'Purchasing', access: { permission: 'inventory:write' } } as const;
type Deps = { orders: PurchaseOrdersService; inventory: Pick<Inventory, 'receive'> };

export function purchaseOrderRoutes({ orders, inventory }: Deps): Route[] {
  return [
    defineRoute<object, PurchaseOrderListQuery>({
      ...reading, method: 'get', path: '/purchase-orders', summary: 'List purchase orders', query: purchaseOrderListQuery, responses: { 200: pageOf(purchaseOrderReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const filter = { state: query.state, supplierId: query.supplier_id, warehouseId: query.warehouse_id, sku: query.sku };
        return { status: 200, body: success('Purchase orders.', await orders.list(filter, query)) };
      },
    }),
    defineRoute<object, object, object, PurchaseOrderBody>({
      ...writing, method: 'post', path: '/purchase-orders', summary: 'Order goods from a supplier', body: purchaseOrderBody, idempotency: 'optional',
      responses: { 201: successOf(purchaseOrderReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const order = await orders.create(body, actorOf(caller));
        return { status: 201, location: `/purchase-orders/${order.id}`, version: order.version, body: success(`Purchase order ${order.number}.`, order) };
      },
    }),
    defineRoute<IdParams>({
      ...reading, method: 'get', path: '/purchase-orders/:id', summary: 'Show a purchase order', params: idParams, responses: { 200: successOf(purchaseOrderReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => answer('Purchase order.', await orders.get(params.id)),
    }),
    moveRoute('submission', 'Send a draft to the supplier', (named) => orders.submit(named)),
    moveRoute('cancellation', 'Expect nothing more of a purchase order', (named) => orders.cancel(named)),
    defineRoute<IdParams, object, object, PurchaseReceiptBody>({
      ...writing, method: 'post', path: '/purchase-orders/:id/receipts', summary: 'Book what arrived of a purchase order', params: idParams, body: purchaseReceiptBody, idempotency: 'optional',
      description: 'Never more than was ordered. The receiptId makes it safe to send twice.',
      responses: { 200: successOf(purchaseOrderReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ params, body }, { caller }) => {
        const { warehouseId } = await orders.get(params.id);
        await inventory.receive({ ...body, purchaseOrderId: params.id, warehouseId, actor: actorOf(caller) });
        return answer('Goods received.', await orders.get(params.id));
      },
    }),
  ];
}

type Move = (named: { id: string; actor: ReturnType<typeof actorOf>; ifMatch: number | undefined }) => Promise<PurchaseOrder>;
function moveRoute(action: string, summary: string, move: Move): Route {
  return defineRoute<IdParams>({
    ...writing, method: 'post', path: `/purchase-orders/:id/${action}`, summary, params: idParams, responses: { 200: successOf(purchaseOrderReply), ...problems(400, 401, 403, 404, 409, 412) },
    handle: async ({ params }, { caller, ifMatch }: { caller: Caller; ifMatch: number | undefined }) => {
      const order = await move({ id: params.id, actor: actorOf(caller), ifMatch });
      return answer(`The purchase order is ${order.state}.`, order);
    },
  });
}

const answer = (message: string, order: PurchaseOrder) => ({ status: 200, version: order.version, body: success(message, order) });
