import { Schema, type Connection } from 'mongoose';
import type { Method } from './rates.js';
import type { Zone } from './zones.js';

/** `placeKeys`: its places in words, so that no two zones can name the same one. */
export type ZoneRow = Omit<Zone, 'id'> & { placeKeys: string[] };
export type MethodRow = Omit<Method, 'id'>;

const text = { type: String, required: true } as const;
const times = { createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true } } as const;
const mixed = Schema.Types.Mixed;

const zoneSchema = new Schema<ZoneRow>({
  code: text, name: text, places: { type: mixed, required: true }, restOfWorld: { type: Boolean, required: true }, placeKeys: { type: [String], required: true },
  version: { type: Number, required: true }, ...times,
}, { versionKey: false, minimize: false });
zoneSchema.index({ code: 1 }, { unique: true });
// Without places there is nothing to share: an index takes all empty lists for one value.
zoneSchema.index({ placeKeys: 1 }, { unique: true, partialFilterExpression: { 'placeKeys.0': { $exists: true } } });

/** A rate is checked as a whole by its schema and its rules before it is stored, so that it is kept as it is. */
const methodSchema = new Schema<MethodRow>({
  zoneId: text, code: text, name: text, active: { type: Boolean, required: true }, rate: { type: mixed, required: true }, freeFrom: mixed, surcharges: { type: [mixed], default: undefined },
  limits: mixed, taxCategory: String, estimate: mixed, assumedWeightGrams: Number, position: { type: Number, required: true },
  version: { type: Number, required: true }, ...times,
}, { versionKey: false, minimize: false });
methodSchema.index({ zoneId: 1, code: 1 }, { unique: true });
methodSchema.index({ position: 1, _id: 1 });
methodSchema.index({ zoneId: 1, position: 1, _id: 1 });

export const zoneModel = (connection: Connection) => connection.model('ShippingZone', zoneSchema, 'shipping_zones');
export const methodModel = (connection: Connection) => connection.model('ShippingMethod', methodSchema, 'shipping_methods');
