import Joi from 'joi';
import { looksLikeCardNumber } from '../payments.js';
import { begin, knownBehaviour, settleLater } from './charging.js';
import { faultSchema, type FaultyOperation } from './faults.js';
import { left, Refusal, total, type Answer, type Failure, type Kind, type Ledger, type SimPayment } from './ledger.js';
import { paypalEndpoints } from './paypal-endpoints.js';
import { stripeEndpoints } from './stripe-endpoints.js';
import { behaviourOf, cardOf } from './tokens.js';
import { wireOf, type Call, type Endpoint, type EndpointDeps } from './wire.js';

type CreateBody = { orderId: string; amount: number; currency: string; token: string; capture: boolean; returnUrl?: string };

const text = () => Joi.string().max(300);
const minor = () => Joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER);
const createBody = Joi.object<CreateBody>({
  orderId: text().required(), amount: minor().required(), currency: Joi.string().pattern(/^[A-Z]{3}$/).required(), token: text().required(),
  capture: Joi.boolean().default(true), returnUrl: Joi.string().uri({ scheme: ['http', 'https'] }).max(2000),
});
const amountBody = Joi.object<{ amount?: number; reason?: string }>({ amount: minor(), reason: text().allow('') });
const methodBody = Joi.object<{ customer: string; token: string }>({ customer: text().required(), token: text().required() });
const outcomeBody = Joi.object<{ outcome: 'succeed' | 'fail' }>({ outcome: Joi.string().valid('succeed', 'fail').default('succeed') });
const configBody = Joi.object<{ webhookUrl: string }>({ webhookUrl: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').required() });
const editBody = Joi.object<{ paymentId: string; add?: { kind: Kind; amount: number }; remove?: string }>({
  paymentId: text().required(), add: Joi.object({ kind: Joi.string().valid('capture', 'refund', 'chargeback').required(), amount: minor().required() }), remove: text(),
});

const closeBody = Joi.object<{ chargeback: string; outcome: 'won' | 'lost' }>({ chargeback: text().required(), outcome: Joi.string().valid('won', 'lost').required() });

const NOT_AUTHENTICATED: Failure = { code: 'authentication_failed', message: 'The cardholder did not confirm this payment.' };

export function endpoints(deps: EndpointDeps): Endpoint[] {
  return [...shopEndpoints(deps), ...methodEndpoints(deps), ...stripeEndpoints(deps), ...paypalEndpoints(deps), ...customerEndpoints(deps), ...controls(deps)];
}

/** What a shop calls. */
function shopEndpoints({ ledger, settlesAfterMs }: EndpointDeps): Endpoint[] {
  const act = (operation: FaultyOperation, what: string, work: (payment: SimPayment, amount: number | undefined, key: string) => void): Endpoint => ({
    method: 'POST', path: new RegExp(`^/v1/payments/([^/]+)/${what}$`), operation,
    handle: ({ id, key: given, body }) => {
      const { amount } = read(amountBody, body);
      const key = required(given);
      return ledger.once(key, `${operation}:${id}:${amount ?? 'all'}`, () => {
        const payment = ledger.get(id);
        work(payment, amount, key);
        return { status: 201, body: payment };
      }).answer;
    },
  });
  return [
    {
      method: 'POST', path: /^\/v1\/payments$/, operation: 'authorize',
      // A repeated request gets its answer: the card misbehaved the first time only. What had no effect can be had again.
      faultOf: ({ body, key }) => (key !== undefined && ledger.findByKey(key) ? undefined : behaviourOf(ledger.tokenOf(String((body as CreateBody).token)))?.fault),
      handle: (call) => createPayment(ledger, call, settlesAfterMs),
    },
    act('capture', 'capture', (payment, amount, key) => { ledger.capture(payment, amount ?? payment.amount.amount - total(payment, 'capture'), key); }),
    act('void', 'void', (payment, _amount, key) => { ledger.void(payment, key); }),
    act('refund', 'refunds', (payment, amount, key) => { ledger.refund(payment, amount ?? total(payment, 'capture') - total(payment, 'refund'), key); }),
    { method: 'GET', path: /^\/v1\/payments\/([^/]+)$/, operation: 'look_up', handle: ({ id }) => ({ status: 200, body: ledger.get(id) }) },
    {
      method: 'GET', path: /^\/v1\/payments$/, operation: 'list',
      handle: ({ query }) => {
        const key = query.get('idempotency_key');
        if (key === null) return { status: 200, body: { items: ledger.all().filter((payment) => wireOf(payment) === 'simulator' && payment.updatedAt >= (query.get('updated_since') ?? '')) } };
        const found = ledger.findByKey(key);
        if (!found) throw new Refusal(404, 'payment_unknown', 'There is no payment with this key.');
        return { status: 200, body: found };
      },
    },
  ];
}

function createPayment(ledger: Ledger, { key: given, body, origin }: Call, settlesAfterMs: number): Answer {
  const { token, amount, currency, orderId, capture, returnUrl } = read(createBody, body);
  const key = required(given);
  if (looksLikeCardNumber(token)) throw new Refusal(400, 'card_number_refused', 'Send a token, never a card number.');
  const behaviour = knownBehaviour(ledger, token);
  return ledger.once(key, `authorize:${orderId}:${amount}:${currency}:${token}:${capture}`, () => {
    const payment = ledger.create({ idempotencyKey: key, orderId, amount: { amount, currency }, capture, returnUrl, card: cardOf(ledger.tokenOf(token)) });
    begin(ledger, payment, behaviour, origin);
    settleLater(ledger, payment, behaviour, settlesAfterMs);
    return { status: 201, body: payment };
  }).answer;
}

/** Cards that customers leave for next time. */
function methodEndpoints({ ledger }: EndpointDeps): Endpoint[] {
  return [
    {
      method: 'POST', path: /^\/v1\/methods$/, operation: 'look_up',
      handle: ({ key, body }) => {
        const { customer, token } = read(methodBody, body);
        if (looksLikeCardNumber(token)) throw new Refusal(400, 'card_number_refused', 'Send a token, never a card number.');
        knownBehaviour(ledger, token);
        return ledger.once(required(key), `method:${customer}:${token}`, () => ({ status: 201, body: ledger.saveMethod(customer, token) })).answer;
      },
    },
    {
      method: 'DELETE', path: /^\/v1\/methods\/([^/]+)$/, operation: 'look_up',
      handle: ({ id }) => {
        if (!ledger.forgetMethod(id)) throw new Refusal(404, 'method_unknown', 'There is no such method.');
        return { status: 200, body: {} };
      },
    },
  ];
}

/** The page of the cardholder's bank, reduced to its outcome; `confirm` is the same for drills. */
function customerEndpoints({ ledger }: EndpointDeps): Endpoint[] {
  const settle = (id: string, outcome: 'succeed' | 'fail'): SimPayment => {
    const payment = ledger.get(id);
    // PayPal's buyer only approves; the money moves when the shop captures.
    if (outcome === 'succeed' && payment.wire === 'paypal') ledger.approve(payment);
    else if (outcome === 'succeed') ledger.authorize(payment);
    else ledger.fail(payment, NOT_AUTHENTICATED);
    return payment;
  };
  return [
    { method: 'POST', path: /^\/v1\/payments\/([^/]+)\/confirm$/, handle: ({ id, body }) => ({ status: 200, body: settle(id, read(outcomeBody, body).outcome) }) },
    {
      method: 'GET', path: /^\/v1\/payments\/([^/]+)\/authenticate$/,
      handle: ({ id, query, origin }) => {
        const here = `${origin}/v1/payments/${id}/authenticate`;
        const { returnUrl, status, amount } = ledger.get(id);
        if (!query.has('outcome')) return { status: 200, body: { status, amount, returnUrl: returnUrl ?? null, succeed: `${here}?outcome=succeed`, fail: `${here}?outcome=fail` } };
        return { status: 200, body: { status: settle(id, read(outcomeBody, { outcome: query.get('outcome') }).outcome).status, returnUrl: returnUrl ?? null } };
      },
    },
  ];
}

/** For tests, drills and auditors. */
function controls({ ledger, faults, target }: EndpointDeps): Endpoint[] {
  return [
    { method: 'GET', path: /^\/healthz$/, handle: () => ({ status: 200, body: { status: 'ok' } }) },
    { method: 'GET', path: /^\/v1\/ledger$/, handle: () => ({ status: 200, body: ledger.report() }) },
    { method: 'POST', path: /^\/v1\/ledger\/edits$/, handle: ({ body }) => {
      const { paymentId, ...edit } = read(editBody, body);
      ledger.edit(ledger.get(paymentId), edit);
      return { status: 200, body: ledger.get(paymentId) };
    } },
    { method: 'POST', path: /^\/v1\/payments\/([^/]+)\/chargebacks$/, handle: ({ id, body }) => {
      const payment = ledger.get(id);
      ledger.chargeBack(payment, read(amountBody, body).amount ?? left(payment));
      return { status: 201, body: payment };
    } },
    { method: 'POST', path: /^\/v1\/payments\/([^/]+)\/chargebacks\/close$/, handle: ({ id, body }) => {
      const { chargeback, outcome } = read(closeBody, body);
      ledger.closeDispute(ledger.get(id), chargeback, outcome);
      return { status: 201, body: ledger.get(id) };
    } },
    { method: 'GET', path: /^\/v1\/faults$/, handle: () => ({ status: 200, body: { items: faults.list() } }) },
    { method: 'POST', path: /^\/v1\/faults$/, handle: ({ body }) => ({ status: 201, body: faults.add(read(faultSchema, body)) }) },
    { method: 'DELETE', path: /^\/v1\/faults$/, handle: () => { faults.clear(); return { status: 200, body: { items: [] } }; } },
    { method: 'POST', path: /^\/v1\/config$/, handle: ({ body }) => {
      target.url = read(configBody, body).webhookUrl || undefined;
      return { status: 200, body: { webhookUrl: target.url ?? null } };
    } },
    { method: 'POST', path: /^\/v1\/reset$/, handle: () => { ledger.clear(); faults.clear(); return { status: 200, body: {} }; } },
  ];
}

function read<T>(schema: Joi.ObjectSchema<T>, body: unknown): T {
  const { value, error } = schema.validate(body, { convert: false });
  if (error) throw new Refusal(400, 'invalid', error.message);
  return value as T;
}

function required(key: string | undefined): string {
  if (key === undefined || key === '') throw new Refusal(400, 'idempotency_key_required', 'Send an Idempotency-Key.');
  return key;
}
