import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import { presentLevel, presentReceipt, presentSummary } from './inventory.presenter.js';
import {
  adjustBody, levelListQuery, levelParams, levelReply, movementListQuery, movementReply, policyBody, receiptBody, receiptReply, setLevelBody, skuParams,
  summaryReply, transferBody, transferReply,
} from './inventory.schemas.js';
import type { CountsService } from './counts.service.js';
import type { InventoryService } from './inventory.service.js';
import type { LevelPoliciesService } from './level-policies.service.js';
import { countRoutes, transferRoutes } from './stock-taking.routes.js';
import type { TransfersService } from './transfers.service.js';

const tag = 'Inventory';
const read = { permission: 'inventory:read' } as const;
const write = { permission: 'inventory:write' } as const;

export function inventoryRoutes({ inventory, policies, transfers, counts }: { inventory: InventoryService; policies: LevelPoliciesService; transfers: TransfersService; counts: CountsService }): Route[] {
  return [...transferRoutes(transfers), ...countRoutes(counts), ...movingRoutes(inventory, transfers), ...levelRoutes(inventory), policyRoute(policies)];
}

function policyRoute(policies: LevelPoliciesService): Route {
  return defineRoute({
    method: 'patch', path: '/inventory/:sku/:warehouseId', summary: 'Set how a warehouse sells a SKU beyond its stock', tag, access: write, params: levelParams, body: policyBody,
    responses: { 200: successOf(levelReply), ...problems(400, 401, 403, 404, 409, 412) },
    handle: async ({ params, body }, { caller, ifMatch }) => {
      const level = await policies.setPolicies({ ...params, ...body, ifMatch, actor: actorOf(caller) });
      return { status: 200, version: level.version, body: success('Policies set.', presentLevel(level)) };
    },
  });
}

function levelRoutes(inventory: InventoryService): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/inventory', summary: 'List stock levels', tag, access: read, query: levelListQuery,
      responses: { 200: pageOf(levelReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await inventory.findLevels({ sku: query.sku, warehouseId: query.warehouse_id, low: query.low }, query);
        return { status: 200, body: success('Stock levels.', { ...page, items: page.items.map(presentLevel) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/inventory/:sku', summary: 'Show the stock of a SKU in all warehouses', tag, access: read, params: skuParams,
      responses: { 200: successOf(summaryReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const summary = presentSummary(await inventory.getSummary(params.sku));
        return { status: 200, version: summary.version, body: success('Stock.', summary) };
      },
    }),
    defineRoute({
      method: 'get', path: '/inventory/:sku/:warehouseId', summary: 'Show the level of a SKU in a warehouse', tag, access: read, params: levelParams,
      responses: { 200: successOf(levelReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const level = await inventory.getLevel(params);
        return { status: 200, version: level.version, body: success('Stock level.', presentLevel(level)) };
      },
    }),
    defineRoute({
      method: 'put', path: '/inventory/:sku/:warehouseId', summary: 'Set what is on hand', tag,
      description: 'A count. Not below what orders have reserved. If-Match carries the version that was counted against.',
      access: write, params: levelParams, body: setLevelBody, ifMatch: 'required',
      responses: { 200: successOf(levelReply), ...problems(400, 401, 403, 404, 409, 412, 428) },
      handle: async ({ params, body }, { caller, ifMatch, requestId }) => {
        const level = await inventory.setLevel({ ...params, ...body, ifMatch, requestId, actor: actorOf(caller) });
        return { status: 200, version: level.version, body: success('Stock level set.', presentLevel(level)) };
      },
    }),
  ];
}

function movingRoutes(inventory: InventoryService, transfers: TransfersService): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/inventory/movements', summary: 'List stock movements, newest first', tag, access: read, query: movementListQuery,
      responses: { 200: pageOf(movementReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const filter = { sku: query.sku, warehouseId: query.warehouse_id, type: query.type, causeId: query.cause };
        return { status: 200, body: success('Stock movements.', await inventory.findMovements(filter, query)) };
      },
    }),
    defineRoute({
      method: 'post', path: '/inventory/adjustments', summary: 'Correct a level by a difference', tag,
      access: write, body: adjustBody, idempotency: 'optional',
      responses: { 201: successOf(levelReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const level = await inventory.adjust({ ...body, actor: actorOf(caller) });
        return { status: 201, location: `/inventory/${level.sku}/${level.warehouseId}`, version: level.version, body: success('Stock adjusted.', presentLevel(level)) };
      },
    }),
    defineRoute({
      method: 'post', path: '/inventory/transfers', summary: 'Move units between warehouses', tag,
      access: write, body: transferBody, idempotency: 'optional',
      responses: { 201: successOf(transferReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ body: { sku, quantity, lines, ...places } }, { caller }) => {
        if (lines) {
          const transfer = await transfers.create({ ...places, lines, actor: actorOf(caller) });
          return { status: 201, location: `/inventory/transfers/${transfer.id}`, body: success(`Transfer ${transfer.state}.`, { transferId: transfer.id, transfer }) };
        }
        const { transferId, from, to } = await inventory.transfer({ ...places, sku: sku!, quantity: quantity!, actor: actorOf(caller) });
        return {
          status: 201, location: `/inventory/movements?cause=${transferId}`,
          body: success('Stock transferred.', { transferId, from: presentLevel(from), to: presentLevel(to) }),
        };
      },
    }),
    defineRoute({
      method: 'post', path: '/inventory/receipts', summary: 'Book goods that arrived', tag,
      description: 'The receiptId makes it safe to send twice; with other lines it is refused.',
      access: write, body: receiptBody, idempotency: 'optional',
      responses: { 201: successOf(receiptReply), ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const receipt = await inventory.receive({ ...body, actor: actorOf(caller) });
        return { status: 201, location: `/inventory/movements?cause=${receipt.receiptId}`, body: success('Goods received.', presentReceipt(receipt)) };
      },
    }),
  ];
}
