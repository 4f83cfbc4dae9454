import { Types, type Connection } from 'mongoose';
import { findPage } from '../../../shared/db/page.js';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import { TaxRateExists } from '../tax.errors.js';
import type { PostalArea } from '../tax.js';
import { keyOf, type TaxRate, type TaxRateFields } from './tax-rates.js';
import { revisionModel, taxRateModel, type StoredRate, type TaxRateRow } from './tax-rates.model.js';

export type TaxRateFilter = Readonly<{ country?: string | undefined; region?: string | undefined; category?: string | undefined }>;
type Complete = TaxRateFields & { jurisdiction: string };
const REVISION = 'rates';

export class TaxRateRepository {
  private readonly rates;
  private readonly revisions;

  constructor(connection: Connection) {
    this.rates = taxRateModel(connection);
    this.revisions = revisionModel(connection);
  }

  /** Shared by everybody for a moment, so never read inside the transaction of one of them. */
  async revision(): Promise<number> {
    const found = await this.revisions.findById(REVISION, null, { session: null }).lean();
    return found?.revision ?? 0;
  }

  async findAll(): Promise<TaxRate[]> {
    return (await this.rates.find({}, null, { session: null }).lean()).map(toRate);
  }

  async find(id: string): Promise<TaxRate | null> {
    const found = await this.rates.findById(id).lean();
    return found && toRate(found);
  }

  async findPage(filter: TaxRateFilter, query: PageQuery): Promise<Page<TaxRate>> {
    const wanted = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const page = await findPage<TaxRateRow>(this.rates, { filter: wanted, query, fallbackSort: 'country,region,category,validFrom' });
    return { ...page, items: page.items.map(toRate) };
  }

  async create(fields: Complete, now: Date): Promise<TaxRate> {
    const row = { ...rowOf(fields), _id: new Types.ObjectId(), version: 1, createdAt: now, updatedAt: now };
    await this.named(() => this.rates.insertMany([row], { lean: true }));
    await this.changed();
    return toRate(row);
  }

  async replace(before: TaxRate, fields: Complete, now: Date): Promise<TaxRate> {
    const row = { ...rowOf(fields), version: before.version + 1, createdAt: before.createdAt, updatedAt: now };
    const { matchedCount } = await this.named(() => this.rates.replaceOne({ _id: new Types.ObjectId(before.id), version: before.version }, row));
    if (matchedCount === 0) throw new ConcurrentChange('The tax rate changed meanwhile. Read it again.', { taxRateId: before.id });
    await this.changed();
    return toRate({ ...row, _id: new Types.ObjectId(before.id) });
  }

  async remove({ id, version }: TaxRate): Promise<void> {
    const { deletedCount } = await this.rates.deleteOne({ _id: new Types.ObjectId(id), version });
    if (deletedCount === 0) throw new ConcurrentChange('The tax rate changed meanwhile. Read it again.', { taxRateId: id });
    await this.changed();
  }

  /** What upsert would answer. */
  async compare(all: readonly Complete[]): Promise<{ created: number; updated: number }> {
    const updated = await this.rates.countDocuments({ key: { $in: all.map(keyOf) } });
    return { created: all.length - updated, updated };
  }

  /** Rows that are known are replaced; answers how many of each. */
  async upsert(all: readonly Complete[], now: Date): Promise<{ created: number; updated: number }> {
    const { upsertedCount, matchedCount } = await this.rates.bulkWrite(all.map((fields) => {
      const { key, ...row } = rowOf(fields);
      return { updateOne: { filter: { key }, update: { $set: { ...row, updatedAt: now }, $inc: { version: 1 }, $setOnInsert: { createdAt: now } }, upsert: true } };
    }));
    await this.changed();
    return { created: upsertedCount, updated: matchedCount };
  }

  private async changed(): Promise<void> {
    await this.revisions.updateOne({ _id: REVISION }, { $inc: { revision: 1 } }, { upsert: true });
  }

  private async named<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (duplicateKeyOf(error) === 'key') throw new TaxRateExists();
      throw error;
    }
  }
}

function rowOf(fields: Complete): Omit<TaxRateRow, 'version' | 'createdAt' | 'updatedAt'> {
  const { country, region, postal, category, layer, name, rateBps, jurisdiction, validFrom, validTo, reason } = fields;
  return {
    key: keyOf(fields), country, category, layer, name, rateBps, jurisdiction, validFrom, ...(region !== undefined && { region }),
    ...(postal && { postal: { ...postal } }), ...(validTo && { validTo }), ...(reason !== undefined && { reason }),
  };
}

function toRate({ _id, key: _key, postal, ...row }: StoredRate): TaxRate {
  return { id: _id.toHexString(), ...row, ...(postal && { postal: postal as PostalArea }), own: true };
}
