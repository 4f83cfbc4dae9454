import { Schema, type Connection, type Types } from 'mongoose';
import type { Grant } from './digital.js';

const text = { type: String, required: true };
const number = { type: Number, required: true };
const time = { type: Date, required: true };

/** The key itself is sealed; its mark makes sure that none is in the pool twice. */
export type LicenceKeyRow = { _id: Types.ObjectId; sku: string; cipher: string; mark: string; state: 'free' | 'issued' | 'revoked'; orderId?: string; itemId?: string; importedAt: Date; issuedAt?: Date; revokedAt?: Date };
const licenceKeySchema = new Schema<LicenceKeyRow>({
  sku: text, cipher: text, mark: text, state: { type: String, enum: ['free', 'issued', 'revoked'], required: true }, orderId: String, itemId: String, importedAt: time, issuedAt: Date, revokedAt: Date,
}, { versionKey: false });
licenceKeySchema.index({ sku: 1, mark: 1 }, { unique: true });
licenceKeySchema.index({ sku: 1, state: 1, _id: 1 });
licenceKeySchema.index({ orderId: 1 }, { partialFilterExpression: { state: 'issued' } });

export type FileRow = { _id: string; name: string; contentType: string; bytes: Buffer; updatedAt: Date };
const fileSchema = new Schema<FileRow>({ _id: String, name: text, contentType: text, bytes: { type: Buffer, required: true }, updatedAt: time }, { versionKey: false });

export type GrantRow = Omit<Grant, 'id'> & { _id: Types.ObjectId };
const grantSchema = new Schema<GrantRow>({ orderId: text, itemId: text, sku: text, used: number, max: number, expiresAt: time, createdAt: time }, { versionKey: false });
grantSchema.index({ orderId: 1, itemId: 1 }, { unique: true });

export const licenceKeyModel = (connection: Connection) => connection.model('LicenceKey', licenceKeySchema, 'licence_keys');
export const fileModel = (connection: Connection) => connection.model('DigitalFile', fileSchema, 'digital_files');
export const grantModel = (connection: Connection) => connection.model('DownloadGrant', grantSchema, 'download_grants');
