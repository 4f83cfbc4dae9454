import type { Connection, Types } from 'mongoose';
import { later } from '../../shared/clock.js';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { ApiKey, KeySecret } from './api-keys.js';
import { apiKeyModel, type ApiKeyRow } from './api-keys.model.js';

type Stored = ApiKeyRow & { _id: Types.ObjectId };
export type NewApiKey = Omit<ApiKey, 'id'>;

export class ApiKeyRepository {
  private readonly keys;

  constructor(connection: Connection) {
    this.keys = apiKeyModel(connection);
  }

  async create(key: NewApiKey): Promise<ApiKey> {
    const [created] = await this.keys.create([{ ...key, scopes: [...key.scopes], secrets: [...key.secrets] }]);
    return toApiKey(created!.toObject());
  }

  /** For keys that are given and not made here: the same one again is brought up to date. */
  async put(key: NewApiKey): Promise<ApiKey> {
    const { keyId, createdAt, ...rest } = key;
    const stored = await this.keys.findOneAndUpdate({ keyId }, { $set: rest, $unset: { revokedAt: 1 }, $setOnInsert: { createdAt } }, { upsert: true, returnDocument: 'after' }).lean();
    return toApiKey(stored as Stored);
  }

  async findByKeyId(keyId: string): Promise<ApiKey | null> {
    const found = await this.keys.findOne({ keyId }).lean();
    return found && toApiKey(found);
  }

  async find(id: string): Promise<ApiKey | null> {
    const found = await this.keys.findOne({ _id: id }).lean();
    return found && toApiKey(found);
  }

  async list(query: PageQuery): Promise<Page<ApiKey>> {
    const page = await findPage(this.keys, { filter: {}, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map((row) => toApiKey(row as Stored)) };
  }

  async revoke(id: string, at: Date): Promise<boolean> {
    const { modifiedCount } = await this.keys.updateOne({ _id: id, revokedAt: { $exists: false } }, { $set: { revokedAt: at } });
    return modifiedCount === 1;
  }

  /** Refuses when another rotation came first. */
  async setSecrets(key: ApiKey, secrets: readonly KeySecret[]): Promise<boolean> {
    const newest = key.secrets.at(-1)?.hash ?? '';
    const { modifiedCount } = await this.keys.updateOne(
      { _id: key.id, revokedAt: { $exists: false }, [`secrets.${key.secrets.length - 1}.hash`]: newest }, { $set: { secrets: [...secrets] } },
    );
    return modifiedCount === 1;
  }

  async markUsed(id: string, at: Date, everyMs: number): Promise<void> {
    await this.keys.updateOne({ _id: id, $or: [{ lastUsedAt: { $exists: false } }, { lastUsedAt: { $lte: later(at, -everyMs) } }] }, { $set: { lastUsedAt: at } });
  }
}

const toApiKey = ({ _id, ...key }: Stored): ApiKey => ({ ...key, id: _id.toHexString() });
