import type { Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Interaction } from './interactions.js';
import { interactionDayModel, interactionModel, type InteractionRow } from './loyalty.model.js';

const MAX_FOUND = 100;
const LOST = 'These points were decided at the same moment.';

export class InteractionRepository {
  private readonly interactions;
  private readonly days;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.interactions = interactionModel(connection);
    this.days = interactionDayModel(connection);
    // The auditor compares them with the ledger; without the account their id is nobody's.
    this.personalData = ownedRows(this.interactions, { name: 'pointsInteractions', erase: 'keep' });
  }

  async find(thing: string): Promise<Interaction | null> {
    const found = await this.interactions.findById(thing).lean();
    return found && toInteraction(found);
  }

  async findMany(things: readonly string[]): Promise<Interaction[]> {
    return (await this.interactions.find({ _id: { $in: things as string[] } }).lean()).map(toInteraction);
  }

  async insert({ thing, ...interaction }: Interaction): Promise<void> {
    await orLostRace(() => this.interactions.insertMany([{ ...interaction, _id: thing }], { lean: true }), LOST);
  }

  /** Refuses when it was told of anew meanwhile. */
  async save({ thing, version }: Interaction, changes: Partial<Interaction>): Promise<void> {
    const { matchedCount } = await this.interactions.updateOne({ _id: thing, version }, { $set: changes });
    if (matchedCount === 0) throw new ConcurrentChange(LOST);
  }

  /** How many points were asked for on this day before these, given or not. Inside the transaction that gives them. */
  async ask(userId: string, day: string, points: number, at: Date): Promise<number> {
    const before = await orLostRace(() => this.days.findOneAndUpdate({ _id: `${userId}:${day}` }, { $inc: { points }, $setOnInsert: { at } }, { upsert: true, returnDocument: 'before' }).lean(), LOST);
    return before?.points ?? 0;
  }

  /** For the auditor: what each thing has in the ledger is what was decided of it. */
  async findUnlikeLedger(): Promise<Array<{ _id: string; difference: number }>> {
    return this.interactions.aggregate<{ _id: string; difference: number }>([
      { $project: { difference: { $cond: ['$isGiven', { $multiply: [-1, '$points'] }, 0] } } },
      { $unionWith: { coll: 'points_ledger', pipeline: [{ $match: { thing: { $exists: true }, kind: { $ne: 'settlement' } } }, { $project: { _id: '$thing', difference: '$points' } }] } },
      { $group: { _id: '$_id', difference: { $sum: '$difference' } } }, { $match: { difference: { $ne: 0 } } }, { $limit: MAX_FOUND },
    ] as never).option({ readConcern: { level: 'snapshot' }, allowDiskUse: true });
  }
}

const toInteraction = ({ _id, ...row }: InteractionRow): Interaction => ({ thing: _id, ...row });
