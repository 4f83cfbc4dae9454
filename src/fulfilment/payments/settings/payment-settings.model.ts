import { Schema, type Connection } from 'mongoose';
import { CAPTURE_AT, type PaymentSettings } from './payment-settings.js';

/** One row for each version; nothing is overwritten. */
export type SettingsRow = Readonly<{ _id: number; capture: PaymentSettings['capture']; changedAt: Date }>;

const settingsSchema = new Schema<SettingsRow>({
  _id: Number, capture: { type: String, enum: CAPTURE_AT, required: true }, changedAt: { type: Date, required: true },
}, { versionKey: false });

export const settingsModel = (connection: Connection) => connection.model('PaymentSettings', settingsSchema, 'payment_settings');
