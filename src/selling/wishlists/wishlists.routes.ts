import type { Caller } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { Wishlist } from './wishlists.js';
import type { AlertService } from './alerts.service.js';
import { alertsPage, alertsQuery, doneAnswer, guestAnswer, guestHeaders, guestItemParams, itemParams, itemQuery, listAnswer, listParams, listsAnswer, mergeHeaders, movedAnswer, moveBody, nameBody, sharedAnswer, tokenAnswer, tokenParams, wishBody, type GuestHeaders, type MoveBody } from './wishlists.schemas.js';
import type { WishlistService } from './wishlists.service.js';

const tag = 'Wishlists';
const own = { tag, access: { scope: 'customers:self', user: 'required' } } as const;
const base = '/customers/me/wishlists';
const refusals = problems(400, 401, 403, 404, 409, 413, 415);
const reading = problems(400, 401, 403, 404);

const summaryOf = ({ id, name, isDefault, shareTokenHash, version }: Wishlist) => ({ id, name, isDefault, isShared: shareTokenHash !== null, version });

export function wishlistRoutes(wishlists: WishlistService, alerts: AlertService): Route[] {
  const answer = async (message: string, list: Wishlist, caller: Caller, status = 200) =>
    ({ status, version: list.version, body: success(message, { ...summaryOf(list), items: await wishlists.detailed(list, caller) }) });

  return [
    defineRoute({
      ...own, method: 'get', path: base, summary: 'My wishlists', responses: { 200: listsAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => ({ status: 200, body: success('Your wishlists.', { items: (await wishlists.list(caller.user!.id)).map((list) => ({ ...summaryOf(list), count: list.items.length })) }) }),
    }),
    defineRoute({
      ...own, method: 'post', path: base, summary: 'Begin another wishlist', body: nameBody, idempotency: 'optional', responses: { 201: listAnswer, ...refusals, ...problems(422) },
      handle: async ({ body }, { caller }) => {
        const list = await wishlists.create(caller.user!.id, body.name);
        return { location: `${base}/${list.id}`, ...await answer('Begun.', list, caller, 201) };
      },
    }),
    defineRoute({
      ...own, method: 'get', path: `${base}/:id`, summary: 'A wishlist, with what its things are now', params: listParams, responses: { 200: listAnswer, ...reading },
      handle: async ({ params }, { caller }) => answer('Your wishlist.', await wishlists.get(caller.user!.id, params.id), caller),
    }),
    defineRoute({
      ...own, method: 'put', path: `${base}/:id`, summary: 'Rename a wishlist', params: listParams, body: nameBody, responses: { 200: listAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => answer('Renamed.', await wishlists.rename(caller.user!.id, params.id, body.name), caller),
    }),
    defineRoute({
      ...own, method: 'delete', path: `${base}/:id`, summary: 'Delete a wishlist; the default one is emptied', params: listParams, responses: { 200: doneAnswer, ...reading, ...problems(409) },
      handle: async ({ params }, { caller }) => {
        await wishlists.delete(caller.user!.id, params.id);
        return { status: 200, body: success('Deleted.', { id: params.id }) };
      },
    }),
    defineRoute({
      ...own, method: 'post', path: `${base}/:id/items`, summary: 'Put a product on a wishlist', params: listParams, body: wishBody, idempotency: 'optional', responses: { 201: listAnswer, ...refusals, ...problems(422) },
      handle: async ({ params, body }, { caller }) => ({
        location: `${base}/${params.id}`, ...await answer('Remembered.', await wishlists.add(caller.user!.id, params.id, { ...body, sku: body.sku ?? null }, caller), caller, 201),
      }),
    }),
    defineRoute({
      ...own, method: 'delete', path: `${base}/:id/items/:productId`, summary: 'Take a product off a wishlist', params: itemParams, query: itemQuery, responses: { 200: listAnswer, ...reading, ...problems(409) },
      handle: async ({ params, query }, { caller }) => answer('Taken off.', await wishlists.remove(caller.user!.id, params.id, params.productId, query.sku ?? null), caller),
    }),
    defineRoute<{ id: string; productId: string }, object, object, MoveBody>({
      ...own, method: 'post', path: `${base}/:id/items/:productId/move-to-cart`, summary: 'Move a thing from a wishlist to the cart', params: itemParams, body: moveBody, idempotency: 'optional',
      responses: { 200: movedAnswer, ...refusals, ...problems(422) },
      handle: async ({ params, body }, { caller }) => {
        const { list, cartId } = await wishlists.moveToCart(caller.user!.id, params.id, { productId: params.productId, sku: body.sku, quantity: body.quantity }, caller.key?.channel);
        return { status: 200, body: success('In the cart.', { cartId, wishlist: { ...summaryOf(list), items: await wishlists.detailed(list, caller) } }) };
      },
    }),
    defineRoute<object, object, { 'x-wishlist-token': string }>({
      ...own, method: 'post', path: `${base}/merge`, summary: 'Take over what was wished for as a guest, into the default list', headers: mergeHeaders, responses: { 200: listAnswer, ...reading, ...problems(409) },
      description: 'Signing in with x-wishlist-token does the same. A token that was taken over before, or is unknown, changes nothing.',
      handle: async ({ headers }, { caller }) => answer('Your wishlist.', await wishlists.merge(caller.user!.id, headers['x-wishlist-token']), caller),
    }),
    defineRoute({
      ...own, method: 'get', path: '/customers/me/wishlist-alerts', summary: 'What I was told of things on my wishlists, newest first', query: alertsQuery, responses: { 200: alertsPage, ...problems(400, 401, 403) },
      description: 'Each is mailed too, unless the consent `wishlist_alerts` was withdrawn (PUT /customers/me/consents, or the link in the mail).',
      handle: async ({ query }, { caller }) => {
        const page = await alerts.alertsOf(caller.user!.id, query);
        return { status: 200, body: success('Your alerts.', { ...page, items: page.items.map(({ userId: _u, sku, before, after, at, ...alert }) => ({ ...alert, ...(sku !== '' && { sku }), ...(before && { before }), ...(after && { after }), at: at.toISOString() })) }) };
      },
    }),
    ...guestRoutes(wishlists),
    ...sharingRoutes(wishlists),
  ];
}

/** A list of somebody who has no account yet; whoever sends its token owns it. */
function guestRoutes(wishlists: WishlistService): Route[] {
  const guests = (scope: string) => ({ tag, access: { scope, user: 'optional' }, headers: guestHeaders }) as const;
  const answer = async (message: string, list: Wishlist, caller: Caller, more: { status?: number; token?: string } = {}) => ({
    status: more.status ?? 200, body: success(message, { ...(more.token !== undefined && { token: more.token }), items: await wishlists.detailed(list, caller) }),
  });
  return [
    defineRoute<object, object, GuestHeaders>({
      ...guests('cart:read'), method: 'get', path: '/wishlists/guest', summary: "A guest's wishlist", responses: { 200: guestAnswer, ...reading },
      handle: async ({ headers }, { caller }) => answer('The wishlist.', await wishlists.ofGuest(headers['x-wishlist-token'] ?? ''), caller),
    }),
    defineRoute<object, object, GuestHeaders, { productId: string; sku?: string; note: string }>({
      ...guests('cart:write'), method: 'post', path: '/wishlists/guest/items', summary: "Put a product on a guest's wishlist; without a token one is begun", body: wishBody, responses: { 201: guestAnswer, ...refusals },
      handle: async ({ headers, body }, { caller }) => {
        const { list, token } = await wishlists.addForGuest(headers['x-wishlist-token'], { ...body, sku: body.sku ?? null }, caller);
        return { location: '/wishlists/guest', ...await answer('Remembered.', list, caller, { status: 201, ...(token !== undefined && { token }) }) };
      },
    }),
    defineRoute<{ productId: string }, { sku?: string }, GuestHeaders>({
      ...guests('cart:write'), method: 'delete', path: '/wishlists/guest/items/:productId', summary: "Take a product off a guest's wishlist", params: guestItemParams, query: itemQuery, responses: { 200: guestAnswer, ...reading, ...problems(409) },
      handle: async ({ params, query, headers }, { caller }) => answer('Taken off.', await wishlists.removeForGuest(headers['x-wishlist-token'] ?? '', params.productId, query.sku ?? null), caller),
    }),
  ];
}

function sharingRoutes(wishlists: WishlistService): Route[] {
  return [
    defineRoute({
      ...own, method: 'post', path: `${base}/:id/sharing`, summary: 'Make a link that shows this wishlist to whoever has it', params: listParams, responses: { 201: tokenAnswer, ...refusals },
      handle: async ({ params }, { caller }) => {
        const token = await wishlists.share(caller.user!.id, params.id);
        return { status: 201, location: `/wishlists/shared/${token}`, body: success('Shared. The link is shown only now.', { token }) };
      },
    }),
    defineRoute({
      ...own, method: 'delete', path: `${base}/:id/sharing`, summary: 'Make its link lead nowhere', params: listParams, responses: { 200: doneAnswer, ...reading, ...problems(409) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Not shared any more.', { id: (await wishlists.unshare(caller.user!.id, params.id)).id }) }),
    }),
    defineRoute({
      tag, access: { scope: 'catalog:read' }, method: 'get', path: '/wishlists/shared/:token', summary: 'A wishlist that somebody shares; says nothing of whose it is', params: tokenParams,
      responses: { 200: sharedAnswer, ...reading },
      handle: async ({ params }, { caller }) => {
        const list = await wishlists.shared(params.token);
        return { status: 200, body: success('A shared wishlist.', { name: list.name, items: (await wishlists.detailed(list, caller)).map(({ note: _note, ...item }) => ({ ...item, note: '' })) }) };
      },
    }),
  ];
}
