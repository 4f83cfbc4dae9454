import type { Connection } from 'mongoose';
import type { ImportState } from './import-export.js';
import { importRunModel } from './import-runs.model.js';

export class ImportRunRepository {
  private readonly runs;

  constructor(connection: Connection) {
    this.runs = importRunModel(connection);
  }

  /** Where the same import was left. One that came to its end begins anew. */
  async findUnfinished(id: string): Promise<ImportState | null> {
    const found = await this.runs.findOne({ _id: id, isDone: false }, { state: 1 }).lean();
    return found && found.state;
  }

  /** Inside the transaction of the batch. */
  async save(id: string, state: ImportState, now: Date): Promise<void> {
    await this.runs.updateOne({ _id: id }, { $set: { state, isDone: false, updatedAt: now }, $setOnInsert: { startedAt: now } }, { upsert: true });
  }

  async finish(id: string, now: Date): Promise<void> {
    await this.runs.updateOne({ _id: id }, { $set: { isDone: true, updatedAt: now } });
  }
}
