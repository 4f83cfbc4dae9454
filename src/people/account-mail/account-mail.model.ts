import { Schema, type Connection, type Types } from 'mongoose';
import { ERASED_EMAIL } from '../../shared/db/address.js';
import { personal } from '../../shared/db/personal.js';
import { PURPOSES, type MailedCode } from './account-mail.js';

export type CodeRow = Omit<MailedCode, 'id'> & {
  _id: Types.ObjectId;
  /** The mail derives the code again from the id. */
  tokenHash: string;
  emailKey?: string;
  /** The stretch of time it was given in: one of a kind per address and stretch. */
  slot: number;
  usedAt: Date | null;
};

const schema = new Schema<CodeRow>({
  purpose: { type: String, enum: PURPOSES, required: true }, userId: { type: String, required: true }, email: { type: String, required: true },
  credentialsVersion: { type: Number, required: true }, tokenHash: { type: String, required: true }, slot: { type: Number, required: true },
  createdAt: { type: Date, required: true }, expiresAt: { type: Date, required: true }, usedAt: { type: Date, default: null },
}, { versionKey: false });
schema.index({ tokenHash: 1 }, { unique: true });
schema.index({ userId: 1 });
schema.index({ userId: 1, purpose: 1, emailKey: 1, slot: -1 }, { unique: true, partialFilterExpression: { emailKey: { $type: 'string' } } });
// Nothing hangs on an old code, so it may simply go.
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

personal(schema, 'MailedCode', 'mailed_codes', {
  fields: ['email'], marks: { email: 'emailKey' }, erased: { email: ERASED_EMAIL }, owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined),
});

export const codeModel = (connection: Connection) => connection.model<CodeRow>('MailedCode', schema, 'mailed_codes');
