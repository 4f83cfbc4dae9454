import { Schema, type Connection, type Types } from 'mongoose';
import { personal } from '../../shared/db/personal.js';
import { CLAIM_STATES, CLAIM_TYPES, type Claim } from './claims.js';
import { EXCHANGE_STATES, type Exchange } from './exchanges.js';

export type ExchangeRow = Omit<Exchange, 'id'> & { _id: Types.ObjectId };
export type ClaimRow = Omit<Claim, 'id'> & { _id: Types.ObjectId };

const text = { type: String, required: true };
const count = { type: Number, required: true, min: 0 };
const at = { type: Date, required: true };
const money = { type: new Schema({ amount: { type: Number, required: true }, currency: text }, { _id: false }), required: true };

const exchangeSchema = new Schema<ExchangeRow>({
  orderId: text, returnId: text, replacementOrderId: text, state: { type: String, enum: EXCHANGE_STATES, required: true }, worth: money, price: money,
  createdAt: at, updatedAt: at, version: count,
}, { versionKey: false });
exchangeSchema.index({ orderId: 1, _id: 1 });
exchangeSchema.index({ replacementOrderId: 1 }, { unique: true });

const claimSchema = new Schema<ClaimRow>({
  orderId: text, currency: text, type: { type: String, enum: CLAIM_TYPES, required: true }, state: { type: String, enum: CLAIM_STATES, required: true },
  lines: [new Schema({ itemId: text, quantity: count }, { _id: false })], note: String, rejection: String, resolution: { type: String, default: null },
  withReturn: { type: Boolean, required: true }, lost: { type: Boolean, required: true }, returnId: { type: String, default: null }, replacementOrderId: { type: String, default: null },
  refunded: count, createdAt: at, updatedAt: at, version: count,
}, { versionKey: false });
claimSchema.index({ orderId: 1, _id: 1 });
claimSchema.index({ createdAt: -1, _id: -1 });
claimSchema.index({ state: 1, createdAt: -1, _id: -1 });

personal(claimSchema, 'Claim', 'claims', { fields: ['note', 'rejection'], erased: { note: 'erased', rejection: 'erased' }, owner: () => ({ own: true }) });

export const exchangeModel = (connection: Connection) => connection.model('Exchange', exchangeSchema, 'exchanges');
export const claimModel = (connection: Connection) => connection.model('Claim', claimSchema, 'claims');
