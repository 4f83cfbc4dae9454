import { money, type Money } from '../../shared/money.js';
import type { Cart, CartProblem, ChangedAmount, Told, TotalsProblem } from './cart.js';
import type { Quote } from './quote.js';

type Priced = Pick<Quote, 'totals' | 'lines' | 'tenders'>;

export function toldOf({ totals, lines, tenders }: Priced): Told {
  return {
    lines: lines.map(({ lineTotal }) => lineTotal.amount), discount: totals.discountTotal.amount, shipping: totals.shippingTotal.amount, fees: totals.feeTotal?.amount ?? 0,
    tax: totals.taxTotal.amount, total: totals.grandTotal.amount, tenders: tenders.reduce((so, { amount }) => so + amount.amount, 0),
  };
}

/** Nobody has been told yet what it costs with what has come into it. */
export const withoutTold = ({ told: _told, ...cart }: Cart): Cart => cart;

/** Nothing but list prices was told: those are compared line by line in any case. */
export function isPlain({ told, lineItems, shippingMethod }: Pick<Cart, 'told' | 'lineItems' | 'shippingMethod'>): boolean {
  if (!told) return true;
  const { discount, fees, tenders, total } = told;
  return shippingMethod === undefined && discount === 0 && fees === 0 && tenders === 0 && total === lineItems.reduce((so, { unitPrice, quantity }) => so + unitPrice.amount * quantity, 0);
}

export const costsMore = (told: Told | undefined, { totals }: Priced): boolean => told !== undefined && totals.grandTotal.amount > told.total;

/** Null where the order costs what was told, or less, and gift cards pay as much of it. */
export const totalsProblemOf = (told: Told | undefined, quote: Priced): TotalsProblem | null =>
  (told && (costsMore(told, quote) || paysLess(told, toldOf(quote))) ? differenceOf(told, quote) : null);

export function differenceOf(told: Told, quote: Priced): TotalsProblem {
  const { currency } = quote.totals.grandTotal;
  return { code: 'totals_changed', before: money(told.total, currency), after: quote.totals.grandTotal, changes: changesBetween(told, toldOf(quote), quote) };
}

const EXPLAINS = new Set<string>(['price_changed', 'coupon_not_applicable']);
/** A price or a coupon that is not what it was says by itself why the total is not. */
export const problemsWith = (problems: readonly CartProblem[], totals: TotalsProblem | null): CartProblem[] =>
  (totals && !problems.some(({ code }) => EXPLAINS.has(code)) ? [...problems, totals] : [...problems]);
export const isAmountDisputed = (problems: readonly CartProblem[]): boolean => problems.some(({ code }) => code === 'totals_changed' || EXPLAINS.has(code));

/** A gift card was used elsewhere: what it leaves to pay is more although the total stayed. */
export function duePromised(told: Told | undefined, quote: Priced): Money | undefined {
  const { totals: { grandTotal } } = quote;
  return told && paysLess(told, toldOf(quote)) ? money(Math.max(0, grandTotal.amount - told.tenders), grandTotal.currency) : undefined;
}

const paysLess = (told: Pick<Told, 'tenders'>, now: Pick<Told, 'tenders' | 'total'>): boolean => now.tenders < Math.min(told.tenders, now.total);

function changesBetween(told: Told, now: Told, { lines, totals: { grandTotal: { currency } } }: Priced): ChangedAmount[] {
  const changed = (part: ChangedAmount['part'], before: number, after: number, of = {}): ChangedAmount[] =>
    (before === after ? [] : [{ part, ...of, before: money(before, currency), after: money(after, currency) }]);
  return [
    ...lines.flatMap(({ id, sku }, at) => changed('line', told.lines[at] ?? 0, now.lines[at]!, { itemId: id, sku })),
    ...(['discount', 'shipping', 'fees', 'tax', 'tenders', 'total'] as const).flatMap((part) => changed(part, told[part], now[part])),
  ];
}
