import { actorOf } from '../../shared/http/caller.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import {
  createSupplierBody, idParams, skuSourcesQuery, sourceBody, sourceListQuery, sourceParams, sourceReply, supplierListQuery, supplierReply, updateSupplierBody,
  type IdParams, type SkuSourcesQuery, type SourceParams, type SupplierListQuery,
} from './purchasing.schemas.js';
import type { SourceFields, SupplierFields } from './purchasing.js';
import type { SuppliersService } from './suppliers.service.js';

const reading = { tag: 'Purchasing', access: { permission: 'inventory:read' } } as const;
const writing = { tag: 'Purchasing', access: { permission: 'inventory:write' } } as const;

export function supplierRoutes(suppliers: SuppliersService): Route[] {
  return [
    defineRoute<object, SupplierListQuery>({
      ...reading, method: 'get', path: '/suppliers', summary: 'List suppliers', query: supplierListQuery, responses: { 200: pageOf(supplierReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('Suppliers.', await suppliers.list({ active: query.active }, query)) }),
    }),
    defineRoute<object, object, object, SupplierFields>({
      ...writing, method: 'post', path: '/suppliers', summary: 'Add a supplier', body: createSupplierBody, idempotency: 'optional',
      responses: { 201: successOf(supplierReply), ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const supplier = await suppliers.create(body, actorOf(caller));
        return { status: 201, location: `/suppliers/${supplier.id}`, version: supplier.version, body: success('Supplier added.', supplier) };
      },
    }),
    defineRoute<IdParams>({
      ...reading, method: 'get', path: '/suppliers/:id', summary: 'Show a supplier', params: idParams, responses: { 200: successOf(supplierReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const supplier = await suppliers.get(params.id);
        return { status: 200, version: supplier.version, body: success('Supplier.', supplier) };
      },
    }),
    defineRoute<IdParams, object, object, Partial<SupplierFields>>({
      ...writing, method: 'patch', path: '/suppliers/:id', summary: 'Change a supplier', params: idParams, body: updateSupplierBody,
      description: 'From an inactive supplier nothing is ordered; reorders go to the next one.',
      responses: { 200: successOf(supplierReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const supplier = await suppliers.update(params.id, ifMatch, body, actorOf(caller));
        return { status: 200, version: supplier.version, body: success('Supplier changed.', supplier) };
      },
    }),
    ...sourceRoutes(suppliers),
  ];
}

function sourceRoutes(suppliers: SuppliersService): Route[] {
  return [
    defineRoute<IdParams, PageQuery>({
      ...reading, method: 'get', path: '/suppliers/:id/skus', summary: 'What a supplier delivers', params: idParams, query: sourceListQuery,
      responses: { 200: pageOf(sourceReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => ({ status: 200, body: success('What it delivers.', await suppliers.sourcesOf(params.id, query)) }),
    }),
    defineRoute<SourceParams, object, object, SourceFields>({
      ...writing, method: 'put', path: '/suppliers/:id/skus/:sku', summary: 'Set what a supplier asks for a SKU', params: sourceParams, body: sourceBody,
      responses: { 200: successOf(sourceReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Source set.', await suppliers.setSource(params.id, params.sku, body, actorOf(caller))) }),
    }),
    defineRoute<SourceParams>({
      ...writing, method: 'delete', path: '/suppliers/:id/skus/:sku', summary: 'A supplier delivers a SKU no more', params: sourceParams,
      responses: { 200: successOf(sourceReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Source removed.', await suppliers.removeSource(params.id, params.sku, actorOf(caller))) }),
    }),
    defineRoute<object, SkuSourcesQuery>({
      ...reading, method: 'get', path: '/supplier-skus', summary: 'Who delivers a SKU, the preferred first', query: skuSourcesQuery,
      responses: { 200: pageOf(sourceReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('Who delivers it.', await suppliers.sourcesFor(query.sku, query)) }),
    }),
  ];
}
