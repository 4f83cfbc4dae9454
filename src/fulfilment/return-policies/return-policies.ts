import type { Money } from '../../shared/money.js';

/** Why goods come back. The first group is the shop's to answer for. */
export const FAULT_REASONS = ['damaged', 'defective', 'wrong_item', 'not_as_described'] as const;
export const RETURN_REASONS = [...FAULT_REASONS, 'changed_mind', 'wrong_size', 'arrived_late', 'other'] as const;
export type ReturnReason = (typeof RETURN_REASONS)[number];
export const isFault = (reason: ReturnReason): boolean => (FAULT_REASONS as readonly string[]).includes(reason);

export type ReturnPolicy = Readonly<{
  version: number;
  /** Days from delivery; the law of the EU gives 14. */
  windowDays: number;
  /** Kept of every refund that is not the shop's fault: a share of the goods, and an amount where one is set in the currency. */
  fee: Readonly<{ bps: number; fixed: readonly Money[] }>;
  /** Whether the postage of the order goes back with the last of its goods. */
  refundsShipping: boolean;
  /** Returns within the policy need nobody's consent. */
  autoApprove: boolean;
  /** What becomes of licence keys and files that are paid back; policies from before say nothing and revoke. */
  digitalGoods?: 'revoke' | 'keep';
  /** Not returnable, unless the shop is at fault. */
  finalSale: Readonly<{ productIds: readonly string[]; categoryIds: readonly string[]; skus: readonly string[] }>;
  createdAt: Date | null;
}>;
export type PolicyTerms = Omit<ReturnPolicy, 'version' | 'createdAt'>;

/** Until somebody decides otherwise: what the law demands. */
export const STATUTORY: ReturnPolicy = {
  version: 0, windowDays: 14, fee: { bps: 0, fixed: [] }, refundsShipping: true, autoApprove: false, digitalGoods: 'revoke', finalSale: { productIds: [], categoryIds: [], skus: [] }, createdAt: null,
};

const DAY_MS = 86_400_000;

/** The day of delivery does not count, and the last day counts to its end (UTC). */
export function returnDeadline({ windowDays }: Pick<ReturnPolicy, 'windowDays'>, deliveredAt: Date): Date {
  const day = Math.floor(deliveredAt.getTime() / DAY_MS);
  return new Date((day + windowDays + 1) * DAY_MS - 1);
}
