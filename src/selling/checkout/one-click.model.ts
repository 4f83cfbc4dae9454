import { Schema, type Connection } from 'mongoose';

/** A permission to buy once, by one user on one device, within minutes. Only its hash is kept. */
export type OneClickTokenRow = { _id: string; userId: string; deviceHash: string; expiresAt: Date; orderId?: string; usedAt?: Date };

const tokenSchema = new Schema<OneClickTokenRow>({
  _id: String, userId: { type: String, required: true }, deviceHash: { type: String, required: true }, expiresAt: { type: Date, required: true }, orderId: String, usedAt: Date,
}, { versionKey: false });
// A day after it has ended nobody repeats that click any more.
tokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 24 * 3600 });

export const oneClickTokenModel = (connection: Connection) => connection.model('OneClickToken', tokenSchema, 'one_click_tokens');
