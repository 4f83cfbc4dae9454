import type { Connection } from 'mongoose';
import { accountModel, ledgerModel } from './loyalty.model.js';

const MAX_FOUND = 100;
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;
const EARNED = ['accrual', 'clawback', 'debt'];
const OWED = ['debt', 'interaction_debt'];

export type PointsDifference = { _id: string; balance: number; lifetime: number; debt: number };
const minus = (field: string) => ({ $multiply: [-1, field] });
const when = (condition: object, value: unknown) => ({ $cond: [condition, value, 0] });
const isKind = (...kinds: string[]) => ({ $in: ['$kind', kinds] });

/** The ledger minus the accounts, added up inside the database: what does not cancel out is wrong. */
export class LoyaltyAuditRepository {
  private readonly accounts;
  private readonly ledger;

  constructor(connection: Connection) {
    this.accounts = accountModel(connection);
    this.ledger = ledgerModel(connection);
  }

  async findUnlikeLedger(): Promise<PointsDifference[]> {
    const rows = [{ $project: {
      _id: '$userId', balance: when({ $not: isKind(...OWED) }, '$points'), lifetime: when(isKind(...EARNED), '$points'),
      debt: { $add: [when(isKind(...OWED), minus('$points')), when(isKind('settlement'), '$points')] },
    } }];
    return this.accounts.aggregate<PointsDifference>([
      { $project: { balance: minus('$balance'), lifetime: minus('$lifetime'), debt: minus('$debt') } },
      { $unionWith: { coll: 'points_ledger', pipeline: rows } },
      { $group: { _id: '$_id', balance: { $sum: '$balance' }, lifetime: { $sum: '$lifetime' }, debt: { $sum: '$debt' } } },
      { $match: { $or: [{ balance: { $ne: 0 } }, { lifetime: { $ne: 0 } }, { debt: { $ne: 0 } }] } },
      { $limit: MAX_FOUND },
    ] as never).option(ONE_MOMENT);
  }

  async findNegative(): Promise<PointsDifference[]> {
    return this.accounts.find({ $or: [{ balance: { $lt: 0 } }, { lifetime: { $lt: 0 } }, { debt: { $lt: 0 } }] }).limit(MAX_FOUND).lean();
  }

  async findRepeated(): Promise<Array<{ _id: { orderId: string; kind: string }; times: number }>> {
    return this.ledger.aggregate<{ _id: { orderId: string; kind: string }; times: number }>([
      { $match: { orderId: { $exists: true } } },
      { $group: { _id: { orderId: '$orderId', kind: '$kind', part: '$part' }, times: { $sum: 1 } } },
      { $match: { times: { $gt: 1 } } }, { $limit: MAX_FOUND },
    ]).option(ONE_MOMENT);
  }

  /** Orders that lost more points than they gave. */
  async findOvertaken(): Promise<Array<{ _id: string; left: number }>> {
    return this.ledger.aggregate<{ _id: string; left: number }>([
      { $match: { orderId: { $exists: true }, kind: { $in: EARNED } } },
      { $group: { _id: '$orderId', left: { $sum: '$points' } } },
      { $match: { left: { $lt: 0 } } }, { $limit: MAX_FOUND },
    ]).option(ONE_MOMENT);
  }
}
