import { Types, type Connection } from 'mongoose';
import type { Actor } from '../../shared/actor.js';
import { findPage } from '../../shared/db/page.js';
import { beginsWith } from '../../shared/fold.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { CompetitorPrice } from './dynamic-rules.js';
import { competitorModel, listChangeModel, priceEntryModel, type CompetitorRow, type ListChangeRow } from './price-book.model.js';
import type { ListEvent } from './public-prices.js';
import type { Listed, PriceList } from './price-lists.js';
import type { QuantityPrice } from './pricing.js';

export type PriceEntry = Readonly<{ sku: string; tiers: readonly QuantityPrice[]; updatedAt: Date }>;
export type NewEntry = Readonly<{ sku: string; tiers: readonly QuantityPrice[] }>;

const keyOf = (sku: string): string => sku.toLowerCase();

/** What lists say about SKUs, and what competitors ask for them: the large part, read by SKU. */
export class PriceEntryRepository {
  private readonly entries;
  private readonly changes;
  private readonly competitors;

  constructor(connection: Connection) {
    this.entries = priceEntryModel(connection);
    this.changes = listChangeModel(connection);
    this.competitors = competitorModel(connection);
  }

  /** By SKU as it was asked for; the lists in the order given. */
  async listed(lists: readonly PriceList[], skus: readonly string[]): Promise<Map<string, Listed[]>> {
    if (lists.length === 0 || skus.length === 0) return new Map();
    const found = await this.entries.find({ listId: { $in: lists.map(({ id }) => id) }, skuKey: { $in: skus.map(keyOf) } }, { _id: 0, listId: 1, skuKey: 1, tiers: 1 }).lean();
    const tiersOf = new Map(found.map(({ listId, skuKey, tiers }) => [`${listId.toHexString()} ${skuKey}`, tiers]));
    return new Map(skus.map((sku) => [sku, lists.flatMap((list) => {
      const tiers = tiersOf.get(`${list.id} ${keyOf(sku)}`);
      return tiers ? [{ list, tiers }] : [];
    })]));
  }

  async page(listId: string, q: string | undefined, query: PageQuery): Promise<Page<PriceEntry>> {
    const page = await findPage(this.entries, {
      filter: { listId, ...(q !== undefined && { skuKey: beginsWith(q) }) }, query, fallbackSort: 'sku', paths: { sku: 'skuKey' }, projection: { sku: 1, skuKey: 1, tiers: 1, updatedAt: 1 },
    });
    return { ...page, items: page.items.map(({ sku, tiers, updatedAt }) => ({ sku, tiers, updatedAt })) };
  }

  /** Those that differ from what is stored, written; answers them as they were before and are now. */
  async put(listId: string, items: readonly NewEntry[], now: Date): Promise<Array<NewEntry & { before: readonly QuantityPrice[] | null }>> {
    const found = await this.entries.find({ listId, skuKey: { $in: items.map(({ sku }) => keyOf(sku)) } }, { skuKey: 1, tiers: 1 }).lean();
    const before = new Map(found.map(({ skuKey, tiers }) => [skuKey, tiers]));
    const changed = items.filter(({ sku, tiers }) => !isSame(before.get(keyOf(sku)) ?? [], tiers));
    if (changed.length > 0) await this.entries.bulkWrite(changed.map(({ sku, tiers }) => (tiers.length === 0
      ? { deleteOne: { filter: { listId, skuKey: keyOf(sku) } } }
      : { updateOne: { filter: { listId, skuKey: keyOf(sku) }, update: { $set: { sku, tiers: [...tiers], updatedAt: now } }, upsert: true } })) as never);
    return changed.map((item) => ({ ...item, before: before.get(keyOf(item.sku)) ?? null }));
  }

  /** Of a list that ends. */
  async removeAll(listId: string): Promise<number> {
    const { deletedCount } = await this.entries.deleteMany({ listId });
    return deletedCount;
  }

  /** Call inside the transaction of the change. */
  async recordList(list: PriceList, isGone: boolean, at: Date, actor: Actor): Promise<void> {
    const { createdAt: _c, updatedAt: _u, ...snapshot } = list;
    await this.changes.create([{ listId: new Types.ObjectId(list.id), skuKey: null, at, list: isGone ? null : snapshot, tiers: null, actor }]);
  }

  /** Call inside the transaction of the change. */
  async recordEntries(listId: string, items: readonly NewEntry[], at: Date, actor: Actor): Promise<void> {
    const rows = items.map(({ sku, tiers }) => ({ listId: new Types.ObjectId(listId), skuKey: keyOf(sku), at, list: null, tiers: tiers.length === 0 ? null : [...tiers], actor }));
    if (rows.length > 0) await this.changes.insertMany(rows, { lean: true });
  }

  /** Every change of a list and of what it says, or of what it says about one SKU. */
  async changesPage(listId: string, sku: string | undefined, query: PageQuery) {
    const page = await findPage<ListChangeRow>(this.changes as never, { filter: { listId, ...(sku !== undefined && { skuKey: keyOf(sku) }) }, query, fallbackSort: '-at' });
    return { ...page, items: page.items.map(({ _id, listId: _l, skuKey, at, list, tiers, actor }) => ({ id: _id.toHexString(), at, actor, ...(skuKey === null ? { list } : { sku: skuKey, tiers }) })) };
  }

  /** For the auditor. */
  async findOrphans(): Promise<Array<{ listId: string; entries: number }>> {
    const found = await this.entries.aggregate<{ _id: Types.ObjectId; entries: number }>([
      { $group: { _id: '$listId', entries: { $sum: 1 } } },
      { $lookup: { from: 'price_lists', localField: '_id', foreignField: '_id', as: 'list', pipeline: [{ $project: { _id: 1 } }] } },
      { $match: { list: [] } }, { $limit: 100 },
    ]);
    return found.map(({ _id, entries }) => ({ listId: _id.toHexString(), entries }));
  }

  /** Everything that lists ever said of these SKUs, oldest first, with how those lists were meanwhile. */
  async eventsOf(skus: readonly string[]): Promise<Map<string, ListEvent[]>> {
    const said = await this.changes.find({ skuKey: { $in: skus.map(keyOf) } }, { _id: 0, actor: 0 }).sort({ skuKey: 1, at: 1, _id: 1 }).lean();
    if (said.length === 0) return new Map();
    const lists = await this.changes.find({ listId: { $in: [...new Set(said.map(({ listId }) => listId.toHexString()))] }, skuKey: null }, { _id: 0, actor: 0 })
      .sort({ listId: 1, skuKey: 1, at: 1, _id: 1 }).lean();
    return new Map(skus.map((sku) => {
      const own = said.filter(({ skuKey }) => skuKey === keyOf(sku));
      const ids = new Set(own.map(({ listId }) => listId.toHexString()));
      return [sku, [...own, ...lists.filter(({ listId }) => ids.has(listId.toHexString()))].map(toEvent)];
    }));
  }

  async competitorsOf(skus: readonly string[]): Promise<Map<string, CompetitorPrice[]>> {
    const found = await this.competitors.find({ skuKey: { $in: skus.map(keyOf) } }, { _id: 0 }).lean();
    return new Map(skus.map((sku) => [sku, found.filter(({ skuKey }) => skuKey === keyOf(sku)).map((row) => toCompetitor({ ...row, sku }))]));
  }

  async competitorsPage(sku: string, query: PageQuery): Promise<Page<CompetitorPrice>> {
    const page = await findPage(this.competitors, { filter: { skuKey: keyOf(sku) }, query, fallbackSort: 'competitor' });
    return { ...page, items: page.items.map(toCompetitor) };
  }

  /** The newest observation of each competitor stays, in whatever order the feeds arrive. */
  async observe(prices: readonly CompetitorPrice[]): Promise<void> {
    await this.competitors.bulkWrite(prices.map((price) => ({ updateOne: {
      filter: { skuKey: keyOf(price.sku), competitor: price.competitor, currency: price.currency },
      update: [{ $set: { sku: { $literal: price.sku }, ...newer(price, 'amount', price.amount), ...newer(price, 'observedAt', price.observedAt) } }],
      upsert: true,
    } })) as never);
  }
}

const newer = ({ observedAt }: CompetitorPrice, field: string, value: unknown) =>
  ({ [field]: { $cond: [{ $gt: [{ $ifNull: ['$observedAt', new Date(0)] }, observedAt] }, `$${field}`, value] } });

const toCompetitor = ({ sku, competitor, currency, amount, observedAt }: CompetitorRow | CompetitorPrice): CompetitorPrice => ({ sku, competitor, currency, amount, observedAt });

const toEvent = ({ listId, skuKey, at, list, tiers }: Omit<ListChangeRow, 'actor'>): ListEvent =>
  ({ listId: listId.toHexString(), at, ...(skuKey === null ? { list } : { tiers }) });

const isSame = (a: readonly QuantityPrice[], b: readonly QuantityPrice[]): boolean =>
  a.length === b.length && a.every((tier, at) => tier.minQuantity === b[at]!.minQuantity && tier.amount === b[at]!.amount);
