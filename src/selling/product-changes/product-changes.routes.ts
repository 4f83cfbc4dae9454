import { actorOf, isVendor, mayAct, type Caller } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { ProductChange } from './product-changes.js';
import type { ProductChangeService } from './product-changes.service.js';
import {
  approvalBody, changeAnswer, changePage, changeParams, ofProductQuery, productParams, proposalBody, queueQuery, rejectionBody, type ChangeParams, type OfProductQuery, type ProposalBody, type QueueQuery, type ReasonBody,
} from './product-changes.schemas.js';

const tag = 'Product changes';
const own = { scope: 'customers:self', user: 'required' } as const;
const decides = { permission: 'products:write' } as const;
const shown = ({ changes: _changes, ...change }: ProductChange) => change;

/** Staff see every vendor's; a vendor his own. */
const whose = (caller: Caller): { vendorId?: string } => (mayAct(caller, 'products:read') ? {} : { vendorId: caller.user!.id });

export function productChangeRoutes(changes: ProductChangeService): Route[] {
  return [
    defineRoute<{ id: string }, object, object, ProposalBody>({
      method: 'post', path: '/products/:id/changes', summary: 'Propose a change of a product of mine', tag, access: own, params: productParams, body: proposalBody, idempotency: 'optional',
      description: 'For vendors. The product stays as it is until staff approve; then `changes` is applied as PATCH /products/:id would. One change of a product waits at a time.',
      responses: { 201: changeAnswer, ...problems(400, 401, 403, 404, 409, 412, 422) },
      handle: async ({ params, body: { changes: wanted, note = null } }, { caller, ifMatch }) => {
        const proposed = await changes.propose({ productId: params.id, vendorId: isVendor(caller) ? caller.user!.id : null, changes: wanted, note, ifMatch, actor: actorOf(caller) });
        return { status: 201, location: `/products/${params.id}/changes/${proposed.id}`, body: success('Proposed. It is shown once somebody approved it.', shown(proposed)) };
      },
    }),
    defineRoute<{ id: string }, OfProductQuery>({
      method: 'get', path: '/products/:id/changes', summary: 'What was proposed for a product, and what became of it', tag, access: { ...own, staff: 'products:read' }, params: productParams, query: ofProductQuery,
      responses: { 200: changePage, ...problems(400, 401, 403) },
      handle: async ({ params, query: { state, ...query } }, { caller }) => {
        const page = await changes.list({ productId: params.id, ...whose(caller), ...(state !== undefined && { state }) }, query);
        return { status: 200, body: success('Proposed changes.', { ...page, items: page.items.map(shown) }) };
      },
    }),
    defineRoute<ChangeParams>({
      method: 'get', path: '/products/:id/changes/:changeId', summary: 'One proposed change, field by field', tag, access: { ...own, staff: 'products:read' }, params: changeParams,
      responses: { 200: changeAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params: { id, changeId } }, { caller }) => ({ status: 200, body: success('The proposed change.', shown(await changes.get(changeId, { productId: id, ...whose(caller) }))) }),
    }),
    defineRoute<ChangeParams>({
      method: 'delete', path: '/products/:id/changes/:changeId', summary: 'Withdraw a change that I proposed', tag, access: own, params: changeParams,
      responses: { 200: changeAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params: { id, changeId } }, { caller }) => {
        const withdrawn = await changes.withdraw({ productId: id, id: changeId, vendorId: caller.user!.id, actor: actorOf(caller) });
        return { status: 200, body: success('Withdrawn.', shown(withdrawn)) };
      },
    }),
    ...decisionRoutes(changes),
  ];
}

function decisionRoutes(changes: ProductChangeService): Route[] {
  return [
    defineRoute<object, QueueQuery>({
      method: 'get', path: '/product-changes', summary: 'Changes that vendors propose, of all products', tag, access: { permission: 'products:read' }, query: queueQuery,
      responses: { 200: changePage, ...problems(400, 401, 403) },
      handle: async ({ query: { state, vendor_id: vendorId, ...query } }) => {
        const page = await changes.list({ ...(state !== undefined && { state }), ...(vendorId !== undefined && { vendorId }) }, query);
        return { status: 200, body: success('Proposed changes.', { ...page, items: page.items.map(shown) }) };
      },
    }),
    defineRoute<ChangeParams, object, object, ReasonBody>({
      method: 'post', path: '/products/:id/changes/:changeId/approval', summary: 'Approve a proposed change, which applies it', tag, access: decides, params: changeParams, body: approvalBody,
      description: '409 `product_change_outdated` where the product changed since: nothing is applied. 409 `product_change_decided` where somebody was faster.',
      responses: { 200: changeAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params: { id, changeId }, body: { reason = null } }, { caller }) => {
        const approved = await changes.approve({ productId: id, id: changeId, reason, actor: actorOf(caller) });
        return { status: 200, body: success('Approved: the product says so now.', shown(approved)) };
      },
    }),
    defineRoute<ChangeParams, object, object, ReasonBody>({
      method: 'post', path: '/products/:id/changes/:changeId/rejection', summary: 'Reject a proposed change', tag, access: decides, params: changeParams, body: rejectionBody,
      responses: { 200: changeAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params: { id, changeId }, body: { reason = null } }, { caller }) => {
        const rejected = await changes.reject({ productId: id, id: changeId, reason, actor: actorOf(caller) });
        return { status: 200, body: success('Rejected. The product stays as it is.', shown(rejected)) };
      },
    }),
  ];
}
