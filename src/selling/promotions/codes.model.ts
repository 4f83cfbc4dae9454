import { Schema, type Connection, type Types } from 'mongoose';
import type { CouponCode } from './promotions.js';

export type CodeRow = CouponCode & { _id: Types.ObjectId };

const codeSchema = new Schema<CodeRow>({
  code: { type: String, required: true }, promotionId: { type: String, required: true }, maxUses: { type: Number, default: null }, uses: { type: Number, required: true, min: 0 },
  active: { type: Boolean, required: true }, batchId: { type: String, required: true }, createdAt: { type: Date, required: true },
}, { versionKey: false });
codeSchema.index({ code: 1 }, { unique: true });
codeSchema.index({ promotionId: 1, code: 1, _id: 1 });
codeSchema.index({ promotionId: 1, createdAt: -1, _id: -1 });
codeSchema.index({ promotionId: 1, uses: 1, code: 1, _id: 1 });
codeSchema.index({ promotionId: 1, batchId: 1, code: 1, _id: 1 });

export const codeModel = (connection: Connection) => connection.model('PromotionCode', codeSchema, 'promotion_codes');
