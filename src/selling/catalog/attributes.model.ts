import { Schema, type Connection } from 'mongoose';
import type { AttributeWords } from './catalog.js';
import type { AttributeType } from './catalog.js';

export type AttributeRow = { code: string; name: string; type: AttributeType; unit: string | null; options: readonly string[]; version: number; translations?: Readonly<Record<string, AttributeWords>> };

const schema = new Schema<AttributeRow>({
  code: { type: String, required: true }, name: { type: String, required: true }, type: { type: String, enum: ['text', 'number', 'boolean', 'enum'], required: true },
  unit: { type: String, default: null }, options: { type: [String], required: true }, version: { type: Number, required: true }, translations: Schema.Types.Mixed,
}, { versionKey: false });
schema.index({ code: 1 }, { unique: true });

export const attributeModel = (connection: Connection) => connection.model<AttributeRow>('AttributeDefinition', schema, 'attribute_definitions');
