import { Schema, type Connection } from 'mongoose';
import type { ImportState } from './import-export.js';

/** How far an import from the command line got. `_id` is what makes it the same import: file, mapping and options. */
export type ImportRunRow = { _id: string; state: ImportState; isDone: boolean; startedAt: Date; updatedAt: Date };

const schema = new Schema<ImportRunRow>({
  _id: { type: String, required: true }, state: { type: Schema.Types.Mixed, required: true }, isDone: { type: Boolean, required: true },
  startedAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false, minimize: false });
// Whoever comes back later begins anew, which finds everything unchanged.
schema.index({ updatedAt: 1 }, { expireAfterSeconds: 30 * 24 * 3600 });

export const importRunModel = (connection: Connection) => connection.model<ImportRunRow>('ImportRun', schema, 'imports');
