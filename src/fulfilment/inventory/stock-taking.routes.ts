import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import type { StockCount } from './counts.js';
import type { CountsService } from './counts.service.js';
import {
  arrivalBody, closureBody, countedBody, countListQuery, countResource, idParams, openCountBody, transferListQuery, transferResource,
  type ArrivalBody, type ClosureBody, type CountedBody, type CountListQuery, type IdParams, type OpenCountBody, type TransferListQuery,
} from './stock-taking.schemas.js';
import type { Transfer } from './transfers.js';
import type { TransfersService } from './transfers.service.js';

const reading = { tag: 'Inventory', access: { permission: 'inventory:read' } } as const;
const writing = { tag: 'Inventory', access: { permission: 'inventory:write' } } as const;
const transferAnswer = { 200: successOf(transferResource), ...problems(400, 401, 403, 404, 409, 422) };
const countAnswer = { 200: successOf(countResource), ...problems(400, 401, 403, 404, 409) };

const shown = (message: string, transfer: Transfer) => ({ status: 200, version: transfer.version, body: success(message, transfer) });
const presentCount = ({ lines, ...count }: StockCount) => ({
  ...count, lines: lines.map(({ sku, expected, counted }) => ({ sku, expected, counted, difference: counted === null ? null : counted - expected })),
});
const counted = (message: string, count: StockCount, status = 200) => ({ status, version: count.version, body: success(message, presentCount(count)) });

export function transferRoutes(transfers: TransfersService): Route[] {
  return [
    defineRoute<object, TransferListQuery>({
      ...reading, method: 'get', path: '/inventory/transfers', summary: 'List transfers, newest first', query: transferListQuery, responses: { 200: pageOf(transferResource), ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('Transfers.', await transfers.list({ state: query.state, toWarehouseId: query.to_warehouse_id }, query)) }),
    }),
    defineRoute<IdParams>({
      ...reading, method: 'get', path: '/inventory/transfers/:id', summary: 'Show a transfer', params: idParams, responses: { 200: successOf(transferResource), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => shown('Transfer.', await transfers.get(params.id)),
    }),
    defineRoute<IdParams>({
      ...writing, method: 'post', path: '/inventory/transfers/:id/shipment', summary: 'The goods of a transfer leave', params: idParams, responses: transferAnswer,
      handle: async ({ params }, { caller }) => shown('On the road.', await transfers.ship({ id: params.id, actor: actorOf(caller) })),
    }),
    defineRoute<IdParams, object, object, ArrivalBody>({
      ...writing, method: 'post', path: '/inventory/transfers/:id/receipts', summary: 'Book what arrived of a transfer', params: idParams, body: arrivalBody, idempotency: 'optional', responses: transferAnswer,
      handle: async ({ params, body }, { caller }) => shown('Goods received.', await transfers.receive({ id: params.id, ...body, actor: actorOf(caller) })),
    }),
    defineRoute<IdParams, object, object, ClosureBody>({
      ...writing, method: 'post', path: '/inventory/transfers/:id/closure', summary: 'What has not arrived is lost', params: idParams, body: closureBody, responses: transferAnswer,
      handle: async ({ params, body }, { caller }) => shown('Transfer closed.', await transfers.close({ id: params.id, ...body, actor: actorOf(caller) })),
    }),
    defineRoute<IdParams>({
      ...writing, method: 'post', path: '/inventory/transfers/:id/cancellation', summary: 'Give up a transfer that has not left', params: idParams, responses: transferAnswer,
      handle: async ({ params }, { caller }) => shown('Transfer cancelled.', await transfers.cancel({ id: params.id, actor: actorOf(caller) })),
    }),
  ];
}

export function countRoutes(counts: CountsService): Route[] {
  return [
    defineRoute<object, CountListQuery>({
      ...reading, method: 'get', path: '/inventory/counts', summary: 'List stock counts, newest first', query: countListQuery, responses: { 200: pageOf(countResource), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await counts.list({ warehouseId: query.warehouse_id }, query);
        return { status: 200, body: success('Stock counts.', { ...page, items: page.items.map(presentCount) }) };
      },
    }),
    defineRoute<object, object, object, OpenCountBody>({
      ...writing, method: 'post', path: '/inventory/counts', summary: 'Begin to count SKUs of a warehouse', body: openCountBody, idempotency: 'optional',
      responses: { 201: successOf(countResource), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const count = await counts.open({ ...body, actor: actorOf(caller) });
        return { ...counted('Count begun.', count, 201), location: `/inventory/counts/${count.id}` };
      },
    }),
    defineRoute<IdParams>({
      ...reading, method: 'get', path: '/inventory/counts/:id', summary: 'Show a stock count', params: idParams, responses: { 200: successOf(countResource), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => counted('Stock count.', await counts.get(params.id)),
    }),
    defineRoute<IdParams, object, object, CountedBody>({
      ...writing, method: 'put', path: '/inventory/counts/:id/lines', summary: 'Say what was found', params: idParams, body: countedBody, responses: countAnswer,
      handle: async ({ params, body }, { caller }) => counted('Counted.', await counts.record({ id: params.id, ...body, actor: actorOf(caller) })),
    }),
    defineRoute<IdParams>({
      ...writing, method: 'post', path: '/inventory/counts/:id/posting', summary: 'Book the differences of a count', params: idParams, responses: countAnswer,
      handle: async ({ params }, { caller }) => counted('Differences booked.', await counts.post({ id: params.id, actor: actorOf(caller) })),
    }),
    defineRoute<IdParams>({
      ...writing, method: 'post', path: '/inventory/counts/:id/cancellation', summary: 'Give up a count', params: idParams, responses: countAnswer,
      handle: async ({ params }, { caller }) => counted('Count given up.', await counts.cancel({ id: params.id, actor: actorOf(caller) })),
    }),
  ];
}
