import { Schema, type Connection, type Types } from 'mongoose';
import { CHANGE_STATES, type ProductChange } from './product-changes.js';

export type ChangeRow = Omit<ProductChange, 'id'> & { _id: Types.ObjectId };

const schema = new Schema<ChangeRow>({
  productId: { type: String, required: true }, vendorId: { type: String, required: true }, state: { type: String, enum: CHANGE_STATES, required: true }, baseVersion: { type: Number, required: true },
  // As joi let it through; it is applied the way of every other change.
  changes: { type: Schema.Types.Mixed, required: true }, diff: { type: [Schema.Types.Mixed], required: true }, note: { type: String, default: null },
  reason: { type: String, default: null }, createdAt: { type: Date, required: true }, decidedAt: { type: Date, default: null },
} as never, { versionKey: false, minimize: false });
schema.index({ productId: 1 }, { unique: true, partialFilterExpression: { state: 'pending' } });
schema.index({ productId: 1, createdAt: -1, _id: -1 });
schema.index({ state: 1, createdAt: -1, _id: -1 });
schema.index({ vendorId: 1, createdAt: -1, _id: -1 });
schema.index({ createdAt: -1, _id: -1 });

export const changeModel = (connection: Connection) => connection.model<ChangeRow>('ProductChange', schema, 'product_changes');
