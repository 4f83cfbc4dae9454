import { Schema, type Connection } from 'mongoose';

/** A data key as it is kept: wrapped by the master key `kid`. */
export type WrappedKey = { v: number; kid: string; wrapped: string };
/** `_id` says whose data it opens. A shredded key keeps its row, so that nobody makes another under its name. */
export type DataKeyRow = { _id: string; current: number; versions: WrappedKey[]; createdAt: Date; shreddedAt?: Date };

const schema = new Schema<DataKeyRow>({
  _id: String, current: { type: Number, required: true },
  versions: [new Schema({ v: Number, kid: String, wrapped: String }, { _id: false })],
  createdAt: { type: Date, required: true }, shreddedAt: Date,
}, { versionKey: false });
schema.index({ 'versions.kid': 1 });

export const dataKeyModel = (connection: Connection) => connection.model<DataKeyRow>('DataKey', schema, 'data_keys');
