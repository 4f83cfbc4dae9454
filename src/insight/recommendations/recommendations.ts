/** For each product (a row) others with a weight, the best first: row r is [starts[r], starts[r + 1]). Weights may be negative. */
export type Neighbours = Readonly<{ starts: Uint32Array; items: Uint32Array; weights: Float32Array }>;
/** What is told of a model without reading it. */
export type ModelInfo = Readonly<{ revision: string; trainedAt: Date; orders: number; products: number }>;
export type RecommendationModel = Readonly<{
  /** The product of each row. */
  productIds: readonly string[];
  /** What a basket that holds the row's product should get next. */
  together: Neighbours;
  /** What is described by the same words. */
  similar: Neighbours;
  /** Rows, what sells best first. */
  popular: Uint32Array;
}>;
/** `because`: the product of the context that spoke for it most. */
export type Ranked = Readonly<{ productId: string; score: number; because?: string }>;

export const REASONS = ['bought_together', 'similar', 'trending', 'popular', 'new', 'recently_viewed', 'bought_before', 'viewed_before'] as const;
export type ReasonCode = (typeof REASONS)[number];
export type Reason = Readonly<{ code: ReasonCode; message: string }>;
export type Candidate = Readonly<{ productId: string; code: ReasonCode; because?: string }>;

const DAY_MS = 86_400_000;
/** Of a sum of exponentially forgotten sales: what sold a week ago counts half. */
const TRENDING_HALF_LIFE_DAYS = 7;
/** A look is worth so much of a purchase. */
const VIEW_WEIGHT = 0.1;
const TRAINING_HOUR = 2;

/** Rows of a model by product. */
export const rowsOf = ({ productIds }: RecommendationModel): ReadonlyMap<string, number> => new Map(productIds.map((id, row) => [id, row]));

/** Sums the neighbours of all rows of the context; what is in the context is not among them, and what only speaks against itself neither. */
export function rankNeighbours(model: RecommendationModel, neighbours: Neighbours, context: readonly number[], most: number): Ranked[] {
  const found = new Map<number, { score: number; best: number; because: number }>();
  for (const row of context) {
    for (let at = neighbours.starts[row]!; at < neighbours.starts[row + 1]!; at++) {
      const [item, weight] = [neighbours.items[at]!, neighbours.weights[at]!];
      const known = found.get(item);
      if (!known) found.set(item, { score: weight, best: weight, because: row });
      else {
        known.score += weight;
        if (weight > known.best) { known.best = weight; known.because = row; }
      }
    }
  }
  for (const row of context) found.delete(row);
  return [...found].filter(([, { score }]) => score > 0).sort(([a, x], [b, y]) => y.score - x.score || a - b).slice(0, most)
    .map(([item, { score, because }]) => ({ productId: model.productIds[item]!, score, because: model.productIds[because]! }));
}

export type Sold = Readonly<{ productId: string; at: Date }>;
export type Viewed = Readonly<{ productId: string; day: Date; views: number }>;

/** What is bought and looked at in these days; an order counts a product once, however many of it. */
export function rankTrending(sold: readonly Sold[], viewed: readonly Viewed[], now: Date, most: number): string[] {
  const weights = new Map<string, number>();
  const add = (productId: string, at: Date, weight: number) => {
    const ageDays = Math.max(0, now.getTime() - at.getTime()) / DAY_MS;
    weights.set(productId, (weights.get(productId) ?? 0) + weight * 0.5 ** (ageDays / TRENDING_HALF_LIFE_DAYS));
  };
  for (const { productId, at } of sold) add(productId, at, 1);
  for (const { productId, day, views } of viewed) add(productId, day, views * VIEW_WEIGHT);
  return [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, most).map(([productId]) => productId);
}

/** The first candidate of each product, without those that are left out. */
export function withoutRepeats(candidates: readonly Candidate[], leftOut: ReadonlySet<string>): Candidate[] {
  const seen = new Set(leftOut);
  return candidates.filter(({ productId }) => { const isNew = !seen.has(productId); seen.add(productId); return isNew; });
}

/** `name`: of the product that spoke for it, where the reader may see that one. */
export function reasonOf(code: ReasonCode, name?: string): Reason {
  const sentences: Record<ReasonCode, string> = {
    bought_together: name === undefined ? 'Often bought with what you chose.' : `Often bought together with ${name}.`,
    similar: name === undefined ? 'Similar to what you are looking at.' : `Similar to ${name}.`,
    trending: 'Many buy this in these days.', popular: 'One of the best sellers.', new: 'New in the shop.', recently_viewed: 'You looked at this recently.',
    bought_before: name === undefined ? 'Goes with what you bought.' : `Because you bought ${name}.`,
    viewed_before: name === undefined ? 'Goes with what you looked at.' : `Because you looked at ${name}.`,
  };
  return { code, message: sentences[code] };
}

/** When the night's training of this moment began to be due (02:00 UTC). */
export function lastNight(now: Date): Date {
  const night = new Date(now);
  night.setUTCHours(TRAINING_HOUR, 0, 0, 0);
  if (night > now) night.setUTCDate(night.getUTCDate() - 1);
  return night;
}
