import { Schema, type Connection, type Types } from 'mongoose';
import { personal } from '../../shared/db/personal.js';

/** A file that waits for its owner. `content` is JSON, sealed with the key of the person it is about. */
export type ExportRow = { _id: Types.ObjectId; userId: string; content: string; createdAt: Date; expiresAt: Date };

const schema = new Schema<ExportRow>({
  userId: { type: String, required: true }, content: { type: String, required: true }, createdAt: { type: Date, required: true }, expiresAt: { type: Date, required: true },
}, { versionKey: false });
schema.index({ userId: 1, _id: -1 });
// A copy that nobody fetched: the data themselves stay where they are.
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
personal(schema, 'DataExport', 'data_exports', { fields: ['content'], erased: { content: '{}' }, owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined) });

export const exportModel = (connection: Connection) => connection.model<ExportRow>('DataExport', schema, 'data_exports');
