import { Schema, type Connection } from 'mongoose';
import type { StoredConsent } from './consents.js';

export type ConsentRow = StoredConsent & { userId: string };

const schema = new Schema<ConsentRow>({
  userId: { type: String, required: true }, purpose: { type: String, required: true }, granted: { type: Boolean, required: true },
  version: { type: String, required: true }, source: { type: String, required: true }, sequence: { type: Number, required: true }, at: { type: Date, required: true },
}, { versionKey: false });
// Two decisions at once cannot both follow the same one.
schema.index({ userId: 1, purpose: 1, sequence: 1 }, { unique: true });

/** A record of what somebody agreed to that can be rewritten proves nothing. */
const refuse = () => { throw new Error('Consents are append-only'); };
schema.pre(['updateOne', 'updateMany', 'findOneAndUpdate', 'replaceOne', 'findOneAndReplace', 'findOneAndDelete'], refuse);

export const consentModel = (connection: Connection) => connection.model<ConsentRow>('Consent', schema, 'consents');
