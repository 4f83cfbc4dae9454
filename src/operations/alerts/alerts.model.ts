import { Schema, type Connection, type Types } from 'mongoose';
import { ALERT_KINDS, ALERT_STATES, type Alert } from './alerts.js';

export type AlertRow = Omit<Alert, 'id'> & { _id: Types.ObjectId; eventId: string };

const schema = new Schema<AlertRow>({
  eventId: { type: String, required: true }, kind: { type: String, enum: ALERT_KINDS, required: true }, subject: { type: String, required: true }, facts: { type: Schema.Types.Mixed, required: true },
  state: { type: String, enum: ALERT_STATES, required: true }, at: { type: Date, required: true }, acknowledgedAt: Date, acknowledgedBy: Schema.Types.Mixed, note: String,
}, { versionKey: false, minimize: false });
// One row for one event, however often it is delivered.
schema.index({ eventId: 1 }, { unique: true });
schema.index({ at: -1, _id: -1 });
schema.index({ kind: 1, at: -1, _id: -1 });
schema.index({ state: 1, at: -1, _id: -1 });
schema.index({ state: 1, kind: 1, at: -1, _id: -1 });

export const alertModel = (connection: Connection) => connection.model<AlertRow>('Alert', schema, 'alerts');
