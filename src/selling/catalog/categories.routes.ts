import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Context, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import Joi from 'joi';
import type { CategoryReads } from './category-reads.service.js';
import { categoryAnswer, categoryBody, categoryParams, categoryPut, categoryRefParams, moveBody, removeQuery, treePage, treeQuery } from './categories.schemas.js';
import type { CategoryService } from './categories.service.js';
import type { ProductReads } from './product-reads.service.js';
import { movedReply, replyOf } from './products.routes.js';
import { categoryListQuery, movedAnswer, productPage } from './products.schemas.js';

const read = { tag: 'Categories', access: { scope: 'catalog:read', staff: 'products:read' } } as const;
const write = { tag: 'Categories', access: { permission: 'categories:write' } } as const;
const editOf = (id: string, { ifMatch, caller }: Context) => ({ id, ifMatch, actor: actorOf(caller) });
const removed = successOf(Joi.object({ id: Joi.string().required(), slug: Joi.string().required() }));

export function categoryRoutes({ categories, reads, products }: { categories: CategoryService; reads: CategoryReads; products: ProductReads }): Route[] {
  return [
    defineRoute({
      ...read, method: 'get', path: '/categories', summary: 'The tree of categories', query: treeQuery,
      responses: { 200: treePage, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => replyOf(await reads.tree(caller), query.fields),
    }),
    defineRoute({
      ...read, method: 'get', path: '/categories/:idOrSlug', summary: 'Show a category with the way to it', params: categoryRefParams, query: treeQuery,
      description: 'A slug that it has no more is answered by 301, for ever.',
      responses: { 200: categoryAnswer, 301: movedAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        const { view, version, movedTo } = await reads.detail(params.idOrSlug, caller);
        if (movedTo !== undefined) return movedReply(`/categories/${encodeURIComponent(movedTo)}`, query);
        return { status: 200, body: success('The category.', view), version, cache: 'public' };
      },
    }),
    defineRoute({
      ...read, method: 'get', path: '/categories/:idOrSlug/products', summary: 'List the products of a category and of all below it', params: categoryRefParams, query: categoryListQuery,
      responses: { 200: productPage, 301: movedAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        const moved = await reads.movedTo(params.idOrSlug);
        if (moved !== null) return movedReply(`/categories/${encodeURIComponent(moved)}/products`, query);
        return replyOf(await products.listOfCategory(params.idOrSlug, query, caller), query.fields);
      },
    }),
    defineRoute({
      ...write, method: 'post', path: '/categories', summary: 'Create a category', body: categoryBody,
      responses: { 201: categoryAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ body }, { caller }) => {
        const { view, version } = await reads.present(await categories.create(body, actorOf(caller)));
        return { status: 201, location: `/categories/${view.id}`, body: success('Category created.', view), version };
      },
    }),
    defineRoute({
      ...write, method: 'put', path: '/categories/:id', summary: 'Rename or describe a category', params: categoryParams, body: categoryPut,
      responses: { 200: categoryAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, context) => {
        const { view, version } = await reads.present(await categories.update(editOf(params.id, context), body));
        return { status: 200, body: success('Category changed.', view), version };
      },
    }),
    defineRoute({
      ...write, method: 'post', path: '/categories/:id/move', summary: 'Move a category with everything below it', params: categoryParams, body: moveBody,
      responses: { 200: categoryAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, context) => {
        const { view, version } = await reads.present(await categories.move(editOf(params.id, context), body));
        return { status: 200, body: success('Category moved.', view), version };
      },
    }),
    defineRoute({
      ...write, method: 'delete', path: '/categories/:id', summary: 'Delete a category', params: categoryParams, query: removeQuery,
      responses: { 200: removed, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, query }, context) => {
        const { id, slug } = await categories.remove(editOf(params.id, context), query.reassign_to);
        return { status: 200, body: success('Category deleted.', { id, slug }) };
      },
    }),
  ];
}
