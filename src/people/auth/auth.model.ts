import { Schema, type Connection } from 'mongoose';
import { ERASED_EMAIL } from '../../shared/db/address.js';
import { personal } from '../../shared/db/personal.js';
import { ROLES, type Role, type Session, type User } from './auth.js';

export type UserRow = Omit<User, 'id' | 'roles'> & {
  roles: Role[]; usernameKey?: string; emailKey?: string;
  /** Written when another admin steps down, so that two who do it at once collide and one remains. */
  witnessedAt?: Date;
};
const userSchema = new Schema<UserRow>({
  email: { type: String, required: true },
  username: String,
  usernameKey: String,
  passwordHash: { type: String, required: true },
  credentialsVersion: { type: Number, required: true },
  roles: { type: [{ type: String, enum: ROLES }], required: true },
  isDisabled: { type: Boolean, required: true },
  emailVerifiedAt: Date,
  mfaEnabledAt: Date,
  witnessedAt: Date,
  version: { type: Number, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
}, { versionKey: false });
userSchema.index({ emailKey: 1 }, { unique: true, partialFilterExpression: { emailKey: { $type: 'string' } } });
userSchema.index({ usernameKey: 1 }, { unique: true, sparse: true });
userSchema.index({ createdAt: -1, _id: -1 });
userSchema.index({ roles: 1, createdAt: -1, _id: -1 });
userSchema.index({ isDisabled: 1, createdAt: -1, _id: -1 });

personal(userSchema, 'User', 'users', {
  fields: ['email', 'username'], marks: { email: 'emailKey', username: 'usernameKey' }, oncePlain: ['usernameKey'], erased: { email: ERASED_EMAIL, username: 'erased' },
  owner: ({ _id }) => ({ userId: String(_id) }),
});

export type SessionRow = Omit<Session, 'id'> & { deviceKey?: string };
const sessionSchema = new Schema<SessionRow>({
  userId: { type: String, required: true },
  credentialsVersion: { type: Number, required: true },
  device: { type: String, required: true },
  ipRange: { type: String, required: true },
  seed: { type: String, required: true },
  generation: { type: Number, required: true },
  rotatedAt: { type: Date, required: true },
  createdAt: { type: Date, required: true },
  lastUsedAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true },
  endedAt: Date,
  endReason: String,
  mfaAt: Date,
  actingAs: { type: String, enum: ROLES },
}, { versionKey: false });
sessionSchema.index({ userId: 1, lastUsedAt: -1, _id: -1 });
// An expired session holds nothing that would have to be given back; it is kept a week to recognise late replays.
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 7 * 24 * 3600 });

personal(sessionSchema, 'Session', 'sessions', {
  fields: ['device', 'ipRange'], marks: { device: 'deviceKey' }, erased: { device: 'erased', ipRange: 'erased' }, owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined),
});

export type AttemptRow = { _id: string; failures: number; windowEndsAt: Date };
const attemptSchema = new Schema<AttemptRow>({
  _id: String, failures: { type: Number, required: true }, windowEndsAt: { type: Date, required: true },
}, { versionKey: false });
attemptSchema.index({ windowEndsAt: 1 }, { expireAfterSeconds: 0 });

export const userModel = (connection: Connection) => connection.model<UserRow>('User', userSchema, 'users');
export const sessionModel = (connection: Connection) => connection.model<SessionRow>('Session', sessionSchema, 'sessions');
export const attemptModel = (connection: Connection) => connection.model<AttemptRow>('SignInAttempts', attemptSchema, 'sign_in_attempts');
