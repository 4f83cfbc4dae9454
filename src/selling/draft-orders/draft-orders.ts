import type { Address } from '../../shared/address.js';
import type { Actor } from '../../shared/actor.js';
import { allocate, money, portion, subtract, sum, times, type Money } from '../../shared/money.js';

export const DRAFT_STATES = ['open', 'completed', 'cancelled'] as const;
export type DraftState = (typeof DRAFT_STATES)[number];

/** `unitPrice`: agreed by hand instead of the price of the day, with the reason why. */
export type DraftLine = Readonly<{ id: string; sku: string; quantity: number; unitPrice?: Money; priceReason?: string }>;
/** Off the goods after all other reductions. */
export type DraftDiscount = Readonly<{ amount?: Money; rateBps?: number; reason: string }>;

export type DraftOrder = Readonly<{
  id: string; state: DraftState; userId: string | null; email: string; currency: string; lines: readonly DraftLine[]; discount: DraftDiscount | null;
  shippingAddress?: Address; billingAddress?: Address; shippingMethod?: string; pickupLocationId?: string; coupons: readonly string[]; notes?: string;
  createdBy: Actor; version: number; createdAt: Date; updatedAt: Date;
}>;
export type DraftContent = Pick<DraftOrder, 'lines' | 'discount' | 'coupons'> & Partial<Pick<DraftOrder, 'shippingAddress' | 'billingAddress' | 'shippingMethod' | 'pickupLocationId' | 'notes'>>;

type Reduced = Readonly<{ id: string; quantity: number; unitPrice: Money }>;
type Share = Readonly<{ promotionId: string; name: string; class: 'order'; amount: Money }>;

/** The discount by hand, spread over what is left of the lines; never more than that. */
export function spreadDiscount(discount: DraftDiscount, draftId: string, lines: readonly Reduced[], before: ReadonlyMap<string, ReadonlyArray<Readonly<{ amount: Money }>>>, currency: string): Map<string, Share> {
  const left = lines.map(({ id, quantity, unitPrice }) => subtract(times(unitPrice, quantity), sum((before.get(id) ?? []).map(({ amount }) => amount), currency)));
  const all = sum(left, currency);
  const wanted = discount.amount ?? portion(all, discount.rateBps ?? 0);
  const total = money(Math.min(wanted.amount, all.amount), currency);
  if (total.amount === 0) return new Map();
  const shares = allocate(total, left.map(({ amount }) => amount));
  const share = (amount: Money): Share => ({ promotionId: `manual:${draftId}`, name: discount.reason, class: 'order', amount });
  return new Map(lines.flatMap(({ id }, at) => (shares[at]!.amount > 0 ? [[id, share(shares[at]!)] as const] : [])));
}
