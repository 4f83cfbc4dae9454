import { Schema, type Connection, type Types } from 'mongoose';
import { personal, userOrOwn } from '../../shared/db/personal.js';
import { REFUND_FORMS, RETURN_STATES, type GoodsReturn } from './returns.js';

export type ReturnRow = Omit<GoodsReturn, 'id'> & { _id: Types.ObjectId };

const text = { type: String, required: true };
const count = { type: Number, required: true, min: 0, validate: Number.isSafeInteger };
const lineSchema = new Schema({ itemId: text, sku: text, quantity: count, reason: text, restocked: count, writtenOff: count, dismissed: count }, { _id: false });
const receiptSchema = new Schema({
  id: text, at: { type: Date, required: true }, actor: { type: new Schema({ type: text, id: { type: String, default: null } }, { _id: false, id: false }), required: true },
  lines: [new Schema({ itemId: text, quantity: count, condition: text, disposition: text, warehouseId: { type: String, default: null }, components: { type: [String], default: undefined } }, { _id: false })],
}, { _id: false, id: false });
const settlementSchema = new Schema({
  lines: [new Schema({ itemId: text, quantity: count, amount: count }, { _id: false })], shipping: count, fee: count, deductions: count, carried: count, refunded: count,
}, { _id: false });

const returnSchema = new Schema<ReturnRow>({
  number: { type: String, required: true, unique: true }, orderId: text, userId: { type: String, default: null }, currency: text, state: { type: String, enum: RETURN_STATES, required: true },
  lines: [lineSchema], receipts: [receiptSchema], policyVersion: count, outsidePolicy: { type: Boolean, required: true }, note: String, rejection: String, refundTo: { type: String, enum: REFUND_FORMS },
  deductions: [new Schema({ itemId: text, amount: count, reason: text, sku: String }, { _id: false })],
  lateParts: { type: [new Schema({
    id: text, at: { type: Date, required: true }, actor: { type: new Schema({ type: text, id: { type: String, default: null } }, { _id: false, id: false }), required: true },
    lines: [new Schema({ itemId: text, sku: text, quantity: count, condition: text, disposition: text, warehouseId: text }, { _id: false })],
  }, { _id: false, id: false })], default: undefined },
  cause: { type: new Schema({ type: { type: String }, id: String }, { _id: false, id: false }), default: null }, carries: count,
  settlement: { type: settlementSchema, default: null }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true }, version: count,
}, { versionKey: false });
returnSchema.index({ orderId: 1, _id: 1 });
returnSchema.index({ createdAt: -1, _id: -1 });
returnSchema.index({ state: 1, createdAt: -1, _id: -1 });

// What people write about themselves when they send something back.
personal(returnSchema, 'GoodsReturn', 'returns', { fields: ['note', 'rejection'], erased: { note: 'erased', rejection: 'erased' }, whenErased: 'hide', owner: ({ userId }) => (userId === undefined ? undefined : userOrOwn(userId)) });

export const returnModel = (connection: Connection) => connection.model('GoodsReturn', returnSchema, 'returns');
