import type { Reply } from '../../shared/http/reply.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { CategoryReads } from './category-reads.service.js';
import type { Answer, ProductReads } from './product-reads.service.js';
import {
  compareQuery, comparisonAnswer, currencyOnly, listQuery, movedAnswer, productAnswer, productPage, productRefParams, showQuery, variantAnswer, variantListQuery, variantPage, variantParams,
} from './products.schemas.js';

/** What was made for everybody may be kept by anybody; what was made for staff is theirs alone. */
export function replyOf(answer: Answer, fields: string | undefined): Reply {
  if (!('bytes' in answer)) return { status: 200, body: answer.body, ...(answer.version !== undefined && { version: answer.version }) };
  if (fields === undefined) return { status: 200, bytes: answer.bytes, cache: 'public' };
  const { bytes: { body, etag } } = answer;
  return { status: 200, body: JSON.parse(body.toString()) as unknown, version: Number(/\d+/.exec(etag)?.[0] ?? 0), cache: 'public' };
}

/** Kept by nobody: a slug may get its old name back. */
export function movedReply(path: string, query: object): Reply {
  const wanted = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)]))).toString();
  const location = wanted === '' ? path : `${path}?${wanted}`;
  return { status: 301, body: success('This has another address now.', { location }), location, cache: 'public' };
}

const access = { scope: 'catalog:read', staff: 'products:read' } as const;

export function productRoutes(reads: ProductReads, categories: Pick<CategoryReads, 'movedTo'>): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/products', summary: 'List products', tag: 'Products', access, query: listQuery,
      description: 'A category by a slug that it has no more is answered by 301, for ever.',
      responses: { 200: productPage, 301: movedAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const moved = query.category === undefined ? null : await categories.movedTo(query.category);
        return moved === null ? replyOf(await reads.list(query, caller), query.fields) : movedReply('/products', { ...query, category: moved });
      },
    }),
    defineRoute({
      method: 'get', path: '/products/compare', summary: 'Compare two to four products side by side', tag: 'Products', access, query: compareQuery,
      responses: { 200: comparisonAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ query }, { caller }) => ({ status: 200, body: success('The comparison.', await reads.compare(query.ids.split(','), query, caller)) }),
    }),
    defineRoute({
      method: 'get', path: '/products/:idOrSlug', summary: 'Show a product', tag: 'Products', access, params: productRefParams, query: showQuery,
      description: 'In the nearest language of Accept-Language that there is, which Content-Language says; staff read the usual words. A slug that it has no more is answered by 301, for ever.',
      responses: { 200: productAnswer, 301: movedAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        const answer = await reads.detail(params.idOrSlug, query, caller);
        return answer.movedTo === undefined ? replyOf(answer, query.fields) : movedReply(`/products/${encodeURIComponent(answer.movedTo)}`, query);
      },
    }),
    defineRoute({
      method: 'get', path: '/products/:idOrSlug/variants', summary: 'List the variants of a product', tag: 'Products', access, params: productRefParams, query: variantListQuery,
      responses: { 200: variantPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => ({ status: 200, body: success('Variants.', await reads.variantsOf(params.idOrSlug, query, caller)) }),
    }),
    defineRoute({
      method: 'get', path: '/products/:id/variants/:variantId', summary: 'Show a variant', tag: 'Products', access, params: variantParams, query: currencyOnly,
      responses: { 200: variantAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        const { variant, version } = await reads.variant(params.id, params.variantId, query, caller);
        return { status: 200, body: success('The variant.', variant), version };
      },
    }),
  ];
}
