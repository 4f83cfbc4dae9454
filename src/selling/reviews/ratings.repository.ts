import { Types, type Connection } from 'mongoose';
import { toContribution } from './contributions.repository.js';
import { ratingOf, starsOf, type Contribution, type Rating, type Stars } from './reviews.js';
import { contributionModel, type ContributionRow } from './reviews.model.js';

const STEP = 1_000;
const PUBLISHED = { status: 'published' } as const;

/** What reviews come to, and for the auditor whether the counters are what was counted. */
export class RatingRepository {
  private readonly contributions;

  constructor(connection: Connection) {
    this.contributions = contributionModel(connection);
  }

  async ofProduct(productId: string): Promise<{ total: Stars; rating: Rating & { stars: Record<string, number> } }> {
    const stars = await this.contributions.aggregate<{ _id: number; count: number }>([
      { $match: { ...PUBLISHED, productId: new Types.ObjectId(productId) } }, { $group: { _id: '$rating', count: { $sum: 1 } } },
    ]);
    const total = starsOf(stars.map(({ _id, count }) => ({ rating: _id, count })));
    return { total, rating: { ...ratingOf(total), stars: Object.fromEntries([1, 2, 3, 4, 5].map((star) => [star, stars.find(({ _id }) => _id === star)?.count ?? 0])) } };
  }

  /** By product. */
  async all(): Promise<Map<string, Stars>> {
    const found = await this.contributions.aggregate<Stars & { _id: Types.ObjectId }>([
      { $match: { ...PUBLISHED, productId: { $exists: true } } }, { $group: { _id: '$productId', sum: { $sum: '$rating' }, count: { $sum: 1 } } },
    ]);
    return new Map(found.map(({ _id, sum, count }) => [_id.toHexString(), { sum, count }]));
  }

  /** Counters that are not what the votes and flags say. */
  async findMiscounted(): Promise<Array<{ id: string; kind: string; detail: string }>> {
    const wrong = await this.contributions.aggregate<{ _id: Types.ObjectId; kind?: string; helpful: number; unhelpful: number; flags: number; votes: boolean[]; flagged: number }>([
      { $lookup: { from: 'review_votes', localField: '_id', foreignField: 'reviewId', as: 'v' } },
      { $lookup: { from: 'review_flags', localField: '_id', foreignField: 'reviewId', as: 'f' } },
      { $project: { kind: 1, helpful: 1, unhelpful: 1, flags: 1, votes: '$v.isHelpful', flagged: { $size: '$f' } } },
    ]);
    return wrong.flatMap(({ _id, kind = 'review', helpful, unhelpful, flags, votes, flagged }) => {
      const counted = [votes.filter(Boolean).length, votes.filter((vote) => !vote).length, flagged];
      return counted.join() === [helpful, unhelpful, flags].join() ? [] : [{ id: _id.toHexString(), kind, detail: `says ${helpful}/${unhelpful}/${flags}, counted ${counted.join('/')}` }];
    });
  }

  /** What may have points to show for it, a thousand at a time. */
  async* earning(): AsyncGenerator<Contribution[]> {
    for (let last = new Types.ObjectId('000000000000000000000000'); ;) {
      const found = await this.contributions.find({ earns: true, _id: { $gt: last } }).sort({ _id: 1 }).limit(STEP).lean<Array<ContributionRow & { _id: Types.ObjectId }>>();
      if (found.length === 0) return;
      yield found.map(toContribution);
      last = found.at(-1)!._id;
    }
  }
}
