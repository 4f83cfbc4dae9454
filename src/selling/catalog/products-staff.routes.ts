import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Context, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { BulkProducts } from './bulk-products.service.js';
import { newProductOf, patchOf, replacementOf, type ProductBody, type ProductPatchBody } from './product-input.js';
import type { ProductPresenter } from './product-presenter.js';
import { bulkAnswer, bulkBody, productAnswer, productBody, productParams, productPatch, slugAnswer, slugBody } from './products.schemas.js';
import type { ProductService } from './products.service.js';
import type { SlugService } from './slugs.service.js';

const write = { tag: 'Products', access: { permission: 'products:write' } } as const;
/** A hundred products with long descriptions. */
const BULK_BYTES = 2_000_000;
const editOf = (id: string, { ifMatch, caller }: Context) => ({ id, ifMatch, actor: actorOf(caller) });

type Deps = { products: ProductService; presenter: ProductPresenter; bulk: BulkProducts; slugs: SlugService };

export function productStaffRoutes({ products, presenter, bulk, slugs }: Deps): Route[] {
  return [
    defineRoute<object, object, object, ProductBody>({
      ...write, method: 'post', path: '/products', summary: 'Create a product with its variants', body: productBody, idempotency: 'optional',
      responses: { 201: productAnswer, ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const { view, version } = await presenter.show(await products.create(newProductOf(body), actorOf(caller)));
        return { status: 201, location: `/products/${view.id}`, body: success('Product created.', view), version };
      },
    }),
    defineRoute<object, object, object, { items: unknown[] }>({
      ...write, method: 'post', path: '/products/bulk', bodyLimitBytes: BULK_BYTES, summary: 'Create up to 100 products, with a result for each', body: bulkBody,
      responses: { 207: bulkAnswer, ...problems(400, 401, 403) },
      handle: async ({ body }, { caller }) => ({ status: 207, body: success('One result per item.', await bulk.create(body.items, actorOf(caller))) }),
    }),
    defineRoute<{ id: string }, object, object, ProductBody>({
      ...write, method: 'put', path: '/products/:id', summary: 'Replace a product', params: productParams, body: productBody,
      description: 'Status, slug, publishAt, externalRef and variants stay when they are absent; other absent fields are emptied. With variants, the product has exactly these afterwards.',
      responses: { 200: productAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, context) => {
        const { view, version } = await presenter.show(await products.replace(editOf(params.id, context), replacementOf(body)));
        return { status: 200, body: success('Product replaced.', view), version };
      },
    }),
    defineRoute<{ id: string }, object, object, ProductPatchBody>({
      ...write, method: 'patch', path: '/products/:id', summary: 'Change some fields of a product', params: productParams, body: productPatch,
      description: 'attributes and customFields are merged; null takes a name away.',
      responses: { 200: productAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, context) => {
        const { view, version } = await presenter.show(await products.patch(editOf(params.id, context), patchOf(body)));
        return { status: 200, body: success('Product changed.', view), version };
      },
    }),
    defineRoute({
      ...write, method: 'delete', path: '/products/:id', summary: 'Archive a product', params: productParams,
      responses: { 200: productAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, context) => {
        const { view, version } = await presenter.show(await products.archive(editOf(params.id, context)));
        return { status: 200, body: success('Product archived.', view), version };
      },
    }),
    defineRoute({
      ...write, method: 'post', path: '/slugs', summary: 'Suggest a slug that is free', body: slugBody,
      responses: { 200: slugAnswer, ...problems(400, 401, 403) },
      handle: async ({ body }) => ({ status: 200, body: success('A free slug.', { slug: await slugs.suggest(body.name) }) }),
    }),
  ];
}
