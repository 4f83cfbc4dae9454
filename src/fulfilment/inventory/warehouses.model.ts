import { Schema, type Connection } from 'mongoose';
import type { WarehouseFields } from './warehouses.js';

export type WarehouseRow = WarehouseFields & { active: boolean; version: number; createdAt: Date; updatedAt: Date };
const text = { type: String, required: true };

const warehouseSchema = new Schema<WarehouseRow>({
  code: text, name: text,
  location: { type: new Schema({ address: String, city: text, region: String, postalCode: String, country: text, lat: Number, lng: Number }, { _id: false }), required: true },
  regionsServed: { type: [String], required: true },
  shippingTimeEstimates: { type: Schema.Types.Mixed, required: true },
  priority: { type: Number, required: true },
  costPerParcel: Number, pickup: Boolean, kind: String, timeZone: String, cutoff: String, workingDays: { type: [Number], default: undefined }, holidays: { type: [String], default: undefined },
  autoReorder: new Schema({ enabled: { type: Boolean, required: true }, threshold: { type: Number, required: true }, preferredSupplier: String }, { _id: false }),
  active: { type: Boolean, required: true }, version: { type: Number, required: true },
  createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false, minimize: false });
warehouseSchema.index({ code: 1 }, { unique: true });
warehouseSchema.index({ priority: 1, _id: 1 });
warehouseSchema.index({ active: 1, priority: 1, _id: 1 });
warehouseSchema.index({ createdAt: -1, _id: -1 });
warehouseSchema.index({ name: 1, _id: 1 });

export const warehouseModel = (connection: Connection) => connection.model('Warehouse', warehouseSchema, 'warehouses');
