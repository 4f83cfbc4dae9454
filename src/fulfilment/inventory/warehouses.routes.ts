import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import {
  createWarehouseBody, deactivateQuery, updateWarehouseBody, warehouseListQuery, warehouseParams, warehouseReply,
} from './warehouses.schemas.js';
import type { WarehousesService } from './warehouses.service.js';

const tag = 'Inventory';

export function warehouseRoutes(warehouses: WarehousesService): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/warehouses', summary: 'List warehouses', tag,
      access: { permission: 'inventory:read' }, query: warehouseListQuery,
      responses: { 200: pageOf(warehouseReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await warehouses.findWarehouses({ active: query.active }, query);
        return { status: 200, body: success('Warehouses.', page) };
      },
    }),
    defineRoute({
      method: 'post', path: '/warehouses', summary: 'Open a warehouse', tag,
      description: 'It gets a level at 0 of every SKU.',
      access: { permission: 'inventory:write' }, body: createWarehouseBody, idempotency: 'optional',
      responses: { 201: successOf(warehouseReply), ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const warehouse = await warehouses.createWarehouse(body, actorOf(caller));
        return { status: 201, location: `/warehouses/${warehouse.id}`, version: warehouse.version, body: success('Warehouse opened.', warehouse) };
      },
    }),
    defineRoute({
      method: 'get', path: '/warehouses/:id', summary: 'Show a warehouse', tag,
      access: { permission: 'inventory:read' }, params: warehouseParams,
      responses: { 200: successOf(warehouseReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const warehouse = await warehouses.getWarehouse(params.id);
        return { status: 200, version: warehouse.version, body: success('Warehouse.', warehouse) };
      },
    }),
    defineRoute({
      method: 'patch', path: '/warehouses/:id', summary: 'Change a warehouse', tag,
      description: 'active: false takes its stock off sale; true puts it back.',
      access: { permission: 'inventory:write' }, params: warehouseParams, body: updateWarehouseBody,
      responses: { 200: successOf(warehouseReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const warehouse = await warehouses.updateWarehouse(params.id, ifMatch, body, actorOf(caller));
        return { status: 200, version: warehouse.version, body: success('Warehouse changed.', warehouse) };
      },
    }),
    defineRoute({
      method: 'delete', path: '/warehouses/:id', summary: 'Close a warehouse', tag,
      description: 'It is kept, inactive: orders remember it and give units back to it. With stock in it only by force.',
      access: { permission: 'inventory:write' }, params: warehouseParams, query: deactivateQuery,
      responses: { 200: successOf(warehouseReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, query }, { caller, ifMatch }) => {
        const warehouse = await warehouses.deactivate(params.id, ifMatch, { force: query.force, actor: actorOf(caller) });
        return { status: 200, version: warehouse.version, body: success('Warehouse closed.', warehouse) };
      },
    }),
  ];
}
