/** What a search led to, as far as the storefront tells. */
export const OUTCOMES = ['click', 'cart', 'purchase'] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** One search, without anybody: the words as they are compared, the channel, the day in UTC. */
export type Searched = Readonly<{ day: string; channel: string; words: string }>;
/** How many searches there were, and how many of them found nothing, or led to each outcome at least once. */
export type Tally = Readonly<{ searches: number; empty: number; click: number; cart: number; purchase: number; /** Of the first clicks, added up. */ positions: number }>;
export type QueryTally = Tally & Readonly<{ words: string }>;
export type DayTally = Tally & Readonly<{ day: string }>;

export const USUAL_CHANNEL = '';
/** Stands for searches whose words look like somebody's address or number: they are counted, and not kept. */
export const WITHHELD = '(withheld)';
/** Words that fewer searches had could be about a person; they are counted together. */
export const FEWEST = 3;
const LONGEST = 100;

const LOOKS_PERSONAL = /@|(?:\d[\s().+/-]*){7,}/;

/** As words are compared in reports: case, accents and signs do not count. */
export function comparable(typed: string, words: readonly string[]): string {
  return LOOKS_PERSONAL.test(typed) ? WITHHELD : words.join(' ').slice(0, LONGEST).trimEnd();
}

export const NOTHING: Tally = { searches: 0, empty: 0, click: 0, cart: 0, purchase: 0, positions: 0 };
export const plus = (a: Tally, b: Partial<Tally>): Tally => ({
  searches: a.searches + (b.searches ?? 0), empty: a.empty + (b.empty ?? 0), click: a.click + (b.click ?? 0), cart: a.cart + (b.cart ?? 0), purchase: a.purchase + (b.purchase ?? 0), positions: a.positions + (b.positions ?? 0),
});

const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round(part / whole * 10_000) / 10_000);

/** Shares are of all searches, 0 to 1 with four digits. */
export const figuresOf = ({ searches, empty, click, cart, purchase, positions }: Tally) => ({
  searches, withoutResults: empty, clicked: click, addedToCart: cart, purchased: purchase,
  withoutResultsShare: share(empty, searches), clickThrough: share(click, searches), conversion: share(purchase, searches), averagePosition: click === 0 ? null : Math.round(positions / click * 10) / 10,
});
