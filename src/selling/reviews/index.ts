import type { Connection } from 'mongoose';
import { createBatcher } from '../../shared/batcher.js';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { Invariant } from '../../shared/invariant.js';
import { ReviewRepository } from './reviews.repository.js';
import { reviewRoutes } from './reviews.routes.js';
import type { Rating } from './reviews.js';
import { ReviewService, type ReviewDeps } from './reviews.service.js';

type Deps = Omit<ReviewDeps, 'reviews' | 'refreshRating'> & {
  connection: Connection;
  /** Inside a transaction: what lists show of a product's reviews. */
  saveRating(productId: string, rating: Rating): Promise<void>;
  ratingsOf(productIds: readonly string[]): Promise<ReadonlyMap<string, Rating>>;
};

export function createReviews({ connection, saveRating, ratingsOf, ...deps }: Deps) {
  const reviews = new ReviewRepository(connection);
  /** Counted and written in one transaction: of two at once the later one counts again, so the last figure is the true one. */
  const refresh = createBatcher<string>(async (ids) => {
    for (const id of new Set(ids)) {
      await deps.inTransaction(async () => {
        const { average, count } = await reviews.rating(id);
        await saveRating(id, { average, count });
      });
    }
  });
  const service = new ReviewService({ ...deps, reviews, refreshRating: refresh });

  const subscribers: Subscriber[] = [{
    name: 'reviews.rating', on: ['review.submitted', 'review.changed', 'review.deleted', 'review.hidden', 'review.published', 'review.rejected', 'review.appealed'],
    handle: ({ data }) => refresh(String(data['productId'])),
  }];
  const names = { counted: 'reviews.votes_counted', rating: 'reviews.rating_is_the_mean' };
  const invariants: Invariant[] = [
    { name: names.counted, check: async () => (await reviews.findMiscounted()).map(({ id, detail }) => ({ invariant: names.counted, subject: `review:${id}`, detail })) },
    { name: names.rating, check: async () => {
      const counted = await reviews.ratings();
      const shown = await ratingsOf([...counted.keys()]);
      return [...counted].filter(([id, rating]) => shown.get(id)?.count !== rating.count || shown.get(id)?.average !== rating.average)
        .map(([id, rating]) => ({ invariant: names.rating, subject: `product:${id}`, detail: `shows ${JSON.stringify(shown.get(id) ?? null)}, reviews say ${JSON.stringify(rating)}` }));
    } },
  ];
  return { personalData: reviews.personalData, routes: reviewRoutes(service), subscribers, invariants };
}
