import type { Actor } from '../../shared/actor.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { ContributionDeps, ContributionService } from './contributions.service.js';
import type { Filter } from './contributions.repository.js';
import type { RatingRepository } from './ratings.repository.js';
import { AlreadyReviewed, ContributionNotFound, ReviewedProductNotFound, TooManyMedia } from './reviews.errors.js';
import { MAX_MEDIA, type Content, type Contribution, type Official, type Rating } from './reviews.js';
import type { Screen } from './screen.js';

export type ReviewDeps = ContributionDeps & Readonly<{
  common: ContributionService; ratings: RatingRepository; screen: Screen;
  isShown(productId: string, channel: string | null): Promise<boolean>;
  /** `orderId:itemId` of each line that this person bought of it. */
  purchasesOf(userId: string, productId: string): Promise<readonly string[]>;
  nameOf(userId: string): Promise<string>;
  /** Refuses files that are not this person's, not ready, or shown elsewhere. Inside the transaction that shows them. */
  requireFree(mediaIds: readonly string[], userId: string): Promise<void>;
}>;
type Author = Readonly<{ userId: string }>;
type InChannel = Readonly<{ productId: string; channel: string | null }>;

export class ReviewService {
  constructor(private readonly deps: ReviewDeps) {}

  async list({ productId, channel }: InChannel, filter: Pick<Filter, 'rating' | 'isVerified'>, query: PageQuery): Promise<Page<Contribution> & { rating: Rating & { stars: Record<string, number> } }> {
    if (!await this.deps.isShown(productId, channel)) throw new ReviewedProductNotFound();
    const [page, { rating }] = await Promise.all([this.deps.contributions.page({ ...filter, kind: 'review', productId, status: 'published' }, query), this.deps.ratings.ofProduct(productId)]);
    return { ...page, rating };
  }

  listOwn(userId: string, query: PageQuery): Promise<Page<Contribution>> {
    return this.deps.contributions.page({ kind: 'review', userId }, query);
  }

  /** A purchase makes it verified. Without one there is one review of a product, and it says so. */
  async write({ userId, productId, channel, ...content }: Author & Content & InChannel): Promise<Contribution> {
    const { contributions, common, isShown, purchasesOf, nameOf, now, screen } = this.deps;
    if (!await isShown(productId, channel)) throw new ReviewedProductNotFound();
    const bought = await purchasesOf(userId, productId);
    const candidates = bought.length > 0 ? bought : [`product:${productId}`];
    const reviewed = await contributions.spokenOf(userId, candidates);
    const purchase = candidates.find((one) => !reviewed.has(one));
    if (purchase === undefined) throw new AlreadyReviewed();
    const authorName = await nameOf(userId);
    const at = now();
    const concerns = screen(content);
    return common.changing(async () => [await contributions.insert({
      ...content, kind: 'review', productId, userId, authorName, purchase, isVerified: bought.length > 0, concerns, status: concerns.length > 0 ? 'pending' : 'published', createdAt: at, updatedAt: at,
    }), 'submitted']);
  }

  change(id: string, { userId, ifMatch, ...content }: Author & Content & { ifMatch: number | undefined }): Promise<Contribution> {
    const { contributions, common, now, screen } = this.deps;
    return common.changing(async () => {
      const review = await common.ofAuthor('review', id, userId);
      requireVersion(ifMatch, review.version);
      const concerns = screen(content);
      // What a moderator took away does not come back by a change of words alone, and what one has passed was other words.
      const status = review.status === 'published' && !review.decision && concerns.length === 0 ? 'published' : 'pending';
      return [await contributions.save(review, { ...content, concerns, status, updatedAt: now() }), 'changed'];
    });
  }

  /** Behind those that are there. What a moderator has looked at is looked at again: no machine sees what is in a picture. */
  addMedia(id: string, { userId, mediaIds }: Author & { mediaIds: readonly string[] }): Promise<Contribution> {
    const { contributions, common, now, requireFree } = this.deps;
    return common.changing(async () => {
      const review = await common.ofAuthor('review', id, userId);
      const added = [...new Set(mediaIds)].filter((one) => !review.mediaIds.includes(one));
      if (review.mediaIds.length + added.length > MAX_MEDIA) throw new TooManyMedia();
      await requireFree(added, userId);
      const status = review.status === 'published' && review.decision ? 'pending' : review.status;
      return [await contributions.save(review, { mediaIds: [...review.mediaIds, ...added], status, updatedAt: now() }), 'changed'];
    });
  }

  removeMedia(id: string, { userId, mediaId, staff }: { userId: string | null; mediaId: string; staff: boolean }): Promise<Contribution> {
    const { contributions, common, now, showMedia } = this.deps;
    return common.changing(async () => {
      const review = await common.find('review', id);
      if ((!staff && review.userId !== userId) || !review.mediaIds.includes(mediaId)) throw new ContributionNotFound('review');
      const mediaIds = review.mediaIds.filter((one) => one !== mediaId);
      // Of the others `settle` says what is shown; it has nothing to say where none is left.
      if (mediaIds.length === 0) await showMedia(id, mediaIds, { isPublic: review.status === 'published' });
      return [await contributions.save(review, { mediaIds, updatedAt: now() }), 'changed'];
    });
  }

  /** `speaker` says for whom somebody answers who wrote that of a product; it refuses whoever may not. A vendor answers what everybody can read. */
  reply(id: string, { text, actor, speaker }: { text: string; actor: Actor; speaker: (productId: string) => Promise<Official> }): Promise<Contribution> {
    const { contributions, common, now, audit } = this.deps;
    return common.changing(async () => {
      const review = await common.find('review', id);
      const official = await speaker(review.productId);
      if (official === 'vendor' && review.status !== 'published') throw new ContributionNotFound('review');
      const at = now();
      await audit({ actor, action: 'review.replied', subject: `review:${id}`, after: { text } });
      return [await contributions.save(review, { reply: { text, at, official }, updatedAt: at }), 'replied'];
    });
  }
}
