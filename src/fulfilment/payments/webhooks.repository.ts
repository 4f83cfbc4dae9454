import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { webhookModel, type WebhookRow } from './payments.model.js';

export type StoredWebhook = Readonly<Pick<WebhookRow, 'provider' | 'type' | 'payment' | 'about' | 'attempts'> & { id: string }>;

export class WebhookRepository {
  private readonly webhooks;

  constructor(connection: Connection) {
    this.webhooks = webhookModel(connection);
  }

  /** Null when it was stored before. */
  async store({ id: _id, ...event }: Omit<StoredWebhook, 'attempts'>, now: Date): Promise<StoredWebhook | null> {
    try {
      // Due a moment later: the request that stored it applies it itself, unless it dies or has too much to do.
      await this.webhooks.create([{ _id, ...event, state: 'received', attempts: 0, dueAt: new Date(now.getTime() + 1_000), receivedAt: now }]);
    } catch (error) {
      if (duplicateKeyOf(error) === '_id') return null;
      throw error;
    }
    return { id: _id, ...event, attempts: 0 };
  }

  async findDue(now: Date, limit: number): Promise<StoredWebhook[]> {
    const found = await this.webhooks.find({ dueAt: { $lte: now } }).sort({ dueAt: 1 }).limit(limit).lean();
    return found.map(({ _id, provider, type, payment, about, attempts }) => ({ id: _id, provider, type, attempts, ...(payment && { payment }), ...(about !== undefined && { about }) }));
  }

  async postpone(_id: string, dueAt: Date): Promise<void> {
    await this.webhooks.updateOne({ _id, state: 'received' }, { $set: { dueAt }, $inc: { attempts: 1 } });
  }

  async settle(_id: string, state: WebhookRow['state']): Promise<void> {
    await this.webhooks.updateOne({ _id }, { $set: { state }, $unset: { dueAt: 1 } });
  }
}
