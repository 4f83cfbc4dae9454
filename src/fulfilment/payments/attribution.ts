import { fraction, type Money } from '../../shared/money.js';
import { LineNotRefundable, ShippingNotRefundable } from './payments.errors.js';
import type { Attribution, LineShare } from './payments.js';

export type { Attribution };
/** What a refund can be mapped to. Gross: what the customer paid for all units of the line, with its discounts and tax. */
export type RefundableLine = Readonly<{ itemId: string; quantity: number; gross: number }>;
export type RefundableOrder = Readonly<{ lines: readonly RefundableLine[]; shipping: number }>;
export type RefundWish = Readonly<{ lines?: ReadonlyArray<{ itemId: string; quantity: number }> | undefined; shipping?: Money | undefined; goodwill?: Money | undefined }>;

export const NOTHING: Attribution = { lines: [], shipping: 0, goodwill: 0 };
export const attributedTotal = ({ lines, shipping, goodwill }: Attribution): number => lines.reduce((so, { amount }) => so + amount, shipping + goodwill);

type RefundedLine = Readonly<{ gross: number; quantity: number; refundedUnits: number; refundedAmount: number }>;

/** Cumulative rounding: however the units are refunded, one by one or together, the last one closes at zero. */
export function refundOfUnits({ gross, quantity, refundedUnits, refundedAmount }: RefundedLine, units: number): number {
  const due = fraction({ amount: gross, currency: 'XXX' }, refundedUnits + units, quantity).amount;
  return Math.max(0, due - refundedAmount);
}

/** What was attributed so far, by line; refunds that are only asked for count as well. */
export function refundedSoFar(history: readonly Attribution[], itemId: string): { refundedUnits: number; refundedAmount: number } {
  const shares = history.flatMap(({ lines }) => lines.filter((line) => line.itemId === itemId));
  return { refundedUnits: shares.reduce((so, { quantity }) => so + quantity, 0), refundedAmount: shares.reduce((so, { amount }) => so + amount, 0) };
}

const shippingLeft = ({ shipping }: RefundableOrder, history: readonly Attribution[]): number =>
  Math.max(0, shipping - history.reduce((so, one) => so + one.shipping, 0));

/** Turns units into money. Goodwill is free up to what was captured, which the payment itself guards. */
export function attributionOf(order: RefundableOrder, history: readonly Attribution[], { lines = [], shipping, goodwill }: RefundWish): Attribution {
  const left = shippingLeft(order, history);
  if (shipping && shipping.amount > left) throw new ShippingNotRefundable({ amount: left, currency: shipping.currency });
  const taken: LineShare[] = [];
  for (const { itemId, quantity } of lines) {
    const line = order.lines.find((one) => one.itemId === itemId);
    const before = refundedSoFar([...history, { ...NOTHING, lines: taken }], itemId);
    if (!line || before.refundedUnits + quantity > line.quantity) throw new LineNotRefundable(itemId, line ? line.quantity - before.refundedUnits : 0);
    taken.push({ itemId, quantity, amount: refundOfUnits({ ...line, ...before }, quantity) });
  }
  return { lines: taken, shipping: shipping?.amount ?? 0, goodwill: goodwill?.amount ?? 0 };
}

/** Everything that is left goes back: the lines first, then postage; what is more than both is goodwill. */
export function attributionOfRest(order: RefundableOrder, history: readonly Attribution[], amount: number): Attribution {
  let open = amount;
  const take = (most: number): number => {
    const taken = Math.min(open, most);
    open -= taken;
    return taken;
  };
  const lines = order.lines.map(({ itemId, quantity, gross }) => {
    const { refundedUnits, refundedAmount } = refundedSoFar(history, itemId);
    return { itemId, quantity: Math.max(0, quantity - refundedUnits), amount: take(Math.max(0, gross - refundedAmount)) };
  }).filter((line) => line.amount > 0);
  const shipping = take(shippingLeft(order, history));
  return { lines, shipping, goodwill: open };
}

/** Cuts one attribution into pieces of these amounts, in order, so that several payments can carry one refund. */
export function cut({ lines, shipping, goodwill }: Attribution, amounts: readonly number[]): Attribution[] {
  const rest = { lines: lines.map((line) => ({ ...line })), shipping, goodwill };
  return amounts.map((amount) => {
    let open = amount;
    const taken: LineShare[] = [];
    for (const line of rest.lines) {
      const part = Math.min(open, line.amount);
      if (part === 0) continue;
      taken.push({ itemId: line.itemId, quantity: line.quantity, amount: part });
      Object.assign(line, { amount: line.amount - part, quantity: 0 });
      open -= part;
    }
    const ofShipping = Math.min(open, rest.shipping);
    rest.shipping -= ofShipping;
    return { lines: taken, shipping: ofShipping, goodwill: open - ofShipping };
  });
}

/** As the orders module knows an order; its lines, postage and taxes make what was paid. */
export type OrderView = Readonly<{
  items: ReadonlyArray<Readonly<{ id: string; quantity: number; lineTotal: Money; tax: Money }>>;
  totals: Readonly<{ shippingTotal: Money; taxIncluded: boolean }>; shippingTax: Money;
  fees?: ReadonlyArray<Readonly<{ code: string; amount: Money; tax: Money }>>;
}>;

/** A fee is refunded like a line of one unit. */
export function refundableOrder({ items, totals, shippingTax, fees = [] }: OrderView): RefundableOrder {
  const withTax = (net: Money, tax: Money): number => net.amount + (totals.taxIncluded ? 0 : tax.amount);
  return {
    lines: [
      ...items.map(({ id: itemId, quantity, lineTotal, tax }) => ({ itemId, quantity, gross: withTax(lineTotal, tax) })),
      ...fees.map(({ code, amount, tax }) => ({ itemId: `fee:${code}`, quantity: 1, gross: withTax(amount, tax) })),
    ],
    shipping: withTax(totals.shippingTotal, shippingTax),
  };
}
