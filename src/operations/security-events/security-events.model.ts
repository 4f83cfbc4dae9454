import { Schema, type Connection } from 'mongoose';
import { monthOf, personal, type PersonalOptions } from '../../shared/db/personal.js';
import type { StoredSecurityEvent } from './security-events.js';

export type SecurityEventRow = Omit<StoredSecurityEvent, 'id'> & { addressKey?: string };

const schema = new Schema<SecurityEventRow>({
  kind: { type: String, required: true }, userId: String, address: String, detail: Schema.Types.Mixed, requestId: String, at: { type: Date, required: true },
}, { versionKey: false });
schema.index({ at: -1, _id: -1 });
schema.index({ kind: 1, at: -1, _id: -1 });
schema.index({ userId: 1, at: -1, _id: -1 });
schema.index({ addressKey: 1, at: -1, _id: -1 });

export const SECURITY_PERSONAL: PersonalOptions = {
  fields: ['address'], marks: { address: 'addressKey' }, erased: { address: 'erased' }, whenErased: 'hide',
  owner: ({ userId, at }) => (typeof userId === 'string' ? { userId } : { ring: `security.${monthOf(at as Date)}` }),
};
personal(schema, 'SecurityEvent', 'security_events', SECURITY_PERSONAL);

export const securityEventModel = (connection: Connection) => connection.model<SecurityEventRow>('SecurityEvent', schema, 'security_events');
