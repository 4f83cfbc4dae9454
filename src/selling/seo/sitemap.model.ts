import { Schema, type Connection } from 'mongoose';

/** A file of the map. It covers the ids after `after` up to `until`; null is open, so that new ones find a place. */
export type PartRow = {
  _id: string; kind: 'products' | 'categories'; number: number; after: string | null; until: string | null;
  urls: number; lastModified: Date | null; etag: string; gzip: Buffer; builtAt: Date; isStale: boolean;
};
/** How far the changes have been looked at, and what the map was made for. */
export type MapStateRow = { _id: 'map'; at: Date; id: string; structure: number; madeFor: string };

const partSchema = new Schema<PartRow>({
  _id: { type: String, required: true }, kind: { type: String, required: true }, number: { type: Number, required: true }, after: { type: String, default: null }, until: { type: String, default: null },
  urls: { type: Number, required: true }, lastModified: { type: Date, default: null }, etag: { type: String, default: '' }, gzip: { type: Buffer, required: true },
  builtAt: { type: Date, required: true }, isStale: { type: Boolean, required: true },
}, { versionKey: false });
partSchema.index({ kind: 1, number: 1 }, { unique: true });

const stateSchema = new Schema<MapStateRow>({
  _id: { type: String, required: true }, at: { type: Date, required: true }, id: { type: String, default: '' }, structure: { type: Number, required: true }, madeFor: { type: String, required: true },
}, { versionKey: false });

export const partModel = (connection: Connection) => connection.model<PartRow>('SitemapPart', partSchema, 'sitemap_parts');
export const mapStateModel = (connection: Connection) => connection.model<MapStateRow>('SitemapState', stateSchema, 'sitemap_state');
