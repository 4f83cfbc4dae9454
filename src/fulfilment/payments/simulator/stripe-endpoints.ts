import { looksLikeCardNumber } from '../payments.js';
import { begin, knownBehaviour, settleLater } from './charging.js';
import { Refusal, total, type Answer, type Ledger, type SimMethod } from './ledger.js';
import { disputesOf, fromStripe, intent, lastError, paymentIdOf, refundsOf } from './stripe-wire.js';
import { behaviourOf } from './tokens.js';
import { wireOf, type Call, type Endpoint, type EndpointDeps } from './wire.js';

type Body = Record<string, unknown>;
const text = (body: Body, name: string): string | undefined => (typeof body[name] === 'string' ? body[name] : undefined);
const fields = (value: unknown): Record<string, string> => Object.fromEntries(Object.entries((value ?? {}) as Body).map(([name, one]) => [name, String(one)]));
const list = (data: readonly object[], hasMore = false): Answer => ({ status: 200, body: { object: 'list', data, has_more: hasMore, url: '/v1' } });

/** Stripe's API as far as our adapter uses it, on the ledger and the faults of the simulator. */
export function stripeEndpoints({ ledger, settlesAfterMs }: EndpointDeps): Endpoint[] {
  const of = (id: string) => ledger.get(paymentIdOf(id));
  const mine = () => ledger.all().filter((payment) => wireOf(payment) === 'stripe');
  const once = (operation: string, { key, id, body }: Call, work: () => Answer) => ledger.once(`stripe ${key ?? Math.random()}`, `${operation}:${id}:${JSON.stringify(body)}`, work).answer;
  const endpoints: Endpoint[] = [
    {
      method: 'POST', path: /^\/v1\/payment_intents$/, operation: 'authorize',
      faultOf: ({ body, key }) => (key !== undefined && ledger.findByKey(key) ? undefined : behaviourOf(ledger.tokenOf(text(body as Body, 'payment_method') ?? ''))?.fault),
      handle: (call) => once('create', call, () => createIntent(ledger, call, settlesAfterMs)),
    },
    {
      method: 'POST', path: /^\/v1\/payment_intents\/([^/]+)\/capture$/, operation: 'capture',
      handle: (call) => once('capture', call, () => {
        const [payment, body] = [of(call.id), call.body as Body];
        const asked = text(body, 'amount_to_capture');
        ledger.capture(payment, asked === undefined ? payment.amount.amount - total(payment, 'capture') : fromStripe(Number(asked), payment.amount.currency), call.key ?? '');
        payment.metadata = { ...payment.metadata, ...fields(body['metadata']) };
        return { status: 200, body: intent(payment, expandOf(body)) };
      }),
    },
    {
      method: 'POST', path: /^\/v1\/payment_intents\/([^/]+)\/cancel$/, operation: 'void',
      handle: (call) => once('cancel', call, () => {
        ledger.void(of(call.id), call.key ?? '');
        return { status: 200, body: intent(of(call.id), expandOf(call.body as Body)) };
      }),
    },
    { method: 'GET', path: /^\/v1\/payment_intents\/([^/]+)$/, operation: 'look_up', handle: ({ id, query }) => ({ status: 200, body: intent(of(id), expandOf(query)) }) },
    { method: 'GET', path: /^\/v1\/payment_intents$/, operation: 'list', handle: ({ query }) => page(mine().map((payment) => intent(payment, expandOf(query))), query) },
    {
      method: 'POST', path: /^\/v1\/refunds$/, operation: 'refund',
      handle: (call) => once('refund', call, () => {
        const body = call.body as Body;
        const payment = of(text(body, 'payment_intent') ?? '');
        const asked = text(body, 'amount');
        ledger.refund(payment, asked === undefined ? total(payment, 'capture') - total(payment, 'refund') : fromStripe(Number(asked), payment.amount.currency), call.key);
        return { status: 200, body: refundsOf(payment, expandOf(body)).at(-1)! };
      }),
    },
    { method: 'GET', path: /^\/v1\/refunds$/, operation: 'look_up', handle: ({ query }) => page(mine().flatMap((payment) => refundsOf(payment, expandOf(query))), query) },
    { method: 'GET', path: /^\/v1\/disputes$/, operation: 'look_up', handle: ({ query }) => page(mine().flatMap((payment) => disputesOf(payment, expandOf(query))), query) },
    ...methods(ledger),
  ];
  return endpoints.map((endpoint) => ({ ...endpoint, refuse }));
}

function createIntent(ledger: Ledger, { body: given, key, origin }: Call, settlesAfterMs: number): Answer {
  const body = given as Body;
  const token = text(body, 'payment_method') ?? '';
  if (looksLikeCardNumber(token)) throw new Refusal(400, 'card_number_refused', 'Send a payment method, never a card number.');
  const behaviour = knownBehaviour(ledger, token);
  const currency = (text(body, 'currency') ?? '').toUpperCase();
  const metadata = fields(body['metadata']);
  const payment = ledger.create({
    idempotencyKey: metadata['payment_key'] ?? key ?? '', orderId: metadata['order_id'] ?? '', amount: { amount: fromStripe(Number(text(body, 'amount')), currency), currency },
    capture: text(body, 'capture_method') !== 'manual', returnUrl: text(body, 'return_url'), wire: 'stripe', metadata,
  });
  begin(ledger, payment, behaviour, origin);
  settleLater(ledger, payment, behaviour, settlesAfterMs);
  const made = intent(payment, expandOf(body));
  return payment.status === 'failed' ? { status: 402, body: { error: { ...lastError(payment), payment_intent: made } } } : { status: 200, body: made };
}

function methods(ledger: Ledger): Endpoint[] {
  const shown = ({ id, customer, brand, last4, expMonth, expYear }: SimMethod, attached = true) =>
    ({ status: 200, body: { id, object: 'payment_method', type: 'card', customer: attached ? customer : null, card: { brand, last4, exp_month: expMonth, exp_year: expYear } } });
  return [
    {
      method: 'POST', path: /^\/v1\/customers$/, operation: 'look_up',
      handle: ({ key, body }) => ledger.once(`stripe ${key}`, `customer:${JSON.stringify(body)}`, () => ({ status: 200, body: { id: `cus_${crypto.randomUUID().replaceAll('-', '')}`, object: 'customer', metadata: fields((body as Body)['metadata']) } })).answer,
    },
    { method: 'DELETE', path: /^\/v1\/customers\/([^/]+)$/, operation: 'look_up', handle: ({ id }) => ({ status: 200, body: { id, object: 'customer', deleted: ledger.forgetCustomer(id) } }) },
    {
      method: 'POST', path: /^\/v1\/payment_methods\/([^/]+)\/attach$/, operation: 'look_up',
      handle: ({ id, key, body }) => {
        if (looksLikeCardNumber(id)) throw new Refusal(400, 'card_number_refused', 'Send a payment method, never a card number.');
        knownBehaviour(ledger, id);
        return ledger.once(`stripe ${key}`, `attach:${id}:${JSON.stringify(body)}`, () => shown(ledger.saveMethod(text(body as Body, 'customer') ?? '', id))).answer;
      },
    },
    {
      method: 'POST', path: /^\/v1\/payment_methods\/([^/]+)\/detach$/, operation: 'look_up',
      handle: ({ id }) => {
        const method = ledger.findMethod(id);
        if (!method) throw new Refusal(404, 'payment_unknown', `No such PaymentMethod: '${id}'`);
        ledger.forgetMethod(id);
        return shown(method, false);
      },
    },
  ];
}

type Listed = { id: string; created: number; payment_intent?: unknown };
function page(all: readonly Listed[], query: URLSearchParams): Answer {
  const about = query.get('payment_intent');
  const [from, to] = [Number(query.get('created[gte]') ?? 0), Number(query.get('created[lte]') ?? Number.MAX_SAFE_INTEGER)];
  const found = all.filter((one) => one.created >= from && one.created <= to && (about === null || one.payment_intent === about)).reverse();
  const after = query.get('starting_after');
  const start = after === null ? 0 : found.findIndex(({ id }) => id === after) + 1;
  const limit = Number(query.get('limit') ?? 10);
  return list(found.slice(start, start + limit), found.length > start + limit);
}

const expandOf = (from: Body | URLSearchParams): string[] => (from instanceof URLSearchParams
  ? [...from].filter(([name]) => name.startsWith('expand')).map(([, value]) => value)
  : Object.values((from['expand'] ?? {}) as Body).map(String));

const CODES: Readonly<Record<string, { status: number; code: string; param?: string }>> = {
  token_unknown: { status: 400, code: 'resource_missing', param: 'payment_method' }, payment_unknown: { status: 404, code: 'resource_missing', param: 'intent' },
  not_capturable: { status: 400, code: 'payment_intent_unexpected_state' }, authorization_expired: { status: 400, code: 'charge_expired_for_capture' },
  capture_exceeds_authorized: { status: 400, code: 'amount_too_large' }, refund_exceeds_captured: { status: 400, code: 'amount_too_large' },
  already_captured: { status: 400, code: 'payment_intent_unexpected_state' }, not_voidable: { status: 400, code: 'payment_intent_unexpected_state' },
};

function refuse({ status, code, message }: Refusal): Answer {
  if (code === 'idempotency_key_reused') return { status: 400, body: { error: { type: 'idempotency_error', message } } };
  const known = CODES[code];
  const type = status === 429 || known || status < 500 ? 'invalid_request_error' : 'api_error';
  return { status: known?.status ?? status, body: { error: { type, code: known?.code ?? code, message, ...(known?.param && { param: known.param }) } } };
}
