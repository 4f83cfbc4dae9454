import type { CapturedPayment, Order, OrdersCapture, Refund } from '@paypal/paypal-server-sdk';
import { decimalOf, minorUnitDigits, parseMoney, type Money } from '../../../shared/money.js';
import { disputeOperations, type Failure, type Payment, type ProviderOperation, type ProviderPayment } from '../payments.js';

/** PayPal takes these without decimals, whatever ISO 4217 says. */
const WHOLE = new Set(['HUF', 'TWD']);
type Amount = { currencyCode: string; value: string };

/** Null: this amount cannot be said in PayPal's words. */
export function toPaypal(money: Money): Amount | null {
  const decimal = decimalOf(money);
  if (!WHOLE.has(money.currency) || minorUnitDigits(money.currency) === 0) return { currencyCode: money.currency, value: decimal };
  const [whole = '', fraction = ''] = decimal.split('.');
  return /^0*$/.test(fraction) ? { currencyCode: money.currency, value: whole } : null;
}
const minorOf = (amount: Amount | undefined): number => (amount ? parseMoney(amount.value, amount.currencyCode).amount : 0);

const ISSUES: Readonly<Record<string, string>> = {
  INSTRUMENT_DECLINED: 'card_declined', TOKEN_ID_NOT_FOUND: 'token_unknown', VAULT_ID_NOT_FOUND: 'token_unknown', CARD_EXPIRED: 'expired_card', PAYER_CANNOT_PAY: 'card_declined',
};
const RESPONSES: Readonly<Record<string, string>> = { '5120': 'insufficient_funds', '5400': 'expired_card', '0500': 'card_declined', '5650': 'authentication_failed' };

export const failureOf = (issue: string | undefined, message: string | undefined): Failure =>
  ({ code: ISSUES[issue ?? ''] ?? (issue ?? 'refused').toLowerCase(), message: message ?? 'The payment provider refused this.' });
const declined = (response: { responseCode?: string } | undefined): Failure =>
  ({ code: RESPONSES[response?.responseCode ?? ''] ?? 'card_declined', message: 'The bank declined this payment.' });

/** Every purchase unit carries our key; an order id is its first part. Null: not ours, or a state that we do not know. */
export function paymentOf(order: Order, more: readonly ProviderOperation[] = []): ProviderPayment | null {
  const [unit] = order.purchaseUnits ?? [];
  const key = unit?.customId;
  if (!unit || key === undefined || order.id === undefined || !unit.amount) return null;
  const operations = operationsOf(order, key);
  const status = statusOf(order, operations);
  if (!status) return null;
  const { currencyCode: currency } = unit.amount;
  const action = order.links?.find(({ rel }) => rel === 'payer-action' || rel === 'approve')?.href;
  const [hold] = unit.payments?.authorizations ?? [];
  const failure = operations.find(({ state }) => state === 'failure')?.failure;
  return {
    reference: order.id, idempotencyKey: key, orderId: key.split(':')[0]!, status, amount: { amount: minorOf(unit.amount), currency },
    ...(status === 'failed' && failure && { failure }), ...(status === 'requires_action' && action !== undefined && { nextAction: { type: 'redirect', url: action } }),
    ...(hold?.expirationTime !== undefined && { authorizedUntil: new Date(hold.expirationTime) }),
    operations: [...operations, ...more],
  };
}

function statusOf({ status, purchaseUnits, intent }: Order, operations: readonly ProviderOperation[]): ProviderPayment['status'] | null {
  if (status === 'PAYER_ACTION_REQUIRED' || status === 'APPROVED') return 'requires_action';
  if (status === 'VOIDED') return 'voided';
  if (status === 'CREATED' || status === 'SAVED') return 'pending';
  if (status !== 'COMPLETED') return null;
  const has = (kind: ProviderOperation['kind'], state: ProviderOperation['state']) => operations.some((op) => op.kind === kind && op.state === state);
  if (has('void', 'success')) return 'voided';
  const amount = minorOf(purchaseUnits?.[0]?.amount);
  const captured = operations.reduce((so, op) => (op.kind === 'capture' && op.state === 'success' ? so + op.amount : so), 0);
  if (captured > 0 && (captured >= amount || intent === 'CAPTURE')) return 'captured';
  if (has('authorization', 'success') && intent === 'AUTHORIZE') return 'authorized';
  return has('authorization', 'failure') ? 'failed' : 'pending';
}

function operationsOf({ id, intent, purchaseUnits }: Order, key: string): ProviderOperation[] {
  const { authorizations = [], captures = [], refunds = [] } = purchaseUnits?.[0]?.payments ?? {};
  const holds = authorizations.flatMap((hold): ProviderOperation[] => {
    const amount = minorOf(hold.amount);
    const refused = hold.status === 'DENIED';
    const response = (hold as { processorResponse?: { responseCode?: string } }).processorResponse;
    return [
      { id: `${hold.id}`, kind: 'authorization', key, amount, state: refused ? 'failure' : 'success', ...(refused && { failure: declined(response) }) },
      ...(hold.status === 'VOIDED' ? [{ id: `${hold.id}:void`, kind: 'void', key: `${key}:void`, amount, state: 'success' } as const] : []),
    ];
  });
  return [...holds, ...captures.flatMap((one) => capturesOf(one, { orderId: id ?? '', direct: intent === 'CAPTURE', key })), ...refundsOf(refunds)];
}

/** A direct capture is its own authorisation. */
function capturesOf(capture: OrdersCapture, { orderId, direct, key }: { orderId: string; direct: boolean; key: string }): ProviderOperation[] {
  const amount = minorOf(capture.amount);
  const refused = capture.status === 'DECLINED' || capture.status === 'FAILED';
  const failure = refused ? { failure: declined(capture.processorResponse) } : {};
  const state = refused ? 'failure' : capture.status === 'PENDING' ? 'pending' : 'success';
  const hold: ProviderOperation[] = direct ? [{ id: `${orderId}:authorization`, kind: 'authorization', key, amount, state, ...failure }] : [];
  return refused ? hold : [...hold, { id: `${capture.id}`, kind: 'capture', key: capture.invoiceId ?? undefined, amount, state }];
}

/** Money of several captures goes back in several refunds, numbered `1/2`, which together are the one that was asked for. */
function refundsOf(refunds: readonly Refund[]): ProviderOperation[] {
  const groups = new Map<string, Refund[]>();
  for (const refund of refunds) {
    const asked = refund.invoiceId?.split('#')[0] ?? refund.id ?? '';
    groups.set(asked, [...(groups.get(asked) ?? []), refund]);
  }
  return [...groups.values()].map(groupOf);
}

export function groupOf(group: readonly Refund[]): ProviderOperation {
  const [first] = group;
  const parts = Number(/^\d+\/(\d+)$/.exec(first?.customId ?? '')?.[1] ?? group.length);
  const done = group.filter(({ status }) => status === 'COMPLETED');
  const failed = group.every(({ status }) => status === 'FAILED' || status === 'CANCELLED');
  return {
    id: first?.id ?? '', kind: 'refund', key: first?.invoiceId?.split('#')[0], amount: group.reduce((so, { amount }) => so + minorOf(amount), 0),
    state: failed ? 'failure' : done.length === parts ? 'success' : 'pending',
  };
}

export type RefundPart = Readonly<{ captureId: string; amount: number; key: string; note: string }>;

/** From which captures this much goes back: one that has it all, else the latest first. */
export function partsOf(order: Order, { amount, key }: { amount: Money; key: string }): RefundPart[] {
  const { captures = [], refunds = [] } = order.purchaseUnits?.[0]?.payments ?? {};
  const taken = (id: string) => refunds.filter((one) => upOf(one) === id && one.status !== 'FAILED').reduce((so, one) => so + minorOf(one.amount), 0);
  const left = captures.map(({ id = '', amount: whole }) => ({ captureId: id, left: minorOf(whole) - taken(id) }));
  const one = left.find((capture) => capture.left >= amount.amount);
  if (one) return [{ captureId: one.captureId, amount: amount.amount, key, note: '1/1' }];
  let open = amount.amount;
  const shares = left.reverse().flatMap(({ captureId, left: most }) => {
    const share = Math.min(open, most);
    open -= share;
    return share > 0 ? [{ captureId, amount: share }] : [];
  });
  return shares.map((share, at) => ({ ...share, key: at === 0 ? key : `${key}#${at + 1}`, note: `${at + 1}/${shares.length}` }));
}

const upOf = ({ links }: Refund): string | undefined => links?.find(({ rel }) => rel === 'up')?.href?.split('/').at(-1);

/** A refund alone tells of itself only; what else is known of the payment stays. */
export const withRefund = ({ providerReference = '', idempotencyKey, orderId, amount }: Payment, group: readonly Refund[]): ProviderPayment =>
  ({ reference: providerReference, idempotencyKey, orderId, amount, status: 'captured', operations: [groupOf(group)] });
export const withCapture = ({ providerReference = '', idempotencyKey, orderId, amount }: Payment, capture: CapturedPayment, key: string): ProviderPayment => ({
  reference: providerReference, idempotencyKey, orderId, amount, status: 'authorized',
  operations: [{ id: capture.id ?? '', kind: 'capture', key, amount: minorOf(capture.amount), state: capture.status === 'PENDING' ? 'pending' : 'success' }],
});

export type WireDispute = { dispute_id: string; status?: string; dispute_amount?: { currency_code: string; value: string }; dispute_outcome?: { outcome_code?: string } };
/** PayPal's words for an end after which the money is ours; PayPal itself pays the buyer in RESOLVED_WITH_PAYOUT. */
const WON = new Set(['RESOLVED_SELLER_FAVOUR', 'CANCELED_BY_BUYER', 'RESOLVED_WITH_PAYOUT', 'DENIED']);
const LOST = new Set(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']);
export function disputeOf({ dispute_id: id, dispute_amount: amount, dispute_outcome: outcome }: WireDispute): ProviderOperation[] {
  const code = outcome?.outcome_code ?? '';
  return disputeOperations({ id, amount: amount ? parseMoney(amount.value, amount.currency_code).amount : 0, outcome: WON.has(code) ? 'won' : LOST.has(code) ? 'lost' : null });
}
