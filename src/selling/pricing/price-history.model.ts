import { Schema, type Connection, type Types } from 'mongoose';
import type { Actor } from '../../shared/actor.js';
import { PRICE_KINDS, type PriceKind } from './pricing.js';

/** One change of one amount; rows are only ever added. */
export type PriceHistoryRow = {
  sku: string; variantId: Types.ObjectId; productId: Types.ObjectId;
  currency: string; kind: PriceKind; minQuantity?: number; channel?: string; before: number | null; after: number | null; at: Date; actor: Actor;
};

const schema = new Schema<PriceHistoryRow>({
  sku: { type: String, required: true }, variantId: { type: Schema.Types.ObjectId, required: true }, productId: { type: Schema.Types.ObjectId, required: true },
  currency: { type: String, required: true }, kind: { type: String, enum: PRICE_KINDS, required: true }, minQuantity: Number, channel: String,
  before: { type: Number, default: null }, after: { type: Number, default: null }, at: { type: Date, required: true },
  actor: { type: new Schema<Actor>({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false }), required: true },
}, { versionKey: false });
schema.index({ variantId: 1, at: -1, _id: -1 });
// What rules moved last, of any number of variants at once.
schema.index({ variantId: 1, currency: 1, channel: 1, at: -1, _id: -1, after: 1 }, { partialFilterExpression: { kind: 'moved' } });

export const priceHistoryModel = (connection: Connection) => connection.model<PriceHistoryRow>('PriceHistory', schema, 'price_history');
