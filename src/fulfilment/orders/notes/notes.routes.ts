import Joi from 'joi';
import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute } from '../../../shared/http/route.js';
import { id, problems, success, successOf, timestamp } from '../../../shared/http/schemas.js';
import { fieldsQuery, orderParams, type OrderParams } from '../orders.schemas.js';
import type { OrderService } from '../orders.service.js';
import type { Note } from './notes.js';

type NoteBody = { text: string };
const noteBody = Joi.object<NoteBody, true>({ text: Joi.string().trim().min(1).max(5000).required() });
const noteReply = Joi.object({
  id: id().required(), text: Joi.string().required(), actor: Joi.object({ type: Joi.string().required(), id: Joi.string().allow(null).required() }).required(), createdAt: timestamp().required(),
}).meta({ name: 'OrderNote' });

const present = ({ id: noteId, text, actor, createdAt }: Note) => ({ id: noteId, text, actor: { type: actor.type, id: actor.id }, createdAt: createdAt.toISOString() });

export const noteRoutes = (orders: OrderService) => [
  defineRoute({
    method: 'post', path: '/orders/:id/notes', summary: 'Tell other staff something about an order', tag: 'Orders', access: { permission: 'orders:write' }, idempotency: 'optional',
    description: 'The customer never sees it.', params: orderParams, body: noteBody,
    responses: { 201: successOf(noteReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
    handle: async ({ params, body }: { params: OrderParams; body: NoteBody }, { caller }) => {
      const note = await orders.addNote(params.id, body.text, actorOf(caller));
      return { status: 201, location: `/orders/${params.id}/notes`, body: success('The note was kept.', present(note)) };
    },
  }),
  defineRoute({
    method: 'get', path: '/orders/:id/notes', summary: 'What staff wrote about an order', tag: 'Orders', access: { permission: 'orders:read' }, params: orderParams, query: fieldsQuery,
    responses: { 200: successOf(Joi.object({ items: Joi.array().items(noteReply).required() })), ...problems(400, 401, 403, 404) },
    handle: async ({ params }: { params: OrderParams }) => ({ status: 200, body: success('The notes on this order.', { items: (await orders.notes(params.id)).map(present) }) }),
  }),
];
