import type { OwnRating, Rating } from './catalog.js';

export const NO_RATING: Rating = { average: 0, count: 0 };

/**
 * The mean of all ratings, those that came with an import and those written here; docs/decisions/0018. An imported mean that does not say how
 * many it is of weighs as much as one rating.
 */
export function combineRatings(imported: Rating | null | undefined, own: OwnRating | null | undefined): Rating {
  if (!own || own.count === 0) return imported ? { average: imported.average, count: imported.count } : NO_RATING;
  const weight = imported ? Math.max(imported.count, 1) : 0;
  const average = ((imported?.average ?? 0) * weight + own.sum) / (weight + own.count);
  return { average: Math.round(average * 10) / 10, count: (imported?.count ?? 0) + own.count };
}
