import type { Money } from '../../shared/money.js';

/**
 * One person and one thing on their lists, however many of these. `sku` is empty for whichever variant. `price` is what a passer-by paid when it
 * was wished or when the person was last told; it follows rises, so that the next drop is measured from where it began.
 */
export type Watch = Readonly<{
  id: string; userId: string; productId: string; sku: string; wishes: number; price: Money | null;
  /** Since when there is none of it; null while there is, and once told that there is. */
  waitingSince: Date | null; alerts: number;
}>;
export type AlertKind = 'price_drop' | 'back_in_stock';
export type Alert = Readonly<{ id: string; userId: string; productId: string; sku: string; name: string; kind: AlertKind; before: Money | null; after: Money | null; at: Date }>;

/** A product that somebody watches and that has to be looked at. `mark` grows with each reason to, so that none is lost while one is looked into. */
export type Signal = Readonly<{ id: string; dueAt: Date | null; mark: number }>;

/** What there is of a thing today, and what it costs a passer-by. */
export type Today = Readonly<{ name: string; price: Money | null; available: number }>;

export const CONSENT = 'wishlist_alerts';
const WHOLE_BPS = 10_000;

/** Whoever remembers at least this amount is told: (remembered - now) / remembered >= the threshold. */
export const leastRemembered = (now: number, minDropBps: number): number => Math.max(now + 1, Math.ceil((now * WHOLE_BPS) / (WHOLE_BPS - minDropBps)));

/** How many more may be told: a share for each unit, less those told since it came back or since the last pause. */
export const roomFor = (available: number, perUnit: number, told: number): number => Math.max(0, available * perUnit - told);
