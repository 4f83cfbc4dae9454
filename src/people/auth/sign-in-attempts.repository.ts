import type { Connection } from 'mongoose';
import { later } from '../../shared/clock.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { attemptModel, type AttemptRow } from './auth.model.js';

const WINDOW_MS = 15 * 60_000;

/** Counters in MongoDB: a flushed cache gives nobody new attempts, and all nodes count together. */
export class SignInAttemptRepository {
  private readonly attempts;

  constructor(connection: Connection) {
    this.attempts = attemptModel(connection);
  }

  async findOpen(names: readonly string[], now: Date): Promise<AttemptRow[]> {
    return this.attempts.find({ _id: { $in: names }, windowEndsAt: { $gt: now } }).lean();
  }

  /** Counts one failure in a single step and answers with the sum. */
  async count(name: string, now: Date): Promise<AttemptRow> {
    const isOpen = { $gt: ['$windowEndsAt', now] };
    const change = [{ $set: {
      failures: { $cond: [isOpen, { $add: ['$failures', 1] }, 1] },
      windowEndsAt: { $cond: [isOpen, '$windowEndsAt', later(now, WINDOW_MS)] },
    } }];
    const counted = () => this.attempts.findOneAndUpdate({ _id: name }, change, { upsert: true, returnDocument: 'after', updatePipeline: true }).lean();
    const row = await counted().catch((error: unknown) => {
      // Two first failures at once: one made the row, the other finds it now.
      if (duplicateKeyOf(error) === null) throw error;
      return counted();
    });
    return row as AttemptRow;
  }

  async forget(name: string): Promise<void> {
    await this.attempts.deleteOne({ _id: name });
  }
}
