import { Schema, type Connection } from 'mongoose';

/** What counted when the catalogue was looked at last, when that began, and in which channels rules moved prices. */
export type ShownPricesRow = { _id: string; key: string; at: Date; channels: string[] };

const schema = new Schema<ShownPricesRow>({ _id: String, key: { type: String, required: true }, at: { type: Date, required: true }, channels: { type: [String], required: true } }, { versionKey: false });
export const shownPricesModel = (connection: Connection) => connection.model<ShownPricesRow>('ShownPrices', schema, 'shown_prices');
