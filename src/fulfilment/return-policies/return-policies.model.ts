import { Schema, type Connection } from 'mongoose';
import type { ReturnPolicy } from './return-policies.js';

/** Never changed: an order keeps the version that it was made under. */
export type PolicyRow = Omit<ReturnPolicy, 'version'> & { _id: number };

const money = new Schema({ amount: { type: Number, required: true }, currency: { type: String, required: true } }, { _id: false });
const policySchema = new Schema<PolicyRow>({
  _id: Number, windowDays: { type: Number, required: true }, refundsShipping: { type: Boolean, required: true }, autoApprove: { type: Boolean, required: true }, digitalGoods: { type: String, enum: ['revoke', 'keep'] },
  fee: { type: new Schema({ bps: { type: Number, required: true }, fixed: [money] }, { _id: false }), required: true },
  finalSale: { type: new Schema({ productIds: [String], categoryIds: [String], skus: [String] }, { _id: false }), required: true },
  createdAt: { type: Date, required: true },
}, { versionKey: false });

export const policyModel = (connection: Connection) => connection.model('ReturnPolicy', policySchema, 'return_policies');
