import type { Connection } from 'mongoose';
import { shownPricesModel } from './shown-prices.model.js';

const ONLY = 'catalogue';
export type LastLook = Readonly<{ key: string; at: Date; channels: readonly string[] }>;

export class ShownPricesRepository {
  private readonly looks;

  constructor(connection: Connection) {
    this.looks = shownPricesModel(connection);
  }

  async last(): Promise<LastLook | null> {
    return this.looks.findById(ONLY, { _id: 0 }).lean();
  }

  async save(look: LastLook): Promise<void> {
    await this.looks.updateOne({ _id: ONLY }, { $set: { ...look, channels: [...look.channels] } }, { upsert: true });
  }
}
