import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { AlreadyReviewed } from './reviews.errors.js';
import { ratingOf, type Rating, type Review, type ReviewStatus } from './reviews.js';
import { flagModel, reviewModel, voteModel, type ReviewRow } from './reviews.model.js';

type Stored = ReviewRow & { _id: Types.ObjectId };
export type NewReview = Omit<Review, 'id' | 'version' | 'helpful' | 'unhelpful' | 'flags'>;
export type ReviewFilter = Readonly<{ productId?: string; status?: ReviewStatus | readonly ReviewStatus[]; userId?: string; rating?: number; isVerified?: boolean }>;

export class ReviewRepository {
  private readonly reviews;
  private readonly votes;
  private readonly flags;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.reviews = reviewModel(connection);
    this.votes = voteModel(connection);
    this.flags = flagModel(connection);
    // What was said of a product stays, by nobody.
    this.personalData = {
      ...ownedRows(this.reviews, { name: 'reviews', erase: 'keep' }),
      erase: async ({ userId }) => (await this.reviews.updateMany({ userId }, { $set: { authorName: 'Somebody' } })).modifiedCount,
    };
  }

  async insert(review: NewReview): Promise<Review> {
    const row: Stored = { ...review, _id: new Types.ObjectId(), productId: new Types.ObjectId(review.productId), helpful: 0, unhelpful: 0, flags: 0, version: 1 };
    try {
      await this.reviews.insertMany([row], { lean: true });
      return toReview(row);
    } catch (error) {
      if (duplicateKeyOf(error)) throw new AlreadyReviewed();
      throw error;
    }
  }

  async find(id: string): Promise<Review | null> {
    const found = await this.reviews.findOne({ _id: new Types.ObjectId(id) }).lean<Stored>();
    return found && toReview(found);
  }

  /** Which purchases of this person are reviewed already. */
  async purchasesReviewed(userId: string, purchases: readonly string[]): Promise<Set<string>> {
    const found = await this.reviews.find({ userId, purchase: { $in: [...purchases] } }, { purchase: 1 }).lean();
    return new Set(found.map(({ purchase }) => purchase));
  }

  async page({ productId, status, ...filter }: ReviewFilter, query: PageQuery, fallbackSort = '-createdAt'): Promise<Page<Review>> {
    const page = await findPage<ReviewRow>(this.reviews as never, {
      filter: { ...filter, ...(productId !== undefined && { productId: new Types.ObjectId(productId) }), ...(status !== undefined && { status: typeof status === 'string' ? status : { $in: [...status] } }) },
      query, fallbackSort,
    });
    return { ...page, items: page.items.map(toReview) };
  }

  /** Refuses when the review has changed since it was read. */
  async save({ id, version, ...review }: Review, changes: Partial<Review>): Promise<Review> {
    const { id: _id, productId: _p, version: _v, ...set } = changes;
    const { matchedCount } = await this.reviews.updateOne({ _id: new Types.ObjectId(id), version }, { $set: set, $inc: { version: 1 } });
    if (matchedCount === 0) throw new ConcurrentChange('The review changed meanwhile. Read it again.', { reviewId: id });
    return { ...review, ...changes, id, version: version + 1 };
  }

  async delete({ id, version }: Review): Promise<void> {
    const { deletedCount } = await this.reviews.deleteOne({ _id: new Types.ObjectId(id), version });
    if (deletedCount === 0) throw new ConcurrentChange('The review changed meanwhile. Read it again.', { reviewId: id });
    await this.votes.deleteMany({ reviewId: new Types.ObjectId(id) });
    await this.flags.deleteMany({ reviewId: new Types.ObjectId(id) });
  }

  /** What this person thought before, null for nothing yet. Inside the transaction that counts the vote. */
  async vote(reviewId: string, userId: string, isHelpful: boolean, at: Date): Promise<boolean | null> {
    const before = await this.votes.findOneAndUpdate({ reviewId: new Types.ObjectId(reviewId), userId }, { $set: { isHelpful, at } }, { upsert: true, returnDocument: 'before' }).lean();
    return before?.isHelpful ?? null;
  }

  async count(reviewId: string, difference: Partial<Record<'helpful' | 'unhelpful' | 'flags', number>>): Promise<Review | null> {
    const found = await this.reviews.findOneAndUpdate({ _id: new Types.ObjectId(reviewId) }, { $inc: difference }, { returnDocument: 'after' }).lean<Stored>();
    return found && toReview(found);
  }

  /** False when this person has flagged it before. */
  async flag(reviewId: string, userId: string, reason: string, at: Date): Promise<boolean> {
    const { upsertedCount } = await this.flags.updateOne({ reviewId: new Types.ObjectId(reviewId), userId }, { $setOnInsert: { reason, at } }, { upsert: true });
    return upsertedCount === 1;
  }

  async rating(productId: string): Promise<Rating & { stars: Record<string, number> }> {
    const stars = await this.reviews.aggregate<{ _id: number; count: number }>([
      { $match: { productId: new Types.ObjectId(productId), status: 'published' } }, { $group: { _id: '$rating', count: { $sum: 1 } } },
    ]);
    return { ...ratingOf(stars.map(({ _id, count }) => ({ rating: _id, count }))), stars: Object.fromEntries([1, 2, 3, 4, 5].map((star) => [star, stars.find(({ _id }) => _id === star)?.count ?? 0])) };
  }

  /** For the auditor: counters of reviews that are not what the votes and flags say. */
  async findMiscounted(): Promise<Array<{ id: string; detail: string }>> {
    const wrong = await this.reviews.aggregate<{ _id: Types.ObjectId; helpful: number; unhelpful: number; flags: number; votes: boolean[]; flagged: number }>([
      { $lookup: { from: 'review_votes', localField: '_id', foreignField: 'reviewId', as: 'v' } },
      { $lookup: { from: 'review_flags', localField: '_id', foreignField: 'reviewId', as: 'f' } },
      { $project: { helpful: 1, unhelpful: 1, flags: 1, votes: '$v.isHelpful', flagged: { $size: '$f' } } },
    ]);
    return wrong.flatMap(({ _id, helpful, unhelpful, flags, votes, flagged }) => {
      const counted = [votes.filter(Boolean).length, votes.filter((vote) => !vote).length, flagged];
      return counted.join() === [helpful, unhelpful, flags].join() ? [] : [{ id: _id.toHexString(), detail: `says ${helpful}/${unhelpful}/${flags}, counted ${counted.join('/')}` }];
    });
  }

  /** For the auditor: published reviews by product. */
  async ratings(): Promise<Map<string, Rating>> {
    const found = await this.reviews.aggregate<{ _id: Types.ObjectId; stars: Array<{ rating: number; count: number }> }>([
      { $match: { status: 'published' } }, { $group: { _id: { product: '$productId', rating: '$rating' }, count: { $sum: 1 } } },
      { $group: { _id: '$_id.product', stars: { $push: { rating: '$_id.rating', count: '$count' } } } },
    ]);
    return new Map(found.map(({ _id, stars }) => [_id.toHexString(), ratingOf(stars)]));
  }
}

function toReview({ _id, productId, ...row }: Stored): Review {
  return { ...row, id: _id.toHexString(), productId: productId.toHexString() };
}
