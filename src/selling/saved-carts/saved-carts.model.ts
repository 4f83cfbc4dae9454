import { Schema, type Connection, type Types } from 'mongoose';
import type { SavedCart } from './saved-carts.js';

export type SavedCartRow = Omit<SavedCart, 'id'> & { _id: Types.ObjectId };

const text = { type: String, required: true };
const schema = new Schema<SavedCartRow>({
  userId: text, name: text, currency: text, lines: [new Schema({ sku: text, name: text, quantity: { type: Number, required: true, min: 1 } }, { _id: false })], createdAt: { type: Date, required: true },
}, { versionKey: false });
// One of each name, whoever races; and the list of one customer.
schema.index({ userId: 1, name: 1 }, { unique: true });

export const savedCartModel = (connection: Connection) => connection.model<SavedCartRow>('SavedCart', schema, 'saved_carts');
