import type { Invariant, Violation } from '../../shared/invariant.js';
import { sum, type Money } from '../../shared/money.js';
import type { ValueAuditRepository } from './value-audit.repository.js';

const SLICE = 500;
/** What an order says of its tenders; minor units. */
export type TenderedOrder = Readonly<{ id: string; isStanding: boolean; tendered: number; due: number; total: number }>;
type PayableOrder = Readonly<{ id: string; status: string; isEdited: boolean; totals: Readonly<{ grandTotal: Money }>; tenders?: ReadonlyArray<{ amount: Money }> }>;
/** `payment` is what the payment of the order asks for; an edit may have changed what was agreed since. */
export function tenderedOrder({ id, status, isEdited, totals: { grandTotal }, tenders = [] }: PayableOrder, payment: Money | undefined): TenderedOrder {
  const { amount } = sum(tenders.map((tender) => tender.amount), grandTotal.currency);
  return { id, isStanding: status !== 'cancelled' && status !== 'expired', tendered: amount, due: isEdited || !payment ? grandTotal.amount - amount : payment.amount, total: grandTotal.amount };
}
type FindOrders = (ids: readonly string[]) => Promise<readonly TenderedOrder[]>;

export function valueInvariants({ audit, findOrders }: { audit: ValueAuditRepository; findOrders: FindOrders }): Invariant[] {
  const names = { fold: 'value.balance_equals_ledger', negative: 'value.never_negative', paid: 'value.tenders_and_payment_make_the_total' };
  return [
    { name: names.fold, check: async () => (await audit.findUnlikeLedger()).map(({ _id, off }) => ({ invariant: names.fold, subject: `value_account:${_id}`, detail: `the ledger differs by ${off}` })) },
    { name: names.negative, check: async () => (await audit.findNegative()).map(({ _id, balance }) => ({ invariant: names.negative, subject: `value_account:${_id}`, detail: `balance ${balance}` })) },
    { name: names.paid, check: async () => {
      const found: Violation[] = [];
      for await (const slice of audit.tenderedByOrder(SLICE)) {
        const orders = new Map((await findOrders([...slice.keys()])).map((order) => [order.id, order]));
        for (const [orderId, taken] of slice) found.push(...wrongs(orders.get(orderId), taken).map((detail) => ({ invariant: names.paid, subject: `order:${orderId}`, detail })));
      }
      return found;
    } },
  ];
}

function wrongs(order: TenderedOrder | undefined, { left }: { left: number }): string[] {
  if (!order) return ['was spent on, but does not exist'];
  return [
    ...(order.tendered + order.due === order.total ? [] : [`${order.tendered} tendered and ${order.due} due are not ${order.total}`]),
    ...(left >= 0 && left <= order.tendered ? [] : [`${left} of ${order.tendered} tendered are still in it`]),
    ...(order.isStanding || left === 0 ? [] : [`was given up, but kept ${left}`]),
  ];
}
