import { Schema, type Connection, type Types } from 'mongoose';
import { PROMOTION_CLASSES, PROMOTION_STATES, TRIGGERS, type Promotion } from './promotions.js';

export type PromotionRow = Omit<Promotion, 'id'> & { _id: Types.ObjectId };

/** What a rule says has many shapes; the schemas of the requests check them, and this keeps them whole. */
const shape = { type: Schema.Types.Mixed, required: true };
const promotionSchema = new Schema<PromotionRow>({
  name: { type: String, required: true }, description: String,
  trigger: { type: String, enum: TRIGGERS, required: true }, class: { type: String, enum: PROMOTION_CLASSES, required: true },
  priority: { type: Number, required: true }, combinesWith: { type: [String], required: true },
  startsAt: { type: Date, default: null }, endsAt: { type: Date, default: null },
  appliesTo: shape, effect: shape, conditions: shape, limits: shape,
  state: { type: String, enum: PROMOTION_STATES, required: true }, activatedAt: { type: Date, default: null }, counted: { type: Boolean, required: true },
  version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false, minimize: false });
promotionSchema.index({ trigger: 1, state: 1, endsAt: 1 });
promotionSchema.index({ createdAt: -1, _id: -1 });
promotionSchema.index({ state: 1, createdAt: -1, _id: -1 });
promotionSchema.index({ name: 1, _id: 1 });

export const promotionModel = (connection: Connection) => connection.model('Promotion', promotionSchema, 'promotions');
