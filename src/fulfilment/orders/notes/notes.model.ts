import { Schema, type Connection, type Types } from 'mongoose';
import { personal } from '../../../shared/db/personal.js';
import type { Actor } from '../../../shared/actor.js';

/** What staff tells staff about an order. Not part of it: nothing of a note reaches its customer. */
export type NoteRow = { _id: Types.ObjectId; orderId: string; text: string; actor: Actor; createdAt: Date };

const noteSchema = new Schema<NoteRow>({
  orderId: { type: String, required: true }, text: { type: String, required: true }, createdAt: { type: Date, required: true },
  actor: { type: new Schema<Actor>({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false, id: false }), required: true },
}, { versionKey: false });
noteSchema.index({ orderId: 1, _id: 1 });

personal(noteSchema, 'OrderNote', 'order_notes', { fields: ['text'], erased: { text: 'erased' }, owner: () => ({ own: true }) });

export const noteModel = (connection: Connection) => connection.model('OrderNote', noteSchema, 'order_notes');
