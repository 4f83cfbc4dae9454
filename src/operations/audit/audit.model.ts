import { Schema, type Connection } from 'mongoose';
import type { AuditRecord } from './audit.js';

export type AuditRow = Omit<AuditRecord, 'id'>;

const auditSchema = new Schema<AuditRow>({
  actor: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false }), required: true },
  action: { type: String, required: true },
  subject: { type: String, required: true },
  before: Schema.Types.Mixed,
  after: Schema.Types.Mixed,
  requestId: String,
  at: { type: Date, required: true },
}, { versionKey: false, minimize: false });
auditSchema.index({ at: -1, _id: -1 });
auditSchema.index({ subject: 1, at: -1, _id: -1 });
auditSchema.index({ action: 1, at: -1, _id: -1 });
auditSchema.index({ 'actor.type': 1, 'actor.id': 1, at: -1, _id: -1 });

/** Whoever tries to rewrite the log has a bug, and must hear of it. */
const refuse = () => { throw new Error('Audit entries are append-only'); };
auditSchema.pre(['updateOne', 'updateMany', 'findOneAndUpdate', 'replaceOne', 'findOneAndReplace', 'deleteOne', 'deleteMany', 'findOneAndDelete'], refuse);

export const auditModel = (connection: Connection) => connection.model<AuditRow>('AuditEntry', auditSchema, 'audit_entries');
