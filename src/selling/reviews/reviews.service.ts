import type { Actor } from '../../shared/actor.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { AlreadyDecided, AlreadyReviewed, NothingToAppeal, OwnReview, ReviewedProductNotFound, ReviewNotFound } from './reviews.errors.js';
import { concernsOf, FLAGS_THAT_HIDE, type Content, type Rating, type Review, type Verdict } from './reviews.js';
import type { ReviewFilter, ReviewRepository } from './reviews.repository.js';

export type ReviewDeps = Readonly<{
  reviews: ReviewRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; now: Clock;
  audit: (entry: { actor: Actor; action: string; subject: string; before?: unknown; after?: unknown }) => Promise<void>;
  isShown(productId: string, channel: string | null): Promise<boolean>;
  /** `orderId:itemId` of each line that this person bought of it. */
  purchasesOf(userId: string, productId: string): Promise<readonly string[]>;
  nameOf(userId: string): Promise<string>;
  refreshRating(productId: string): Promise<void>;
}>;
type Author = Readonly<{ userId: string }>;

export class ReviewService {
  constructor(private readonly deps: ReviewDeps) {}

  async list({ productId, channel }: { productId: string; channel: string | null }, filter: Pick<ReviewFilter, 'rating' | 'isVerified'>, query: PageQuery): Promise<Page<Review> & { rating: Rating & { stars: Record<string, number> } }> {
    if (!await this.deps.isShown(productId, channel)) throw new ReviewedProductNotFound();
    const [page, rating] = await Promise.all([this.deps.reviews.page({ ...filter, productId, status: 'published' }, query), this.deps.reviews.rating(productId)]);
    return { ...page, rating };
  }

  listOwn(userId: string, query: PageQuery): Promise<Page<Review>> {
    return this.deps.reviews.page({ userId }, query);
  }

  /** A purchase makes it verified. Without one there is one review of a product, and it says so. */
  async write({ userId, productId, channel, ...content }: Author & Content & { productId: string; channel: string | null }): Promise<Review> {
    if (!await this.deps.isShown(productId, channel)) throw new ReviewedProductNotFound();
    const bought = await this.deps.purchasesOf(userId, productId);
    const candidates = bought.length > 0 ? bought : [`product:${productId}`];
    const reviewed = await this.deps.reviews.purchasesReviewed(userId, candidates);
    const purchase = candidates.find((one) => !reviewed.has(one));
    if (purchase === undefined) throw new AlreadyReviewed();
    const authorName = await this.deps.nameOf(userId);
    const at = this.deps.now();
    const concerns = concernsOf(content);
    return this.changing(async () => {
      const review = await this.deps.reviews.insert({
        ...content, productId, userId, authorName, purchase, isVerified: bought.length > 0, concerns, status: concerns.length > 0 ? 'pending' : 'published', createdAt: at, updatedAt: at,
      });
      return [review, 'review.submitted'];
    });
  }

  change(id: string, { userId, ifMatch, ...content }: Author & Content & { ifMatch: number | undefined }): Promise<Review> {
    return this.changing(async () => {
      const review = await this.ofAuthor(id, userId);
      requireVersion(ifMatch, review.version);
      const concerns = concernsOf(content);
      // What a moderator took away does not come back by a change of words alone.
      const status = review.status === 'published' && concerns.length === 0 ? 'published' : 'pending';
      return [await this.deps.reviews.save(review, { ...content, concerns, status, updatedAt: this.deps.now() }), 'review.changed'];
    });
  }

  async delete(id: string, { userId, staff }: { userId: string | null; staff: boolean }): Promise<void> {
    await this.changing(async () => {
      const review = await this.find(id);
      if (!staff && review.userId !== userId) throw new ReviewNotFound();
      await this.deps.reviews.delete(review);
      return [review, 'review.deleted'];
    });
  }

  /** The last vote of a person counts, whatever the order in which parallel ones arrive. */
  async vote(id: string, { userId, isHelpful }: Author & { isHelpful: boolean }): Promise<Review> {
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const review = await this.published(id);
      if (review.userId === userId) throw new OwnReview();
      const before = await this.deps.reviews.vote(id, userId, isHelpful, this.deps.now());
      if (before === isHelpful) return review;
      const [to, from] = isHelpful ? ['helpful', 'unhelpful'] as const : ['unhelpful', 'helpful'] as const;
      return (await this.deps.reviews.count(id, { [to]: 1, ...(before !== null && { [from]: -1 }) }))!;
    }));
  }

  /** Enough different people hide it until a moderator has looked; what one has decided stays. */
  async flag(id: string, { userId, reason }: Author & { reason: string }): Promise<void> {
    await retryLostRace(() => this.deps.inTransaction(async () => {
      const review = await this.published(id);
      if (review.userId === userId) throw new OwnReview();
      if (!await this.deps.reviews.flag(id, userId, reason, this.deps.now())) return;
      const counted = (await this.deps.reviews.count(id, { flags: 1 }))!;
      if (counted.flags < FLAGS_THAT_HIDE || counted.decision) return;
      await this.settle(await this.deps.reviews.save(counted, { status: 'hidden', updatedAt: this.deps.now() }), 'review.hidden');
    }));
  }

  appeal(id: string, { userId, text }: Author & { text: string }): Promise<Review> {
    return this.changing(async () => {
      const review = await this.ofAuthor(id, userId);
      if (review.status !== 'rejected' || review.appeal) throw new NothingToAppeal();
      const at = this.deps.now();
      return [await this.deps.reviews.save(review, { appeal: { text, at }, status: 'pending', updatedAt: at }), 'review.appealed'];
    });
  }

  reply(id: string, { text, actor }: { text: string; actor: Actor }): Promise<Review> {
    return this.changing(async () => {
      const review = await this.find(id);
      const at = this.deps.now();
      await this.deps.audit({ actor, action: 'review.replied', subject: `review:${id}`, after: { text } });
      return [await this.deps.reviews.save(review, { reply: { text, at }, updatedAt: at }), 'review.replied'];
    });
  }

  /** Those that wait for a person: new ones with concerns, hidden ones, appeals; the longest waiting first. */
  queue(query: PageQuery): Promise<Page<Review>> {
    return this.deps.reviews.page({ status: ['pending', 'hidden'] }, query, 'updatedAt');
  }

  /** Of two moderators at once one decides, and the other is told. */
  decide(id: string, { verdict, reason, actor }: { verdict: Verdict; reason: string; actor: Actor }): Promise<Review> {
    return this.deps.inTransaction(async () => {
      const review = await this.find(id);
      if (review.status !== 'pending' && review.status !== 'hidden') throw new AlreadyDecided(review.status);
      const at = this.deps.now();
      const status = verdict === 'publish' ? 'published' : 'rejected';
      const decided = await this.deps.reviews.save(review, { status, decision: { by: actor.id, at, reason }, updatedAt: at });
      await this.deps.audit({ actor, action: `review.${status}`, subject: `review:${id}`, before: { status: review.status }, after: { status, reason } });
      await this.settle(decided, `review.${status}`);
      return decided;
    });
  }

  private async changing(work: () => Promise<[Review, string]>): Promise<Review> {
    return this.deps.inTransaction(async () => {
      const [review, event] = await work();
      await this.settle(review, event);
      return review;
    });
  }

  /** The event does once more what is done right after the commit, in case this process dies in between. */
  private async settle(review: Review, type: string): Promise<void> {
    const { id, productId, userId, status, rating, isVerified } = review;
    await this.deps.outbox.record({ type, aggregateId: id, data: { reviewId: id, productId, userId, status, rating, isVerified } });
    await afterCommit(() => this.deps.refreshRating(productId));
  }

  private async find(id: string): Promise<Review> {
    const review = await this.deps.reviews.find(id);
    if (!review) throw new ReviewNotFound();
    return review;
  }

  private async published(id: string): Promise<Review> {
    const review = await this.find(id);
    if (review.status !== 'published') throw new ReviewNotFound();
    return review;
  }

  private async ofAuthor(id: string, userId: string): Promise<Review> {
    const review = await this.find(id);
    if (review.userId !== userId) throw new ReviewNotFound();
    return review;
  }
}
