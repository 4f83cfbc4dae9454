import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Money } from '../../shared/money.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Alert, Signal, Watch } from './alerts.js';
import { alertModel, signalModel, watchModel, windowModel, type AlertRow, type WatchRow } from './watches.model.js';

type Stored = WatchRow & { _id: Types.ObjectId };
export type Thing = Readonly<{ productId: string; sku: string }>;
/** What a new watch remembers. */
export type Seen = Readonly<{ price: Money | null; waitingSince: Date | null }>;
const MAX_FOUND = 100;

export class WatchRepository {
  private readonly watches;
  private readonly alerts;
  private readonly signals;
  private readonly windows;

  readonly personalData: PersonalData[];

  constructor(connection: Connection) {
    this.watches = watchModel(connection);
    this.alerts = alertModel(connection);
    this.signals = signalModel(connection);
    this.windows = windowModel(connection);
    this.personalData = [
      ownedRows(this.watches, { name: 'wishlistWatches', erase: 'remove' }), ownedRows(this.alerts, { name: 'wishlistAlerts', erase: 'remove', hide: ['watchId', 'number'] }),
    ];
  }

  /** Inside the transaction that puts the thing on a list of this person. */
  async begin(userId: string, { productId, sku }: Thing, seen: Seen): Promise<void> {
    await this.watches.updateOne({ userId, productId, sku }, { $inc: { wishes: 1 }, $setOnInsert: { ...seen, alerts: 0 } }, { upsert: true });
  }

  /** Inside the transaction that takes these off a list; one that is on no list any more is forgotten. */
  async end(userId: string, things: readonly Thing[]): Promise<void> {
    if (things.length === 0) return;
    await this.watches.bulkWrite(things.map(({ productId, sku }) => ({ updateOne: { filter: { userId, productId, sku }, update: { $inc: { wishes: -1 } } } })));
    await this.watches.deleteMany({ userId, productId: { $in: [...new Set(things.map(({ productId }) => productId))] }, wishes: { $lte: 0 } });
  }

  async watched(productIds: readonly string[]): Promise<string[]> {
    return this.watches.distinct('productId', { productId: { $in: [...productIds] } });
  }

  async skusWatched(productId: string): Promise<string[]> {
    return this.watches.distinct('sku', { productId });
  }

  /** Who remembers less, or nothing, remembers this from now on. */
  async followRise({ productId, sku }: Thing, price: Money): Promise<void> {
    await this.watches.updateMany({ productId, sku, $or: [{ price: null }, { 'price.amount': { $lt: price.amount } }, { 'price.currency': { $ne: price.currency } }] }, { $set: { price } });
  }

  async thatRemember({ productId, sku }: Thing, least: number, limit: number): Promise<Watch[]> {
    return (await this.watches.find({ productId, sku, 'price.amount': { $gte: least } }).limit(limit).lean<Stored[]>()).map(toWatch);
  }

  async markSoldOut({ productId, sku }: Thing, at: Date): Promise<void> {
    await this.watches.updateMany({ productId, sku, waitingSince: null }, { $set: { waitingSince: at } });
  }

  /** The longest waiting first. */
  async thatWait({ productId, sku }: Thing, limit: number): Promise<Watch[]> {
    return (await this.watches.find({ productId, sku, waitingSince: { $ne: null } }).sort({ waitingSince: 1, _id: 1 }).limit(limit).lean<Stored[]>()).map(toWatch);
  }

  /** Inside a transaction that has read them: one that changed since repeats it. `told` are those who are told, the others said no. */
  async settle(watches: readonly Watch[], told: ReadonlySet<string>, change: Partial<Pick<Watch, 'price' | 'waitingSince'>>): Promise<void> {
    const ids = (those: readonly Watch[]) => ({ _id: { $in: those.map(({ id }) => new Types.ObjectId(id)) } });
    await this.watches.updateMany(ids(watches), { $set: change });
    await this.watches.updateMany(ids(watches.filter(({ id }) => told.has(id))), { $inc: { alerts: 1 } });
  }

  /** With the watch each belongs to. */
  async addAlerts(alerts: ReadonlyArray<Omit<Alert, 'id'> & { watch: Watch }>): Promise<void> {
    await this.alerts.insertMany(alerts.map(({ watch, ...alert }): AlertRow => ({ ...alert, watchId: new Types.ObjectId(watch.id), number: watch.alerts + 1 })), { lean: true });
  }

  async alertsOf(userId: string, query: PageQuery): Promise<Page<Alert>> {
    const page = await findPage<AlertRow>(this.alerts as never, { filter: { userId }, query, fallbackSort: '-at' });
    return { ...page, items: page.items.map(({ _id, watchId: _w, number: _n, ...alert }) => ({ ...alert, id: _id.toHexString() })) };
  }

  async signal(productIds: readonly string[], at: Date): Promise<void> {
    if (productIds.length === 0) return;
    await this.signals.bulkWrite(productIds.map((_id) => ({ updateOne: { filter: { _id }, update: { $set: { dueAt: at }, $inc: { mark: 1 } }, upsert: true } })));
  }

  async dueSignals(now: Date, limit: number): Promise<Signal[]> {
    return (await this.signals.find({ dueAt: { $lte: now, $type: 'date' } }).sort({ dueAt: 1 }).limit(limit).lean()).map(({ _id, ...signal }) => ({ ...signal, id: _id }));
  }

  /** How many were told of it already. Inside the transaction that tells more: of two at once one repeats. */
  async toldOf(thing: Thing): Promise<number> {
    return (await this.windows.findById(windowOf(thing)).lean())?.told ?? 0;
  }

  async addTold(thing: Thing, told: number, endsAt: Date): Promise<void> {
    await this.windows.updateOne({ _id: windowOf(thing) }, { $inc: { told }, $setOnInsert: { endsAt } }, { upsert: true });
  }

  async windowEnd(thing: Thing): Promise<Date | null> {
    return (await this.windows.findById(windowOf(thing)).lean())?.endsAt ?? null;
  }

  /** When its pause is over, or at once when none is left: what comes next is told anew. */
  async closeWindow(thing: Thing, endedBy?: Date): Promise<void> {
    await this.windows.deleteOne({ _id: windowOf(thing), ...(endedBy && { endsAt: { $lte: endedBy } }) });
  }

  /** Stays due when there was another reason meanwhile. */
  async lookAgain({ id: _id, mark }: Signal, dueAt: Date | null): Promise<void> {
    await this.signals.updateOne({ _id, mark }, { $set: { dueAt } });
  }

  /** For the auditor: watches that were told another number of times than there are alerts. */
  async findMiscounted(): Promise<Array<{ id: string; alerts: number; rows: number }>> {
    const found = await this.watches.aggregate<{ _id: Types.ObjectId; alerts: number; rows: number }>([
      { $match: { alerts: { $gt: 0 } } }, { $lookup: { from: 'wishlist_alerts', localField: '_id', foreignField: 'watchId', as: 'rows' } },
      { $project: { alerts: 1, rows: { $size: '$rows' } } }, { $match: { $expr: { $ne: ['$alerts', '$rows'] } } }, { $limit: MAX_FOUND },
    ]);
    return found.map(({ _id, ...counts }) => ({ id: _id.toHexString(), ...counts }));
  }

  /** For the auditor: people whose watches are not what their lists hold. */
  async findUnlikeLists(): Promise<Array<{ _id: Thing & { userId: string }; difference: number }>> {
    return this.watches.aggregate<{ _id: Thing & { userId: string }; difference: number }>([
      { $project: { _id: 0, key: { userId: '$userId', productId: '$productId', sku: '$sku' }, count: '$wishes' } },
      { $unionWith: { coll: 'wishlists', pipeline: [
        { $match: { guestTokenHash: null } }, { $unwind: '$items' },
        { $project: { _id: 0, key: { userId: '$userId', productId: '$items.productId', sku: { $ifNull: ['$items.sku', ''] } }, count: { $literal: -1 } } },
      ] } },
      { $group: { _id: '$key', difference: { $sum: '$count' } } }, { $match: { difference: { $ne: 0 } } }, { $limit: MAX_FOUND },
    ]);
  }
}

const windowOf = ({ productId, sku }: Thing): string => `${productId}:${sku}`;
const toWatch = ({ _id, ...row }: Stored): Watch => ({ ...row, id: _id.toHexString() });
