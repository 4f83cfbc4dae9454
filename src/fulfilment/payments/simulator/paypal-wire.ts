import { createHmac } from 'node:crypto';
import { decimalOf } from '../../../shared/money.js';
import { outcomeOf, total, type Kind, type Operation, type SimPayment } from './ledger.js';
import { movements } from './wire.js';

/** PayPal's words for what the ledger keeps: Orders v2, Payments v2, as far as adapters read them. */
const TAIL = /^[A-Za-z]+[_-]/;
export const orderIdOf = ({ id }: Pick<SimPayment, 'id'>): string => id.replace(TAIL, 'O-');
export const authorizationIdOf = ({ id }: SimPayment): string => id.replace(TAIL, 'A-');
export const captureIdOf = ({ id }: Operation): string => id.replace(TAIL, 'C-');
const pendingCaptureIdOf = ({ id }: SimPayment): string => id.replace(TAIL, 'C-');
export const paymentIdOf = (id: string): string => id.replace(TAIL, 'pay_');

export const amountOf = (minor: number, currency: string) => ({ currency_code: currency, value: decimalOf({ amount: minor, currency }) });
const named = (payment: SimPayment) => ({ custom_id: payment.idempotencyKey, supplementary_data: { related_ids: { order_id: orderIdOf(payment) } } });
const DECLINES: Readonly<Record<string, string>> = { insufficient_funds: '5120', expired_card: '5400', card_declined: '0500', authentication_failed: '5650' };

const ORDER_STATUS: Readonly<Record<SimPayment['status'], string>> = {
  pending: 'COMPLETED', requires_action: 'PAYER_ACTION_REQUIRED', authorized: 'COMPLETED', captured: 'COMPLETED', failed: 'COMPLETED', voided: 'COMPLETED',
};

export function order(payment: SimPayment) {
  const { amount, currency } = payment.amount;
  const status = payment.approved && payment.status === 'requires_action' ? 'APPROVED' : ORDER_STATUS[payment.status] ?? payment.status;
  return {
    id: orderIdOf(payment), intent: payment.capture ? 'CAPTURE' : 'AUTHORIZE', status, create_time: payment.createdAt, update_time: payment.updatedAt,
    purchase_units: [{ reference_id: 'default', custom_id: payment.idempotencyKey, invoice_id: payment.idempotencyKey, amount: amountOf(amount, currency), payments: paymentsOf(payment) }],
    links: payment.nextAction ? [{ href: payment.nextAction.url, rel: 'payer-action', method: 'GET' }] : [],
  };
}

function paymentsOf(payment: SimPayment) {
  return {
    ...(!payment.capture && payment.operations.length > 0 && { authorizations: [authorization(payment)] }),
    captures: captures(payment), refunds: movements(payment, 'refund').map((op) => refund(payment, op)),
  };
}

const processor = ({ failure }: SimPayment) => (failure ? { processor_response: { response_code: DECLINES[failure.code] ?? '9500' } } : {});

export function authorization(payment: SimPayment) {
  const { amount, currency } = payment.amount;
  const captured = total(payment, 'capture');
  const status = payment.status === 'failed' ? 'DENIED' : payment.status === 'voided' ? 'VOIDED' : captured === 0 ? 'CREATED' : captured < amount ? 'PARTIALLY_CAPTURED' : 'CAPTURED';
  return { id: authorizationIdOf(payment), status, amount: amountOf(amount, currency), invoice_id: payment.idempotencyKey, ...named(payment), ...processor(payment), ...(payment.authorizedUntil && { expiration_time: payment.authorizedUntil }) };
}

function captures(payment: SimPayment) {
  const { amount, currency } = payment.amount;
  const whole = { id: pendingCaptureIdOf(payment), amount: amountOf(amount, currency), invoice_id: payment.idempotencyKey, ...named(payment) };
  if (payment.capture && payment.status === 'pending') return [{ ...whole, status: 'PENDING', status_details: { reason: 'PENDING_REVIEW' } }];
  if (payment.capture && payment.status === 'failed') return [{ ...whole, status: 'DECLINED', ...processor(payment) }];
  return movements(payment, 'capture').map((op) => capture(payment, op));
}

export function capture(payment: SimPayment, op: Operation) {
  const returned = movements(payment, 'refund').filter(({ of }) => of === captureIdOf(op)).reduce((so, one) => so + one.amount, 0);
  const status = returned === 0 ? 'COMPLETED' : returned < op.amount ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
  return { id: captureIdOf(op), status, amount: amountOf(op.amount, payment.amount.currency), invoice_id: op.key, ...named(payment), create_time: op.at };
}

export function refund(payment: SimPayment, op: Operation) {
  return {
    id: op.id.replace(TAIL, 'R-'), status: 'COMPLETED', amount: amountOf(op.amount, payment.amount.currency), invoice_id: op.key, custom_id: op.note, create_time: op.at,
    links: [{ rel: 'up', method: 'GET', href: `https://api-m.sandbox.paypal.com/v2/payments/captures/${op.of ?? ''}` }],
  };
}

export function dispute(payment: SimPayment, op: Operation) {
  const disputed = movements(payment, 'capture')[0];
  const outcome = outcomeOf(payment, op);
  const ended = outcome === null ? {} : { status: 'RESOLVED', dispute_outcome: { outcome_code: outcome === 'won' ? 'RESOLVED_SELLER_FAVOUR' : 'RESOLVED_BUYER_FAVOUR' } };
  return {
    dispute_id: op.id.replace(TAIL, 'PP-D-'), create_time: op.at, reason: 'UNAUTHORISED', status: 'UNDER_REVIEW', dispute_life_cycle_stage: 'CHARGEBACK', dispute_amount: amountOf(op.amount, payment.amount.currency),
    disputed_transactions: [{ seller_transaction_id: disputed ? captureIdOf(disputed) : '', custom: payment.idempotencyKey }], ...ended,
  };
}

type Told = Readonly<{ event_type: string; resource_type: string; resource(payment: SimPayment): object }>;
const last = (payment: SimPayment, kind: Kind) => movements(payment, kind).at(-1)!;
const EVENTS: Readonly<Record<string, Told>> = {
  'payment.approved': { event_type: 'CHECKOUT.ORDER.APPROVED', resource_type: 'checkout-order', resource: order },
  'payment.authorized': { event_type: 'PAYMENT.AUTHORIZATION.CREATED', resource_type: 'authorization', resource: authorization },
  'payment.voided': { event_type: 'PAYMENT.AUTHORIZATION.VOIDED', resource_type: 'authorization', resource: authorization },
  'payment.captured': { event_type: 'PAYMENT.CAPTURE.COMPLETED', resource_type: 'capture', resource: (payment) => captures(payment).at(-1) ?? order(payment) },
  'payment.pending': { event_type: 'PAYMENT.CAPTURE.PENDING', resource_type: 'capture', resource: (payment) => captures(payment).at(-1) ?? order(payment) },
  'payment.failed': { event_type: 'PAYMENT.CAPTURE.DENIED', resource_type: 'capture', resource: (payment) => captures(payment).at(-1) ?? authorization(payment) },
  'payment.refunded': { event_type: 'PAYMENT.CAPTURE.REFUNDED', resource_type: 'refund', resource: (payment) => refund(payment, last(payment, 'refund')) },
  'payment.disputed': { event_type: 'CUSTOMER.DISPUTE.CREATED', resource_type: 'dispute', resource: (payment) => dispute(payment, last(payment, 'chargeback')) },
  'payment.dispute_closed': { event_type: 'CUSTOMER.DISPUTE.RESOLVED', resource_type: 'dispute', resource: (payment) => dispute(payment, last(payment, 'chargeback')) },
};

/** Null: PayPal tells nothing of it. */
export function paypalEvent(id: string, type: string, payment: SimPayment, now: Date): string | null {
  const told = EVENTS[type];
  if (!told) return null;
  const { event_type, resource_type, resource } = told;
  return JSON.stringify({ id: id.replace(TAIL, 'WH-'), event_version: '1.0', create_time: now.toISOString(), event_type, resource_type, resource_version: '2.0', resource: resource(payment) });
}

const signature = (secret: string, id: string, time: string, body: string): string => createHmac('sha256', secret).update(`${id}|${time}|${body}`).digest('base64');

export function paypalHeaders(secret: string, { id, body }: { id: string; body: string }, now: Date): Record<string, string> {
  const time = now.toISOString();
  return {
    'paypal-transmission-id': id, 'paypal-transmission-time': time, 'paypal-transmission-sig': signature(secret, id, time, body),
    'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-SIMULATED', 'paypal-auth-algo': 'SHA256withRSA',
  };
}

export const isPaypalSigned = (secret: string, { transmission_id, transmission_time, transmission_sig, webhook_event }: Record<string, unknown>): boolean =>
  signature(secret, String(transmission_id), String(transmission_time), JSON.stringify(webhook_event)) === transmission_sig;
