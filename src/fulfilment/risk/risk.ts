import type { Address } from '../../shared/address.js';
import type { Money } from '../../shared/money.js';
import type { OrderRisk } from '../../shared/order-risk.js';

/** Whom and where an order comes from. Servers that order for others have no address or device of their own to judge by. */
export type Subject = Readonly<{ userId: string | null; email: string; ip?: string | undefined; device?: string | undefined; shippingAddress: Address; billingAddress: Address }>;
export type Verdict = Readonly<{ decision: 'accept' | 'review' | 'refuse'; risk: OrderRisk }>;

type Timed = Readonly<{ points: number; minutes: number }>;
/** Points add up; 0 points is a rule that is off. Amounts are per currency: an order in another one is not judged by it. */
export type RuleSettings = Readonly<{
  large_amount: Readonly<{ points: number; over: readonly Money[] }>;
  large_first_order: Readonly<{ points: number; over: readonly Money[] }>;
  country_mismatch: Readonly<{ points: number }>;
  disposable_email: Readonly<{ points: number; domains: readonly string[] }>;
  many_cards: Timed & Readonly<{ cards: number }>;
  many_addresses: Timed & Readonly<{ addresses: number }>;
  ip_velocity: Timed & Readonly<{ orders: number }>;
  device_velocity: Timed & Readonly<{ orders: number }>;
  email_velocity: Timed & Readonly<{ orders: number }>;
  address_velocity: Timed & Readonly<{ orders: number }>;
  declined_payments: Timed & Readonly<{ declined: number }>;
  known_fraud: Readonly<{ points: number }>;
}>;
export type Thresholds = Readonly<{ review: number; refuse: number }>;
export type Choices = Readonly<{
  /** From this score (0 to 100) on somebody looks at an order, or it is not accepted. */
  thresholds: Thresholds;
  /** False: everything is scored and written down, and nothing is held. */
  isEnforced: boolean;
  /** An older model is not asked any more. */
  modelMaxAgeDays: number;
  rules: RuleSettings;
}>;
export type Settings = Choices & Readonly<{ version: number; model: Readonly<{ active: string | null; previous: string | null }>; createdAt: Date | null }>;

const HOUR = 60;
const WEEK = 7 * 24 * HOUR;
const inMost = (amount: number): Money[] => ['EUR', 'USD', 'GBP'].map((currency) => ({ amount, currency }));

/** One weak sign is none: only several together, or one that honest customers hardly ever give, reach a review. */
export const DEFAULTS: Settings = {
  version: 0, createdAt: null, model: { active: null, previous: null }, thresholds: { review: 50, refuse: 90 }, isEnforced: true, modelMaxAgeDays: 90,
  rules: {
    large_amount: { points: 25, over: inMost(500_000) },
    large_first_order: { points: 25, over: inMost(100_000) },
    country_mismatch: { points: 20 },
    disposable_email: { points: 30, domains: [
      'mailinator.com', 'guerrillamail.com', 'sharklasers.com', '10minutemail.com', 'temp-mail.org', 'tempmail.com', 'yopmail.com', 'trashmail.com', 'getnada.com', 'maildrop.cc', 'dispostable.com', 'throwawaymail.com',
    ] },
    many_cards: { points: 35, cards: 3, minutes: WEEK },
    many_addresses: { points: 20, addresses: 5, minutes: WEEK },
    ip_velocity: { points: 50, orders: 10, minutes: HOUR },
    device_velocity: { points: 50, orders: 10, minutes: HOUR },
    email_velocity: { points: 15, orders: 10, minutes: HOUR },
    address_velocity: { points: 15, orders: 10, minutes: 24 * HOUR },
    declined_payments: { points: 20, declined: 3, minutes: 24 * HOUR },
    known_fraud: { points: 60 },
  },
};

/** The model's probability on the scale of the shop: its own limits stand where the shop's thresholds are, straight lines between. */
export function pointsOf(probability: number, model: Thresholds, shop: Thresholds): number {
  const points: Array<readonly [number, number]> = [[0, 0], [model.review, shop.review], [model.refuse, shop.refuse], [1, 100]];
  const upper = points.findIndex(([at]) => probability < at);
  if (upper === -1) return 100;
  if (upper === 0) return 0;
  const [[x0, y0], [x1, y1]] = [points[upper - 1]!, points[upper]!];
  return y0 + ((probability - x0) / (x1 - x0)) * (y1 - y0);
}

export const decide = (score: number, { thresholds, isEnforced }: Pick<Settings, 'thresholds' | 'isEnforced'>): Verdict['decision'] => {
  if (!isEnforced || score < thresholds.review) return 'accept';
  return score >= thresholds.refuse ? 'refuse' : 'review';
};
