import { Schema, type Connection, type Types } from 'mongoose';
import type { Synonyms } from './search-synonyms.js';

export type SynonymsRow = Omit<Synonyms, 'id'> & { _id: Types.ObjectId };

const required = <T>(type: T) => ({ type, required: true as const });
const schema = new Schema<SynonymsRow>({ words: required([String]), version: required(Number), createdAt: required(Date), updatedAt: required(Date) }, { versionKey: false });

export const synonymsModel = (connection: Connection) => connection.model<SynonymsRow>('SearchSynonyms', schema, 'search_synonyms');
