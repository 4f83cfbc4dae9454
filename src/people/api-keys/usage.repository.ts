import type { Connection } from 'mongoose';
import { dayOf, startOf } from '../../shared/days.js';
import { ANSWER_CLASSES, type AnswerClass, type Usage } from './usage.js';
import { usageModel } from './usage.model.js';

/** What one process counted so far for one key, day and group. */
export type Tally = Readonly<{ keyId: string; day: string; group: string; counts: Readonly<Partial<Record<AnswerClass, number>>> }>;

export class UsageRepository {
  private readonly usage;

  constructor(private readonly connection: Connection) {
    this.usage = usageModel(connection);
  }

  isReachable(): boolean {
    return this.connection.readyState === 1;
  }

  /**
   * Each process has rows of its own and writes what it counted so far, never what was added: a write that is repeated, or
   * overtaken by a later one, changes nothing.
   */
  async save(writer: string, tallies: readonly Tally[]): Promise<void> {
    await this.usage.bulkWrite(tallies.map(({ keyId, day, group, counts }) => ({
      updateOne: {
        filter: { _id: `${keyId}|${day}|${group}|${writer}` }, upsert: true,
        update: { $max: Object.fromEntries(Object.entries(counts).map(([name, count]) => [`counts.${name}`, count])), $setOnInsert: { keyId, day: startOf(day), group } },
      },
    })), { ordered: false });
  }

  async read(keyId: string, from: string, to: string): Promise<Usage[]> {
    const rows = await this.usage.aggregate<{ _id: { day: Date; group: string } } & Record<AnswerClass, number>>([
      { $match: { keyId, day: { $gte: startOf(from), $lte: startOf(to) } } },
      { $group: { _id: { day: '$day', group: '$group' }, ...Object.fromEntries(ANSWER_CLASSES.map((name) => [name, { $sum: `$counts.${name}` }])) } },
      { $sort: { '_id.day': 1, '_id.group': 1 } },
    ]);
    return rows.map(({ _id: { day, group }, ...sums }) => ({
      day: dayOf(day), group, requests: ANSWER_CLASSES.reduce((so, name) => so + sums[name], 0),
      answers: Object.fromEntries(ANSWER_CLASSES.filter((name) => sums[name] > 0).map((name) => [name, sums[name]])),
    }));
  }
}
