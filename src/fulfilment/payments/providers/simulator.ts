import Joi from 'joi';
import type { Breaker } from '../../../shared/breaker.js';
import { verifyWebhook, webhookSecret } from '../../../shared/crypto/standard-webhooks.js';
import { moneySchema } from '../../../shared/http/schemas.js';
import { WebhookMalformed } from '../payments.errors.js';
import type { ProviderOperation, ProviderPayment } from '../payments.js';
import type { ListedPayment, OperationRequest, PaymentProvider, ProviderAnswer, ProviderEvent, SavedMethodAnswer } from '../provider.js';
import { createHttpClient, type HttpAnswer } from './http.js';

type SimulatorDeps = { baseUrl: string; secret: string; timeoutMs: number; breaker: Breaker };

const words = Joi.object({ code: Joi.string().max(100).required(), message: Joi.string().max(500).required() }).unknown();
const operationSchema = Joi.object<ProviderOperation>({
  id: Joi.string().max(100).required(), kind: Joi.string().valid('authorization', 'capture', 'void', 'refund', 'chargeback', 'dispute_won', 'dispute_lost').required(),
  key: Joi.string().max(300), amount: Joi.number().integer().min(0).required(), state: Joi.string().valid('pending', 'success', 'failure').required(), failure: words,
}).unknown();
const paymentSchema = Joi.object({
  id: Joi.string().max(100).required(), idempotencyKey: Joi.string().max(300).required(), orderId: Joi.string().max(100).required(), amount: moneySchema.required(),
  status: Joi.string().valid('pending', 'requires_action', 'authorized', 'captured', 'failed', 'voided').required(),
  failure: words, nextAction: Joi.object({ type: Joi.string().required(), url: Joi.string().uri({ scheme: ['http', 'https'] }).required() }).unknown(),
  authorizedUntil: Joi.string().isoDate(), card: Joi.object({ fingerprint: Joi.string().max(200).required() }).unknown(), operations: Joi.array().items(operationSchema).max(10_000).required(), updatedAt: Joi.string().isoDate().required(),
}).unknown();
const eventSchema = Joi.object({ type: Joi.string().max(100).required(), data: Joi.object({ payment: paymentSchema.required() }).unknown().required() }).unknown();

const methodSchema = Joi.object({
  id: Joi.string().max(100).required(), customer: Joi.string().max(300).required(), brand: Joi.string().max(40).required(), last4: Joi.string().pattern(/^\d{4}$/).required(),
  expMonth: Joi.number().integer().min(1).max(12).required(), expYear: Joi.number().integer().required(),
}).unknown();

/** Speaks to the payment simulator (simulator/README.md), which behaves, and misbehaves, like a card processor. */
export function createSimulatorProvider({ baseUrl, secret, timeoutMs, breaker }: SimulatorDeps): PaymentProvider {
  const call = createHttpClient({ baseUrl: baseUrl.replace(/\/$/, ''), timeoutMs, breaker, headers: { authorization: `Bearer ${secret}` } });
  const secrets = [webhookSecret(secret)];
  const path = (reference: string | undefined) => `/v1/payments/${encodeURIComponent(reference ?? '')}`;
  const operate = (what: string) => async ({ payment, amount, key, reason }: OperationRequest) =>
    answerOf(await call({ method: 'POST', path: `${path(payment.providerReference)}/${what}`, idempotencyKey: key, body: { amount: amount.amount, reason } }));

  return {
    name: 'simulator',
    methods: ['card'],
    needsToken: () => true,
    offline: false,
    authorize: async ({ payment: { idempotencyKey, orderId, amount, savedMethod }, token, capture, returnUrl }) =>
      answerOf(await call({ method: 'POST', path: '/v1/payments', idempotencyKey, body: { orderId, ...amount, token: savedMethod?.method ?? token, capture, returnUrl } })),
    capture: operate('capture'),
    void: operate('void'),
    refund: operate('refunds'),
    lookUp: async ({ providerReference, idempotencyKey }) => answerOf(await call({
      method: 'GET', path: providerReference === undefined ? `/v1/payments?idempotency_key=${encodeURIComponent(idempotencyKey)}` : path(providerReference),
    })),
    readWebhook: (headers, body, now) => {
      const id = verifyWebhook(secrets, headers, body, now);
      return id === null ? null : [readEvent(id, body)];
    },
    saveMethod: async ({ token, userId, customer = `customer-${userId}`, key }) =>
      savedOf(await call({ method: 'POST', path: '/v1/methods', idempotencyKey: key, body: { customer, token } })),
    forgetMethod: async ({ method }) => {
      const answer = await call({ method: 'DELETE', path: `/v1/methods/${encodeURIComponent(method)}` });
      return answer.kind === 'answered' && (answer.status < 300 || answer.status === 404);
    },
    changedSince: async (since) => {
      const answer = await call({ method: 'GET', path: `/v1/payments?updated_since=${since.toISOString()}` });
      if (answer.kind !== 'answered' || answer.status !== 200) return null;
      const { error, value } = Joi.object({ items: Joi.array().items(paymentSchema).required() }).unknown().validate(answer.body);
      return error ? null : (value as { items: Wire[] }).items.map((wire): ListedPayment => ({ ...paymentOf(wire), updatedAt: new Date(wire.updatedAt) }));
    },
  };
}

type Wire = Omit<ProviderPayment, 'reference' | 'authorizedUntil' | 'cardFingerprint'> & { id: string; authorizedUntil?: string; card?: { fingerprint: string }; updatedAt: string };

function paymentOf({ id, idempotencyKey, orderId, amount, status, failure, nextAction, authorizedUntil, card, operations }: Wire): ProviderPayment {
  return {
    ...(card && { cardFingerprint: card.fingerprint }),
    ...(authorizedUntil !== undefined && { authorizedUntil: new Date(authorizedUntil) }),
    reference: id, idempotencyKey, orderId, amount, status, failure, nextAction,
    operations: operations.map((op) => ({ id: op.id, kind: op.kind, key: op.key, amount: op.amount, state: op.state, failure: op.failure })),
  };
}

function answerOf(answer: HttpAnswer): ProviderAnswer {
  if (answer.kind === 'silent') return { kind: 'unknown', cause: answer.cause };
  if (answer.status === 404) return { kind: 'not_found' };
  // Our own credentials are wrong: that says nothing about the customer's payment.
  if (answer.status === 401 || answer.status === 403) return { kind: 'unknown', cause: `status ${answer.status}` };
  if (answer.status >= 400) {
    const { error, value } = Joi.object({ error: words.required() }).unknown().validate(answer.body);
    return error ? { kind: 'unknown', cause: `status ${answer.status}` } : { kind: 'refused', failure: (value as { error: { code: string; message: string } }).error };
  }
  const { error, value } = paymentSchema.validate(answer.body, { convert: false });
  return error ? { kind: 'unknown', cause: 'an answer of another shape' } : { kind: 'known', payment: paymentOf(value as Wire) };
}

function savedOf(answer: HttpAnswer): SavedMethodAnswer {
  if (answer.kind === 'silent') return { kind: 'unknown', cause: answer.cause };
  const { error, value } = methodSchema.validate(answer.body, { convert: false });
  if (answer.status < 300 && !error) {
    const { id, customer, brand, last4, expMonth, expYear } = value as { id: string; customer: string; brand: string; last4: string; expMonth: number; expYear: number };
    return { kind: 'saved', card: { customer, method: id, brand, last4, expiryMonth: expMonth, expiryYear: expYear } };
  }
  const refusal = answerOf(answer);
  return refusal.kind === 'refused' ? refusal : { kind: 'unknown', cause: `status ${answer.status}` };
}

function readEvent(id: string, body: Buffer): ProviderEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new WebhookMalformed();
  }
  const { error, value } = eventSchema.validate(parsed, { convert: false });
  if (error) throw new WebhookMalformed();
  const { type, data } = value as { type: string; data: { payment: Wire } };
  return { id, type, payment: paymentOf(data.payment) };
}
