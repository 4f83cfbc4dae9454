import type { Actor } from '../../../shared/actor.js';
import { money } from '../../../shared/money.js';
import { creditLines, owedLessFor, settlementOf, shippingLeftOf, totalOf, unpaidOf, withOwedLess, type CreditedLine, type Received, type UnitsOfLine } from '../credits.js';
import { creditFees } from '../fees.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order, OrderItem } from '../orders.js';
import { giveBack } from './give-back.js';
import { clawBack } from './loyalty-share.js';
import { derivedPayment } from './payment-axis.js';
import { orderEvent, recompute } from './recompute.js';
import { sendDigital } from './send-digital.js';

export type CreditOrder = Readonly<{
  /** The items with their units as they are now. */
  items: readonly OrderItem[];
  /** Of these, units that are not to be paid any more. */
  lines: readonly UnitsOfLine[];
  /** Whether postage goes back once nothing of the order is left with the customer. */
  refundsShipping?: boolean;
  /** Minor units that the shop keeps, and those that pay for goods taken in exchange. */
  retained?: number; carried?: number;
  /** What the refund is for, where no unit is credited by it. */
  mapped?: readonly CreditedLine[];
  /** The user who wants store credit instead of the money. */
  creditOf?: string | undefined;
  /** Keys and files stay with the customer although they are paid back. */
  keepsDigital?: boolean;
  event: string; reason: string; key: string; actor: Actor; details?: Readonly<Record<string, unknown>>;
}>;
export type CreditedOrder = Readonly<{ order: Order; credits: CreditedLine[];
  /** What fees went back with them, as lines `fee:<code>`. */
  fees: CreditedLine[]; shipping: number; retained: number; refunded: number }>;

/** Inside the caller's transaction: units, money and points change together, once. */
export async function creditOrder(deps: Pick<OrderDeps, 'orders' | 'now' | 'refunds' | 'loyalty' | 'giftCards' | 'returnsUntil' | 'digital' | 'outbox'>, before: Order, request: CreditOrder): Promise<CreditedOrder> {
  const { lines, event, reason, key, actor, details } = request;
  const cards = lines.filter(({ itemId }) => before.items.some(({ id, digital }) => id === itemId && digital?.kind === 'gift_card'));
  if (cards.length > 0) await deps.giftCards.voidOf(before.id, cards);
  const sent = lines.filter(({ itemId }) => before.items.some(({ id, digital, units }) => id === itemId && digital && units.shipped > 0));
  if (sent.length > 0 && !request.keepsDigital) await deps.digital.revoke(before, sent);
  const { items, credits } = creditLines({ items: request.items, totals: before.totals }, lines);
  const fees = creditFees(before.fees, items, before.totals.taxIncluded);
  const nothingLeft = items.every(({ credited, quantity }) => credited?.units === quantity);
  const shipping = request.refundsShipping && nothingLeft ? shippingLeftOf(before) : 0;
  const { refunded, settlement, received, owedLess } = await giveBack(deps, before, { lines: [...credits, ...fees.credits], shipping, retained: request.retained ?? 0, carried: request.carried ?? 0, creditOf: request.creditOf, mapped: request.mapped, reason, key });
  const outstanding = owedAfter(before, owedLess.outstanding);
  const asked = await askedAfter(deps, before, { received, less: owedLess.awaited });
  const paymentStatus = await derivedPayment(deps, before, outstanding === undefined ? {} : { outstanding });
  const more = { settlement, ...asked, ...(fees.credits.length > 0 && { fees: fees.fees }), ...(outstanding !== undefined && { outstanding }) };
  const unpaid = owedLess.outstanding + owedLess.awaited;
  const less = owedLessFor(request.mapped ?? [...credits, ...fees.credits], unpaid);
  const credited = await recompute(deps, before, { items: withOwedLess(items, less), event, cause: reason, actor, paymentStatus, more, details: { ...details, lines, refunded } });
  // An invoice that asks for it already hears that it is asked for no more.
  if (unpaid > 0) await deps.outbox.record(orderEvent('order.owed_less', credited, { key: `${key}:unpaid`, reason, amount: unpaid, version: credited.version, attribution: { lines: less, shipping: unpaid - totalOf(less), goodwill: 0 } }));
  const order = outstanding === null ? await sendDigital(deps, credited, 'nothing is owed any more') : credited;
  await clawBack(deps, order, reason);
  return { order, credits, fees: fees.credits, shipping, retained: settlement.retained - settlementOf(before).retained, refunded };
}

/** The order's own payment is to bring less by so much: by hand it is asked for less, of what a bank has promised less is taken. */
async function askedAfter(deps: Pick<OrderDeps, 'refunds'>, order: Order, { received: { awaited }, less }: { received: Received; less: number }): Promise<Partial<Pick<Order, 'amountDue' | 'payment'>>> {
  if (!awaited || less === 0) return {};
  const open = unpaidOf(order, { awaited }).awaited - less;
  const changed = await deps.refunds.changeUnpaid(order.id, money(open, order.currency));
  return { amountDue: money(awaited.collected + open, order.currency), ...(changed && { payment: changed }) };
}

/** What an edit asked for beside what was paid is owed less by so much. A payment of the former amount is for something else then, and goes back. */
function owedAfter({ outstanding, version }: Order, less: number): Order['outstanding'] {
  if (!outstanding || less <= 0) return undefined;
  const amount = outstanding.amount.amount - less;
  return amount > 0 ? { amount: { ...outstanding.amount, amount }, purpose: `${outstanding.purpose.split('~')[0]!}~${version}` } : null;
}
