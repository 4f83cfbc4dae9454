import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { PriceHistoryService } from './price-history.service.js';
import { variantContentOf, variantPatchOf, type VariantBody, type VariantPatchBody, type VariantPutBody } from './product-input.js';
import type { ProductPresenter } from './product-presenter.js';
import { currencyOnly, historyPage, historyQuery, priorPriceAnswer, productParams, variantAnswer, variantBody, variantParams, variantPatch, variantPut } from './products.schemas.js';
import type { VariantService } from './variants.service.js';

const write = { tag: 'Products', access: { permission: 'products:write' } } as const;
type One = { id: string; variantId: string };

export function variantRoutes({ variants, presenter, history }: { variants: VariantService; presenter: ProductPresenter; history: PriceHistoryService }): Route[] {
  return [
    defineRoute<{ id: string }, object, object, VariantBody>({
      ...write, method: 'post', path: '/products/:id/variants', summary: 'Add a variant', params: productParams, body: variantBody, idempotency: 'optional',
      responses: { 201: variantAnswer, ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ params, body }, { caller }) => {
        const variant = await variants.add(params.id, variantContentOf(body), actorOf(caller));
        return { status: 201, location: `/products/${params.id}/variants/${variant.id}`, body: success('Variant added.', presenter.variant(variant)), version: variant.version };
      },
    }),
    defineRoute<One, object, object, VariantPutBody>({
      ...write, method: 'put', path: '/products/:id/variants/:variantId', summary: 'Set the prices and fields of a variant', params: variantParams, body: variantPut, ifMatch: 'required',
      responses: { 200: variantAnswer, ...problems(400, 401, 403, 404, 409, 412, 428) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const variant = await variants.edit({ productId: params.id, variantId: params.variantId, ifMatch, actor: actorOf(caller) }, { ...variantPatchOf(body), sku: body.sku });
        return { status: 200, body: success('Variant changed.', presenter.variant(variant)), version: variant.version };
      },
    }),
    defineRoute<One, object, object, VariantPatchBody>({
      ...write, method: 'patch', path: '/products/:id/variants/:variantId', summary: 'Change some fields of a variant', params: variantParams, body: variantPatch,
      description: 'Prices change by PUT, which asks for If-Match.',
      responses: { 200: variantAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const variant = await variants.edit({ productId: params.id, variantId: params.variantId, ifMatch, actor: actorOf(caller) }, variantPatchOf(body));
        return { status: 200, body: success('Variant changed.', presenter.variant(variant)), version: variant.version };
      },
    }),
    defineRoute({
      ...write, method: 'delete', path: '/products/:id/variants/:variantId', summary: 'Remove a variant', params: variantParams,
      description: 'Orders keep what they copied, inventory keeps the stock of the SKU.',
      responses: { 200: variantAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { ifMatch, caller }) => {
        const variant = await variants.remove({ productId: params.id, variantId: params.variantId, ifMatch, actor: actorOf(caller) });
        return { status: 200, body: success('Variant removed.', presenter.variant(variant)) };
      },
    }),
    defineRoute({
      method: 'get', path: '/products/:id/variants/:variantId/prior-price', summary: 'The lowest price of the 30 days before a reduction', tag: 'Products',
      description: 'What must stand beside a reduced price in the European Union (Directive 98/6/EC, article 6a). null when the price is not reduced.',
      access: { scope: 'catalog:read', staff: 'products:read' }, params: variantParams, query: currencyOnly,
      responses: { 200: priorPriceAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => ({ status: 200, body: success('The prior price.', { reduction: await history.priorPrice(params.id, params.variantId, query, caller) }) }),
    }),
    defineRoute<One, PageQuery, object, object>({
      method: 'get', path: '/products/:id/variants/:variantId/price-history', summary: 'Every change of a price, newest first', tag: 'Products',
      access: { permission: 'pricing:read' }, params: variantParams, query: historyQuery,
      responses: { 200: historyPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => ({ status: 200, body: success('Price history.', await history.page(params.id, params.variantId, query)) }),
    }),
  ];
}
