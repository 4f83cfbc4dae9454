import { createHmac } from 'node:crypto';
import { outcomeOf, total, type SimPayment } from './ledger.js';
import { movements, seconds } from './wire.js';

/** Stripe's words for what the ledger keeps: the shapes of API version 2026-10-28, as far as adapters read them. */
const STATUS: Readonly<Record<SimPayment['status'], string>> = {
  pending: 'processing', requires_action: 'requires_action', authorized: 'requires_capture', captured: 'succeeded', failed: 'requires_payment_method', voided: 'canceled',
};
const TAIL = /^[a-z]+_/;
export const intentIdOf = ({ id }: SimPayment): string => id.replace(TAIL, 'pi_');
export const paymentIdOf = (intent: string): string => intent.replace(TAIL, 'pay_');
/** ISK and UGX have no minor unit, yet Stripe counts them in hundredths. */
const HUNDREDTHS = new Set(['ISK', 'UGX']);
export const toStripe = (amount: number, currency: string): number => (HUNDREDTHS.has(currency) ? amount * 100 : amount);
export const fromStripe = (amount: number, currency: string): number => (HUNDREDTHS.has(currency) ? amount / 100 : amount);

type Code = { code: string; decline_code?: string };
const DECLINES: Readonly<Record<string, Code>> = {
  card_declined: { code: 'card_declined', decline_code: 'generic_decline' }, insufficient_funds: { code: 'card_declined', decline_code: 'insufficient_funds' },
  expired_card: { code: 'expired_card', decline_code: 'expired_card' }, authentication_failed: { code: 'payment_intent_authentication_failure' },
};

export function lastError({ failure }: SimPayment) {
  return failure ? { type: 'card_error', ...(DECLINES[failure.code] ?? { code: failure.code }), message: failure.message } : null;
}

export function intent(payment: SimPayment, expand: readonly string[] = []) {
  const { currency, amount } = payment.amount;
  const of = (minor: number) => toStripe(minor, currency);
  const captured = total(payment, 'capture');
  const tried = payment.operations.length > 0;
  return {
    id: intentIdOf(payment), object: 'payment_intent', amount: of(amount), currency: currency.toLowerCase(), livemode: false, created: seconds(payment.createdAt),
    amount_received: of(captured), amount_capturable: payment.status === 'authorized' ? of(amount - captured) : 0,
    status: STATUS[payment.status] ?? payment.status, capture_method: payment.capture ? 'automatic' : 'manual', client_secret: `${intentIdOf(payment)}_secret_sim`,
    metadata: { ...(payment.metadata ?? { order_id: payment.orderId, payment_key: payment.idempotencyKey }) }, last_payment_error: lastError(payment),
    next_action: payment.nextAction ? { type: 'redirect_to_url', redirect_to_url: { url: payment.nextAction.url, return_url: payment.returnUrl ?? null } } : null,
    latest_charge: tried ? (expand.some((path) => path.endsWith('latest_charge')) ? charge(payment) : chargeIdOf(payment)) : null,
    canceled_at: payment.status === 'voided' ? seconds(payment.updatedAt) : null, payment_method_types: ['card'],
  };
}

export const chargeIdOf = ({ id }: SimPayment): string => id.replace(TAIL, 'ch_');

function charge(payment: SimPayment) {
  const { currency, amount } = payment.amount;
  const of = (minor: number) => toStripe(minor, currency);
  const refunded = total(payment, 'refund');
  return {
    id: chargeIdOf(payment), object: 'charge', amount: of(amount), amount_captured: of(total(payment, 'capture')), amount_refunded: of(refunded), currency: currency.toLowerCase(),
    captured: total(payment, 'capture') > 0, refunded: refunded > 0 && refunded === total(payment, 'capture'), disputed: total(payment, 'chargeback') > 0, payment_intent: intentIdOf(payment),
    status: payment.status === 'failed' ? 'failed' : 'succeeded',
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242', ...(payment.authorizedUntil && { capture_before: seconds(payment.authorizedUntil) }) } },
  };
}

type Expand = readonly string[];
export const refundsOf = (payment: SimPayment, expand: Expand = []) => movements(payment, 'refund').map((op) => ({
  id: op.id.replace(TAIL, 're_'), object: 'refund', amount: toStripe(op.amount, payment.amount.currency), currency: payment.amount.currency.toLowerCase(), status: 'succeeded',
  payment_intent: expand.some((path) => path.includes('payment_intent')) ? intent(payment, expand) : intentIdOf(payment), charge: chargeIdOf(payment), created: seconds(op.at),
  metadata: op.key === undefined ? {} : { key: op.key },
}));

export const disputesOf = (payment: SimPayment, expand: Expand = []) => movements(payment, 'chargeback').map((op) => ({
  id: op.id.replace(TAIL, 'dp_'), object: 'dispute', amount: toStripe(op.amount, payment.amount.currency), currency: payment.amount.currency.toLowerCase(), status: outcomeOf(payment, op) ?? 'needs_response',
  payment_intent: expand.some((path) => path.includes('payment_intent')) ? intent(payment, expand) : intentIdOf(payment), charge: chargeIdOf(payment), created: seconds(op.at), reason: 'fraudulent', metadata: {},
}));

const EVENTS: Readonly<Record<string, string>> = {
  'payment.pending': 'payment_intent.processing', 'payment.requires_action': 'payment_intent.requires_action', 'payment.authorized': 'payment_intent.amount_capturable_updated',
  'payment.captured': 'payment_intent.succeeded', 'payment.failed': 'payment_intent.payment_failed', 'payment.voided': 'payment_intent.canceled',
  'payment.refunded': 'refund.created', 'payment.disputed': 'charge.dispute.created', 'payment.dispute_closed': 'charge.dispute.closed',
};

export function stripeEvent(id: string, type: string, payment: SimPayment, now: Date) {
  const name = EVENTS[type] ?? type;
  const object = name === 'refund.created' ? refundsOf(payment).at(-1) : name.startsWith('charge.dispute.') ? disputesOf(payment).at(-1) : intent(payment);
  return { id: id.replace(TAIL, 'evt_'), object: 'event', api_version: '2026-10-28.endive', created: Math.floor(now.getTime() / 1000), livemode: false, type: name, data: { object } };
}

/** `t=…,v1=…`: the time and an HMAC over time and body. */
export function stripeHeaders(secret: string, body: string, now: Date): Record<string, string> {
  const stamp = Math.floor(now.getTime() / 1000);
  return { 'stripe-signature': `t=${stamp},v1=${createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')}` };
}
