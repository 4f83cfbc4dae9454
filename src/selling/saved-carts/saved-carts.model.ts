import { Schema, type Connection, type Types } from 'mongoose';
import { personal } from '../../shared/db/personal.js';
import type { SavedCart } from './saved-carts.js';

export type SavedCartRow = Omit<SavedCart, 'id'> & { _id: Types.ObjectId; nameKey?: string };

const text = { type: String, required: true };
const schema = new Schema<SavedCartRow>({
  userId: text, name: text, currency: text, lines: [new Schema({ sku: text, name: text, quantity: { type: Number, required: true, min: 1 } }, { _id: false })], createdAt: { type: Date, required: true },
}, { versionKey: false });
schema.index({ userId: 1 });
// One of each name, whoever races. It is partial, so it lists nobody's carts.
schema.index({ userId: 1, nameKey: 1 }, { unique: true, partialFilterExpression: { nameKey: { $type: 'string' } } });

personal(schema, 'SavedCart', 'saved_carts', { fields: ['name'], marks: { name: 'nameKey' }, erased: { name: 'erased' }, owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined) });

export const savedCartModel = (connection: Connection) => connection.model<SavedCartRow>('SavedCart', schema, 'saved_carts');
