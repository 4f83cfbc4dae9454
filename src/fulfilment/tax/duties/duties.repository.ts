import { Schema, type Connection } from 'mongoose';
import { findPage } from '../../../shared/db/page.js';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import type { DutyRules } from './duties.js';

/** One document a country: it is read as one, and changed as one. */
type DutyRow = Omit<DutyRules, 'country'> & { _id: string };

const money = new Schema({ amount: { type: Number, required: true }, currency: { type: String, required: true } }, { _id: false });
const dutySchema = new Schema<DutyRow>({
  _id: { type: String, required: true }, name: { type: String, required: true }, basis: { type: String, enum: ['goods', 'goods_and_shipping'], required: true },
  collected: { type: String, enum: ['at_checkout', 'on_delivery'], required: true }, defaultRateBps: { type: Number, required: true },
  rates: [new Schema({ hsPrefix: String, rateBps: Number }, { _id: false })], deMinimis: [money],
  tax: { type: new Schema({ name: String, rateBps: Number, reason: String }, { _id: false }), default: null },
  version: { type: Number, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
dutySchema.index({ updatedAt: -1, _id: -1 });

const changed = (country: string) => new ConcurrentChange('The duties of this country changed meanwhile. Read them again.', { country });

export class DutyRepository {
  private readonly rules;

  constructor(connection: Connection) {
    this.rules = connection.model('DutyRules', dutySchema, 'duty_rules');
  }

  async find(country: string): Promise<DutyRules | null> {
    const found = await this.rules.findById(country).lean();
    return found && toRules(found);
  }

  /** Shared by everybody for a moment, so never read inside the transaction of one of them. */
  async findCommitted(country: string): Promise<DutyRules | null> {
    const found = await this.rules.findById(country, null, { session: null }).lean();
    return found && toRules(found);
  }

  async findPage(query: PageQuery): Promise<Page<DutyRules>> {
    const page = await findPage<DutyRow>(this.rules as never, { filter: {}, query, fallbackSort: '_id' });
    return { ...page, items: page.items.map(toRules) };
  }

  async save({ country, ...rules }: DutyRules): Promise<void> {
    const row: DutyRow = { ...rules, _id: country };
    if (rules.version > 1) {
      const { matchedCount } = await this.rules.replaceOne({ _id: country, version: rules.version - 1 }, row);
      if (matchedCount === 0) throw changed(country);
      return;
    }
    try {
      await this.rules.insertMany([row], { lean: true });
    } catch (error) {
      if (duplicateKeyOf(error) === null) throw error;
      throw changed(country);
    }
  }

  async remove({ country, version }: DutyRules): Promise<void> {
    const { deletedCount } = await this.rules.deleteOne({ _id: country, version });
    if (deletedCount === 0) throw changed(country);
  }
}

const toRules = ({ _id, ...row }: DutyRow): DutyRules => ({ country: _id, ...row });
