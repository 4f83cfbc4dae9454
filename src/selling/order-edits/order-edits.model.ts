import { Schema, type Connection, type Types } from 'mongoose';
import { EDIT_STATES, type OrderEdit } from './order-edits.js';

export type EditRow = Omit<OrderEdit, 'id'> & { _id: Types.ObjectId };

const money = () => ({ type: new Schema({ amount: { type: Number, required: true }, currency: { type: String, required: true } }, { _id: false }), required: true });
const schema = new Schema<EditRow>({
  orderId: { type: String, required: true }, orderVersion: { type: Number, required: true }, state: { type: String, enum: EDIT_STATES, required: true },
  operations: { type: [Schema.Types.Mixed], required: true }, reason: { type: String, required: true },
  preview: { type: new Schema({ before: money(), after: money(), difference: money(), additional: money(), refund: money() }, { _id: false }), required: true },
  // What was computed from joi-checked operations and our own order; it is written back as it stands.
  result: { type: Schema.Types.Mixed, required: true },
  createdBy: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false, id: false }), required: true },
  createdAt: { type: Date, required: true }, confirmedAt: { type: Date, default: null },
}, { versionKey: false, minimize: false });
schema.index({ orderId: 1, createdAt: -1, _id: -1 });

export const editModel = (connection: Connection) => connection.model<EditRow>('OrderEdit', schema, 'order_edits');
