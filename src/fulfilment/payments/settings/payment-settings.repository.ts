import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { PaymentSettings } from './payment-settings.js';
import { settingsModel } from './payment-settings.model.js';

export class SettingsRepository {
  private readonly rows;

  constructor(connection: Connection) {
    this.rows = settingsModel(connection);
  }

  async findLatest(): Promise<PaymentSettings | null> {
    const found = await this.rows.findOne().sort({ _id: -1 }).lean();
    return found && { version: found._id, capture: found.capture, changedAt: found.changedAt };
  }

  async insert({ version, capture, changedAt }: PaymentSettings & { changedAt: Date }): Promise<void> {
    try {
      await this.rows.insertMany([{ _id: version, capture, changedAt }], { lean: true });
    } catch (error) {
      if (duplicateKeyOf(error) === null) throw error;
      throw new ConcurrentChange('The payment settings changed meanwhile. Read them again.');
    }
  }
}
