import type { DomainEvent } from '../../shared/events/outbox.js';
import type { Payment, PaymentStatus, PaymentTransaction, RowChange } from './payments.js';

const OF_STATUS: Partial<Record<PaymentStatus, string>> = {
  authorized: 'payment.authorized', requires_action: 'payment.action_required', succeeded: 'payment.succeeded', failed: 'payment.failed', voided: 'payment.voided',
};

const dataOf = ({ id, orderId, attempt, provider, method, amount, capturedAmount, refundedAmount, failure, nextAction }: Payment) => ({
  paymentId: id, orderId, attempt, provider, method, amount, captured: capturedAmount, refunded: refundedAmount, ...(failure && { failureCode: failure.code }), ...(nextAction && { url: nextAction.url }),
});

/** The order is the aggregate, so that its own events and those of its payments are delivered in one order. */
export function eventsOf(before: Payment, after: Payment, rows: readonly RowChange[]): DomainEvent[] {
  const event = (type: string, more: Record<string, unknown> = {}): DomainEvent => ({ type, aggregateId: after.orderId, data: { ...dataOf(after), ...more } });
  const changed = before.status === after.status ? undefined : OF_STATUS[after.status];
  const moved = rows.filter(({ state }) => state === 'success').flatMap(({ kind, amount, key }) => {
    if (kind === 'refund') return [event('payment.refunded', { key, refundAmount: amount })];
    if (kind === 'chargeback') return [event('payment.disputed', { disputedAmount: amount })];
    if (kind === 'dispute_won' || kind === 'dispute_lost') return [event(`payment.${kind}`, { disputedAmount: amount })];
    // A payment that is captured in parts succeeds once; each part is told.
    return kind === 'capture' && before.status === 'authorized' ? [event('payment.captured', { captureAmount: amount })] : [];
  });
  const unasked = rows.filter(({ kind, ours, state }) => kind === 'refund' && state === 'success' && !ours);
  return [
    ...(changed ? [event(changed)] : []), ...moved,
    ...unasked.map(({ amount, providerEventId }) => mismatchEvent(after, `a refund of ${amount} (${providerEventId}) was not asked for by us`)),
  ];
}

export const failedEvent = (payment: Payment): DomainEvent => ({ type: 'payment.failed', aggregateId: payment.orderId, data: dataOf(payment) });
/** An alarm: somebody has to look. */
export const mismatchEvent = (payment: Payment, detail: string): DomainEvent =>
  ({ type: 'payment.mismatch', aggregateId: payment.orderId, data: { ...dataOf(payment), detail } });
export const refusedEvent = (payment: Payment, { kind, key, amount }: Pick<PaymentTransaction, 'kind' | 'key' | 'amount'>, code: string): DomainEvent =>
  ({ type: `payment.${kind}_refused`, aggregateId: payment.orderId, data: { ...dataOf(payment), key, requested: amount, failureCode: code } });
export const stuckEvent = ({ orderId, paymentId, kind, key, amount, attempts }: PaymentTransaction): DomainEvent =>
  ({ type: 'payment.stuck', aggregateId: orderId, data: { paymentId, orderId, kind, key, amount, attempts } });
export const authorizationExpiredEvent = (payment: Payment): DomainEvent =>
  ({ type: 'payment.authorization_expired', aggregateId: payment.orderId, data: { ...dataOf(payment), authorizedUntil: payment.authorizedUntil?.toISOString() } });
export const overdueEvent = (payment: Payment): DomainEvent =>
  ({ type: 'payment.overdue', aggregateId: payment.orderId, data: { ...dataOf(payment), due: payment.amount.amount - payment.capturedAmount, dueAt: payment.dueAt?.toISOString() } });
