import { add, fraction, money, subtract, sum, zero, type Money } from '../../shared/money.js';
import { feesCredited } from './fees.js';
import { payableOf, type Order, type OrderItem, type Payable, type Settlement } from './orders.js';

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
  return { item: { ...item, credited: { ...item.credited, units: units + quantity, amount: total } }, amount: total - amount };
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

/** For which lines nothing goes back because nothing was paid: the first ones, as what goes back goes back for the last ones. `unpaid` in minor units. */
export function owedLessFor(credits: readonly CreditedLine[], unpaid: number): CreditedLine[] {
  const back = reduceCredits(credits, Math.max(0, totalOf(credits) - unpaid));
  return credits.map((credit, at) => ({ ...credit, quantity: back[at]!.amount === 0 ? credit.quantity : 0, amount: credit.amount - back[at]!.amount })).filter(({ amount }) => amount > 0);
}

/** Kept beside what was credited, so that no document asks for it. */
export const withOwedLess = (items: readonly OrderItem[], less: readonly CreditedLine[]): OrderItem[] => items.map((item) => {
  const amount = less.find(({ itemId }) => itemId === item.id)?.amount ?? 0;
  return amount > 0 && item.credited ? { ...item, credited: { ...item.credited, unpaid: (item.credited.unpaid ?? 0) + amount } } : item;
});

/** Of what was agreed, that which is to be paid no more: units that were cancelled or came back, their fees, and postage. */
export function creditedOf({ items, fees, currency, settlement }: Pick<Order, 'items' | 'fees' | 'currency' | 'settlement'>): Money {
  return money(items.reduce((so, { credited }) => so + (credited?.amount ?? 0), settlementOf({ settlement }).shipping + feesCredited(fees)), currency);
}

/** Shipping as the customer paid it, and not given back yet. */
export function shippingLeftOf({ totals, shippingTax, shippingCharge, settlement }: Pick<Order, 'totals' | 'shippingTax' | 'shippingCharge' | 'settlement'>): number {
  const paid = shippingCharge?.total ?? totals.shippingTotal;
  return (totals.taxIncluded ? paid : add(paid, shippingTax)).amount - settlementOf({ settlement }).shipping;
}

/** Minor units: all that was ever received for an order, and what of it is still there to give back. */
export type Received = Readonly<{
  taken: number; left: number;
  /** Of what is left, that which goes back through payment providers. */
  ofPayments: number;
  /** The order's own payment while it still has to bring something; `byHand` where another amount can be asked for. */
  awaited: Readonly<{ amount: number; collected: number; byHand: boolean }> | null;
  /** A provider was asked to take money and has not answered. */
  isTaking: boolean;
}>;

type DueFields = Pick<Order, 'status' | 'totals' | 'items' | 'fees' | 'currency' | 'settlement' | 'prepaid'>;
/** What this order costs its customer by now, fees kept included; what an exchanged unit was worth counts as paid. */
export function amountDue(order: DueFields): Money {
  const { status, totals, currency } = order;
  if (status === 'cancelled' || status === 'expired') return zero(currency);
  const standing = subtract(totals.grandTotal, creditedOf(order));
  return money(Math.max(0, standing.amount + settlementOf(order).retained - (order.prepaid ?? 0)), currency);
}

/** What is still to be paid: what an edit asked for, and what the order's own payment has yet to bring. In minor units. */
export function unpaidOf(order: Payable & Pick<Order, 'outstanding'>, { awaited }: Pick<Received, 'awaited'>): { outstanding: number; awaited: number } {
  // A card's authorisation stays as high as it was when the order costs less; what is to be taken of it does not.
  const agreed = awaited ? Math.min(awaited.amount, payableOf(order).amount) - awaited.collected : 0;
  return { outstanding: order.outstanding?.amount.amount ?? 0, awaited: Math.max(0, agreed) };
}

/** How much of a credit goes back as money, in minor units: what was never paid is owed less instead. Goodwill lowers what is `left`, not what a unit was paid. */
export const refundOfCredit = (credit: number, { unpaid, left }: { unpaid: number; left: number }): number => Math.max(0, Math.min(credit - unpaid, left));

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
