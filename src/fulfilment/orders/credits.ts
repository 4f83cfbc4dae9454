import { add, fraction, money, subtract, sum, zero, type Money } from '../../shared/money.js';
import { feesCredited } from './fees.js';
import type { Order, OrderItem, Settlement } from './orders.js';

export type UnitsOfLine = Readonly<{ itemId: string; quantity: number }>;
/** What a line's units were paid, in minor units. */
export type CreditedLine = UnitsOfLine & Readonly<{ amount: number }>;

const NOTHING_SETTLED: Settlement = { shipping: 0, retained: 0, refunded: 0 };
export const settlementOf = ({ settlement }: { settlement?: Settlement | undefined }): Settlement => settlement ?? NOTHING_SETTLED;

/** What the customer pays for all units of a line, with its discounts and its tax. */
export const grossOf = ({ lineTotal, tax }: Pick<OrderItem, 'lineTotal' | 'tax'>, taxIncluded: boolean): Money => (taxIncluded ? lineTotal : add(lineTotal, tax));

/** Cumulative rounding: whether units go back one by one or together, the last one closes the line at zero. */
export function creditUnits(item: OrderItem, quantity: number, taxIncluded: boolean): { item: OrderItem; amount: number } {
  const { units, amount } = item.credited ?? { units: 0, amount: 0 };
  const total = fraction(grossOf(item, taxIncluded), units + quantity, item.quantity).amount;
  return { item: { ...item, credited: { units: units + quantity, amount: total } }, amount: total - amount };
}

/** These units are no longer to be paid. Answers the items as they are then, and what each line's units were paid. */
export function creditLines({ items, totals }: Pick<Order, 'items' | 'totals'>, lines: readonly UnitsOfLine[]): { items: OrderItem[]; credits: CreditedLine[] } {
  const credits: CreditedLine[] = [];
  const after = items.map((item) => {
    const quantity = lines.filter(({ itemId }) => itemId === item.id).reduce((so, line) => so + line.quantity, 0);
    if (quantity === 0) return item;
    const credited = creditUnits(item, quantity, totals.taxIncluded);
    credits.push({ itemId: item.id, quantity, amount: credited.amount });
    return credited.item;
  });
  return { items: after, credits };
}

/** Of what was agreed, that which is to be paid no more: units that were cancelled or came back, their fees, and postage. */
export function creditedOf({ items, fees, currency, settlement }: Pick<Order, 'items' | 'fees' | 'currency' | 'settlement'>): Money {
  return money(items.reduce((so, { credited }) => so + (credited?.amount ?? 0), settlementOf({ settlement }).shipping + feesCredited(fees)), currency);
}

/** Shipping as the customer paid it, and not given back yet. */
export function shippingLeftOf({ totals, shippingTax, shippingCharge, settlement }: Pick<Order, 'totals' | 'shippingTax' | 'shippingCharge' | 'settlement'>): number {
  const paid = shippingCharge?.total ?? totals.shippingTotal;
  return (totals.taxIncluded ? paid : add(paid, shippingTax)).amount - settlementOf({ settlement }).shipping;
}

type DueFields = Pick<Order, 'status' | 'totals' | 'items' | 'fees' | 'currency' | 'settlement' | 'prepaid'>;
/** What this order costs its customer by now, fees kept included; what an exchanged unit was worth counts as paid. */
export function amountDue(order: DueFields): Money {
  const { status, totals, currency } = order;
  if (status === 'cancelled' || status === 'expired') return zero(currency);
  const standing = subtract(totals.grandTotal, creditedOf(order));
  return money(Math.max(0, standing.amount + settlementOf(order).retained - (order.prepaid ?? 0)), currency);
}

/**
 * How much of a credit goes back as money. What was never paid is owed less instead; `taken` is all that was ever received, `left` what is still there.
 * Goodwill lowers what is there, not what a unit was paid.
 */
export function refundOfCredit(order: DueFields, credit: number, { taken, left }: { taken: number; left: number }): number {
  const { refunded, retained } = settlementOf(order);
  const owedLess = creditedOf(order).amount - retained - refunded;
  const unpaid = Math.max(0, order.totals.grandTotal.amount - (order.prepaid ?? 0) - taken - owedLess);
  return Math.max(0, Math.min(credit - unpaid, left));
}

export const totalOf = (credits: readonly CreditedLine[]): number => credits.reduce((so, { amount }) => so + amount, 0);
export const moneyOf = (credits: readonly CreditedLine[], currency: string): Money => sum(credits.map(({ amount }) => money(amount, currency)), currency);

/** Takes a fee out of the lines, so that what is left of them adds up to the refund. */
export function reduceCredits(credits: readonly CreditedLine[], to: number): CreditedLine[] {
  let open = totalOf(credits) - to;
  return credits.map((line) => {
    const taken = Math.min(open, line.amount);
    open -= taken;
    return { ...line, amount: line.amount - taken };
  });
}
