import { Schema, type Connection, type Types } from 'mongoose';

/** Of the mailed code only its hash is kept; the mail derives it again from the id. */
export type AccessRow = { _id: Types.ObjectId; orderId: string; /** The stretch of time it was given in: one code per order and stretch. */ slot: number; tokenHash: string; createdAt: Date; expiresAt: Date; claimedAt: Date | null; claimedBy: string | null };

const schema = new Schema<AccessRow>({
  orderId: { type: String, required: true }, slot: { type: Number, required: true }, tokenHash: { type: String, required: true }, createdAt: { type: Date, required: true }, expiresAt: { type: Date, required: true },
  claimedAt: { type: Date, default: null }, claimedBy: { type: String, default: null },
}, { versionKey: false });
schema.index({ tokenHash: 1 }, { unique: true });
schema.index({ orderId: 1, slot: -1 }, { unique: true });
// Nothing hangs on an old code, so it may simply go.
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const accessModel = (connection: Connection) => connection.model<AccessRow>('OrderAccess', schema, 'order_accesses');
