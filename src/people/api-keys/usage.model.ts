import { Schema, type Connection } from 'mongoose';
import { ANSWER_CLASSES, type AnswerClass } from './usage.js';

/** Long enough to bill a year and to argue about it. */
const KEPT_SECONDS = 400 * 86_400;

export type UsageRow = { _id: string; keyId: string; day: Date; group: string; counts: Partial<Record<AnswerClass, number>> };

const usageSchema = new Schema<UsageRow>({
  _id: String, keyId: { type: String, required: true }, day: { type: Date, required: true }, group: { type: String, required: true },
  counts: { type: new Schema(Object.fromEntries(ANSWER_CLASSES.map((name) => [name, Number])), { _id: false }), required: true },
}, { versionKey: false });
usageSchema.index({ keyId: 1, day: 1 });
usageSchema.index({ day: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const usageModel = (connection: Connection) => connection.model<UsageRow>('ApiKeyUsage', usageSchema, 'api_key_usage');
