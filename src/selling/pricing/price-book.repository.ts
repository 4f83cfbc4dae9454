import type { Connection, Model, Types } from 'mongoose';
import type { Actor } from '../../shared/actor.js';
import { findPage } from '../../shared/db/page.js';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { DynamicRule, DynamicRuleFields } from './dynamic-rules.js';
import type { ExchangeRate } from './exchange.js';
import { currencyModel, exchangeRateModel, priceListModel, priceRuleModel, revisionModel, type ExchangeRateRow } from './price-book.model.js';
import type { PriceBook } from './price-book.js';
import type { PriceList, PriceListFields } from './price-lists.js';
import type { Rounding } from './rounding.js';

type Id = { _id: Types.ObjectId };
/** What everybody shares is read outside of whatever transaction happens to ask first. */
const SHARED = { session: null } as const;

export class PriceBookRepository {
  private readonly revisions;
  private readonly rates;
  private readonly currencies;
  readonly lists: VersionedRows<PriceList, PriceListFields>;
  readonly rules: VersionedRows<DynamicRule, DynamicRuleFields>;

  constructor(connection: Connection) {
    this.revisions = revisionModel(connection);
    this.rates = exchangeRateModel(connection);
    this.currencies = currencyModel(connection);
    this.lists = new VersionedRows(priceListModel(connection));
    this.rules = new VersionedRows(priceRuleModel(connection));
  }

  async version(): Promise<number> {
    const found = await this.revisions.findOne({ _id: 'prices' }, null, SHARED).lean();
    return found?.version ?? 0;
  }

  /** First in every transaction that changes the book: two changes at once then take turns. */
  async raise(): Promise<void> {
    // Two first changes at once; from then on the document exists.
    await orLostRace(() => this.revisions.updateOne({ _id: 'prices' }, { $inc: { version: 1 } }, { upsert: true }), 'The prices changed meanwhile.');
  }

  /** Of the rates only those that count now or later. */
  async contents(now: Date): Promise<Omit<PriceBook, 'version'>> {
    const [lists, rules, begun, coming, roundings] = await Promise.all([
      this.lists.all(), this.rules.all(), this.ratesInForce(now), this.rates.find({ effectiveFrom: { $gt: now } }, null, SHARED).lean(), this.currencies.find({}, null, SHARED).lean(),
    ]);
    return {
      lists, rules, rates: [...begun, ...coming.map(toRate)],
      roundings: new Map(roundings.flatMap(({ _id, rounding }): Array<[string, Rounding]> => (rounding ? [[_id, rounding]] : []))),
    };
  }

  private async ratesInForce(now: Date): Promise<ExchangeRate[]> {
    const found = await this.rates.aggregate<{ rate: ExchangeRateRow & Id }>([
      { $match: { effectiveFrom: { $lte: now } } },
      { $sort: { base: 1, quote: 1, effectiveFrom: -1, _id: -1 } },
      { $group: { _id: { base: '$base', quote: '$quote' }, rate: { $first: '$$ROOT' } } },
    ], SHARED as never);
    return found.map(({ rate }) => toRate(rate));
  }

  async addRate(rate: Omit<ExchangeRate, 'id'>, createdAt: Date, actor: Actor): Promise<ExchangeRate & { createdAt: Date }> {
    const [created] = await this.rates.create([{ ...rate, createdAt, actor }]);
    return { ...toRate(created!.toObject()), createdAt };
  }

  async ratesPage(filter: { base?: string | undefined; quote?: string | undefined }, query: PageQuery) {
    const narrowed = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const page = await findPage<ExchangeRateRow>(this.rates as unknown as Model<ExchangeRateRow>, { filter: narrowed, query, fallbackSort: '-effectiveFrom' });
    return { ...page, items: page.items.map((row) => ({ ...toRate(row), createdAt: row.createdAt })) };
  }

  async roundings(): Promise<Array<{ currency: string; rounding: Rounding | null; version: number; updatedAt: Date }>> {
    const found = await this.currencies.find().sort({ _id: 1 }).lean();
    return found.map(({ _id, ...row }) => ({ currency: _id, ...row }));
  }

  async setRounding(currency: string, rounding: Rounding | null, now: Date) {
    const before = await this.currencies.findOne({ _id: currency }).lean();
    await this.currencies.updateOne({ _id: currency }, { $set: { rounding, updatedAt: now }, $inc: { version: 1 } }, { upsert: true });
    return { before: before?.rounding ?? null, version: (before?.version ?? 0) + 1 };
  }
}

const toRate = ({ _id, base, quote, rate, effectiveFrom }: ExchangeRateRow & Id): ExchangeRate => ({ id: _id.toHexString(), base, quote, rate, effectiveFrom });

type Versioned = { id: string; version: number; createdAt: Date; updatedAt: Date };

/** Lists and rules are kept alike: few, replaced as a whole, guarded by their version. */
export class VersionedRows<Thing extends Versioned, Fields extends object> {
  // The rows are the things without their id.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  constructor(private readonly rows: Model<any>) {}

  async all(): Promise<Thing[]> {
    const found = await this.rows.find({}, null, SHARED).lean();
    return (found as Id[]).map((row) => this.toThing(row));
  }

  async find(id: string): Promise<Thing | null> {
    const found = await this.rows.findOne({ _id: id }).lean();
    return found && this.toThing(found as Id);
  }

  async page(query: PageQuery): Promise<Page<Thing>> {
    const page = await findPage<object>(this.rows, { filter: {}, query, fallbackSort: '-priority' });
    return { ...page, items: page.items.map((row) => this.toThing(row)) };
  }

  async create(fields: Fields, now: Date): Promise<Thing> {
    const [created] = await this.rows.create([{ ...fields, version: 1, createdAt: now, updatedAt: now }]);
    return this.toThing(created!.toObject());
  }

  async replace({ id, version, createdAt }: Thing, fields: Fields, now: Date): Promise<Thing> {
    const after = { ...fields, version: version + 1, createdAt, updatedAt: now };
    const { matchedCount } = await this.rows.replaceOne({ _id: id, version }, after);
    if (matchedCount === 0) throw new ConcurrentChange('This changed meanwhile.', { id });
    return { ...after, id } as unknown as Thing;
  }

  async remove({ id, version }: Thing): Promise<void> {
    const { deletedCount } = await this.rows.deleteOne({ _id: id, version });
    if (deletedCount === 0) throw new ConcurrentChange('This changed meanwhile.', { id });
  }

  private toThing({ _id, ...row }: Id): Thing {
    return { ...row, id: _id.toHexString() } as unknown as Thing;
  }
}
