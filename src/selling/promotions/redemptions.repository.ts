import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Money } from '../../shared/money.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Amounts, Redemption } from './promotions.js';
import { counterModel, customerUseModel, redemptionModel, traceModel, type CounterRow, type RedemptionRow, type TraceRow } from './redemptions.model.js';

export type Counter = Readonly<CounterRow>;
export type Trace = Readonly<TraceRow>;
type Limits = Readonly<{ limit: number | null; budget: Amounts | null }>;

const customerId = (promotionId: string, customerKey: string): string => `${promotionId}:${customerKey}`;
/** Everything that must still be free, asked of the document that is changed: no other order can come in between. */
const hasRoomFor = ({ amount, currency }: Money) => ({ $and: [
  { $or: [{ $eq: ['$limit', null] }, { $lt: ['$uses', '$limit'] }] },
  { $or: [{ $eq: ['$budget', null] }, { $lte: [{ $add: [{ $ifNull: [`$spent.${currency}`, 0] }, amount] }, { $ifNull: [`$budget.${currency}`, -1] }] }] },
] });

export class RedemptionRepository {
  private readonly counters;
  private readonly customers;
  private readonly redemptions;
  private readonly traces;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.counters = counterModel(connection);
    this.customers = customerUseModel(connection);
    this.redemptions = redemptionModel(connection);
    this.traces = traceModel(connection);
    // A use stays counted; without the account its id is nobody's.
    const uses = ownedRows(this.redemptions, { name: 'promotionUses', erase: 'keep', hide: ['customerKey', 'mailboxKey', 'counted'] });
    this.personalData = { ...uses, collections: [...uses.collections, this.customers.collection.collectionName] };
  }

  async openCounter(promotionId: string, limits: Limits): Promise<void> {
    await this.counters.insertMany([{ _id: promotionId, uses: 0, spent: {}, ...limits }], { lean: true });
  }

  /** False when more than that was used already; nothing was changed then. */
  async setLimits(promotionId: string, { limit, budget }: Limits): Promise<boolean> {
    const isKept = { $and: [
      ...(limit === null ? [] : [{ $lte: ['$uses', limit] }]),
      ...Object.entries(budget ?? {}).map(([currency, amount]) => ({ $lte: [{ $ifNull: [`$spent.${currency}`, 0] }, amount] })),
    ] };
    const { matchedCount } = await this.counters.updateOne({ _id: promotionId, $expr: isKept }, { $set: { limit, budget } });
    return matchedCount === 1;
  }

  async findCounter(promotionId: string): Promise<Counter | null> {
    return this.counters.findById(promotionId).lean();
  }

  /** For a look at the price: shared for a moment, so never read inside a transaction. */
  async findCounters(promotionIds: readonly string[]): Promise<Counter[]> {
    return this.counters.find({ _id: { $in: [...promotionIds] } }, null, { session: null }).lean();
  }

  /** Counts one use and its amount, or answers null when either has no room left. */
  async take(promotionId: string, spent: Money): Promise<Counter | null> {
    return this.counters.findOneAndUpdate({ _id: promotionId, $expr: hasRoomFor(spent) }, { $inc: { uses: 1, [`spent.${spent.currency}`]: spent.amount } }, { returnDocument: 'after' }).lean();
  }

  async giveBack(promotionId: string, { amount, currency }: Money): Promise<void> {
    await this.counters.updateOne({ _id: promotionId }, { $inc: { uses: -1, [`spent.${currency}`]: -amount } });
  }

  /** By promotion: the most that was counted under any of the customer's names. */
  async usesOfCustomer(promotionIds: readonly string[], customerKeys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const idsOf = (promotionId: string) => customerKeys.map((key) => customerId(promotionId, key));
    const found = new Map((await this.customers.find({ _id: { $in: promotionIds.flatMap(idsOf) } }).lean()).map(({ _id, uses }) => [_id, uses]));
    return new Map(promotionIds.map((id) => [id, Math.max(...idsOf(id).map((row) => found.get(row) ?? 0))]));
  }

  /** The row exists and is full: then the upsert meets it, which ends the transaction. */
  async takeForCustomer(promotionId: string, customerKey: string, limit: number): Promise<boolean> {
    try {
      await this.customers.updateOne({ _id: customerId(promotionId, customerKey), uses: { $lt: limit } }, { $inc: { uses: 1 }, $set: { limit } }, { upsert: true });
      return true;
    } catch (error) {
      if (duplicateKeyOf(error) === null) throw error;
      return false;
    }
  }

  /** The customer had it before, so the row is there; a refusal leaves the transaction whole. */
  async takeAgainForCustomer(promotionId: string, customerKey: string): Promise<boolean> {
    const { modifiedCount } = await this.customers.updateOne({ _id: customerId(promotionId, customerKey), $expr: { $lt: ['$uses', '$limit'] } }, { $inc: { uses: 1 } });
    return modifiedCount === 1;
  }

  async giveBackForCustomer(promotionId: string, customerKey: string): Promise<void> {
    await this.customers.updateOne({ _id: customerId(promotionId, customerKey) }, { $inc: { uses: -1 } });
  }

  async add(rows: readonly Redemption[]): Promise<void> {
    await this.redemptions.insertMany(rows.map((row) => ({ _id: new Types.ObjectId(), ...row })), { lean: true });
  }

  async ofOrder(orderId: string, state: Redemption['state']): Promise<Redemption[]> {
    return (await this.redemptions.find({ orderId, state }).sort({ promotionId: 1 }).lean()).map(toRedemption);
  }

  /** Compare-and-set: true for the one who moved it. */
  async move({ orderId, promotionId, state }: Redemption, returnedAt: Date | null): Promise<boolean> {
    const { modifiedCount } = await this.redemptions.updateOne({ orderId, promotionId, state }, { $set: { state: state === 'held' ? 'returned' : 'held', returnedAt } });
    return modifiedCount === 1;
  }

  async findPage(promotionId: string, query: PageQuery): Promise<Page<Redemption>> {
    const page = await findPage<RedemptionRow>(this.redemptions as never, { filter: { promotionId }, query, fallbackSort: '-at' });
    return { ...page, items: page.items.map(toRedemption) };
  }

  async isUsed(promotionId: string): Promise<boolean> {
    return await this.redemptions.exists({ promotionId }) !== null;
  }

  async addTrace(trace: Trace): Promise<void> {
    await this.traces.insertMany([trace], { lean: true });
  }

  async findTrace(orderId: string): Promise<Trace | null> {
    return this.traces.findById(orderId).lean();
  }
}

function toRedemption({ _id, ...row }: RedemptionRow): Redemption {
  return row;
}
