import { Schema, type Connection, type Types } from 'mongoose';
import { ERASED_ADDRESS, ERASED_EMAIL, sealedAddress } from '../../shared/db/address.js';
import { monthOf, personal } from '../../shared/db/personal.js';
import type { Address } from '../../shared/address.js';
import type { CartState, LineItem, Told } from './cart.js';

export type CartRow = {
  _id: Types.ObjectId; state: CartState; userId: string | null; tokenHash: string | null; currency: string; lineItems: LineItem[];
  email?: string; shippingAddress?: Address; billingAddress?: Address; shippingMethod?: string; shippingChoices?: Record<string, string>; pickupLocationId?: string; coupons?: string[]; vatId?: string; giftCards?: string[]; useStoreCredit?: boolean; carbonOffset?: boolean; told?: Told;
  version: number; expiresAt: Date; createdAt: Date; updatedAt: Date;
};

const cartSchema = new Schema<CartRow>({
  state: { type: String, enum: ['active', 'completed', 'merged'], required: true },
  userId: { type: String, default: null },
  tokenHash: { type: String, default: null },
  currency: { type: String, required: true },
  // Built by cart.ts alone. As documents of their own Mongoose would cast each of fifty at every change: a third of the time (measured).
  lineItems: { type: Schema.Types.Mixed, required: true },
  email: String,
  shippingAddress: sealedAddress(),
  billingAddress: sealedAddress(),
  shippingMethod: String, shippingChoices: Schema.Types.Mixed, pickupLocationId: String,
  coupons: { type: [String], default: undefined }, vatId: String, giftCards: { type: [String], default: undefined }, useStoreCredit: Boolean, carbonOffset: Boolean, told: Schema.Types.Mixed,
  version: { type: Number, required: true },
  expiresAt: { type: Date, required: true },
}, { timestamps: true, versionKey: false });

// One active cart per customer and per guest's token, whoever races.
cartSchema.index({ userId: 1 }, { unique: true, partialFilterExpression: { state: 'active', userId: { $type: 'string' } } });
cartSchema.index({ tokenHash: 1 }, { unique: true, partialFilterExpression: { state: 'active', tokenHash: { $type: 'string' } } });
// The last cart of an owner, to find the order it became.
cartSchema.index({ userId: 1, _id: -1 });
cartSchema.index({ tokenHash: 1, _id: -1 });
// A cart reserves nothing, so forgetting an old one gives nothing back: a TTL index is safe.
cartSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

// A guest's cart is short-lived: it shares a key with those of its month, which goes when they are all forgotten.
personal(cartSchema, 'Cart', 'carts', {
  fields: ['email', 'shippingAddress', 'billingAddress', 'vatId'], erased: { email: ERASED_EMAIL, shippingAddress: ERASED_ADDRESS, billingAddress: ERASED_ADDRESS, vatId: '' },
  owner: ({ userId, expiresAt }) => (typeof userId === 'string' ? { userId } : userId === null ? { ring: `cart.${monthOf(expiresAt as Date)}` } : undefined),
});

export const cartModel = (connection: Connection) => connection.model('Cart', cartSchema, 'carts');
