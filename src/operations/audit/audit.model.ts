import { Schema, type Connection } from 'mongoose';
import { personal, type PersonalOptions } from '../../shared/db/personal.js';
import type { AuditRecord } from './audit.js';
import type { Head, Link } from './audit-chain.js';

export type AuditRow = Omit<AuditRecord, 'id'> & Link;
/** `floor`: up to where entries were removed after their time, signed, so that it cannot be raised by hand. */
export type HeadRow = { _id: number; sequence: number; hash: string; floor?: Head & { signature: string } };

const auditSchema = new Schema<AuditRow>({
  actor: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false }), required: true },
  action: { type: String, required: true },
  subject: { type: String, required: true },
  before: Schema.Types.Mixed,
  after: Schema.Types.Mixed,
  requestId: String,
  at: { type: Date, required: true },
  chain: Number, sequence: Number, prev: String, hash: String,
}, { versionKey: false, minimize: false });
auditSchema.index({ at: -1, _id: -1 });
auditSchema.index({ subject: 1, at: -1, _id: -1 });
auditSchema.index({ action: 1, at: -1, _id: -1 });
auditSchema.index({ 'actor.type': 1, 'actor.id': 1, at: -1, _id: -1 });
// Two changes cannot follow the same entry. Entries of versions before the chain lack the fields until they are migrated.
auditSchema.index({ chain: 1, sequence: 1 }, { unique: true, partialFilterExpression: { chain: { $type: 'number' } } });

/** The chain is over what is stored: it holds when the keys are gone. */
export const AUDIT_PERSONAL: PersonalOptions = {
  isAppendOnly: true,
  fields: ['before', 'after'], erased: { before: 'erased', after: 'erased' }, owner: ({ about }) => (typeof about === 'string' ? { auditOf: about } : 'nobody'),
};
personal(auditSchema, 'AuditEntry', 'audit_entries', AUDIT_PERSONAL);

/** Whoever tries to rewrite the log has a bug, and must hear of it. */
const refuse = () => { throw new Error('Audit entries are append-only'); };
auditSchema.pre(['updateOne', 'updateMany', 'findOneAndUpdate', 'replaceOne', 'findOneAndReplace', 'deleteOne', 'deleteMany', 'findOneAndDelete'], refuse);

const headSchema = new Schema<HeadRow>({
  _id: Number, sequence: { type: Number, required: true }, hash: { type: String, required: true },
  floor: { type: new Schema({ sequence: Number, hash: String, signature: String }, { _id: false }) },
}, { versionKey: false });

export const auditModel = (connection: Connection) => connection.model<AuditRow>('AuditEntry', auditSchema, 'audit_entries');
export const headModel = (connection: Connection) => connection.model<HeadRow>('AuditHead', headSchema, 'audit_heads');
