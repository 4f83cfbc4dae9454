/** The hold of an order that somebody looks at before its money is taken. */
export const RISK_HOLD = 'risk_review';
export const isHeldForReview = ({ holds }: { holds: readonly string[] }): boolean => holds.includes(RISK_HOLD);

/** Customers are told that it is being checked, never why. */
export const riskStatusOf = ({ status, holds }: { status: string; holds: readonly string[] }): 'clear' | 'review' =>
  (status === 'pending' && isHeldForReview({ holds }) ? 'review' : 'clear');

export type FiredRule = Readonly<{ rule: string; points: number; detail: string }>;
/** A feature of the model, what it was, and how far it moved the score: in log-odds, towards fraud above 0. */
export type Contribution = Readonly<{ feature: string; value: number; contribution: number }>;
/** Why a score was made without the model. */
export type Fallback = 'no_model' | 'model_broken' | 'model_stale' | 'no_history' | 'assessment_failed';

export type Review = Readonly<{
  state: 'open' | 'approved' | 'rejected';
  claimedBy?: string | null; claimedUntil?: Date | null;
  decidedBy?: string; decidedAt?: Date; reason?: string;
}>;
/** `at` is since when it is known, which is later than the order. */
export type FraudLabel = Readonly<{ isFraud: boolean; source: 'chargeback' | 'review' | 'staff'; at: Date }>;

/** What was thought of an order when it was placed, and what became of the thought. */
export type OrderRisk = Readonly<{
  /** Keyed hashes of whom and what the order comes from, such as `ip:…`: what else came from there is found by them. */
  keys: readonly string[];
  /** 0 to 100. */
  score: number; decision: 'accept' | 'review';
  engine: 'model' | 'rules'; model?: string; probability?: number; fallback?: Fallback;
  rules: readonly FiredRule[]; features: readonly Contribution[];
  /** Its amount over what the customer usually spends; later features of the customer and the place are made of it. */
  spike: number;
  assessedAt: Date;
  review?: Review; label?: FraudLabel;
}>;

/** What a later assessment has to know of an order. */
export type PastOrder = Readonly<{
  id: string; at: Date; amount: number; currency: string; status: string; paymentStatus: string; attempts: number; userId: string | null;
  keys: readonly string[]; spike: number; score: number; decision: 'accept' | 'review'; label?: FraudLabel;
}>;
