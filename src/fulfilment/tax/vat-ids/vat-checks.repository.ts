import { Schema, type Connection } from 'mongoose';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import type { VatCheck } from './vat-ids.js';

type VatCheckRow = Omit<VatCheck, 'number'> & { _id: string };

const vatCheckSchema = new Schema<VatCheckRow>({
  _id: String, country: { type: String, required: true }, status: { type: String, required: true }, name: String, consultation: String, checkedAt: { type: Date, required: true },
}, { versionKey: false });

/** The last word on each number; kept, because an auditor may ask why no tax was charged. */
export class VatCheckRepository {
  private readonly checks;

  constructor(connection: Connection) {
    this.checks = connection.model('VatCheck', vatCheckSchema, 'vat_checks');
  }

  async find(number: string): Promise<VatCheck | null> {
    const found = await this.checks.findById(number).lean();
    if (!found) return null;
    const { _id, ...check } = found;
    return { number: _id, ...check };
  }

  /** Two that look at the same moment hear the same: either of them may write it down. */
  async save({ number, ...check }: VatCheck): Promise<void> {
    await this.checks.replaceOne({ _id: number }, check, { upsert: true }).catch((error: unknown) => {
      if (duplicateKeyOf(error) === null) throw error;
    });
  }
}
