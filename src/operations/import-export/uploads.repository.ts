import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import mongoose, { type Connection } from 'mongoose';

const { GridFSBucket, ObjectId } = mongoose.mongo;

/** Files that wait for a worker, in the database because it may be a worker on another machine. */
export class UploadRepository {
  constructor(private readonly connection: Connection) {}

  async store(path: string, name: string): Promise<string> {
    const id = new ObjectId();
    await pipeline(createReadStream(path), this.bucket().openUploadStreamWithId(id, name));
    return id.toHexString();
  }

  /** False when it is gone. */
  async fetch(id: string, path: string): Promise<boolean> {
    const [found] = await this.bucket().find({ _id: new ObjectId(id) }).limit(1).toArray();
    if (!found) return false;
    await pipeline(this.bucket().openDownloadStream(found._id), createWriteStream(path, { mode: 0o600 }));
    return true;
  }

  /** Safe to repeat. */
  async remove(id: string): Promise<void> {
    await this.bucket().delete(new ObjectId(id)).catch((error: Error) => {
      if (!/not found/i.test(error.message)) throw error;
    });
  }

  async removeOlderThan(time: Date): Promise<number> {
    const old = await this.bucket().find({ uploadDate: { $lt: time } }).limit(100).toArray();
    for (const { _id } of old) await this.remove(_id.toHexString());
    return old.length;
  }

  private bucket() {
    return new GridFSBucket(this.connection.db as never, { bucketName: 'uploads' });
  }
}
