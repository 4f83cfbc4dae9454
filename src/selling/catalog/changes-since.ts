import type { Clock } from '../../shared/clock.js';

/** How far somebody has followed the changes. */
export type Cursor = Readonly<{ at: Date; id: string }>;
export const START: Cursor = { at: new Date(0), id: '' };

const STEP = 200;
/** Somebody else's clock and commit may be that late: changes so young are read again. */
const UNSETTLED_MS = 3_000;

type Change = Readonly<{ id: string; updatedAt: Date }>;
type Options = Readonly<{ /** Of the rows that are followed, which is the machine's and not the shop's. */ now?: Clock; step?: number }>;

/**
 * What changed since then, in steps. Each comes with where to go on when it is dealt with, also after a failure: what was not
 * yet committed when the first was asked for is not passed over, however late the next look is.
 */
export async function* changesSince<T extends Change>(read: (at: Date, id: string, limit: number) => Promise<T[]>, from: Cursor, { now = () => new Date(), step = STEP }: Options = {}): AsyncGenerator<{ found: T[]; resume: Cursor }> {
  const settled = now().getTime() - UNSETTLED_MS;
  for (let cursor = from; ;) {
    const found = await read(cursor.at, cursor.id, step);
    const last = found.at(-1);
    if (last) cursor = { at: last.updatedAt, id: last.id };
    yield { found, resume: cursor.at.getTime() > settled ? { at: new Date(settled), id: '' } : cursor };
    if (found.length < step) return;
  }
}
