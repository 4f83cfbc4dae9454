import { Schema, type Connection, type Types } from 'mongoose';
import type { Alert, Signal, Watch } from './alerts.js';

export type WatchRow = Omit<Watch, 'id'>;
export type AlertRow = Omit<Alert, 'id'> & { watchId: Types.ObjectId; number: number };
export type SignalRow = Omit<Signal, 'id'> & { _id: string };
/** How many were told of a thing since it came back, or since the last pause ended. */
export type WindowRow = { _id: string; told: number; endsAt: Date };

const required = <T>(type: T) => ({ type, required: true as const });
const money = new Schema({ amount: required(Number), currency: required(String) }, { _id: false });
const key = { userId: required(String), productId: required(String), sku: { type: String, default: '' } };

const watchSchema = new Schema<WatchRow>({ ...key, wishes: required(Number), price: { type: money, default: null }, waitingSince: { type: Date, default: null }, alerts: required(Number) }, { versionKey: false });
watchSchema.index({ userId: 1, productId: 1, sku: 1 }, { unique: true });
watchSchema.index({ productId: 1, sku: 1, 'price.amount': 1 });
watchSchema.index({ productId: 1, sku: 1, waitingSince: 1, _id: 1 });

const alertSchema = new Schema<AlertRow>({
  ...key, watchId: required(Schema.Types.ObjectId), number: required(Number), name: required(String), kind: { type: String, enum: ['price_drop', 'back_in_stock'], required: true },
  before: { type: money, default: null }, after: { type: money, default: null }, at: required(Date),
}, { versionKey: false });
// One telling, one number: of two that would tell the same person of the same thing at once, one is refused.
alertSchema.index({ watchId: 1, number: 1 }, { unique: true });
alertSchema.index({ userId: 1, at: -1, _id: -1 });

const signalSchema = new Schema<SignalRow>({ _id: String, dueAt: { type: Date, default: null }, mark: required(Number) }, { versionKey: false });
signalSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $type: 'date' } } });

const windowSchema = new Schema<WindowRow>({ _id: String, told: required(Number), endsAt: required(Date) }, { versionKey: false });

export const watchModel = (connection: Connection) => connection.model<WatchRow>('WishlistWatch', watchSchema, 'wishlist_watches');
export const alertModel = (connection: Connection) => connection.model<AlertRow>('WishlistAlert', alertSchema, 'wishlist_alerts');
export const signalModel = (connection: Connection) => connection.model<SignalRow>('WishlistSignal', signalSchema, 'wishlist_signals');
export const windowModel = (connection: Connection) => connection.model<WindowRow>('WishlistWindow', windowSchema, 'wishlist_windows');
