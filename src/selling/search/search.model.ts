import { Schema, type Connection } from 'mongoose';

/** The one model that is in use; a new training replaces it. */
export type SemanticModelRow = { _id: string; revision: string; dimensions: number; documents: number; terms: string[]; idf: Buffer; scale: number; basis: Buffer; trainedAt: Date };

const required = <T>(type: T) => ({ type, required: true as const });
const schema = new Schema<SemanticModelRow>({
  _id: String, revision: required(String), dimensions: required(Number), documents: required(Number), terms: required([String]),
  idf: required(Buffer), scale: required(Number), basis: required(Buffer), trainedAt: required(Date),
}, { versionKey: false });

export const semanticModelModel = (connection: Connection) => connection.model<SemanticModelRow>('SemanticModel', schema, 'search_models');

/** An index on the search server and how far it has followed the catalogue. */
export type SearchIndexRow = { _id: string; alias: string; state: 'building' | 'live' | 'retired'; at: Date; lastId: string; structure: number; documents: number; updatedAt: Date };

const indexSchema = new Schema<SearchIndexRow>({
  _id: String, alias: required(String), state: required(String), at: required(Date), lastId: { type: String, default: '' }, structure: required(Number), documents: required(Number), updatedAt: required(Date),
}, { versionKey: false });
indexSchema.index({ alias: 1, state: 1 });

export const searchIndexModel = (connection: Connection) => connection.model<SearchIndexRow>('SearchIndex', indexSchema, 'search_indexes');
