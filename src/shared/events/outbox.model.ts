import { Schema, type Connection } from 'mongoose';
import { ERASED_EMAIL } from '../db/address.js';
import { monthOf, personal } from '../db/personal.js';

export type DeliveryState = 'pending' | 'delivered' | 'dead';
export type Delivery = { subscriber: string; state: DeliveryState; attempts: number; dueAt: Date; lastError?: string };

export type OutboxRow = {
  _id: string; type: string; aggregateId: string; data: Record<string, unknown>; version: number; occurredAt: Date; requestId?: string;
  state: DeliveryState; dueAt: Date; leaseId?: string; deliveries: Delivery[];
};

const deliverySchema = new Schema<Delivery>({
  subscriber: { type: String, required: true }, state: { type: String, enum: ['pending', 'delivered', 'dead'], required: true },
  attempts: { type: Number, required: true }, dueAt: { type: Date, required: true }, lastError: String,
}, { _id: false });

const outboxSchema = new Schema<OutboxRow>({
  _id: String, type: { type: String, required: true }, aggregateId: { type: String, required: true }, data: { type: Schema.Types.Mixed, required: true },
  version: { type: Number, required: true }, occurredAt: { type: Date, required: true }, requestId: String,
  state: { type: String, enum: ['pending', 'delivered', 'dead'], required: true }, dueAt: { type: Date, required: true }, leaseId: String,
  deliveries: [deliverySchema],
}, { versionKey: false, minimize: false });
// Delivered rows are the bulk and are never asked for by state: only what is open is indexed for the relay.
outboxSchema.index({ state: 1, dueAt: 1, _id: 1 }, { partialFilterExpression: { state: 'pending' } });
outboxSchema.index({ state: 1, _id: -1 }, { partialFilterExpression: { state: 'dead' } });
outboxSchema.index({ aggregateId: 1, _id: 1 });
outboxSchema.index({ leaseId: 1 }, { sparse: true });
outboxSchema.index({ emailKey: 1 }, { sparse: true });

personal(outboxSchema, 'OutboxEvent', 'outbox', {
  fields: ['data.email', 'data.before', 'data.after', 'data.device', 'data.ipRange', 'data.stopUrl'], marks: { 'data.email': 'emailKey' }, erased: { 'data.email': ERASED_EMAIL }, whenErased: 'hide',
  // What was and what is may be a price as well as an address.
  owner: ({ data, occurredAt }) => { const { userId, email } = data as { userId?: unknown; email?: unknown }; return typeof userId === 'string' ? { userId } : email === undefined ? 'nobody' : { ring: `events.${monthOf(occurredAt as Date)}` }; },
});

const inboxSchema = new Schema<{ _id: string; at: Date }>({ _id: String, at: { type: Date, required: true } }, { versionKey: false });
inboxSchema.index({ at: 1 }, { expireAfterSeconds: 90 * 24 * 3600 });

export const outboxModel = (connection: Connection) => connection.model('OutboxEvent', outboxSchema, 'outbox');
export const inboxModel = (connection: Connection) => connection.model('InboxEntry', inboxSchema, 'inbox');
