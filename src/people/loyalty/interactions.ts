/** What points are given for besides orders. */
export const MERITS = ['review', 'photo', 'answer'] as const;
export type Merit = (typeof MERITS)[number];
export const isMerit = (name: string): name is Merit => (MERITS as readonly string[]).includes(name);

export type InteractionTerms = Readonly<{ perDay: number; points: Readonly<Record<Merit, number>> }>;
/**
 * What was decided of one thing: how many points it is worth, once, and whether its author has them now. `part` counts how often that changed,
 * `version` is that of the thing when it was told last.
 */
export type Interaction = Readonly<{
  thing: string; userId: string; merit: Merit; points: number; isGiven: boolean; part: number; version: number; at: Date;
  /** It was told of, and has not been due yet: what it is worth is decided when it is. */
  isUndecided?: boolean;
}>;
/** Before its first version nothing can have been told of a thing. */
export const FIRST_VERSION = 1;

/** Those of an event: `{ merits: { review: true, photo: false }, version: 3 }`, true for what is due now. */
export function meritsIn({ type, aggregateId, data }: Readonly<{ type: string; aggregateId: string; data: Readonly<Record<string, unknown>> }>) {
  const kind = type.split('.')[0]!;
  return Object.entries((data['merits'] ?? {}) as Record<string, boolean>)
    .flatMap(([merit, isDue]) => (isMerit(merit) ? [{ thing: `${kind}:${aggregateId}:${merit}`, merit, isDue, userId: String(data['userId']), version: Number(data['version']) }] : []));
}

/** Of what a thing is worth, what still fits into the day. */
export const withinDay = (worth: number, asked: number, perDay: number): number => Math.max(0, Math.min(worth, perDay - asked));
