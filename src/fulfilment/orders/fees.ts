import { add, fraction } from '../../shared/money.js';
import type { CreditedLine } from './credits.js';
import type { OrderFee, OrderItem } from './orders.js';

/** A fee among the lines of a refund, an invoice or a credit note. */
export const feeLineId = (code: string): string => `fee:${code}`;

export const feesCredited = (fees: readonly OrderFee[] = []): number => fees.reduce((so, { credited = 0 }) => so + credited, 0);
export const grossOfFee = ({ amount, tax }: Pick<OrderFee, 'amount' | 'tax'>, taxIncluded: boolean): number => (taxIncluded ? amount : add(amount, tax)).amount;

/**
 * What goes back of fees with units that were credited: the share of those units, cumulative, so that with the last unit a fee closes at zero.
 * A fee that is for no line goes back with nothing.
 */
export function creditFees(fees: readonly OrderFee[] = [], items: readonly OrderItem[], taxIncluded: boolean): { fees: OrderFee[]; credits: CreditedLine[] } {
  const credits: CreditedLine[] = [];
  const after = fees.map((fee) => {
    const { code, amount, shares, credited = 0 } = fee;
    const entered = shares.reduce((so, share) => so + fraction({ ...amount, amount: share.amount }, unitsBack(items, share), share.quantity).amount, 0);
    const total = amount.amount === 0 ? 0 : fraction({ ...amount, amount: grossOfFee(fee, taxIncluded) }, entered, amount.amount).amount;
    if (total <= credited) return fee;
    credits.push({ itemId: feeLineId(code), quantity: 0, amount: total - credited });
    return { ...fee, credited: total };
  });
  return { fees: after, credits };
}

const unitsBack = (items: readonly OrderItem[], { itemId, quantity }: { itemId: string; quantity: number }): number =>
  Math.min(quantity, items.find(({ id }) => id === itemId)?.credited?.units ?? 0);
