import type { PastOrder } from '../../shared/order-risk.js';
import { DAY_MS } from './features.js';

const WINDOWS = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;

/** Counts over rolling windows, for people. */
export const signalsOf = (orders: readonly PastOrder[], now: Date) => Object.fromEntries(Object.entries(WINDOWS).map(([name, window]) => {
  const seen = orders.filter(({ at }) => at.getTime() > now.getTime() - window);
  const distinct = (kind: string) => new Set(seen.flatMap(({ keys }) => keys.filter((key) => key.startsWith(kind)))).size;
  const those = (test: (order: PastOrder) => boolean) => seen.filter(test).length;
  return [name, {
    orders: seen.length, declined: those(({ paymentStatus }) => paymentStatus === 'failed'), cards: distinct('card:'), addresses: distinct('address:'), emails: distinct('email:'),
    held: those(({ decision }) => decision === 'review'), frauds: those(({ label }) => label?.isFraud === true),
  }];
}));
