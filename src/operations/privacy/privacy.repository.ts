import { Types, type Connection } from 'mongoose';
import { eraseGuest, resealBatch, eraseSealed, type Resealed } from '../../shared/db/sealed-rows.js';
import { personalCollections } from '../../shared/db/personal.js';
import type { Vault } from '../../shared/db/vault.js';
import type { DataSubject } from '../../shared/personal-data.js';
import { exportModel } from './privacy.model.js';

export class PrivacyRepository {
  private readonly exports;

  constructor(private readonly connection: Connection, private readonly vault: Vault) {
    this.exports = exportModel(connection);
  }

  async saveExport({ userId, content, createdAt, expiresAt }: { userId: string; content: string; createdAt: Date; expiresAt: Date }): Promise<string> {
    const _id = new Types.ObjectId();
    await this.exports.insertMany([{ _id, userId, content, createdAt, expiresAt }], { lean: true });
    return _id.toHexString();
  }

  async findExport(userId: string): Promise<{ content: string; createdAt: Date; expiresAt: Date } | null> {
    return this.exports.findOne({ userId }, { content: 1, createdAt: 1, expiresAt: 1 }).sort({ _id: -1 }).lean();
  }

  async removeExports(userId: string): Promise<number> {
    return (await this.exports.deleteMany({ userId })).deletedCount;
  }

  eraseSealed(subject: DataSubject): Promise<number> {
    return eraseSealed(this.connection, this.vault, subject);
  }

  markOf(email: string): string {
    return this.vault.mark(email);
  }

  eraseGuest(emailKey: string): Promise<number> {
    return eraseGuest(this.connection, this.vault, emailKey);
  }

  /** Answers to this user's orders that were kept for repeated requests. */
  async removeAnswers(userId: string): Promise<number> {
    const orders = await this.connection.collection('orders').find({ userId }, { projection: { _id: 1 } }).toArray();
    return (await this.connection.collection('idempotency_keys').deleteMany({ $or: [{ userId }, { orderId: { $in: orders.map(({ _id }) => _id.toHexString()) } }] })).deletedCount;
  }

  /** Names of the collections that hold personal data and may be written again. */
  collections(): string[] {
    return personalCollections(this.connection).filter(({ options }) => options.isAppendOnly !== true).map(({ model }) => model.modelName).sort();
  }

  countRows(name: string): Promise<number> {
    return this.connection.models[name]!.estimatedDocumentCount();
  }

  async resealBatch(name: string, after: unknown, limit: number): Promise<Resealed> {
    const collection = personalCollections(this.connection).find(({ model }) => model.modelName === name)!;
    return resealBatch(this.vault, collection, after, limit);
  }

  /** Rows of a collection that are older than their time. */
  async removeOlder(collection: string, filter: object): Promise<number> {
    return (await this.connection.collection(collection).deleteMany(filter)).deletedCount;
  }
}
