import { NOTHING, type Attribution } from './attribution.js';
import type { LineShare, Payment, PaymentTransaction, TransactionState } from './payments.js';

/** What went back to gift cards and store credit; minor units. */
export type BesideRefund = Readonly<{ id: string; amount: number; at: Date; attribution?: Attribution }>;
/** A refund as a whole: what each payment gives of it, and what went back beside them. */
export type OrderRefund = Readonly<{ payments: readonly Payment[]; transactions: readonly PaymentTransaction[]; beside: BesideRefund | null }>;

/** The whole is as far as its slowest part; a part that was refused has to be seen. */
export function stateOf(transactions: ReadonlyArray<Pick<PaymentTransaction, 'state'>>): TransactionState {
  const states = new Set(transactions.map(({ state }) => state));
  return (['failure', 'initial', 'pending'] as const).find((state) => states.has(state)) ?? 'success';
}

/** What all parts together were for, line by line. */
export function attributionOfWhole({ transactions, beside }: OrderRefund): Attribution {
  const parts = [...transactions, ...(beside ? [beside] : [])].flatMap(({ attribution }) => attribution ?? []);
  return parts.reduce((so, part) => ({
    lines: part.lines.reduce(withShare, so.lines), shipping: so.shipping + part.shipping, goodwill: so.goodwill + part.goodwill,
  }), NOTHING);
}

function withShare(lines: readonly LineShare[], { itemId, quantity, amount }: LineShare): readonly LineShare[] {
  const before = lines.find((line) => line.itemId === itemId);
  if (!before) return [...lines, { itemId, quantity, amount }];
  return lines.map((line) => (line === before ? { itemId, quantity: line.quantity + quantity, amount: line.amount + amount } : line));
}
