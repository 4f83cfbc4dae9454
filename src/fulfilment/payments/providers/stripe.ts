import type Stripe from 'stripe';
import type { Breaker } from '../../../shared/breaker.js';
import { later } from '../../../shared/clock.js';
import { sha256 } from '../../../shared/crypto/tokens.js';
import { WebhookMalformed } from '../payments.errors.js';
import type { Payment, ProviderOperation } from '../payments.js';
import type { ListedPayment, OperationRequest, PaymentProvider, ProviderAnswer, ProviderEvent, SavedMethodAnswer } from '../provider.js';
import { createPatience, NoAnswer } from './patience.js';
import { captureNote, disputeOf, failureOf, metadataOf, paymentOf, refundOf, toStripe, totalOperation } from './stripe-mapping.js';

export type StripeConfig = Readonly<{ secretKey: string; webhookSecret: string; apiBase: string }>;
type StripeDeps = { config: StripeConfig; timeoutMs: number; returnUrl: string; breaker: Breaker };
type Client = Stripe;

const EXPAND = { expand: ['latest_charge'] };
/** Of a payment whose reference was lost: Stripe made it no later than this after us. */
const AROUND_MS = 10 * 60_000;
const TOLERANCE_SECONDS = 300;
const PAGE = 100;

/** Stripe's payment intents, by its own library. */
export function createStripeProvider({ config, timeoutMs, returnUrl: home, breaker }: StripeDeps): PaymentProvider {
  const ask = createPatience({ timeoutMs, breaker });
  const client = lazyClient(config, timeoutMs);
  const call = async (work: (stripe: Client) => Promise<ProviderAnswer>): Promise<ProviderAnswer> => {
    const asked = await ask(async () => work(await client()).catch(answerOfError));
    return asked.kind === 'silent' ? { kind: 'unknown', cause: asked.cause } : asked.value;
  };
  const known = (intent: Stripe.PaymentIntent, more: readonly ProviderOperation[] = []): ProviderAnswer => {
    const payment = paymentOf(intent, more);
    return payment ? { kind: 'known', payment } : { kind: 'unknown', cause: 'an answer of another shape' };
  };

  return {
    name: 'stripe', methods: ['card'], needsToken: () => true, offline: false,
    authorize: ({ payment, token, capture, returnUrl = home }) => call(async (stripe) => {
      const params: Stripe.PaymentIntentCreateParams = {
        amount: toStripe(payment.amount), currency: payment.amount.currency.toLowerCase(), confirm: true, capture_method: capture ? 'automatic' : 'manual',
        ...(payment.savedMethod ? { customer: payment.savedMethod.customer, payment_method: payment.savedMethod.method } : { payment_method: token ?? '' }),
        // The customer is there: a bank that wants to see them gets a page to send them to, and that is no failure.
        return_url: returnUrl, metadata: metadataOf(payment), ...EXPAND,
      };
      if (!capture) params.payment_method_options = { card: { request_multicapture: 'if_available' } };
      return known(await stripe.paymentIntents.create(params, { idempotencyKey: payment.idempotencyKey }));
    }),
    capture: ({ payment, amount, key }) => call(async (stripe) => known(await stripe.paymentIntents.capture(payment.providerReference ?? '', {
      amount_to_capture: toStripe(amount), metadata: captureNote(sha256(key), key, amount.amount), ...EXPAND, ...(payment.capturedAmount + amount.amount < payment.amount.amount && { final_capture: false }),
    }, { idempotencyKey: key }))),
    void: ({ payment, key }) => call(async (stripe) => withKey(known(await stripe.paymentIntents.cancel(payment.providerReference ?? '', EXPAND, { idempotencyKey: key })), key)),
    refund: (request) => call((stripe) => refund(stripe, request, known)),
    lookUp: (payment) => call(async (stripe) => {
      const found = payment.providerReference === undefined ? await findByKey(stripe, payment) : await stripe.paymentIntents.retrieve(payment.providerReference, EXPAND);
      return found ? known(found, await moreOf(stripe, found, payment.refundingAmount > 0)) : { kind: 'not_found' };
    }),
    lookUpAbout: (about) => call(async (stripe) => {
      const found = await stripe.paymentIntents.retrieve(about, EXPAND);
      return known(found, await moreOf(stripe, found, true));
    }),
    readWebhook: async (headers, body, now) => readEvents(await client(), config, { signature: headers['stripe-signature'], body, now }),
    changedSince: async (since) => {
      const asked = await ask(async () => listSince(await client(), since).catch(() => { throw new NoAnswer('the list broke off'); }));
      return asked.kind === 'silent' ? null : asked.value;
    },
    saveMethod: async ({ token, userId, customer, key }) => {
      const asked = await ask(async () => save(await client(), { token, userId, customer, key }).catch(answerOfError));
      if (asked.kind === 'silent') return { kind: 'unknown', cause: asked.cause };
      return asked.value.kind === 'saved' || asked.value.kind === 'refused' ? asked.value : { kind: 'unknown', cause: asked.value.kind };
    },
    forgetMethod: async ({ method }) => {
      const asked = await ask(async () => (await client()).paymentMethods.detach(method).then((): ProviderAnswer | null => null, answerOfError));
      return asked.kind === 'answered' && (asked.value === null || asked.value.kind === 'not_found' || asked.value.kind === 'refused');
    },
    forgetCustomer: async (customer) => {
      const asked = await ask(async () => (await client()).customers.del(customer).then((): ProviderAnswer | null => null, answerOfError));
      return asked.kind === 'answered' && (asked.value === null || asked.value.kind === 'not_found');
    },
  };
}

/** Loaded when it is first needed: most processes of most shops never speak to it. */
function lazyClient({ secretKey, apiBase }: StripeConfig, timeout: number): () => Promise<Client> {
  let made: Promise<Client> | undefined;
  const url = new URL(apiBase);
  const port = url.port === '' ? {} : { port: url.port };
  return () => (made ??= import('stripe').then(({ default: StripeClient }) => new StripeClient(secretKey, {
    host: url.hostname, ...port, protocol: url.protocol === 'http:' ? 'http' : 'https', maxNetworkRetries: 0, timeout, telemetry: false,
  })));
}

/** What Stripe says no to, and what says nothing at all. */
function answerOfError(error: unknown): ProviderAnswer {
  const { type, statusCode = 0, payment_intent: intent, ...words } = error as { type?: string; statusCode?: number; payment_intent?: Stripe.PaymentIntent; code?: string; decline_code?: string; param?: string; message?: string };
  if (statusCode === 429) return { kind: 'unknown', cause: 'too many requests' };
  // Our own credentials are wrong, or the same request is still at work: neither says anything about the payment.
  if (statusCode === 401 || statusCode === 403 || statusCode === 409 || type === 'StripeIdempotencyError') return { kind: 'unknown', cause: `status ${statusCode}` };
  if (type === undefined || statusCode === 0 || statusCode >= 500) throw new NoAnswer(words.code ?? `status ${statusCode}`);
  const declined = intent?.metadata && paymentOf(intent);
  if (declined?.status === 'failed') return { kind: 'known', payment: declined };
  return statusCode === 404 ? { kind: 'not_found' } : { kind: 'refused', failure: failureOf({ ...words, message: (error as Error).message }) };
}

async function refund(stripe: Client, { payment, amount, key, reason }: OperationRequest, known: (intent: Stripe.PaymentIntent, more: ProviderOperation[]) => ProviderAnswer): Promise<ProviderAnswer> {
  const made = await stripe.refunds.create({
    payment_intent: payment.providerReference ?? '', amount: toStripe(amount), metadata: { key, reason: (reason ?? '').slice(0, 400) }, expand: ['payment_intent.latest_charge'],
  }, { idempotencyKey: key });
  return known(made.payment_intent as Stripe.PaymentIntent, [refundOf(made)]);
}

/** Stripe's search lags by up to a minute, its lists do not; the window keeps them short. */
async function findByKey(stripe: Client, { createdAt, idempotencyKey }: Payment): Promise<Stripe.PaymentIntent | null> {
  const created = { gte: epoch(later(createdAt, -AROUND_MS)), lte: epoch(later(createdAt, AROUND_MS)) };
  for await (const intent of stripe.paymentIntents.list({ created, limit: PAGE, expand: ['data.latest_charge'] })) {
    if (intent.metadata['payment_key'] === idempotencyKey) return intent;
  }
  return null;
}

/** Refunds and disputes stand beside the intent; asked for only where its charge tells of some. */
async function moreOf(stripe: Client, { id, latest_charge: charge }: Stripe.PaymentIntent, askAnyway: boolean): Promise<ProviderOperation[]> {
  if (charge === null || typeof charge === 'string') return [];
  const found: ProviderOperation[] = [];
  if (askAnyway || charge.amount_refunded > 0) for await (const one of stripe.refunds.list({ payment_intent: id, limit: PAGE })) found.push(refundOf(one));
  if (charge.disputed) for await (const one of stripe.disputes.list({ payment_intent: id, limit: PAGE })) found.push(...disputeOf(one));
  return found;
}

const withKey = (answer: ProviderAnswer, key: string): ProviderAnswer => (answer.kind !== 'known' ? answer
  : { ...answer, payment: { ...answer.payment, operations: answer.payment.operations.map((op) => (op.kind === 'void' ? { ...op, key } : op)) } });
const epoch = (at: Date): number => Math.floor(at.getTime() / 1000);

type Received = Readonly<{ signature: unknown; body: Buffer; now: Date }>;

/** Signed in the last five minutes by one of our secrets; what is not about a payment of ours is taken and left. */
function readEvents(stripe: Client, { webhookSecret }: StripeConfig, { signature, body, now }: Received): ProviderEvent[] | null {
  if (typeof signature !== 'string') return null;
  for (const secret of webhookSecret.split(',')) {
    try {
      return eventsOf(stripe.webhooks.constructEvent(body, signature, secret.trim(), TOLERANCE_SECONDS, undefined, now.getTime()));
    } catch (error) {
      if ((error as { type?: string }).type !== 'StripeSignatureVerificationError') throw new WebhookMalformed();
    }
  }
  return null;
}

function eventsOf({ id, type, data: { object } }: Stripe.Event): ProviderEvent[] {
  if (type.startsWith('payment_intent.')) {
    const intent = object as Stripe.PaymentIntent;
    const payment = paymentOf(intent);
    if (payment) return [{ id, type, payment }];
    return intent.metadata['payment_key'] === undefined ? [] : [{ id, type, about: intent.id }];
  }
  const { payment_intent: about } = object as { payment_intent?: unknown };
  return /^(refund|charge)\./.test(type) && typeof about === 'string' ? [{ id, type, about }] : [];
}

async function listSince(stripe: Client, since: Date): Promise<ListedPayment[]> {
  const created = { gte: epoch(since) };
  const intents = new Map<string, Stripe.PaymentIntent>();
  const touched = new Map<string, number>();
  const disputed = new Map<string, number>();
  const touch = (id: string, at: number) => { touched.set(id, Math.max(at, touched.get(id) ?? 0)); };
  for await (const intent of stripe.paymentIntents.list({ created, limit: PAGE, expand: ['data.latest_charge'] })) { intents.set(intent.id, intent); touch(intent.id, intent.created); }
  for await (const { payment_intent: about, created: at } of stripe.refunds.list({ created, limit: PAGE })) if (typeof about === 'string') touch(about, at);
  for await (const { payment_intent: about, created: at, amount, status } of stripe.disputes.list({ created, limit: PAGE })) {
    if (typeof about !== 'string') continue;
    touch(about, at);
    if (status !== 'won' && !status.startsWith('warning')) disputed.set(about, (disputed.get(about) ?? 0) + amount);
  }
  const listed: ListedPayment[] = [];
  for (const [id, at] of touched) {
    const intent = intents.get(id) ?? await stripe.paymentIntents.retrieve(id, EXPAND);
    listed.push(listedOf(intent, at, disputed.get(id) ?? 0));
  }
  return listed;
}

function listedOf(intent: Stripe.PaymentIntent, at: number, disputed: number): ListedPayment {
  const { id, currency, metadata, amount_received: received, latest_charge: charge } = intent;
  const refunded = charge !== null && typeof charge !== 'string' ? charge.amount_refunded : 0;
  return {
    idempotencyKey: metadata['payment_key'] ?? id, orderId: metadata['order_id'] ?? id, updatedAt: new Date(at * 1000),
    operations: [totalOperation('capture', id, received, currency), totalOperation('refund', id, refunded, currency), totalOperation('chargeback', id, disputed, currency)],
  };
}

async function save(stripe: Client, { token, userId, customer, key }: { token: string; userId: string; customer: string | undefined; key: string }): Promise<SavedMethodAnswer> {
  const owner = customer ?? (await stripe.customers.create({ metadata: { user_id: userId } }, { idempotencyKey: `customer:${userId}` })).id;
  const { id, card } = await stripe.paymentMethods.attach(token, { customer: owner }, { idempotencyKey: key });
  if (!card) return { kind: 'refused', failure: { code: 'not_a_card', message: 'Only cards can be saved.' } };
  return { kind: 'saved', card: { customer: owner, method: id, brand: card.brand, last4: card.last4, expiryMonth: card.exp_month, expiryYear: card.exp_year } };
}
