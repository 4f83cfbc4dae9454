import type { Connection } from 'mongoose';
import { recommendationModelModel, trendingModel, type ModelRow } from './recommendations.model.js';
import type { ModelInfo, Neighbours, RecommendationModel } from './recommendations.js';

type Bytes = { buffer: Uint8Array } | Uint8Array;

/** Earlier models are kept for looking back. */
const KEPT = 3;
const CURRENT = 'current';

export class RecommendationModelRepository {
  private readonly models;
  private readonly trending;

  constructor(connection: Connection) {
    this.models = recommendationModelModel(connection);
    this.trending = trendingModel(connection);
  }

  /** The latest first. */
  async versions(): Promise<ModelInfo[]> {
    const found = await this.models.find({}, { trainedAt: 1, orders: 1, products: 1 }).sort({ trainedAt: -1 }).limit(KEPT).lean();
    return found.map(({ _id: revision, trainedAt, orders, products }) => ({ revision, trainedAt, orders, products }));
  }

  async save(model: RecommendationModel, { revision, ...info }: ModelInfo): Promise<void> {
    await this.models.insertMany([{ _id: revision, ...info, productIds: [...model.productIds], together: packed(model.together), similar: packed(model.similar), popular: bytesOf(model.popular) }], { lean: true });
    const kept = (await this.versions()).map(({ revision: one }) => one);
    if (kept.length === KEPT) await this.models.deleteMany({ _id: { $nin: kept } });
  }

  async load(revision: string): Promise<RecommendationModel | null> {
    const found = await this.models.findById(revision).lean<ModelRow>();
    return found && { productIds: found.productIds, together: unpacked(found.together), similar: unpacked(found.similar), popular: new Uint32Array(numbersOf(found.popular)) };
  }

  async saveTrending(productIds: readonly string[], at: Date): Promise<void> {
    await this.trending.updateOne({ _id: CURRENT }, { $set: { productIds: [...productIds], at } }, { upsert: true });
  }

  async findTrending(): Promise<readonly string[]> {
    return (await this.trending.findById(CURRENT).lean())?.productIds ?? [];
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Buffer => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
const packed = ({ starts, items, weights }: Neighbours) => ({ starts: bytesOf(starts), items: bytesOf(items), weights: bytesOf(weights) });

/** A copy of its own: where the driver put the bytes, numbers of four of them need not be aligned. */
function numbersOf(stored: Bytes): ArrayBuffer {
  const bytes = stored instanceof Uint8Array ? stored : stored.buffer;
  return Uint8Array.from(bytes).buffer;
}

const unpacked = ({ starts, items, weights }: { starts: Bytes; items: Bytes; weights: Bytes }): Neighbours => (
  { starts: new Uint32Array(numbersOf(starts)), items: new Uint32Array(numbersOf(items)), weights: new Float32Array(numbersOf(weights)) });
