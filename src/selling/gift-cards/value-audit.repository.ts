import type { Connection } from 'mongoose';
import { accountModel, entryModel } from './gift-cards.model.js';

const MAX_FOUND = 100;
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;

/** Whole-set questions, added up inside the database. */
export class ValueAuditRepository {
  private readonly accounts;
  private readonly entries;

  constructor(connection: Connection) {
    this.accounts = accountModel(connection);
    this.entries = entryModel(connection);
  }

  /** The ledger minus the accounts: what does not cancel out is wrong. */
  async findUnlikeLedger(): Promise<Array<{ _id: string; off: number }>> {
    return this.accounts.aggregate<{ _id: string; off: number }>([
      { $project: { off: { $multiply: [-1, '$balance'] } } },
      { $unionWith: { coll: 'value_ledger', pipeline: [{ $project: { _id: '$accountId', off: '$amount' } }] } },
      { $group: { _id: '$_id', off: { $sum: '$off' } } }, { $match: { off: { $ne: 0 } } }, { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
  }

  async findNegative(): Promise<Array<{ _id: string; balance: number }>> {
    return this.accounts.find({ balance: { $lt: 0 } }, { balance: 1 }).limit(MAX_FOUND).lean();
  }

  /** What each order took from accounts and has not given back, in slices of orders. */
  async *tenderedByOrder(size: number): AsyncGenerator<Map<string, { spent: number; left: number }>> {
    for (let after = ''; ;) {
      const found = await this.entries.aggregate<{ _id: string; spent: number; left: number }>([
        { $match: { orderId: { $exists: true, $gt: after }, kind: { $in: ['spend', 'give_back', 'refund'] } } },
        { $group: { _id: '$orderId', left: { $sum: { $multiply: [-1, '$amount'] } }, spent: { $sum: { $cond: [{ $eq: ['$kind', 'spend'] }, { $multiply: [-1, '$amount'] }, 0] } } } },
        { $sort: { _id: 1 } }, { $limit: size },
      ]).option(ONE_MOMENT);
      if (found.length === 0) return;
      yield new Map(found.map(({ _id, spent, left }) => [_id, { spent, left }]));
      after = found.at(-1)!._id;
    }
  }
}
