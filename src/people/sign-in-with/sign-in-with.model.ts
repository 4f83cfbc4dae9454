import { Schema, type Connection, type Types } from 'mongoose';
import { ERASED_EMAIL } from '../../shared/db/address.js';
import { personal } from '../../shared/db/personal.js';
import type { Identity } from './sign-in-with.js';

export type IdentityRow = Identity & { _id: Types.ObjectId };
const identitySchema = new Schema<IdentityRow>({
  provider: { type: String, required: true }, subject: { type: String, required: true }, userId: { type: String, required: true }, email: String, linkedAt: { type: Date, required: true },
}, { versionKey: false });
identitySchema.index({ provider: 1, subject: 1 }, { unique: true });
identitySchema.index({ userId: 1, provider: 1 }, { unique: true });

personal(identitySchema, 'LinkedIdentity', 'linked_identities', { fields: ['email'], erased: { email: ERASED_EMAIL }, owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined) });

/** A sign-in that is under way at a provider. What is secret about it follows from the flow token, of which only a hash is here. */
export type FlowRow = { _id: Types.ObjectId; provider: string; stateHash: string; flowHash: string; linkTo: string | null; createdAt: Date; expiresAt: Date };
const flowSchema = new Schema<FlowRow>({
  provider: { type: String, required: true }, stateHash: { type: String, required: true }, flowHash: { type: String, required: true }, linkTo: { type: String, default: null },
  createdAt: { type: Date, required: true }, expiresAt: { type: Date, required: true },
}, { versionKey: false });
flowSchema.index({ stateHash: 1 }, { unique: true });
flowSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const identityModel = (connection: Connection) => connection.model<IdentityRow>('LinkedIdentity', identitySchema, 'linked_identities');
export const flowModel = (connection: Connection) => connection.model<FlowRow>('SignInFlow', flowSchema, 'sign_in_flows');
