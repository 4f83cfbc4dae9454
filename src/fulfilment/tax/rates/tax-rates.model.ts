import { Schema, type Connection, type Types } from 'mongoose';

/** As the staff entered it; `key` is what makes two rows the same rate. */
export type TaxRateRow = {
  key: string; country: string; region?: string; postal?: { prefix?: string; from?: string; to?: string }; category: string; layer: string; name: string;
  rateBps: number; jurisdiction: string; validFrom: Date; validTo?: Date; reason?: string; version: number; createdAt: Date; updatedAt: Date;
};
/** Counts changes, so that every process learns by one small read whether it has to read them all again. */
export type RevisionRow = { _id: string; revision: number };

const text = { type: String, required: true };
const taxRateSchema = new Schema<TaxRateRow>({
  key: text, country: text, region: String, postal: { type: new Schema({ prefix: String, from: String, to: String }, { _id: false }), default: undefined },
  category: text, layer: text, name: text, rateBps: { type: Number, required: true, min: 0 }, jurisdiction: text,
  validFrom: { type: Date, required: true }, validTo: Date, reason: String, version: { type: Number, required: true },
  createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
taxRateSchema.index({ key: 1 }, { unique: true });
taxRateSchema.index({ country: 1, region: 1, category: 1, validFrom: 1, _id: 1 });
taxRateSchema.index({ country: 1, _id: 1 });
taxRateSchema.index({ validFrom: 1, _id: 1 });
taxRateSchema.index({ region: 1, country: 1, _id: 1 });
taxRateSchema.index({ category: 1, country: 1, _id: 1 });

const revisionSchema = new Schema<RevisionRow>({ _id: String, revision: { type: Number, required: true } }, { versionKey: false });

export const taxRateModel = (connection: Connection) => connection.model('TaxRate', taxRateSchema, 'tax_rates');
export const revisionModel = (connection: Connection) => connection.model('TaxRateRevision', revisionSchema, 'tax_rate_revisions');
export type StoredRate = TaxRateRow & { _id: Types.ObjectId };
