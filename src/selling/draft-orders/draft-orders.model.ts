import { Schema, type Connection, type Types } from 'mongoose';
import { ERASED_ADDRESS, ERASED_EMAIL, sealedAddress } from '../../shared/db/address.js';
import { personal, userOrOwn } from '../../shared/db/personal.js';
import { DRAFT_STATES, type DraftOrder } from './draft-orders.js';

export type DraftRow = Omit<DraftOrder, 'id'> & { _id: Types.ObjectId };

const moneySchema = new Schema({ amount: { type: Number, required: true }, currency: { type: String, required: true } }, { _id: false });

const schema = new Schema<DraftRow>({
  state: { type: String, enum: DRAFT_STATES, required: true }, userId: { type: String, default: null }, email: { type: String, required: true }, currency: { type: String, required: true },
  lines: { type: [new Schema({ id: String, sku: String, quantity: Number, unitPrice: moneySchema, priceReason: String }, { _id: false, id: false })], required: true },
  discount: { type: new Schema({ amount: moneySchema, rateBps: Number, reason: String }, { _id: false }), default: null },
  shippingAddress: sealedAddress(), billingAddress: sealedAddress(), shippingMethod: String, pickupLocationId: String, coupons: { type: [String], required: true }, notes: String,
  createdBy: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false, id: false }), required: true },
  version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
schema.index({ createdAt: -1, _id: -1 });
schema.index({ state: 1, createdAt: -1, _id: -1 });
schema.index({ emailKey: 1, createdAt: -1, _id: -1 });

personal(schema, 'DraftOrder', 'draft_orders', {
  fields: ['email', 'shippingAddress', 'billingAddress', 'notes'], marks: { email: 'emailKey' }, erased: { email: ERASED_EMAIL, shippingAddress: ERASED_ADDRESS, billingAddress: ERASED_ADDRESS, notes: 'erased' },
  owner: ({ userId }) => (userId === undefined ? undefined : userOrOwn(userId)),
});

export const draftModel = (connection: Connection) => connection.model<DraftRow>('DraftOrder', schema, 'draft_orders');
