import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { AlreadyAnswered, AlreadyReviewed } from './reviews.errors.js';
import type { Contribution, Kind, Status } from './reviews.js';
import { contributionModel, flagModel, voteModel, type ContributionRow } from './reviews.model.js';

type Stored = ContributionRow & { _id: Types.ObjectId };
export type NewContribution = Omit<Contribution, 'id' | 'version' | 'helpful' | 'unhelpful' | 'flags' | 'history' | 'mediaIds' | 'earns'>;
export type Filter = Readonly<{ kind?: Kind; productId?: string; questionId?: string; status?: Status | readonly Status[]; userId?: string; rating?: number; isVerified?: boolean }>;

/** Reviews from before there was anything else have no kind; with a product they need none. */
const placeOf = ({ kind, productId }: Pick<Filter, 'kind' | 'productId'>) => {
  const at = productId === undefined ? null : new Types.ObjectId(productId);
  if (kind === 'review') return at ? { productId: at } : { kind: { $nin: ['question', 'answer'] } };
  return { ...(kind && { kind }), ...(at && { askedOf: at }) };
};

export class ContributionRepository {
  private readonly contributions;
  private readonly votes;
  private readonly flags;
  readonly exported: PersonalData['export'];

  constructor(connection: Connection) {
    this.contributions = contributionModel(connection);
    this.votes = voteModel(connection);
    this.flags = flagModel(connection);
    this.exported = ownedRows(this.contributions, { name: 'reviews', erase: 'keep' }).export;
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ productId, questionId, ...contribution }: NewContribution, id = this.newId()): Promise<Contribution> {
    const row: Stored = {
      ...contribution, _id: new Types.ObjectId(id), ...(contribution.kind === 'review' ? { productId: new Types.ObjectId(productId) } : { askedOf: new Types.ObjectId(productId) }), ...(questionId !== undefined && { questionId: new Types.ObjectId(questionId) }),
      helpful: 0, unhelpful: 0, flags: 0, history: [], mediaIds: [], earns: true, version: 1,
    };
    try {
      await this.contributions.insertMany([row], { lean: true });
      return toContribution(row);
    } catch (error) {
      if (duplicateKeyOf(error)) throw contribution.kind === 'answer' ? new AlreadyAnswered() : new AlreadyReviewed();
      throw error;
    }
  }

  async find(id: string): Promise<Contribution | null> {
    const found = await this.contributions.findOne({ _id: new Types.ObjectId(id) }).lean<Stored>();
    return found && toContribution(found);
  }

  /** Which of these this person has spoken of already. */
  async spokenOf(userId: string, purchases: readonly string[]): Promise<Set<string>> {
    const found = await this.contributions.find({ userId, purchase: { $in: [...purchases] } }, { purchase: 1 }).lean();
    return new Set(found.map(({ purchase }) => purchase));
  }

  async page({ kind, productId, questionId, status, ...filter }: Filter, query: PageQuery, fallbackSort = '-createdAt'): Promise<Page<Contribution>> {
    const page = await findPage<ContributionRow>(this.contributions as never, {
      filter: {
        ...filter, ...placeOf({ ...(kind && { kind }), ...(productId !== undefined && { productId }) }), ...(questionId !== undefined && { questionId: new Types.ObjectId(questionId) }),
        ...(status !== undefined && { status: typeof status === 'string' ? status : { $in: [...status] } }),
      },
      query, fallbackSort,
    });
    return { ...page, items: page.items.map((row) => toContribution(row as Stored)) };
  }

  /** How many published answers each of these questions has. */
  async answered(questionIds: readonly string[]): Promise<Map<string, number>> {
    if (questionIds.length === 0) return new Map();
    const found = await this.contributions.aggregate<{ _id: Types.ObjectId; count: number }>([
      { $match: { questionId: { $in: questionIds.map((id) => new Types.ObjectId(id)) }, status: 'published' } }, { $group: { _id: '$questionId', count: { $sum: 1 } } },
    ]);
    return new Map(found.map(({ _id, count }) => [_id.toHexString(), count]));
  }

  async answersOf(questionId: string): Promise<Contribution[]> {
    return (await this.contributions.find({ questionId: new Types.ObjectId(questionId) }).sort({ _id: 1 }).lean<Stored[]>()).map(toContribution);
  }

  /** Refuses when it has changed since it was read. */
  async save({ id, version, ...before }: Contribution, changes: Partial<Contribution>): Promise<Contribution> {
    const { id: _id, productId: _p, questionId: _q, version: _v, ...set } = changes;
    const { matchedCount } = await this.contributions.updateOne({ _id: new Types.ObjectId(id), version }, { $set: set, $inc: { version: 1 } });
    if (matchedCount === 0) throw changed(before.kind, id);
    return { ...before, ...changes, id, version: version + 1 };
  }

  async delete({ id, version, kind }: Contribution): Promise<void> {
    const { deletedCount } = await this.contributions.deleteOne({ _id: new Types.ObjectId(id), version });
    if (deletedCount === 0) throw changed(kind, id);
    await this.votes.deleteMany({ reviewId: new Types.ObjectId(id) });
    await this.flags.deleteMany({ reviewId: new Types.ObjectId(id) });
  }

  /** What this person thought before, null for nothing yet. Inside the transaction that counts the vote. */
  async vote(id: string, userId: string, isHelpful: boolean, at: Date): Promise<boolean | null> {
    const before = await this.votes.findOneAndUpdate({ reviewId: new Types.ObjectId(id), userId }, { $set: { isHelpful, at } }, { upsert: true, returnDocument: 'before' }).lean();
    return before?.isHelpful ?? null;
  }

  async count(id: string, difference: Partial<Record<'helpful' | 'unhelpful' | 'flags', number>>): Promise<Contribution | null> {
    const found = await this.contributions.findOneAndUpdate({ _id: new Types.ObjectId(id) }, { $inc: difference }, { returnDocument: 'after' }).lean<Stored>();
    return found && toContribution(found);
  }

  /** False when this person has flagged it before. */
  async flag(id: string, userId: string, reason: string, at: Date): Promise<boolean> {
    const { upsertedCount } = await this.flags.updateOne({ reviewId: new Types.ObjectId(id), userId }, { $setOnInsert: { reason, at } }, { upsert: true });
    return upsertedCount === 1;
  }

  async ofAuthor(userId: string): Promise<Contribution[]> {
    return (await this.contributions.find({ userId }).sort({ _id: -1 }).lean<Stored[]>()).map(toContribution);
  }

  /** What was said stays, by nobody. Answers how many. */
  async forgetAuthor(userId: string): Promise<number> {
    return (await this.contributions.updateMany({ userId }, { $set: { authorName: 'Somebody' } })).modifiedCount;
  }
}

const changed = (kind: Kind, id: string) => new ConcurrentChange(`The ${kind} changed meanwhile. Read it again.`, { [`${kind}Id`]: id });

export function toContribution({ _id, productId, askedOf, questionId, kind = 'review', history = [], mediaIds = [], earns = false, ...row }: Stored): Contribution {
  return { ...row, id: _id.toHexString(), kind, productId: (productId ?? askedOf!).toHexString(), ...(questionId && { questionId: questionId.toHexString() }), history, mediaIds, earns };
}
