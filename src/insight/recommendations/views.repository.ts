import type { Connection } from 'mongoose';
import { viewCountModel, viewModel } from './recommendations.model.js';
import type { Viewed } from './recommendations.js';

const DAY_MS = 86_400_000;

export class ViewRepository {
  private readonly views;
  private readonly counts;

  constructor(connection: Connection) {
    this.views = viewModel(connection);
    this.counts = viewCountModel(connection);
  }

  async count(productId: string, at: Date): Promise<void> {
    await this.counts.updateOne({ productId, day: new Date(at.getTime() - at.getTime() % DAY_MS) }, { $inc: { views: 1 } }, { upsert: true });
  }

  async remember(userId: string, productId: string, viewedAt: Date): Promise<void> {
    await this.views.updateOne({ userId, productId }, { $max: { viewedAt } }, { upsert: true });
  }

  /** The latest first. */
  async of(userId: string, most: number): Promise<string[]> {
    return (await this.views.find({ userId }, { productId: 1 }).sort({ viewedAt: -1 }).limit(most).lean()).map(({ productId }) => productId);
  }

  async export(userId: string): Promise<Array<{ productId: string; viewedAt: Date }>> {
    return (await this.views.find({ userId }).sort({ viewedAt: -1 }).lean()).map(({ productId, viewedAt }) => ({ productId, viewedAt }));
  }

  async forget(userId: string): Promise<number> {
    return (await this.views.deleteMany({ userId })).deletedCount;
  }

  async since(day: Date, most: number): Promise<Viewed[]> {
    return (await this.counts.find({ day: { $gte: day } }).sort({ day: -1 }).limit(most).lean()).map(({ productId, day: of, views }) => ({ productId, day: of, views }));
  }
}
