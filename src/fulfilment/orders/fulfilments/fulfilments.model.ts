import { Schema, type Connection, type Types } from 'mongoose';
import { FULFILMENT_STATES, type Fulfilment } from './fulfilments.js';

export type FulfilmentRow = Omit<Fulfilment, 'id'> & { _id: Types.ObjectId };

const text = { type: String, required: true };
const quantity = { type: Number, required: true, min: 1, validate: Number.isSafeInteger };
const lineSchema = new Schema({ itemId: text, sku: text, quantity, warehouseId: { type: String, default: null } }, { _id: false });
const parcelSchema = new Schema({
  id: text, carrier: String, trackingNumber: String, trackingUrl: String, deliveredAt: { type: Date, default: null },
  lines: [new Schema({ itemId: text, quantity }, { _id: false })],
}, { _id: false, id: false });

const fulfilmentSchema = new Schema<FulfilmentRow>({
  orderId: text, state: { type: String, enum: FULFILMENT_STATES, required: true }, lines: [lineSchema], parcels: [parcelSchema],
  createdAt: { type: Date, required: true }, packedAt: { type: Date, default: null }, shippedAt: { type: Date, default: null },
  deliveredAt: { type: Date, default: null }, cancelledAt: { type: Date, default: null }, version: { type: Number, required: true },
}, { versionKey: false });
fulfilmentSchema.index({ orderId: 1, _id: 1 });
fulfilmentSchema.index({ 'parcels.trackingNumber': 1 }, { partialFilterExpression: { 'parcels.trackingNumber': { $exists: true } } });

export const fulfilmentModel = (connection: Connection) => connection.model('Fulfilment', fulfilmentSchema, 'fulfilments');
