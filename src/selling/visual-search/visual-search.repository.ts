import type { Connection } from 'mongoose';
import { KIND, type Vectors } from './visual-search.js';
import { descriptorModel } from './visual-search.model.js';

export class DescriptorRepository {
  private readonly descriptors;

  constructor(connection: Connection) {
    this.descriptors = descriptorModel(connection);
  }

  async findMany(mediaIds: readonly string[]): Promise<Map<string, Vectors>> {
    const found = await this.descriptors.find({ _id: { $in: mediaIds as string[] }, kind: KIND }).lean();
    return new Map(found.map(({ _id, vectors }) => [_id, toVectors(vectors)]));
  }

  async save(mediaId: string, vectors: Vectors): Promise<void> {
    await this.descriptors.updateOne({ _id: mediaId }, { $set: { kind: KIND, vectors: Buffer.from(vectors) } }, { upsert: true });
  }
}

const toVectors = (stored: Buffer | { buffer: Buffer }): Vectors => Int8Array.from(new Int8Array(Buffer.isBuffer(stored) ? stored : stored.buffer));
