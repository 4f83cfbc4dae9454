import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute, type Route } from '../../../shared/http/route.js';
import { problems, success, successOf } from '../../../shared/http/schemas.js';
import { fieldsQuery, orderParams } from '../../orders/index.js';
import { labelBody, labelParams, labelReply, labelsReply, presentLabel } from './labels.schemas.js';
import type { LabelService } from './labels.service.js';

const tag = 'Shipping';

export function labelRoutes({ labels }: { labels: LabelService }): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/orders/:id/labels', summary: 'Postage that was bought for an order', tag, access: { permission: 'orders:read' }, params: orderParams, query: fieldsQuery,
      responses: { 200: successOf(labelsReply), ...problems(400, 401, 403) },
      handle: async ({ params }) => ({ status: 200, body: success('Labels.', { items: (await labels.findByOrder(params.id)).map(presentLabel) }) }),
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/labels', summary: 'Buy a label for a parcel', tag, access: { permission: 'orders:write' }, params: orderParams, body: labelBody, idempotency: 'optional',
      description: 'A parcel has one label, however often and by how many it is bought: 201 for the one that did it, 200 with the same label for all others.',
      responses: { 200: successOf(labelReply), 201: successOf(labelReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async ({ params, body }, { caller }) => {
        const { label, isNew } = await labels.buy({ ...body, orderId: params.id, actor: actorOf(caller) });
        return { status: isNew ? 201 : 200, body: success(isNew ? 'Label bought.' : 'This parcel has a label.', presentLabel(label)) };
      },
    }),
    defineRoute({
      method: 'delete', path: '/orders/:id/labels/:labelId', summary: 'Give postage back that was not used', tag, access: { permission: 'orders:write' }, params: labelParams,
      responses: { 200: successOf(labelReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Label voided.', presentLabel(await labels.void(params.id, params.labelId, actorOf(caller)))) }),
    }),
  ];
}
