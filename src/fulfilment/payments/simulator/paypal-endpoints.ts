import { randomUUID } from 'node:crypto';
import { parseMoney } from '../../../shared/money.js';
import { looksLikeCardNumber } from '../payments.js';
import { begin, knownBehaviour, settleLater } from './charging.js';
import { Refusal, total, type Answer, type Operation, type SimPayment } from './ledger.js';
import { amountOf, authorization, capture, captureIdOf, dispute, isPaypalSigned, order, paymentIdOf, refund } from './paypal-wire.js';
import { behaviourOf } from './tokens.js';
import { movements, wireOf, type Call, type Endpoint, type EndpointDeps } from './wire.js';

type Amount = { currency_code: string; value: string };
type Source = Record<string, { vault_id?: string; single_use_token?: string; experience_context?: { return_url?: string } } | undefined>;
type OrderBody = { intent?: string; purchase_units?: Array<{ amount: Amount; custom_id?: string; invoice_id?: string }>; payment_source?: Source };
type MoveBody = { amount?: Amount; invoice_id?: string; custom_id?: string };

const minorOf = ({ value, currency_code: currency }: Amount): number => parseMoney(value, currency).amount;
const sourceOf = ({ payment_source: source }: OrderBody) => (source ? Object.values(source)[0] : undefined);
const tokenOf = (body: OrderBody): string | undefined => sourceOf(body)?.vault_id ?? sourceOf(body)?.single_use_token;

/** PayPal's API as far as our adapter uses it, on the ledger and the faults of the simulator. */
export function paypalEndpoints(deps: EndpointDeps): Endpoint[] {
  return [...orders(deps), ...payments(deps), ...reports(deps), ...vault(deps), ...trust(deps)].map((endpoint) => ({ ...endpoint, refuse }));
}

function orders({ ledger, settlesAfterMs }: EndpointDeps): Endpoint[] {
  /** Orders without a payment source: nothing can come of them until somebody names one. */
  const drafts = new Map<string, object>();
  const start = ({ key, body: given, origin }: Call): Answer => {
    const body = given as OrderBody;
    const known = ledger.findByKey(key ?? '');
    if (known) return { status: 200, body: order(known) };
    const draft = drafts.get(key ?? '');
    if (draft) return { status: 200, body: draft };
    if (!sourceOf(body)) {
      const made = { id: `D-${randomUUID()}`, intent: body.intent, status: 'CREATED', purchase_units: body.purchase_units, links: [] };
      drafts.set(key ?? '', made);
      return { status: 201, body: made };
    }
    const token = tokenOf(body);
    if (token !== undefined && looksLikeCardNumber(token)) throw new Refusal(400, 'card_number_refused', 'Send a token, never a card number.');
    const behaviour = knownBehaviour(ledger, token ?? 'requires_action');
    const [unit] = body.purchase_units ?? [];
    const customId = unit!.custom_id ?? key ?? '';
    const payment = ledger.create({
      idempotencyKey: customId, orderId: customId.split(':')[0]!, amount: { amount: minorOf(unit!.amount), currency: unit!.amount.currency_code }, capture: body.intent !== 'AUTHORIZE',
      returnUrl: sourceOf(body)?.experience_context?.return_url, wire: 'paypal',
    });
    begin(ledger, payment, behaviour, origin);
    settleLater(ledger, payment, behaviour, settlesAfterMs);
    return { status: 201, body: order(payment) };
  };
  const settle = ({ id }: Call): Answer => {
    const payment = ledger.get(paymentIdOf(id));
    if (payment.status === 'requires_action' && !payment.approved) throw new Refusal(422, 'order_not_approved', 'The payer has not approved this order.');
    if (payment.status === 'requires_action') ledger.authorize(payment);
    return { status: 201, body: order(payment) };
  };
  return [
    {
      method: 'POST', path: /^\/v2\/checkout\/orders$/, operation: 'authorize', handle: start,
      operationOf: ({ body }) => (sourceOf(body as OrderBody) ? 'authorize' : 'look_up'),
      faultOf: ({ body, key }) => (ledger.findByKey(key ?? '') ? undefined : behaviourOf(ledger.tokenOf(tokenOf(body as OrderBody) ?? ''))?.fault),
    },
    { method: 'GET', path: /^\/v2\/checkout\/orders\/([^/]+)$/, operation: 'look_up', handle: ({ id }) => ({ status: 200, body: order(ledger.get(paymentIdOf(id))) }) },
    { method: 'POST', path: /^\/v2\/checkout\/orders\/([^/]+)\/capture$/, operation: 'capture', handle: settle },
    { method: 'POST', path: /^\/v2\/checkout\/orders\/([^/]+)\/authorize$/, operation: 'authorize', handle: settle },
  ];
}

function payments({ ledger }: EndpointDeps): Endpoint[] {
  const once = (operation: string, { key, id, body }: Call, work: () => Answer) => ledger.once(`paypal ${key}`, `${operation}:${id}:${JSON.stringify(body)}`, work).answer;
  const captured = (id: string): { payment: SimPayment; op: Operation } => {
    for (const payment of ledger.all()) {
      const op = movements(payment, 'capture').find((one) => captureIdOf(one) === id);
      if (op) return { payment, op };
    }
    throw new Refusal(404, 'payment_unknown', 'There is no such capture.');
  };
  return [
    {
      method: 'POST', path: /^\/v2\/payments\/authorizations\/([^/]+)\/capture$/, operation: 'capture',
      handle: (call) => once('capture', call, () => {
        const payment = ledger.get(paymentIdOf(call.id));
        const { amount, invoice_id: invoice } = call.body as MoveBody;
        ledger.capture(payment, amount ? minorOf(amount) : payment.amount.amount - total(payment, 'capture'), invoice ?? call.key ?? '');
        return { status: 201, body: capture(payment, movements(payment, 'capture').at(-1)!) };
      }),
    },
    {
      method: 'POST', path: /^\/v2\/payments\/authorizations\/([^/]+)\/void$/, operation: 'void',
      handle: (call) => once('void', call, () => {
        ledger.void(ledger.get(paymentIdOf(call.id)), call.key ?? '');
        return { status: 200, body: authorization(ledger.get(paymentIdOf(call.id))) };
      }),
    },
    {
      method: 'POST', path: /^\/v2\/payments\/captures\/([^/]+)\/refund$/, operation: 'refund',
      handle: (call) => once('refund', call, () => {
        const { payment, op } = captured(call.id);
        const { amount, invoice_id: invoice, custom_id: note } = call.body as MoveBody;
        const left = op.amount - movements(payment, 'refund').filter(({ of }) => of === call.id).reduce((so, one) => so + one.amount, 0);
        const wanted = amount ? minorOf(amount) : left;
        if (wanted > left) throw new Refusal(422, 'refund_exceeds_captured', 'That is more than is left of this capture.');
        ledger.refund(payment, wanted, invoice ?? call.key, { of: call.id, ...(note !== undefined && { note }) });
        return { status: 201, body: refund(payment, movements(payment, 'refund').at(-1)!) };
      }),
    },
    {
      method: 'GET', path: /^\/v2\/payments\/captures\/([^/]+)$/, operation: 'look_up',
      handle: ({ id }) => {
        const { payment, op } = captured(id);
        return { status: 200, body: capture(payment, op) };
      },
    },
  ];
}

/** PayPal's own books, as its transaction search and its resolution centre show them. */
function reports({ ledger }: EndpointDeps): Endpoint[] {
  const mine = () => ledger.all().filter((payment) => wireOf(payment) === 'paypal');
  const row = (payment: SimPayment, { id, at, amount, key }: Operation, code: string, sign: 1 | -1) => ({ transaction_info: {
    transaction_id: id, transaction_event_code: code, transaction_status: 'S', transaction_initiation_date: at, transaction_updated_date: at, invoice_id: key, custom_field: payment.idempotencyKey,
    transaction_amount: { ...amountOf(amount, payment.amount.currency), ...(sign < 0 && { value: `-${amountOf(amount, payment.amount.currency).value}` }) },
  } });
  return [
    {
      method: 'GET', path: /^\/v1\/reporting\/transactions$/, operation: 'list',
      handle: ({ query }) => {
        const [from, to] = [Date.parse(query.get('start_date') ?? ''), Date.parse(query.get('end_date') ?? '')];
        const rows = mine().flatMap((payment) => [
          ...movements(payment, 'capture').map((op) => row(payment, op, 'T0006', 1)), ...movements(payment, 'refund').map((op) => row(payment, op, 'T1107', -1)),
          ...movements(payment, 'chargeback').map((op) => row(payment, op, 'T1106', -1)), ...movements(payment, 'dispute_won').map((op) => row(payment, op, 'T1111', 1)),
        ]).filter(({ transaction_info: { transaction_updated_date: at } }) => Date.parse(at) >= from && Date.parse(at) <= to);
        return { status: 200, body: { transaction_details: rows, page: 1, total_items: rows.length, total_pages: 1 } };
      },
    },
    {
      method: 'GET', path: /^\/v1\/customer\/disputes\/([^/]+)$/, operation: 'look_up',
      handle: ({ id }) => {
        const found = mine().flatMap((payment) => movements(payment, 'chargeback').map((op) => dispute(payment, op))).find((one) => one.dispute_id === id);
        if (!found) throw new Refusal(404, 'payment_unknown', 'There is no such dispute.');
        return { status: 200, body: found };
      },
    },
  ];
}

function vault({ ledger }: EndpointDeps): Endpoint[] {
  type VaultBody = { customer?: { id?: string }; payment_source?: { token?: { id?: string } } };
  return [
    {
      method: 'POST', path: /^\/v3\/vault\/payment-tokens$/, operation: 'look_up',
      handle: ({ key, body: given }) => {
        const body = given as VaultBody;
        const token = body.payment_source?.token?.id ?? '';
        if (looksLikeCardNumber(token)) throw new Refusal(400, 'card_number_refused', 'Send a token, never a card number.');
        knownBehaviour(ledger, token);
        return ledger.once(`paypal ${key}`, `vault:${JSON.stringify(body)}`, () => {
          const { id, customer, brand, last4, expMonth, expYear } = ledger.saveMethod(body.customer?.id ?? `cust-${randomUUID().slice(0, 8)}`, token);
          return { status: 201, body: { id, customer: { id: customer }, payment_source: { card: { brand: brand.toUpperCase(), last_digits: last4, expiry: `${expYear}-${String(expMonth).padStart(2, '0')}` } } } };
        }).answer;
      },
    },
    {
      method: 'DELETE', path: /^\/v3\/vault\/payment-tokens\/([^/]+)$/, operation: 'look_up',
      handle: ({ id }) => {
        if (!ledger.forgetMethod(id)) throw new Refusal(404, 'payment_unknown', 'There is no such payment token.');
        return { status: 204, body: {} };
      },
    },
  ];
}

function trust({ secret }: EndpointDeps): Endpoint[] {
  return [
    {
      method: 'POST', path: /^\/v1\/oauth2\/token$/,
      handle: ({ headers }) => {
        const [, given = ''] = /^Basic (.+)$/.exec(String(headers['authorization'] ?? '')) ?? [];
        if (Buffer.from(given, 'base64').toString().split(':')[1] !== secret) throw new Refusal(401, 'invalid_client', 'Client Authentication failed');
        return { status: 200, body: { access_token: secret, token_type: 'Bearer', expires_in: 3600, scope: '' } };
      },
    },
    {
      method: 'POST', path: /^\/v1\/notifications\/verify-webhook-signature$/, operation: 'look_up',
      handle: ({ body }) => ({ status: 200, body: { verification_status: isPaypalSigned(secret, body as Record<string, unknown>) ? 'SUCCESS' : 'FAILURE' } }),
    },
  ];
}

const ISSUES: Readonly<Record<string, string>> = {
  token_unknown: 'TOKEN_ID_NOT_FOUND', payment_unknown: 'INVALID_RESOURCE_ID', authorization_expired: 'AUTHORIZATION_EXPIRED', capture_exceeds_authorized: 'MAX_CAPTURE_AMOUNT_EXCEEDED',
  refund_exceeds_captured: 'REFUND_AMOUNT_EXCEEDED', already_captured: 'PREVIOUSLY_CAPTURED', not_voidable: 'PREVIOUSLY_VOIDED', not_capturable: 'AUTHORIZATION_VOIDED', order_not_approved: 'ORDER_NOT_APPROVED',
};

function refuse({ status, code, message }: Refusal): Answer {
  if (status >= 500 || status === 429 || status === 401) return { status, body: { name: code.toUpperCase(), message, debug_id: 'sim' } };
  const name = status === 404 ? 'RESOURCE_NOT_FOUND' : 'UNPROCESSABLE_ENTITY';
  return { status: status === 404 ? 404 : 422, body: { name, message, debug_id: 'sim', details: [{ issue: ISSUES[code] ?? code.toUpperCase(), description: message }] } };
}
