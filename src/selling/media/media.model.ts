import { Schema, type Connection, type Types } from 'mongoose';
import { personal } from '../../shared/db/personal.js';
import { FILE_STATES, type Blob, type BlobObject, type UploadedFile } from './media.js';

export type FileRow = Omit<UploadedFile, 'id'>;
export type BlobRow = Omit<Blob, 'hash'> & { _id: string; usedAt: Date; createdAt: Date };
export type UsageRow = { _id: string; bytes: number; files: number };
/** Something of another module that shows files, in an order. */
export type AttachmentRow = { kind: string; ownerId: string; mediaIds: Types.ObjectId[]; updatedAt: Date };

const required = <T>(type: T) => ({ type, required: true as const });

const fileSchema = new Schema<FileRow>({
  owner: required(String), name: required(String), profile: required(String), state: { type: String, enum: FILE_STATES, required: true }, kind: { type: String, default: null },
  contentType: required(String), bytes: required(Number), hash: { type: String, default: null }, width: Number, height: Number, durationSeconds: Number, note: String,
  refusal: new Schema({ code: required(String), message: required(String) }, { _id: false }),
  isPublic: required(Boolean), attempts: required(Number), dueAt: { type: Date, default: null }, touchedAt: required(Date), createdAt: required(Date), updatedAt: required(Date),
}, { versionKey: false });
fileSchema.index({ owner: 1, createdAt: -1, _id: -1 });
// What the collector looks at, what the processing takes up.
fileSchema.index({ state: 1, touchedAt: 1, _id: 1 });
fileSchema.index({ state: 1, dueAt: 1 });
fileSchema.index({ hash: 1, isPublic: 1 });

// People call files by their names.
personal(fileSchema, 'UploadedFile', 'uploaded_files', {
  fields: ['name'], erased: { name: 'file' }, owner: ({ owner }) => (typeof owner !== 'string' ? undefined : owner.startsWith('user:') ? { userId: owner.slice(5) } : 'nobody'),
});

const objectSchema = new Schema<BlobObject>({ name: required(String), contentType: required(String), bytes: required(Number), width: Number, height: Number }, { _id: false });
const blobSchema = new Schema<BlobRow>({
  _id: required(String), generation: required(String), state: required(String), kind: required(String), contentType: required(String), width: required(Number), height: required(Number), durationSeconds: Number,
  objects: { type: [objectSchema], required: true }, usedAt: required(Date), createdAt: required(Date),
}, { versionKey: false });
blobSchema.index({ state: 1 }, { partialFilterExpression: { state: 'deleting' } });

const usageSchema = new Schema<UsageRow>({ _id: required(String), bytes: required(Number), files: required(Number) }, { versionKey: false });

const attachmentSchema = new Schema<AttachmentRow>({ kind: required(String), ownerId: required(String), mediaIds: { type: [Schema.Types.ObjectId], required: true }, updatedAt: required(Date) }, { versionKey: false });
attachmentSchema.index({ kind: 1, ownerId: 1 }, { unique: true });
attachmentSchema.index({ mediaIds: 1 });

export const fileModel = (connection: Connection) => connection.model<FileRow>('UploadedFile', fileSchema, 'uploaded_files');
export const blobModel = (connection: Connection) => connection.model<BlobRow>('MediaBlob', blobSchema, 'media_blobs');
export const usageModel = (connection: Connection) => connection.model<UsageRow>('MediaUsage', usageSchema, 'media_usage');
export const attachmentModel = (connection: Connection) => connection.model<AttachmentRow>('MediaAttachment', attachmentSchema, 'media_attachments');
