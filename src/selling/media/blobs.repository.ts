import type { Connection } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Blob, BlobObject, Content } from './media.js';
import { blobModel, type BlobRow } from './media.model.js';

/** A content with its objects in the storage: written for this upload, or found there. */
export type StoredContent = Content & Readonly<{ hash: string; generation: string; isNew: boolean }>;

/**
 * A content is removed in two steps, so that nobody can begin to use what is going: it is marked first, and as long as the mark
 * stands nobody stores the same content.
 */
export class BlobRepository {
  private readonly blobs;

  constructor(connection: Connection) {
    this.blobs = blobModel(connection);
  }

  async find(hash: string): Promise<Blob | null> {
    const found = await this.blobs.findById(hash).lean<BlobRow>();
    return found && toBlob(found);
  }

  async findMany(hashes: readonly string[]): Promise<Map<string, Blob>> {
    const found = await this.blobs.find({ _id: { $in: hashes as string[] } }).lean<BlobRow[]>();
    return new Map(found.map((row) => [row._id, toBlob(row)]));
  }

  /**
   * Inside the transaction that makes a file of it ready. Answers the generation that is kept, which is another's where that one was
   * quicker. ConcurrentChange when what was found to be stored is gone meanwhile, or just going.
   */
  async keep({ hash, generation, isNew, ...content }: StoredContent, now: Date): Promise<string> {
    if (!isNew) {
      // A write, so that it collides with whoever removes it.
      const { matchedCount } = await this.blobs.updateOne({ _id: hash, state: 'ready', generation }, { $set: { usedAt: now } });
      if (matchedCount === 0) throw new ConcurrentChange('The same content is being removed at this moment.');
      return generation;
    }
    return orLostRace(async () => {
      const { durationSeconds, ...facts } = content;
      const kept = await this.blobs.findOneAndUpdate({ _id: hash, state: 'ready' }, {
        $set: { usedAt: now }, $setOnInsert: { ...facts, objects: facts.objects as BlobObject[], ...(durationSeconds !== undefined && { durationSeconds }), generation, createdAt: now },
      }, { upsert: true, returnDocument: 'after' }).lean<BlobRow>();
      return kept!.generation;
    }, 'The same content is being stored or removed at this moment.');
  }

  /** Inside the transaction that removed the last file of it. */
  async condemn(hash: string): Promise<void> {
    await this.blobs.updateOne({ _id: hash, state: 'ready' }, { $set: { state: 'deleting' } });
  }

  async condemned(limit: number): Promise<Blob[]> {
    return (await this.blobs.find({ state: 'deleting' }).limit(limit).lean<BlobRow[]>()).map(toBlob);
  }

  async forget(hash: string): Promise<void> {
    await this.blobs.deleteOne({ _id: hash, state: 'deleting' });
  }
}

const toBlob = ({ _id, createdAt: _c, usedAt: _u, ...blob }: BlobRow): Blob => ({ ...blob, hash: _id });
