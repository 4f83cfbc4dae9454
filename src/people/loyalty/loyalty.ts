import { minorUnitDigits, type Money } from '../../shared/money.js';

export const LEDGER_KINDS = ['accrual', 'clawback', 'debt', 'settlement', 'adjustment', 'redemption', 'interaction', 'interaction_clawback', 'interaction_debt'] as const;
/**
 * accrual (+) and clawback (-) belong to an order, adjustment (+-) to staff, redemption (-) to the customer. A clawback takes
 * only what is there; the rest is a debt (-), which later points pay back: settlement (-). An interaction (+) is for something that a
 * customer wrote; taken back it is the same again in words of its own, since it never counts for the tier.
 */
export type LedgerKind = (typeof LEDGER_KINDS)[number];
export type LedgerEntry = Readonly<{ id: string; userId: string; kind: LedgerKind; points: number; orderId?: string; reason?: string; at: Date;
  /** What an interaction was: `review:<id>:photo`. */
  thing?: string;
  /** Goods come back in parts, and so do their points: counted from 1 after the first. */
  part?: number;
}>;
export type Account = Readonly<{
  userId: string; balance: number;
  /** Earned by orders that stood; decides the tier. */
  lifetime: number;
  /** Spent before they were taken back. */
  debt: number;
  version: number;
}>;

export const emptyAccount = (userId: string): Account => ({ userId, balance: 0, lifetime: 0, debt: 0, version: 0 });

/** The ladder, lowest first. */
const TIERS = [
  { tierLevel: 'bronze', from: 0 }, { tierLevel: 'silver', from: 500 }, { tierLevel: 'gold', from: 2000 }, { tierLevel: 'platinum', from: 5000 },
] as const;
export type TierLevel = (typeof TIERS)[number]['tierLevel'];
export const TIER_LEVELS: readonly TierLevel[] = TIERS.map(({ tierLevel }) => tierLevel);

export const tierLevelOf = (lifetime: number): TierLevel => TIERS.findLast(({ from }) => lifetime >= from)?.tierLevel ?? 'bronze';

export function nextTierAfter(lifetime: number): { tierLevel: TierLevel; pointsNeeded: number } | null {
  const next = TIERS.find(({ from }) => from > lifetime);
  return next ? { tierLevel: next.tierLevel, pointsNeeded: next.from - lifetime } : null;
}

/** Whole points for the major units spent, in exact integers: 19.99 at 2 a unit is 39, 500 yen at 1 are 500. */
export function pointsFor({ amount, currency }: Money, pointsPerMajorUnit: number): number {
  if (amount <= 0) return 0;
  return Number((BigInt(amount) * BigInt(pointsPerMajorUnit)) / 10n ** BigInt(minorUnitDigits(currency)));
}

/** What every row of the ledger does to the account. The fold of all rows is the account. */
export function effectOf({ kind, points }: Pick<LedgerEntry, 'kind' | 'points'>): Pick<Account, 'balance' | 'lifetime' | 'debt'> {
  const earned = kind === 'accrual' || kind === 'clawback' || kind === 'debt';
  const owed = kind === 'debt' || kind === 'interaction_debt';
  return {
    balance: owed ? 0 : points,
    lifetime: earned ? points : 0,
    debt: owed ? -points : kind === 'settlement' ? points : 0,
  };
}

/** Of what an order earned, what its goods that came back had earned; rounded in the customer's favour, and all of it at the end. */
export const shareOf = (accrued: number, credited: number, total: number): number =>
  (total <= 0 || credited >= total ? accrued : Number((BigInt(accrued) * BigInt(credited)) / BigInt(total)));

type Change = Readonly<{ kind: LedgerKind; points: number }>;
/** Takes points back from a balance that may be too small for it. The clawback is written even when nothing was there: it happens once. */
export function clawback(points: number, balance: number, [taking, owing]: readonly [LedgerKind, LedgerKind] = ['clawback', 'debt']): Change[] {
  const there = Math.min(points, balance);
  const taken: Change = { kind: taking, points: there === 0 ? 0 : -there };
  return points > there ? [taken, { kind: owing, points: there - points }] : [taken];
}

/** New points pay an old debt first. */
export function settlement(accrued: number, debt: number): Change[] {
  const paid = Math.min(accrued, debt);
  return paid > 0 ? [{ kind: 'settlement', points: -paid }] : [];
}
