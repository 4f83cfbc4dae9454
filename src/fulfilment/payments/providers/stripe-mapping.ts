import type Stripe from 'stripe';
import type { Money } from '../../../shared/money.js';
import { disputeOperations, type Failure, type ProviderOperation, type ProviderPayment } from '../payments.js';

/** ISK and UGX have no minor unit, yet Stripe counts them in hundredths for old times' sake. Amounts in KWD and the like must end in 0: Stripe refuses others. */
const HUNDREDTHS = new Set(['ISK', 'UGX']);
export const toStripe = ({ amount, currency }: Money): number => (HUNDREDTHS.has(currency) ? amount * 100 : amount);
const fromStripe = (amount: number, currency: string): Money => {
  const code = currency.toUpperCase();
  return { amount: HUNDREDTHS.has(code) ? Number(BigInt(amount) / 100n) : amount, currency: code };
};

/** What we write on every payment intent, so that each says by itself whose it is. */
export const metadataOf = ({ orderId, idempotencyKey }: { orderId: string; idempotencyKey: string }) => ({ order_id: orderId, payment_key: idempotencyKey });
/** A capture is no object of its own: what we asked for is written beside the sum that was received. */
const CAPTURE = 'capture_';
export const captureNote = (hash: string, key: string, amount: number): Record<string, string> => ({ [`${CAPTURE}${hash.slice(0, 24)}`]: `${amount}:${key}` });

const STATUS: Readonly<Record<string, ProviderPayment['status']>> = {
  requires_payment_method: 'pending', requires_confirmation: 'pending', processing: 'pending', requires_action: 'requires_action',
  requires_capture: 'authorized', succeeded: 'captured', canceled: 'voided',
};
const CODES: Readonly<Record<string, string>> = {
  payment_intent_authentication_failure: 'authentication_failed', charge_expired_for_capture: 'authorization_expired', generic_decline: 'card_declined',
};

type Words = { code?: string | null | undefined; decline_code?: string | null | undefined; param?: string | null | undefined; message?: string | null | undefined };
/** The bank's own reason where it gave one. */
export function failureOf({ code, decline_code: reason, param, message }: Words): Failure {
  // The library says '' where the bank gave no reason.
  const word = [code === 'resource_missing' && param === 'payment_method' ? 'token_unknown' : reason, code].find(Boolean) || 'card_declined';
  return { code: CODES[word] ?? word, message: message ?? 'The payment provider refused this.' };
}

/** Null: it carries none of our words, so it is somebody else's; or a state that we do not know, which says nothing. */
export function paymentOf(intent: Stripe.PaymentIntent, more: readonly ProviderOperation[] = []): ProviderPayment | null {
  const { order_id: orderId, payment_key: idempotencyKey } = intent.metadata;
  const failed = intent.status === 'requires_payment_method' && intent.last_payment_error;
  const status = failed ? 'failed' : STATUS[intent.status];
  // A sum that is missing is not a sum of nothing.
  if (orderId === undefined || idempotencyKey === undefined || !status || !Number.isSafeInteger(intent.amount_received)) return null;
  const redirect = intent.next_action?.redirect_to_url?.url;
  const card = typeof intent.latest_charge === 'object' ? intent.latest_charge?.payment_method_details?.card : undefined;
  const { capture_before: before, fingerprint } = card ?? {};
  return {
    reference: intent.id, idempotencyKey, orderId, status, amount: fromStripe(intent.amount, intent.currency),
    ...(failed && { failure: failureOf(failed) }),
    ...(status === 'requires_action' && redirect && { nextAction: { type: 'redirect', url: redirect } }),
    ...(fingerprint && { cardFingerprint: fingerprint }),
    ...(before !== undefined && { authorizedUntil: new Date(before * 1000) }),
    operations: [...operationsOf(intent, status, idempotencyKey), ...more],
  };
}

function operationsOf(intent: Stripe.PaymentIntent, status: ProviderPayment['status'], key: string): ProviderOperation[] {
  const { amount } = fromStripe(intent.amount, intent.currency);
  const charge = typeof intent.latest_charge === 'string' ? intent.latest_charge : intent.latest_charge?.id ?? intent.id;
  if (status === 'failed') return [{ id: `${charge}:authorization`, kind: 'authorization', key, amount, state: 'failure', failure: failureOf(intent.last_payment_error ?? {}) }];
  const voided: ProviderOperation[] = status === 'voided' ? [{ id: `${intent.id}:void`, kind: 'void', key: `${key}:void`, amount, state: 'success' }] : [];
  if (status !== 'authorized' && status !== 'captured') return voided;
  return [{ id: `${charge}:authorization`, kind: 'authorization', key, amount, state: 'success' }, ...capturesOf(intent, key)];
}

function capturesOf(intent: Stripe.PaymentIntent, paymentKey: string): ProviderOperation[] {
  const received = fromStripe(intent.amount_received, intent.currency).amount;
  const asked = Object.entries(intent.metadata).filter(([name]) => name.startsWith(CAPTURE)).map(([name, note]): ProviderOperation => {
    const [amount = '0', ...key] = note.split(':');
    return { id: `${intent.id}:${name}`, kind: 'capture', key: key.join(':'), amount: Number(amount), state: 'success' };
  });
  const rest = received - asked.reduce((so, { amount }) => so + amount, 0);
  // Captured with the authorisation, or by somebody else.
  return rest > 0 ? [{ id: `${intent.id}:capture`, kind: 'capture', key: intent.capture_method === 'manual' ? undefined : paymentKey, amount: rest, state: 'success' }, ...asked] : asked;
}

const REFUND_STATES: Readonly<Record<string, ProviderOperation['state']>> = { succeeded: 'success', failed: 'failure', canceled: 'failure' };
export const refundOf = ({ id, amount, currency, status, metadata, failure_reason: reason }: Stripe.Refund): ProviderOperation => ({
  id, kind: 'refund', key: metadata?.['key'], amount: fromStripe(amount, currency).amount, state: REFUND_STATES[status ?? ''] ?? 'pending',
  ...(reason !== undefined && reason !== '' && { failure: { code: reason, message: 'The refund did not reach the customer.' } }),
});

/** An inquiry takes no money yet; a dispute took it, and its end brings it back or not. */
export function disputeOf({ id, amount: cents, currency, status }: Stripe.Dispute): ProviderOperation[] {
  const { amount } = fromStripe(cents, currency);
  if (status.startsWith('warning')) return [{ id, kind: 'chargeback', amount, state: 'pending' }];
  return disputeOperations({ id, amount, outcome: status === 'won' ? 'won' : status === 'lost' ? 'lost' : null });
}

/** Totals are what both books are compared by. */
export const totalOperation = (kind: ProviderOperation['kind'], id: string, amount: number, currency: string): ProviderOperation =>
  ({ id: `${id}:${kind}`, kind, amount: fromStripe(amount, currency).amount, state: 'success' });
