import { isOpen, refundable, type Payment, type PaymentTransaction, type RowChange } from '../payments.js';
import type { PlannedTransaction } from '../payments.repository.js';

const waiting = ({ state }: PaymentTransaction): boolean => state === 'initial' || state === 'pending';

/** What is left to do so that this payment keeps no money: refund what was captured, void what still could be. */
export function planReturn(payment: Payment, known: readonly PaymentTransaction[], reason: string, now: Date): { payment: Payment; planned: PlannedTransaction[] } {
  const named = (key: string) => (known.some((row) => row.key === key) ? `${key}:${payment.version}` : key);
  const left = refundable(payment);
  if (left > 0) {
    const key = named(`${payment.idempotencyKey}:refund:cancel`);
    return { payment: { ...payment, refundingAmount: payment.refundingAmount + left }, planned: [{ kind: 'refund', key, amount: left, reason, dueAt: now }] };
  }
  const voidable = payment.capturedAmount === 0 && (isOpen(payment.status) || payment.status === 'authorized');
  if (!voidable || known.some((row) => row.kind === 'void' && waiting(row))) return { payment, planned: [] };
  return { payment, planned: [{ kind: 'void', key: named(`${payment.idempotencyKey}:void`), amount: payment.amount.amount, reason, dueAt: now }] };
}

/** A void that waits for the provider has nothing to do any more once money was captured or the payment failed. */
export function supersededVoids({ status, capturedAmount }: Payment, known: readonly PaymentTransaction[]): RowChange[] {
  if (capturedAmount === 0 && status !== 'failed') return [];
  return known.filter((row) => row.kind === 'void' && waiting(row)).map(({ key, amount }) => (
    { key, kind: 'void', state: 'failure', amount: amount.amount, failure: { code: 'superseded', message: 'There was nothing to void any more.' }, ours: true }
  ));
}
