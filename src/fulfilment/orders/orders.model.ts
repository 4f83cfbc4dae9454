import { Schema, type Connection, type Types } from 'mongoose';
import { ERASED_ADDRESS, ERASED_EMAIL, sealedAddress } from '../../shared/db/address.js';
import { personal, userOrOwn } from '../../shared/db/personal.js';
import { FULFILMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES, RETURN_STATUSES, type Order, type TimelineEntry } from './orders.js';

/** The timeline stands in the order: it grows by what staff and customer do to this one order, and one write keeps both true. */
export type OrderRow = Omit<Order, 'id'> & { _id: Types.ObjectId; timeline: TimelineEntry[] };

const moneySchema = new Schema({ amount: { type: Number, required: true }, currency: { type: String, required: true } }, { _id: false });

const unitsSchema = new Schema(Object.fromEntries(
  ['ordered', 'cancelled', 'backordered', 'allocated', 'shipped', 'delivered', 'returnRequested', 'returned', 'writtenOff']
    .map((name) => [name, { type: Number, required: true, min: 0 }]),
), { _id: false });

const reductionSchema = new Schema({ promotionId: String, code: String, name: String, class: String, amount: moneySchema }, { _id: false });
const taxSchema = new Schema({ name: String, rateBps: Number, jurisdiction: String, reason: String, amount: moneySchema }, { _id: false });
const shippingChargeSchema = new Schema({
  price: moneySchema, discount: moneySchema, total: moneySchema, tax: moneySchema, allocations: [reductionSchema], taxes: [taxSchema],
}, { _id: false });
const feeSchema = new Schema({
  code: String, name: String, amount: moneySchema, tax: moneySchema, taxes: [taxSchema], shares: [new Schema({ itemId: String, quantity: Number, amount: Number, sold: new Schema({ quantity: Number, amount: Number }, { _id: false }) }, { _id: false })], credited: Number,
}, { _id: false });
const shippingMethodSchema = new Schema({
  code: String, name: String, price: moneySchema, source: String, pickupLocationId: String,
  groups: { type: [new Schema({ warehouseId: String, code: String, name: String, price: moneySchema, skus: [String] }, { _id: false })], default: undefined },
}, { _id: false });
const promotionSchema = new Schema({ promotionId: String, name: String, code: String, amount: moneySchema }, { _id: false });

const components = { type: [new Schema({ sku: String, name: String, quantity: Number, share: moneySchema }, { _id: false, id: false })], default: undefined };
const itemSchema = new Schema({
  id: { type: String, required: true }, productId: { type: String, required: true }, productName: { type: String, required: true },
  name: { type: String, required: true }, sku: { type: String, required: true }, quantity: { type: Number, required: true, min: 1 },
  unitPrice: moneySchema, discount: moneySchema, tax: moneySchema, taxRateBps: { type: Number, required: true }, lineTotal: moneySchema, allocations: [reductionSchema], taxes: [taxSchema],
  priceSource: { type: new Schema({ kind: String, id: String, name: String, from: Schema.Types.Mixed }, { _id: false, id: false }), default: null }, units: unitsSchema,
  frozen: new Schema({ quantity: Number, discount: moneySchema, tax: moneySchema, lineTotal: moneySchema, allocations: [reductionSchema], taxes: [taxSchema], components }, { _id: false }),
  credited: { type: new Schema({ units: Number, amount: Number, unpaid: Number }, { _id: false }) }, finalSale: Boolean,
  components,
  digital: { type: new Schema({ kind: String, maxDownloads: Number, expiresInDays: Number }, { _id: false, id: false }) },
}, { _id: false, id: false });

const totalsSchema = new Schema({
  subtotal: moneySchema, discountTotal: moneySchema, shippingTotal: moneySchema, taxTotal: moneySchema, grandTotal: moneySchema, feeTotal: moneySchema, taxIncluded: Boolean,
}, { _id: false });

const paymentSchema = new Schema({
  id: { type: String, required: true }, provider: { type: String, required: true }, method: { type: String, required: true }, status: { type: String, required: true },
  nextAction: { type: Schema.Types.Mixed, default: null }, details: { type: Schema.Types.Mixed, default: {} }, failure: { type: Schema.Types.Mixed },
}, { _id: false, id: false, minimize: false });

const timelineSchema = new Schema({
  at: { type: Date, required: true }, actor: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false, id: false }), required: true },
  event: { type: String, required: true }, cause: { type: String, required: true },
  before: { type: Schema.Types.Mixed, required: true }, after: { type: Schema.Types.Mixed, required: true }, details: Schema.Types.Mixed,
}, { _id: false, minimize: false });

const riskSchema = new Schema({
  keys: { type: [String], required: true }, score: Number, decision: String, engine: String, model: String, probability: Number, fallback: String, spike: Number, assessedAt: Date,
  rules: [new Schema({ rule: String, points: Number, detail: String }, { _id: false })],
  features: [new Schema({ feature: String, value: Number, contribution: Number }, { _id: false })],
  review: new Schema({ state: String, claimedBy: { type: String, default: null }, claimedUntil: { type: Date, default: null }, decidedBy: String, decidedAt: Date, reason: String }, { _id: false }),
  label: new Schema({ isFraud: Boolean, source: String, at: Date }, { _id: false }),
}, { _id: false });

const orderSchema = new Schema<OrderRow>({
  number: { type: String, required: true, unique: true },
  status: { type: String, enum: ORDER_STATUSES, required: true },
  paymentStatus: { type: String, enum: PAYMENT_STATUSES, required: true },
  fulfilmentStatus: { type: String, enum: FULFILMENT_STATUSES, required: true },
  returnStatus: { type: String, enum: RETURN_STATUSES, required: true },
  holds: { type: [String], required: true },
  cartId: { type: String, required: true, unique: true },
  email: { type: String, required: true }, userId: { type: String, default: null }, tokenHash: { type: String, default: null },
  currency: { type: String, required: true },
  items: [itemSchema], totals: totalsSchema, shippingTax: moneySchema, shippingCharge: shippingChargeSchema, promotions: [promotionSchema], coupons: [String],
  fees: { type: [feeSchema], default: undefined }, announcedFees: { type: [new Schema({ code: String, name: String, amount: moneySchema }, { _id: false })], default: undefined },
  tenders: { type: [new Schema({ kind: String, accountId: String, last4: String, amount: moneySchema }, { _id: false })], default: undefined }, amountDue: moneySchema,
  flags: { type: [String], default: undefined }, taxation: { type: new Schema({ shippingAs: String, vatId: Schema.Types.Mixed }, { _id: false }) },
  rounding: { type: new Schema({ mode: String, level: String, per: String }, { _id: false }) },
  shippingAddress: sealedAddress(), billingAddress: sealedAddress(),
  shippingMethod: { type: shippingMethodSchema }, shippingEstimated: Boolean,
  payment: { type: paymentSchema, default: null }, paymentAttempts: { type: Number, required: true }, differenceAttempts: Number, notes: String, locale: String, editedAt: Date,
  outstanding: { type: new Schema({ amount: moneySchema, purpose: String }, { _id: false }), default: undefined }, openDisputes: Number,
  expiresAt: { type: Date, default: null }, placedAt: { type: Date, default: null }, deliveredAt: { type: Date, default: null }, completesAt: Date,
  settlement: { type: new Schema({ shipping: Number, retained: Number, refunded: Number }, { _id: false }) }, prepaid: Number, returnPolicyVersion: Number,
  origin: { type: new Schema({ type: { type: String }, id: String, orderId: String }, { _id: false, id: false }) }, tokenOf: String, earnedOn: Number,
  risk: { type: riskSchema, default: undefined },
  timeline: [timelineSchema],
  version: { type: Number, required: true },
}, { timestamps: true, versionKey: false, minimize: false });

orderSchema.index({ userId: 1, createdAt: -1, _id: -1 });
orderSchema.index({ createdAt: -1, _id: -1 });
orderSchema.index({ updatedAt: -1, _id: -1 });
orderSchema.index({ 'totals.grandTotal.amount': -1, _id: -1 });
orderSchema.index({ status: 1, createdAt: -1, _id: -1 });
orderSchema.index({ paymentStatus: 1, createdAt: -1, _id: -1 });
orderSchema.index({ fulfilmentStatus: 1, createdAt: -1, _id: -1 });
orderSchema.index({ emailKey: 1, createdAt: -1, _id: -1 });
orderSchema.index({ openDisputes: 1, createdAt: -1 }, { name: 'disputed', partialFilterExpression: { openDisputes: { $gt: 0 } } });
orderSchema.index({ expiresAt: 1 }, { partialFilterExpression: { status: 'pending' } });
orderSchema.index({ completesAt: 1 }, { partialFilterExpression: { status: 'placed', completesAt: { $type: 'date' } } });
orderSchema.index({ 'origin.orderId': 1 }, { partialFilterExpression: { 'origin.orderId': { $type: 'string' } } });
orderSchema.index({ 'items.sku': 1, expiresAt: 1 }, { partialFilterExpression: { status: 'pending' } });
orderSchema.index({ 'risk.keys': 1, createdAt: -1 }, { partialFilterExpression: { 'risk.keys': { $exists: true } } });
orderSchema.index({ 'risk.review.state': 1, createdAt: 1, _id: 1 }, { partialFilterExpression: { 'risk.review.state': { $exists: true } } });
orderSchema.index({ 'risk.review.state': 1, 'risk.score': 1, _id: 1 }, { partialFilterExpression: { 'risk.review.state': { $exists: true } } });

personal(orderSchema, 'Order', 'orders', {
  fields: ['email', 'shippingAddress', 'billingAddress', 'notes', 'taxation.vatId'], marks: { email: 'emailKey' },
  erased: { email: ERASED_EMAIL, shippingAddress: ERASED_ADDRESS, billingAddress: ERASED_ADDRESS, notes: 'erased', 'taxation.vatId': { number: 'erased', country: 'ZZ', status: 'erased' } }, alsoErase: ['risk.keys'],
  owner: ({ userId }) => (userId === undefined ? undefined : userOrOwn(userId)),
});

export const orderModel = (connection: Connection) => connection.model('Order', orderSchema, 'orders');
