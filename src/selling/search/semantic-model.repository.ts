import type { Connection } from 'mongoose';
import { semanticModelModel } from './search.model.js';
import type { SemanticModel } from './semantic-model.js';

export type ModelInfo = Readonly<{ revision: string; documents: number; trainedAt: Date }>;
const ID = 'semantic';
const LARGEST = 127;

export class SemanticModelRepository {
  private readonly models;

  constructor(connection: Connection) {
    this.models = semanticModelModel(connection);
  }

  async info(): Promise<ModelInfo | null> {
    return this.models.findOne({ _id: ID }, { revision: 1, documents: 1, trainedAt: 1 }).lean<ModelInfo>();
  }

  /** Numbers of the basis are kept in eight bits: the ranking cannot tell, and a model stays far below the size of a document. */
  async save(model: SemanticModel, info: ModelInfo): Promise<void> {
    let largest = 0;
    for (const value of model.basis) if (Math.abs(value) > largest) largest = Math.abs(value);
    const scale = largest / LARGEST || 1;
    const basis = Buffer.from(Int8Array.from(model.basis, (value) => Math.round(value / scale)).buffer);
    await this.models.updateOne({ _id: ID }, { $set: {
      ...info, dimensions: model.dimensions, terms: [...model.terms.keys()], idf: Buffer.from(model.idf.buffer), scale, basis,
    } }, { upsert: true });
  }

  async load(): Promise<{ model: SemanticModel; revision: string } | null> {
    const found = await this.models.findOne({ _id: ID });
    if (!found) return null;
    const { revision, dimensions, terms, scale } = found;
    const [idf, bytes] = [Buffer.from(found.idf), Buffer.from(found.basis)];
    return { revision, model: {
      dimensions, terms: new Map(terms.map((term, at) => [term, at])),
      idf: Float32Array.from({ length: terms.length }, (_none, at) => idf.readFloatLE(at * 4)),
      basis: Float32Array.from(bytes, (_byte, at) => bytes.readInt8(at) * scale),
    } };
  }
}
