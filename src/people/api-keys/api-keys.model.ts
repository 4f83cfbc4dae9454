import { Schema, type Connection } from 'mongoose';
import type { ApiKey, KeySecret } from './api-keys.js';

export type ApiKeyRow = Omit<ApiKey, 'id' | 'secrets' | 'scopes'> & { secrets: KeySecret[]; scopes: string[] };

const secretSchema = new Schema<KeySecret>({ hash: { type: String, required: true }, appSecretHash: String, expiresAt: Date }, { _id: false });

const apiKeySchema = new Schema<ApiKeyRow>({
  keyId: { type: String, required: true },
  prefix: { type: String, required: true },
  name: { type: String, required: true },
  kind: { type: String, enum: ['publishable', 'secret'], required: true },
  scopes: { type: [String], required: true },
  secrets: { type: [secretSchema], required: true },
  expiresAt: Date,
  rateLimitPerMinute: Number,
  channel: String,
  signing: { type: String, enum: ['optional', 'required'] },
  revokedAt: Date,
  lastUsedAt: Date,
  createdAt: { type: Date, required: true },
}, { versionKey: false });
apiKeySchema.index({ keyId: 1 }, { unique: true });
apiKeySchema.index({ createdAt: -1, _id: -1 });
apiKeySchema.index({ name: 1, _id: 1 });

export const apiKeyModel = (connection: Connection) => connection.model<ApiKeyRow>('ApiKey', apiKeySchema, 'api_keys');
