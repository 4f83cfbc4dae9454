import type { Connection, mongo } from 'mongoose';
import { dayOf, startOf } from '../../shared/days.js';
import { FEWEST, type DayTally, type QueryTally, type Searched, type Tally } from './search-analytics.js';
import { searchOutcomeModel, searchTallyModel } from './search-analytics.model.js';

export type Span = Readonly<{ from: string; to: string; channel: string | undefined }>;
export type Ranking = Readonly<{ by: 'searches' | 'empty' | 'unclicked'; limit: number }>;
type Failure = { code?: number; result?: mongo.BulkWriteResult };

const DUPLICATE = 11_000;
const FIELDS = ['searches', 'empty', 'click', 'cart', 'purchase', 'positions'] as const;
const SUMS = Object.fromEntries(FIELDS.map((field) => [field, { $sum: `$${field}` }]));

export class SearchAnalyticsRepository {
  private readonly tallies;
  private readonly outcomes;

  constructor(private readonly connection: Connection) {
    this.tallies = searchTallyModel(connection);
    this.outcomes = searchOutcomeModel(connection);
  }

  isReachable(): boolean {
    return this.connection.readyState === 1;
  }

  /** One write for all of them. */
  async add(items: ReadonlyArray<Searched & { tally: Partial<Tally> }>): Promise<void> {
    if (items.length === 0) return;
    await this.tallies.bulkWrite(items.map(({ day, channel, words, tally }) => ({
      updateOne: { filter: { _id: `${day}|${channel}|${words}` }, upsert: true, update: { $inc: tally, $setOnInsert: { day: startOf(day), channel, words } } },
    })), { ordered: false });
  }

  /** Which of these were not known before: each is answered to one caller only, whoever else sends it meanwhile. */
  async remember(keys: readonly string[], expiresAt: Date): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const writes = keys.map((key) => ({ updateOne: { filter: { _id: key }, upsert: true, update: { $setOnInsert: { expiresAt } } } }));
    const { upsertedIds = {} } = await this.outcomes.bulkWrite(writes, { ordered: false }).catch((error: Failure) => {
      if (error.code === DUPLICATE && error.result) return error.result;
      throw error;
    });
    return new Set(Object.values(upsertedIds).map(String));
  }

  async byDay({ from, to, channel }: Span): Promise<DayTally[]> {
    const found = await this.tallies.aggregate<Tally & { _id: Date }>([{ $match: matching({ from, to, channel }) }, { $group: { _id: '$day', ...SUMS } }, { $sort: { _id: 1 } }]);
    return found.map(({ _id, ...tally }) => ({ ...tally, day: dayOf(_id) }));
  }

  async byWords(span: Span, { by, limit }: Ranking): Promise<QueryTally[]> {
    const worth = by === 'unclicked' ? { $subtract: ['$searches', '$click'] } : `$${by}`;
    const found = await this.tallies.aggregate<Tally & { _id: string }>([
      { $match: matching(span) }, { $group: { _id: '$words', ...SUMS } }, { $match: { searches: { $gte: FEWEST } } },
      { $set: { worth } }, { $match: { worth: { $gt: 0 } } }, { $sort: { worth: -1, _id: 1 } }, { $limit: limit }, { $unset: 'worth' },
    ]);
    return found.map(({ _id, ...tally }) => ({ ...tally, words: _id }));
  }
}

const matching = ({ from, to, channel }: Span) => ({ day: { $gte: startOf(from), $lte: startOf(to) }, ...(channel !== undefined && { channel }) });
