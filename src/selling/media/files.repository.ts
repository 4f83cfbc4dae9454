import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { orLostRace } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { FileState, UploadedFile } from './media.js';
import { fileModel, usageModel, type FileRow } from './media.model.js';

type Stored = FileRow & { _id: Types.ObjectId };
export type NewFile = Omit<UploadedFile, 'attempts'>;

export class FileRepository {
  private readonly files;
  private readonly usage;

  constructor(connection: Connection) {
    this.files = fileModel(connection);
    this.usage = usageModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  /** Inside a transaction. False when the owner would have more than `limit` bytes; 0 is no limit. */
  async reserve(owner: string, bytes: number, limit: number): Promise<boolean> {
    const room = limit === 0 ? {} : { bytes: { $lte: limit - bytes } };
    if (limit !== 0 && bytes > limit) return false;
    const change = { $inc: { bytes, files: 1 } };
    const { matchedCount } = await this.usage.updateOne({ _id: owner, ...room }, change);
    if (matchedCount > 0) return true;
    if (await this.usage.exists({ _id: owner })) return false;
    return orLostRace(async () => {
      await this.usage.insertMany([{ _id: owner, bytes, files: 1 }], { lean: true });
      return true;
    }, 'Two first files at once.');
  }

  async release(owner: string, bytes: number): Promise<void> {
    await this.usage.updateOne({ _id: owner }, { $inc: { bytes: -bytes, files: -1 } });
  }

  async used(owner: string): Promise<number> {
    return (await this.usage.findById(owner).lean())?.bytes ?? 0;
  }

  async insert({ id, ...file }: NewFile): Promise<UploadedFile> {
    const row: Stored = { ...file, attempts: 0, _id: new Types.ObjectId(id) };
    await this.files.insertMany([row], { lean: true });
    return toFile(row);
  }

  async find(id: string, owner?: string): Promise<UploadedFile | null> {
    const found = await this.files.findOne({ _id: new Types.ObjectId(id), ...(owner !== undefined && { owner }) }).lean<Stored>();
    return found && toFile(found);
  }

  async findMany(ids: readonly string[]): Promise<UploadedFile[]> {
    return (await this.files.find({ _id: { $in: objectIds(ids) } }).lean<Stored[]>()).map(toFile);
  }

  async page(owner: string, state: FileState | undefined, query: PageQuery): Promise<Page<UploadedFile>> {
    const page = await findPage(this.files, { filter: { owner, ...(state && { state }) }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map((row) => toFile(row as Stored)) };
  }

  /** A change that only the state which was read allows; null when another came first. */
  async move(file: Pick<UploadedFile, 'id' | 'state' | 'attempts'>, set: Partial<FileRow>): Promise<UploadedFile | null> {
    const found = await this.files.findOneAndUpdate({ _id: new Types.ObjectId(file.id), state: file.state, attempts: file.attempts }, { $set: set }, { returnDocument: 'after' }).lean<Stored>();
    return found && toFile(found);
  }

  /** One that is due, for this worker alone until `until`. */
  async takeDue(state: FileState, now: Date, until: Date): Promise<UploadedFile | null> {
    const found = await this.files.findOneAndUpdate({ state, dueAt: { $lte: now } }, { $set: { dueAt: until }, $inc: { attempts: 1 } }, { sort: { dueAt: 1 }, returnDocument: 'after' }).lean<Stored>();
    return found && toFile(found);
  }

  /** Ready files of this kind are marked as referred to; answers how many of them there were. */
  async touch(ids: readonly string[], now: Date, set: { isPublic?: boolean } = {}): Promise<number> {
    if (ids.length === 0) return 0;
    return (await this.files.updateMany({ _id: { $in: objectIds(ids) }, state: 'ready' }, { $set: { touchedAt: now, ...set } })).matchedCount;
  }

  async ofOwner(owner: string): Promise<UploadedFile[]> {
    return (await this.files.find({ owner }).sort({ createdAt: -1, _id: -1 }).lean<Stored[]>()).map(toFile);
  }

  /** Without a name, and due for the collector at once unless something still shows them. */
  async abandon(owner: string): Promise<number> {
    return (await this.files.updateMany({ owner, touchedAt: { $gt: new Date(0) } }, { $set: { name: 'file', touchedAt: new Date(0) } })).modifiedCount;
  }

  async findReadyByHash(hashes: readonly string[]): Promise<UploadedFile[]> {
    return (await this.files.find({ hash: { $in: hashes as string[] }, state: 'ready' }).lean<Stored[]>()).map(toFile);
  }

  async isPublic(hash: string): Promise<boolean> {
    return await this.files.exists({ hash, isPublic: true }) !== null;
  }

  async hasHash(hash: string): Promise<boolean> {
    return await this.files.exists({ hash }) !== null;
  }

  /** The longest untouched first. */
  async untouchedSince(state: FileState, before: Date, limit: number): Promise<UploadedFile[]> {
    return (await this.files.find({ state, touchedAt: { $lt: before } }).sort({ touchedAt: 1, _id: 1 }).limit(limit).lean<Stored[]>()).map(toFile);
  }

  /** False when it was touched or changed since it was read. */
  async remove({ id, state, touchedAt }: Pick<UploadedFile, 'id' | 'state' | 'touchedAt'>): Promise<boolean> {
    return (await this.files.deleteOne({ _id: new Types.ObjectId(id), state, touchedAt })).deletedCount > 0;
  }

  /** What the counters of the owners say, and what their files have. */
  async findMiscounted(): Promise<Array<{ owner: string; counted: number; actual: number }>> {
    const actual = await this.files.aggregate<{ _id: string; bytes: number }>([{ $match: { state: { $ne: 'refused' } } }, { $group: { _id: '$owner', bytes: { $sum: '$bytes' } } }]);
    const counted = new Map((await this.usage.find().lean()).map(({ _id, bytes }) => [_id, bytes]));
    const found = new Map(actual.map(({ _id, bytes }) => [_id, bytes]));
    return [...new Set([...counted.keys(), ...found.keys()])].map((owner) => ({ owner, counted: counted.get(owner) ?? 0, actual: found.get(owner) ?? 0 })).filter(({ counted: a, actual: b }) => a !== b);
  }

  /** Ready files whose content is not stored. */
  async findWithoutBlob(limit: number): Promise<string[]> {
    const found = await this.files.aggregate<{ _id: Types.ObjectId }>([
      { $match: { state: 'ready' } },
      { $lookup: { from: 'media_blobs', localField: 'hash', foreignField: '_id', as: 'blob', pipeline: [{ $match: { state: 'ready' } }, { $project: { _id: 1 } }] } },
      { $match: { blob: { $size: 0 } } }, { $limit: limit }, { $project: { _id: 1 } },
    ]);
    return found.map(({ _id }) => _id.toHexString());
  }
}

const objectIds = (ids: readonly string[]) => ids.map((id) => new Types.ObjectId(id));
const toFile = ({ _id, ...row }: Stored): UploadedFile => ({ ...row, id: _id.toHexString() });
