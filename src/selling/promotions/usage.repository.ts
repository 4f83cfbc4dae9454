import type { Connection } from 'mongoose';
import type { Violation } from '../../shared/invariant.js';
import { codeModel } from './codes.model.js';
import { counterModel, customerUseModel, redemptionModel } from './redemptions.model.js';

const MAX_FOUND = 100;
const MAX_DAYS = 30;
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;
const minus = (field: string) => ({ $multiply: [-1, field] });

export type Usage = { uses: number; returned: number; customers: number; spent: Array<{ amount: number; currency: string }>; days: Array<{ day: string; uses: number; spent: Array<{ amount: number; currency: string }> }> };
type Facets = {
  states: Array<{ _id: string; n: number }>; customers: Array<{ n: number }>; spent: Array<{ _id: string; amount: number }>;
  days: Array<{ _id: string; uses: number; spent: Array<{ amount: number; currency: string }> }>;
};
const HELD = { $match: { state: 'held' } } as const;
const DAY = { $dateToString: { date: '$at', format: '%Y-%m-%d' } } as const;

/** Reports and what the auditor asks, added up inside the database. */
export class UsageRepository {
  private readonly counters;
  private readonly customers;
  private readonly redemptions;
  private readonly codes;

  constructor(connection: Connection) {
    this.counters = counterModel(connection);
    this.customers = customerUseModel(connection);
    this.redemptions = redemptionModel(connection);
    this.codes = codeModel(connection);
  }

  async usage(promotionId: string): Promise<Usage> {
    const [found] = await this.redemptions.aggregate<Facets>([{ $match: { promotionId } }, { $facet: {
      states: [{ $group: { _id: '$state', n: { $sum: 1 } } }],
      customers: [HELD, { $group: { _id: '$customerKey' } }, { $count: 'n' }],
      spent: [HELD, { $group: { _id: '$currency', amount: { $sum: '$amount' } } }, { $sort: { _id: 1 } }],
      days: [HELD, { $group: { _id: { day: DAY, currency: '$currency' }, uses: { $sum: 1 }, amount: { $sum: '$amount' } } },
        { $group: { _id: '$_id.day', uses: { $sum: '$uses' }, spent: { $push: { amount: '$amount', currency: '$_id.currency' } } } }, { $sort: { _id: -1 } }, { $limit: MAX_DAYS }],
    } }]);
    const { states, customers, spent, days } = found!;
    const of = (state: string) => states.find(({ _id }) => _id === state)?.n ?? 0;
    return {
      uses: of('held'), returned: of('returned'), customers: customers[0]?.n ?? 0, spent: spent.map(({ _id, amount }) => ({ amount, currency: _id })),
      days: days.map(({ _id, ...rest }) => ({ day: _id, ...rest })),
    };
  }

  /** Counters minus the orders that hold them: what does not cancel out is wrong. */
  async findMiscounted(): Promise<Array<{ _id: { promotionId: string; what: string }; difference: number }>> {
    const held = (field: string, what: unknown, difference: unknown) => [{ $match: { state: 'held', [`counted.${field}`]: true } }, { $project: { _id: 0, promotionId: field === 'promotion' ? '$promotionId' : field === 'code' ? '$code' : { $concat: ['$promotionId', ':', '$customerKey'] }, what, difference } }];
    const heldByMailbox = [{ $match: { state: 'held', 'counted.customer': true, mailboxKey: { $type: 'string' } } }, { $project: { _id: 0, promotionId: { $concat: ['$promotionId', ':', '$mailboxKey'] }, what: { $literal: 'customer' }, difference: { $literal: 1 } } }];
    const rows = (what: string) => ({ promotionId: '$_id', what: { $literal: what }, difference: minus('$uses'), _id: 0 });
    return this.counters.aggregate<{ _id: { promotionId: string; what: string }; difference: number }>([
      { $project: rows('uses') },
      { $unionWith: { coll: 'promotion_redemptions', pipeline: held('promotion', { $literal: 'uses' }, { $literal: 1 }) } },
      { $unionWith: { coll: 'promotion_counters', pipeline: [
        { $project: { _id: 1, spent: { $objectToArray: '$spent' } } }, { $unwind: '$spent' }, { $project: { _id: 0, promotionId: '$_id', what: '$spent.k', difference: minus('$spent.v') } },
      ] } },
      { $unionWith: { coll: 'promotion_redemptions', pipeline: held('promotion', '$currency', '$amount') } },
      { $unionWith: { coll: 'promotion_customers', pipeline: [{ $project: rows('customer') }] } },
      { $unionWith: { coll: 'promotion_redemptions', pipeline: held('customer', { $literal: 'customer' }, { $literal: 1 }) } },
      { $unionWith: { coll: 'promotion_redemptions', pipeline: heldByMailbox } },
      { $unionWith: { coll: 'promotion_codes', pipeline: [{ $match: { uses: { $ne: 0 } } }, { $project: { ...rows('code'), promotionId: '$code' } }] } },
      { $unionWith: { coll: 'promotion_redemptions', pipeline: held('code', { $literal: 'code' }, { $literal: 1 }) } },
      { $group: { _id: { promotionId: '$promotionId', what: '$what' }, difference: { $sum: '$difference' } } },
      { $match: { difference: { $ne: 0 } } }, { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
  }

  async findBeyondLimits(name: string): Promise<Violation[]> {
    const isOver = { $gt: ['$uses', '$limit'] };
    const spentIn = (currency: string) => ({ $sum: { $map: {
      input: { $filter: { input: { $objectToArray: '$spent' }, as: 'spent', cond: { $eq: ['$$spent.k', currency] } } }, as: 'spent', in: '$$spent.v',
    } } });
    const overspent = { $anyElementTrue: { $map: { input: { $objectToArray: { $ifNull: ['$budget', {}] } }, as: 'budget', in: { $gt: [spentIn('$$budget.k'), '$$budget.v'] } } } };
    const counters = await this.counters.find({ $expr: { $or: [{ $and: [{ $ne: ['$limit', null] }, isOver] }, overspent] } }).limit(MAX_FOUND).lean();
    const customers = await this.customers.find({ $expr: isOver }).limit(MAX_FOUND).lean();
    const codes = await this.codes.find({ maxUses: { $ne: null }, $expr: { $gt: ['$uses', '$maxUses'] } }).limit(MAX_FOUND).lean();
    return [
      ...counters.map(({ _id, uses, limit, spent, budget }) => ({ invariant: name, subject: `promotion:${_id}`, detail: `${uses} uses of ${limit ?? 'any'}, spent ${JSON.stringify(spent)} of ${JSON.stringify(budget)}` })),
      ...customers.map(({ _id, uses, limit }) => ({ invariant: name, subject: `promotion:${_id}`, detail: `${uses} uses of ${limit} by one customer` })),
      ...codes.map(({ code, uses, maxUses }) => ({ invariant: name, subject: `code:${code}`, detail: `${uses} uses of ${maxUses}` })),
    ];
  }

  /** For the auditor of orders: which promotions each of them holds. */
  async heldBy(orderIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = await this.redemptions.find({ orderId: { $in: [...orderIds] }, state: 'held' }, { orderId: 1, promotionId: 1 }).lean();
    const held = new Map<string, string[]>();
    for (const { orderId, promotionId } of found) held.set(orderId, [...held.get(orderId) ?? [], promotionId]);
    return held;
  }

  /** All orders that hold something, for those that do not exist. */
  async *ordersThatHold(batch: number): AsyncGenerator<string[]> {
    let ids: string[] = [];
    for await (const { orderId } of this.redemptions.find({ state: 'held' }, { orderId: 1 }).sort({ orderId: 1 }).lean().cursor({ batchSize: batch })) {
      ids.push(orderId);
      if (ids.length < batch) continue;
      yield ids;
      ids = [];
    }
    if (ids.length > 0) yield ids;
  }
}
