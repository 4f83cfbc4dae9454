import { Schema, type Connection } from 'mongoose';
import { SHIPMENT_STATUSES } from '../carriers/carrier.js';
import type { Tracking } from './tracking.js';

export type TrackingRow = Omit<Tracking, 'trackingNumber' | 'told'> & { _id: string; told: string[]; updatedAt: Date };
/** The ids of what carriers have told, so that each is heard once. */
export type CarrierEventRow = { _id: string; trackingNumber: string; receivedAt: Date };

const text = { type: String, required: true } as const;
const scanSchema = new Schema({ key: text, status: text, at: { type: Date, required: true }, message: String, location: String }, { _id: false });
const trackingSchema = new Schema<TrackingRow>({
  _id: text, carrier: { type: String, default: null }, status: { type: String, enum: SHIPMENT_STATUSES, required: true }, scans: { type: [scanSchema], required: true },
  estimatedDelivery: { type: Date, default: null }, link: { type: new Schema({ orderId: text, fulfilmentId: text, parcelId: text, number: text }, { _id: false }), default: null },
  told: { type: [String], required: true }, version: { type: Number, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
trackingSchema.index({ 'link.orderId': 1 });

const DAYS_90 = 90 * 86_400;
const eventSchema = new Schema<CarrierEventRow>({ _id: text, trackingNumber: text, receivedAt: { type: Date, required: true } }, { versionKey: false });
// A carrier repeats itself for some days; after that its scans are recognised one by one.
eventSchema.index({ receivedAt: 1 }, { expireAfterSeconds: DAYS_90 });

export const trackingModel = (connection: Connection) => connection.model('ParcelTracking', trackingSchema, 'parcel_trackings');
export const carrierEventModel = (connection: Connection) => connection.model('CarrierEvent', eventSchema, 'carrier_events');
