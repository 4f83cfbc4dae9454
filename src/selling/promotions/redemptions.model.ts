import { Schema, type Connection, type Types } from 'mongoose';
import type { Amounts, Redemption } from './promotions.js';

/** Shared by all orders of a promotion that is limited. It stands apart from the promotion, which staff edit meanwhile. */
export type CounterRow = { _id: string; uses: number; limit: number | null; spent: Amounts; budget: Amounts | null };
const counterSchema = new Schema<CounterRow>({
  _id: String, uses: { type: Number, required: true, min: 0 }, limit: { type: Number, default: null },
  spent: { type: Schema.Types.Mixed, required: true }, budget: { type: Schema.Types.Mixed, default: null },
}, { versionKey: false, minimize: false });

/** `promotion:customer`, for promotions that a customer may use only so often. */
export type CustomerUseRow = { _id: string; uses: number; limit: number };
const customerUseSchema = new Schema<CustomerUseRow>({ _id: String, uses: { type: Number, required: true, min: 0 }, limit: { type: Number, required: true } }, { versionKey: false });

export type RedemptionRow = Redemption & { _id: Types.ObjectId };
const redemptionSchema = new Schema<RedemptionRow>({
  orderId: { type: String, required: true }, promotionId: { type: String, required: true }, code: { type: String, default: null },
  customerKey: { type: String, required: true }, mailboxKey: String, userId: { type: String, default: null }, amount: { type: Number, required: true, min: 0 }, currency: { type: String, required: true },
  state: { type: String, enum: ['held', 'returned'], required: true },
  counted: { type: new Schema({ promotion: Boolean, customer: Boolean, code: Boolean }, { _id: false }), required: true },
  at: { type: Date, required: true }, returnedAt: { type: Date, default: null },
}, { versionKey: false });
redemptionSchema.index({ orderId: 1, promotionId: 1 }, { unique: true });
redemptionSchema.index({ promotionId: 1, at: -1, _id: -1 });
redemptionSchema.index({ userId: 1, _id: -1 });

/** What an order's reductions were decided from; read by staff, and decided again to prove it. */
export type TraceRow = { _id: string; evidence: unknown; shippingPrice: number; allocations: unknown; at: Date };
const traceSchema = new Schema<TraceRow>({
  _id: String, evidence: { type: Schema.Types.Mixed, required: true }, shippingPrice: { type: Number, required: true },
  allocations: { type: Schema.Types.Mixed, required: true }, at: { type: Date, required: true },
}, { versionKey: false, minimize: false });

export const counterModel = (connection: Connection) => connection.model('PromotionCounter', counterSchema, 'promotion_counters');
export const customerUseModel = (connection: Connection) => connection.model('PromotionCustomerUse', customerUseSchema, 'promotion_customers');
export const redemptionModel = (connection: Connection) => connection.model('PromotionRedemption', redemptionSchema, 'promotion_redemptions');
export const traceModel = (connection: Connection) => connection.model('PricingTrace', traceSchema, 'pricing_traces');
