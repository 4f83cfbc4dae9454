import { Types, type Connection } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import { attachmentModel, type AttachmentRow } from './media.model.js';

export class AttachmentRepository {
  private readonly attachments;

  constructor(connection: Connection) {
    this.attachments = attachmentModel(connection);
  }

  async find(kind: string, ownerId: string): Promise<string[]> {
    const found = await this.attachments.findOne({ kind, ownerId }).lean<AttachmentRow>();
    return found?.mediaIds.map((id) => id.toHexString()) ?? [];
  }

  /** Exactly these from now on, in this order. Inside a transaction. */
  async replace(kind: string, ownerId: string, mediaIds: readonly string[], updatedAt: Date): Promise<void> {
    if (mediaIds.length === 0) return void await this.attachments.deleteOne({ kind, ownerId });
    await orLostRace(() => this.attachments.updateOne({ kind, ownerId }, { $set: { mediaIds: mediaIds.map((id) => new Types.ObjectId(id)), updatedAt } }, { upsert: true }), 'Files were attached at the same moment.');
  }

  /** Those of them that something shows. */
  async inUse(mediaIds: readonly string[]): Promise<string[]> {
    const asked = mediaIds.map((id) => new Types.ObjectId(id));
    const found = await this.attachments.find({ mediaIds: { $in: asked } }, { mediaIds: 1 }).lean<AttachmentRow[]>();
    return found.flatMap((row) => row.mediaIds.map((id) => id.toHexString()));
  }
}
