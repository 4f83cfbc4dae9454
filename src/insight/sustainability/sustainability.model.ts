import { Schema, type Connection } from 'mongoose';
import type { OrderFootprint } from './sustainability.js';

export type FootprintRow = Omit<OrderFootprint, 'orderId'> & { _id: string };

const mixed = { type: Schema.Types.Mixed, required: true as const };
const footprintSchema = new Schema<FootprintRow>({
  _id: { type: String, required: true }, number: { type: String, required: true }, at: { type: Date, required: true }, input: mixed, footprint: mixed,
  returns: { type: [new Schema({ returnId: String, grams: Number, lines: [new Schema({ id: String, quantity: Number, grams: Number }, { _id: false, id: false })] }, { _id: false })], required: true },
  returnGrams: { type: Number, required: true },
}, { versionKey: false, minimize: false });
footprintSchema.index({ at: -1, _id: -1 });

export const footprintModel = (connection: Connection) => connection.model('OrderFootprint', footprintSchema, 'order_footprints');
