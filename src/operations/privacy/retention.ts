import { firstEventId } from '../../shared/events/outbox.js';

const DAY_MS = 86_400_000;

/** What goes when it is older than its days: rows by a time of theirs. Carts, sessions, attempts, answers and jobs go by TTL index. */
export type RetentionRule = Readonly<{ name: string; collection: string; field: string; days: number; filter?: object;
  /** Where the field is no time, but sorts by one. */
  valueAt?: (at: Date) => unknown;
}>;

export const DEFAULT_RULES: readonly RetentionRule[] = [
  { name: 'activity', collection: 'activity', field: 'occurredAt', days: 730 },
  { name: 'mails', collection: 'mails', field: 'createdAt', days: 365, filter: { state: { $ne: 'pending' } } },
  { name: 'security_events', collection: 'security_events', field: 'at', days: 365 },
  { name: 'draft_orders', collection: 'draft_orders', field: 'updatedAt', days: 365, filter: { state: 'cancelled' } },
  // What waits, and what was set aside and may be tried again, is kept however old it is.
  { name: 'events', collection: 'outbox', field: '_id', days: 365, filter: { state: 'delivered' }, valueAt: firstEventId },
];

/** Events that were delivered may be gone before this. */
export const eventsKeptSince = (days: string, now: Date): Date => daysBefore(now, withDays(DEFAULT_RULES, days)!.find(({ name }) => name === 'events')!.days);

/** Keys of a ring, by the period in their name, go so many days after it began. */
export type RingRule = Readonly<{ name: string; ring: string; days: number; periodOf: (at: Date) => string }>;
const month = (at: Date) => at.toISOString().slice(0, 7);
export const ringRules = (cartDays: number, taxYears: number, securityDays: number): RingRule[] => [
  { name: 'cart_keys', ring: 'cart', days: cartDays + 62, periodOf: month },
  { name: 'event_keys', ring: 'events', days: 124, periodOf: month },
  { name: 'security_keys', ring: 'security', days: securityDays + 62, periodOf: month },
  { name: 'answer_keys', ring: 'answers', days: 3, periodOf: (at) => at.toISOString().slice(0, 10) },
  { name: 'tax_keys', ring: 'tax', days: (taxYears + 1) * 366, periodOf: (at) => String(at.getUTCFullYear()) },
];

/** `activity:365,mails:90` changes the days of these rules; null for what names no rule. */
export function withDays(rules: readonly RetentionRule[], text: string): RetentionRule[] | null {
  const wanted = new Map(text.split(',').map((part) => part.trim()).filter(Boolean).map((part) => { const [name, days] = part.split(':'); return [name!, Number(days)]; }));
  const isKnown = [...wanted].every(([name, days]) => rules.some((rule) => rule.name === name) && Number.isInteger(days) && days > 0);
  return isKnown ? rules.map((rule) => ({ ...rule, days: wanted.get(rule.name) ?? rule.days })) : null;
}

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);
