import type { Connection } from 'mongoose';
import { createBatcher } from '../../shared/batcher.js';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { contributionRoutes, moderationRoutes } from './contributions.routes.js';
import { ContributionRepository } from './contributions.repository.js';
import { ContributionService } from './contributions.service.js';
import { questionRoutes } from './questions.routes.js';
import { QuestionService } from './questions.service.js';
import { RatingRepository } from './ratings.repository.js';
import { reviewInvariants, type ReviewAuditDeps } from './reviews.invariants.js';
import { createPresenter } from './reviews.presenter.js';
import { reviewRoutes } from './reviews.routes.js';
import type { Stars } from './reviews.js';
import { ReviewService, type ReviewDeps } from './reviews.service.js';
import { createScreen } from './screen.js';
import { createSpeakers } from './speakers.js';

type Deps = Omit<ReviewDeps, 'contributions' | 'common' | 'ratings' | 'screen' | 'refreshRating'> & Omit<ReviewAuditDeps, 'ratings' | 'now'> & {
  connection: Connection;
  config: Readonly<{ words: readonly string[] }>;
  /** Inside a transaction: what lists show of a product's reviews. */
  saveRating(productId: string, own: Stars): Promise<void>;
  urlsOf: Parameters<typeof createPresenter>[0];
  /** The user who supplies a product, where somebody else than the shop does. */
  vendorOf(productId: string): Promise<string | null>;
};

export function createReviews({ connection, config, saveRating, urlsOf, vendorOf, ...given }: Deps) {
  const contributions = new ContributionRepository(connection);
  const ratings = new RatingRepository(connection);
  /** Counted and written in one transaction: of two at once the later one counts again, so the last figure is the true one. */
  const refreshRating = createBatcher<string>(async (ids) => {
    for (const id of new Set(ids)) await given.inTransaction(async () => { await saveRating(id, (await ratings.ofProduct(id)).total); });
  });
  const deps = { ...given, contributions, ratings, refreshRating, screen: createScreen(config.words) };
  const common = new ContributionService(deps);
  const reviews = new ReviewService({ ...deps, common });
  const questions = new QuestionService({ ...deps, common });
  const [present, speakers] = [createPresenter(urlsOf), createSpeakers(vendorOf)];

  const subscribers: Subscriber[] = [{
    name: 'reviews.rating', on: ['review.submitted', 'review.changed', 'review.deleted', 'review.hidden', 'review.published', 'review.rejected', 'review.appealed'],
    handle: ({ data }) => refreshRating(String(data['productId'])),
  }];
  const personalData: PersonalData = {
    name: 'reviews', collections: ['reviews', 'review_votes', 'review_flags'], export: contributions.exported,
    // What was said of a product stays, by nobody; what is to be seen of somebody goes.
    erase: async ({ userId }) => {
      for (const { id, mediaIds } of await contributions.ofAuthor(userId)) for (const mediaId of mediaIds) await reviews.removeMedia(id, { userId, mediaId, staff: true });
      return contributions.forgetAuthor(userId);
    },
  };
  return {
    personalData, subscribers, invariants: reviewInvariants({ ...given, ratings }),
    routes: [...reviewRoutes(reviews, present, speakers), ...questionRoutes(questions, present, speakers), ...contributionRoutes(common, present), ...moderationRoutes(common, present)],
  };
}
