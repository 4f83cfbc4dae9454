import { Schema, type Connection } from 'mongoose';
import { personal, userOrOwn } from '../../shared/db/personal.js';
import type { Wishlist, WishlistItem } from './wishlists.js';

export type WishlistRow = Omit<Wishlist, 'id'>;

const required = <T>(type: T) => ({ type, required: true as const });
const money = new Schema({ amount: required(Number), currency: required(String) }, { _id: false });
const itemSchema = new Schema<WishlistItem>({
  productId: required(String), sku: { type: String, default: null }, note: { type: String, default: '' }, price: { type: money, default: null }, addedAt: required(Date),
}, { _id: false });
const schema = new Schema<WishlistRow>({
  userId: { type: String, default: null }, guestTokenHash: { type: String, default: null }, expiresAt: { type: Date, default: null }, name: required(String), isDefault: required(Boolean), items: { type: [itemSchema], required: true },
  shareTokenHash: { type: String, default: null }, version: required(Number), createdAt: required(Date), updatedAt: required(Date),
}, { versionKey: false });
schema.index({ userId: 1, createdAt: 1, _id: 1 });
// One list that things go to when nobody says which, whoever races.
schema.index({ userId: 1, isDefault: 1 }, { unique: true, partialFilterExpression: { isDefault: true } });
schema.index({ guestTokenHash: 1 }, { unique: true, partialFilterExpression: { guestTokenHash: { $type: 'string' } } });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
schema.index({ shareTokenHash: 1 }, { unique: true, partialFilterExpression: { shareTokenHash: { $type: 'string' } } });

// Names and notes tell who a list is for. A list of nobody's account is sealed with keys of its own.
personal(schema, 'Wishlist', 'wishlists', {
  fields: ['name', 'items.*.note'], erased: { name: 'erased', 'items.*.note': '' }, owner: ({ userId }) => (userId === undefined ? undefined : userOrOwn(userId)),
});

export const wishlistModel = (connection: Connection) => connection.model<WishlistRow>('Wishlist', schema, 'wishlists');
