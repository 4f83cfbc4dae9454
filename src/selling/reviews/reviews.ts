export const REVIEW_STATUSES = ['pending', 'published', 'hidden', 'rejected'] as const;
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];

export type Review = Readonly<{
  id: string; productId: string; userId: string; authorName: string; rating: number; title: string; text: string; status: ReviewStatus;
  /** The line of an order that was bought, or the product itself where it was not: one review of each. */
  purchase: string; isVerified: boolean;
  helpful: number; unhelpful: number; flags: number;
  /** Why a machine wants a person to look. */
  concerns: readonly string[];
  reply?: Readonly<{ text: string; at: Date }>;
  appeal?: Readonly<{ text: string; at: Date }>;
  decision?: Readonly<{ by: string | null; at: Date; reason: string }>;
  version: number; createdAt: Date; updatedAt: Date;
}>;
export type Content = Pick<Review, 'rating' | 'title' | 'text'>;
export type Verdict = 'publish' | 'reject';

/** So many different people hide a review until a moderator has looked. */
export const FLAGS_THAT_HIDE = 3;

const LINK = /(?:https?:\/\/|www\.)\S|[\w-]\.(?:com|net|org|shop|info|biz|ru|cn|xyz)\b/i;
const CONTACT = /[\w.+-]@[\w-]+\.\w{2}|\d[\d ()/-]{8,}\d/;
const SHOUTING_FROM = 20;
const INSULTS = /\b(?:fuck\w*|shit\w*|bitch\w*|asshole\w*|cunt\w*|nigger\w*|faggot\w*|scheiß\w*|arschloch\w*|hurensohn\w*|connard\w*|putain)\b/i;

/** What makes a text wait for a moderator. A machine never rejects: it only asks somebody to look. */
export function concernsOf({ title, text }: Pick<Content, 'title' | 'text'>): string[] {
  const whole = `${title}\n${text}`;
  const letters = whole.replace(/[^\p{L}]/gu, '');
  return [
    ...(LINK.test(whole) ? ['link'] : []),
    ...(CONTACT.test(whole) ? ['contact'] : []),
    ...(INSULTS.test(whole) ? ['insult'] : []),
    ...(letters.length >= SHOUTING_FROM && letters === letters.toUpperCase() ? ['shouting'] : []),
    ...(/(.)\1{9}/u.test(whole) ? ['repetition'] : []),
  ];
}

export type Rating = Readonly<{ average: number; count: number }>;
/** One decimal is what people compare; rounded from the exact sum. */
export function ratingOf(stars: ReadonlyArray<Readonly<{ rating: number; count: number }>>): Rating {
  const count = stars.reduce((so, star) => so + star.count, 0);
  const sum = stars.reduce((so, star) => so + star.rating * star.count, 0);
  return { count, average: count === 0 ? 0 : Math.round((sum / count) * 10) / 10 };
}
