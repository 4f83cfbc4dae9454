import type { Connection } from 'mongoose';
import { mapStateModel, partModel, type MapStateRow, type PartRow } from './sitemap.model.js';

export type PartInfo = Omit<PartRow, 'gzip'>;

export class SitemapRepository {
  private readonly parts;
  private readonly states;

  constructor(connection: Connection) {
    this.parts = partModel(connection);
    this.states = mapStateModel(connection);
  }

  /** Without their files. */
  async list(): Promise<PartInfo[]> {
    return this.parts.find({}, { gzip: 0 }).sort({ kind: 1, number: 1 }).lean() as Promise<PartInfo[]>;
  }

  async file(name: string): Promise<{ gzip: Buffer; etag: string } | null> {
    const found = await this.parts.findOne({ _id: name, urls: { $gt: 0 } }, { gzip: 1, etag: 1 }).lean();
    // A lean read gives the driver's Binary, whatever the schema says.
    return found && { gzip: Buffer.from((found.gzip as unknown as { buffer: Uint8Array }).buffer), etag: found.etag };
  }

  async save(part: PartRow): Promise<void> {
    await this.parts.replaceOne({ _id: part._id }, part, { upsert: true });
  }

  async markStale(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.parts.updateMany({ _id: { $in: names as string[] } }, { $set: { isStale: true } });
  }

  async markAllStale(): Promise<void> {
    await this.parts.updateMany({}, { $set: { isStale: true } });
  }

  async remove(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.parts.deleteMany({ _id: { $in: names as string[] } });
  }

  async state(): Promise<MapStateRow | null> {
    return this.states.findOne({ _id: 'map' }).lean();
  }

  async saveState(state: Omit<MapStateRow, '_id'>): Promise<void> {
    await this.states.updateOne({ _id: 'map' }, { $set: state }, { upsert: true });
  }
}
