import { Schema, type Connection, type Types } from 'mongoose';
import { personal } from '../../shared/db/personal.js';
import { MAIL_STATES, MILESTONES, type Mail } from './notifications.js';

/** `lockToken` grows with each taking, so that a sender who was away too long cannot write over its successor. */
export type MailRow = Omit<Mail, 'id'> & { _id: Types.ObjectId; lockToken: number };

const schema = new Schema<MailRow>({
  key: { type: String, required: true },
  milestone: { type: String, enum: MILESTONES, required: true },
  to: { type: String, required: true }, locale: { type: String, required: true }, orderId: { type: String, default: null }, userId: String,
  subject: { type: String, required: true }, html: { type: String, required: true }, text: { type: String, required: true }, secretRef: String, stopUrl: String,
  state: { type: String, enum: MAIL_STATES, required: true }, attempts: { type: Number, required: true }, failures: { type: Number, required: true }, lastError: String,
  dueAt: { type: Date, required: true }, createdAt: { type: Date, required: true }, sentAt: Date, lockToken: { type: Number, required: true },
}, { versionKey: false });
schema.index({ key: 1 }, { unique: true });
schema.index({ dueAt: 1, _id: 1 }, { partialFilterExpression: { state: 'pending' } });
schema.index({ createdAt: -1, _id: -1 });
schema.index({ state: 1, createdAt: -1, _id: -1 });
schema.index({ toKey: 1, createdAt: -1, _id: -1 });
schema.index({ orderId: 1, createdAt: -1, _id: -1 });
schema.index({ userId: 1 }, { partialFilterExpression: { userId: { $type: 'string' } } });
schema.index({ milestone: 1, createdAt: -1, _id: -1 });

// What a server answers often quotes the address.
personal(schema, 'Mail', 'mails', {
  fields: ['to', 'subject', 'html', 'text', 'lastError', 'stopUrl'], marks: { to: 'toKey' }, erased: { to: 'erased@erased.invalid', subject: '', html: '', text: '', lastError: '', stopUrl: '' }, owner: () => ({ own: true }),
});

export const mailModel = (connection: Connection) => connection.model<MailRow>('Mail', schema, 'mails');
