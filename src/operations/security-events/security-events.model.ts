import { Schema, type Connection } from 'mongoose';
import type { StoredSecurityEvent } from './security-events.js';

export type SecurityEventRow = Omit<StoredSecurityEvent, 'id'>;

const schema = new Schema<SecurityEventRow>({
  kind: { type: String, required: true }, userId: String, address: String, detail: Schema.Types.Mixed, requestId: String, at: { type: Date, required: true },
}, { versionKey: false });
schema.index({ at: -1, _id: -1 });
schema.index({ kind: 1, at: -1, _id: -1 });
schema.index({ userId: 1, at: -1, _id: -1 });
schema.index({ address: 1, at: -1, _id: -1 });

export const securityEventModel = (connection: Connection) => connection.model<SecurityEventRow>('SecurityEvent', schema, 'security_events');
