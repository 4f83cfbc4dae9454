export const KINDS = ['review', 'question', 'answer'] as const;
export type Kind = (typeof KINDS)[number];
export const STATUSES = ['pending', 'published', 'hidden', 'rejected'] as const;
export type Status = (typeof STATUSES)[number];
/** Who speaks for the seller: the shop itself, or whoever supplies the product. */
export type Official = 'shop' | 'vendor';

type Said = Readonly<{ text: string; at: Date }>;
/** What moderation did, oldest first: told to moderators, and to an author as far as it concerns him. */
export type Step = Readonly<{ what: 'hidden' | 'published' | 'rejected' | 'appealed' | 'deleted'; by: string | null; at: Date; reason: string }>;

/** Something that a person wrote about a product and that others can see. */
export type Contribution = Readonly<{
  id: string; kind: Kind; productId: string; userId: string; authorName: string; title: string; text: string; status: Status;
  /** Of which there is one a person: the line of an order that was bought, the product where it was not, the question that is answered, or itself. */
  purchase: string; isVerified: boolean;
  helpful: number; unhelpful: number; flags: number;
  /** Why a machine wants a person to look. */
  concerns: readonly string[];
  /** 1 to 5; reviews have one. */
  rating?: number;
  /** Pictures and videos of a review, in their order. */
  mediaIds: readonly string[];
  /** What the seller says to a review. */
  reply?: Said & Readonly<{ official?: Official }>;
  /** Of an answer. */
  questionId?: string; official?: Official; isAccepted?: boolean;
  /** Of a question: the answer that helped whoever asked. */
  acceptedId?: string | null;
  appeal?: Said;
  decision?: Readonly<{ by: string | null; at: Date; reason: string }>;
  history: readonly Step[];
  /** False for what was written before there were points for it. */
  earns: boolean;
  version: number; createdAt: Date; updatedAt: Date;
}>;
export type Content = Readonly<{ rating: number; title: string; text: string }>;
export type Verdict = 'publish' | 'reject';

/** What others have flagged or a moderator refused: its place is not free for the same words once more. */
export const wasTakenAway = ({ kind, status }: Pick<Contribution, 'kind' | 'status'>): boolean => kind !== 'question' && (status === 'hidden' || status === 'rejected');

/** So many different people hide something until a moderator has looked. */
export const FLAGS_THAT_HIDE = 3;
export const MAX_MEDIA = 6;

/**
 * For what its author has points as long as it is so: a review of something bought, a picture with it, an answer that helped.
 * What the seller says earns nothing. `true` is due, `false` is not, or not any more.
 */
export function meritsOf({ kind, status, earns, isVerified, mediaIds, official, isAccepted }: Pick<Contribution, 'kind' | 'status' | 'earns' | 'isVerified' | 'mediaIds' | 'official' | 'isAccepted'>): Readonly<Record<string, boolean>> {
  if (!earns || official !== undefined || kind === 'question') return {};
  const isShown = status === 'published';
  return kind === 'review' ? { review: isShown && isVerified, photo: isShown && isVerified && mediaIds.length > 0 } : { answer: isShown && isAccepted === true };
}

/** Exact: a sum of stars and how many gave them. */
export type Stars = Readonly<{ sum: number; count: number }>;
export type Rating = Readonly<{ average: number; count: number }>;

export const starsOf = (stars: ReadonlyArray<Readonly<{ rating: number; count: number }>>): Stars => ({
  sum: stars.reduce((so, star) => so + star.rating * star.count, 0), count: stars.reduce((so, star) => so + star.count, 0),
});
/** One decimal is what people compare; rounded from the exact sum. */
export const ratingOf = ({ sum, count }: Stars): Rating => ({ count, average: count === 0 ? 0 : Math.round((sum / count) * 10) / 10 });
