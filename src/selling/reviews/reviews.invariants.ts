import { later, type Clock } from '../../shared/clock.js';
import type { Invariant, Violation } from '../../shared/invariant.js';
import type { RatingRepository } from './ratings.repository.js';
import { meritsOf, type Contribution, type Rating, type Stars } from './reviews.js';

/** What somebody was given for something: `review:<id>:photo`. `version` is that of the contribution when it was decided. */
export type GivenPoints = Readonly<{ isGiven: boolean; version: number }>;
/** What the catalogue keeps of a product's ratings. */
export type KeptRating = Readonly<{ own: Stars; imported: Rating | null; shown: Rating }>;
export type ReviewAuditDeps = Readonly<{
  ratings: RatingRepository; now: Clock;
  /** Of these products, and of all that say they have reviews. */
  ratingsOf(productIds: readonly string[]): Promise<ReadonlyMap<string, KeptRating>>;
  combine(imported: Rating | null, own: Stars): Rating;
  pointsGiven(things: readonly string[]): Promise<ReadonlyMap<string, GivenPoints>>;
}>;

/** The relay is minutes behind at most, or the outbox itself is reported. */
const PATIENCE_MS = 15 * 60_000;
const NONE: Stars = { sum: 0, count: 0 };

export function reviewInvariants(deps: ReviewAuditDeps): Invariant[] {
  const names = { counted: 'reviews.votes_counted', rating: 'reviews.rating_is_the_mean', points: 'reviews.points_match' };
  return [
    { name: names.counted, check: async () => (await deps.ratings.findMiscounted()).map(({ id, kind, detail }) => ({ invariant: names.counted, subject: `${kind}:${id}`, detail })) },
    { name: names.rating, check: () => findWrongRatings(names.rating, deps) },
    { name: names.points, check: () => findWrongPoints(names.points, deps) },
  ];
}

async function findWrongRatings(invariant: string, { ratings, ratingsOf, combine }: ReviewAuditDeps): Promise<Violation[]> {
  const counted = await ratings.all();
  const kept = await ratingsOf([...counted.keys()]);
  return [...new Set([...counted.keys(), ...kept.keys()])].flatMap((id) => {
    const own = counted.get(id) ?? NONE;
    const says = kept.get(id);
    const shown = combine(says?.imported ?? null, own);
    const isRight = says?.own.sum === own.sum && says.own.count === own.count && says.shown.average === shown.average && says.shown.count === shown.count;
    return isRight ? [] : [{ invariant, subject: `product:${id}`, detail: `shows ${JSON.stringify(says ?? null)}, its reviews come to ${JSON.stringify(own)}` }];
  });
}

async function findWrongPoints(invariant: string, { ratings, now, pointsGiven }: ReviewAuditDeps): Promise<Violation[]> {
  const found: Violation[] = [];
  for await (const contributions of ratings.earning()) {
    const things = contributions.flatMap((one) => Object.entries(meritsOf(one)).map(([merit, isDue]) => ({ one, merit, isDue, thing: `${one.kind}:${one.id}:${merit}` })));
    const given = await pointsGiven(things.map(({ thing }) => thing));
    for (const { one, isDue, thing } of things) {
      if (isWrong(one, isDue, given.get(thing), later(now(), -PATIENCE_MS))) found.push({ invariant, subject: thing, detail: isDue ? 'earned points and has none' : 'has points for what is not shown any more' });
    }
  }
  return found;
}

/** What was not told yet is not wrong yet. */
function isWrong({ version, updatedAt }: Contribution, isDue: boolean, given: GivenPoints | undefined, before: Date): boolean {
  if ((given?.isGiven ?? false) === isDue) return false;
  return given?.version === version || updatedAt < before;
}
