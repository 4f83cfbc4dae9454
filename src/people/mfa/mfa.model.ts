import { Schema, type Connection, type Types } from 'mongoose';
import type { Challenge, Factor } from './mfa.js';

/** One per user. */
export type FactorRow = Omit<Factor, 'userId' | 'recovery'> & { _id: string; recovery: Array<{ hash: string; usedAt: Date | null }>; createdAt: Date };
const factorSchema = new Schema<FactorRow>({
  _id: String, sealedSecret: { type: String, required: true }, confirmedAt: { type: Date, default: null }, lastStep: { type: Number, required: true },
  recovery: [{ _id: false, hash: { type: String, required: true }, usedAt: { type: Date, default: null } }], createdAt: { type: Date, required: true },
}, { versionKey: false });

export type ChallengeRow = Omit<Challenge, 'id'> & { _id: Types.ObjectId; tokenHash: string; tries: number; createdAt: Date; expiresAt: Date; usedAt: Date | null };
const challengeSchema = new Schema<ChallengeRow>({
  tokenHash: { type: String, required: true }, userId: { type: String, required: true }, credentialsVersion: { type: Number, required: true },
  via: { type: String, required: true }, actingAs: String, tries: { type: Number, required: true },
  createdAt: { type: Date, required: true }, expiresAt: { type: Date, required: true }, usedAt: { type: Date, default: null },
}, { versionKey: false });
challengeSchema.index({ tokenHash: 1 }, { unique: true });
challengeSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const factorModel = (connection: Connection) => connection.model<FactorRow>('MfaFactor', factorSchema, 'mfa_factors');
export const challengeModel = (connection: Connection) => connection.model<ChallengeRow>('MfaChallenge', challengeSchema, 'mfa_challenges');
