import type { CheckoutPaymentIntent, Order, PaymentSource, Refund, VaultTokenRequestType } from '@paypal/paypal-server-sdk';
import type { Breaker } from '../../../shared/breaker.js';
import { TemporarilyUnavailable } from '../../../shared/errors.js';
import { WebhookMalformed } from '../payments.errors.js';
import { isOpen, type Payment } from '../payments.js';
import type { AuthorizeRequest, OperationRequest, PaymentProvider, ProviderAnswer, ProviderEvent, SavedMethodAnswer, SaveMethodRequest, WebhookHeaders } from '../provider.js';
import { createPatience, NoAnswer } from './patience.js';
import { lazyPaypal, type PaypalClient, type PaypalConfig } from './paypal-client.js';
import { disputeOf, failureOf, partsOf, paymentOf, toPaypal, withCapture, withRefund, type WireDispute } from './paypal-mapping.js';
import { listSince } from './paypal-reports.js';

export type { PaypalConfig };
type PaypalDeps = { config: PaypalConfig; timeoutMs: number; returnUrl: string; breaker: Breaker };
const FULL = 'return=representation';
/** PayPal's reports are up to three hours behind. */
const REPORTS_LAG_MS = 3 * 3_600_000;

/** PayPal's orders, by its own library. */
export function createPaypalProvider({ config, timeoutMs, returnUrl: home, breaker }: PaypalDeps): PaymentProvider {
  const ask = createPatience({ timeoutMs, breaker });
  const client = lazyPaypal(config, timeoutMs);
  const call = async (work: (paypal: PaypalClient) => Promise<ProviderAnswer>): Promise<ProviderAnswer> => {
    const asked = await ask(async () => work(await client()).catch(answerOfError));
    return asked.kind === 'silent' ? { kind: 'unknown', cause: asked.cause } : asked.value;
  };

  return {
    name: 'paypal', methods: ['paypal', 'card'], offline: false, listsLagMs: REPORTS_LAG_MS,
    /** A PayPal account needs none: the buyer is sent there. */
    needsToken: (method) => method === 'card',
    authorize: (request) => call((paypal) => authorize(paypal, { ...request, returnUrl: request.returnUrl ?? home })),
    capture: ({ payment, amount, key }) => call((paypal) => capture(paypal, { payment, amount, key })),
    void: (request) => call((paypal) => voidPayment(paypal, request)),
    refund: (request) => call((paypal) => refund(paypal, request)),
    lookUp: (payment) => call(async (paypal) => lookUp(paypal, payment)),
    lookUpAbout: (about) => call((paypal) => lookUpAbout(paypal, about)),
    readWebhook: async (headers, body) => {
      const asked = await ask(async () => isSigned(await client(), config.webhookId, { headers, body }));
      // Neither right nor wrong: PayPal sends it again.
      if (asked.kind === 'silent') throw new TemporarilyUnavailable('webhook_not_verified', 'The signature could not be checked just now.', 30);
      return asked.value ? readEvents(body) : null;
    },
    changedSince: async (since) => {
      const asked = await ask(async () => listSince(await client(), since).catch(() => { throw new NoAnswer('the list broke off'); }));
      return asked.kind === 'silent' ? null : asked.value;
    },
    saveMethod: async (request) => {
      const asked = await ask(async () => save(await client(), request).catch(answerOfError));
      if (asked.kind === 'silent') return { kind: 'unknown', cause: asked.cause };
      return asked.value.kind === 'saved' || asked.value.kind === 'refused' ? asked.value : { kind: 'unknown', cause: asked.value.kind };
    },
    forgetMethod: async ({ method }) => {
      const asked = await ask(async () => (await client()).vault.deletePaymentToken(method).then((): ProviderAnswer | null => null, answerOfError));
      return asked.kind === 'answered' && (asked.value === null || asked.value.kind === 'not_found');
    },
  };
}

const known = (order: Order, more: Parameters<typeof paymentOf>[1] = []): ProviderAnswer => {
  const payment = paymentOf(order, more);
  return payment ? { kind: 'known', payment } : { kind: 'unknown', cause: 'an answer of another shape' };
};
const NOT_PAYABLE: ProviderAnswer = { kind: 'refused', failure: { code: 'amount_not_payable', message: 'PayPal takes whole amounts only in this currency.' } };

async function authorize({ orders, words }: PaypalClient, { payment, token, capture: direct, returnUrl }: AuthorizeRequest): Promise<ProviderAnswer> {
  const amount = toPaypal(payment.amount);
  if (!amount) return NOT_PAYABLE;
  const vaultId = payment.savedMethod?.method ?? token;
  const experienceContext = { returnUrl: returnUrl ?? '', cancelUrl: returnUrl ?? '' };
  const paymentSource: PaymentSource = payment.method === 'card' ? { card: { vaultId: vaultId ?? '', experienceContext } } : { paypal: { ...(vaultId !== undefined && { vaultId }), experienceContext } };
  const intent = direct ? words.CheckoutPaymentIntent.Capture : words.CheckoutPaymentIntent.Authorize;
  const { result } = await orders.createOrder({ body: orderBody(payment, amount, intent, paymentSource), paypalRequestId: payment.idempotencyKey, prefer: FULL });
  return known(result);
}

const orderBody = ({ idempotencyKey }: Payment, amount: { currencyCode: string; value: string }, intent: CheckoutPaymentIntent, paymentSource?: PaymentSource) => ({
  intent, purchaseUnits: [{ amount, customId: idempotencyKey, invoiceId: idempotencyKey }], ...(paymentSource && { paymentSource }),
});

/**
 * By reference; else by asking for the same request again, which PayPal answers with what became of the first. It is repeated
 * without the payer's card or account, so that where nothing came of the first nothing can come of this one either, and
 * not of the first should it still arrive.
 */
async function lookUp(paypal: PaypalClient, payment: Payment): Promise<ProviderAnswer> {
  const { orders, words } = paypal;
  const amount = toPaypal(payment.amount);
  if (!amount) return { kind: 'not_found' };
  const { result } = payment.providerReference === undefined
    ? await orders.createOrder({ body: orderBody(payment, amount, words.CheckoutPaymentIntent.Capture), paypalRequestId: payment.idempotencyKey, prefer: FULL })
    : await orders.getOrder({ id: payment.providerReference });
  if (result.status === 'CREATED') return { kind: 'not_found' };
  // The buyer agreed; the money is taken by us, unless the payment was given up meanwhile.
  if (result.status === 'APPROVED' && isOpen(payment.status) && !payment.reversal) return take(paypal, result, payment.idempotencyKey);
  return known(result);
}

async function take({ orders }: PaypalClient, { id = '', intent }: Order, key: string): Promise<ProviderAnswer> {
  const request = { id, paypalRequestId: `${key}:take`, prefer: FULL };
  if (intent === 'AUTHORIZE') await orders.authorizeOrder(request);
  else await orders.captureOrder(request);
  return known((await orders.getOrder({ id })).result);
}

async function capture({ orders, payments }: PaypalClient, { payment, amount, key }: OperationRequest): Promise<ProviderAnswer> {
  const wanted = toPaypal(amount);
  if (!wanted) return NOT_PAYABLE;
  const { result: order } = await orders.getOrder({ id: payment.providerReference ?? '' });
  const authorizationId = order.purchaseUnits?.[0]?.payments?.authorizations?.[0]?.id;
  if (authorizationId === undefined) return { kind: 'refused', failure: { code: 'not_capturable', message: 'Nothing is authorised.' } };
  const finalCapture = payment.capturedAmount + amount.amount >= payment.amount.amount;
  const { result } = await payments.captureAuthorizedPayment({ authorizationId, paypalRequestId: key, prefer: FULL, body: { amount: wanted, invoiceId: key, finalCapture } });
  return { kind: 'known', payment: withCapture(payment, result, key) };
}

/** An order that its buyer has not approved ends by itself; only an authorisation holds money. */
async function voidPayment({ orders, payments }: PaypalClient, { payment, key }: OperationRequest): Promise<ProviderAnswer> {
  const { result: order } = await orders.getOrder({ id: payment.providerReference ?? '' });
  const authorizationId = order.purchaseUnits?.[0]?.payments?.authorizations?.[0]?.id;
  if (authorizationId === undefined && order.status === 'COMPLETED') return { kind: 'refused', failure: { code: 'already_captured', message: 'Money was captured. Refund it instead.' } };
  if (authorizationId !== undefined) await payments.voidPayment({ authorizationId, paypalRequestId: key, prefer: FULL });
  const { idempotencyKey, orderId, amount, providerReference: reference = '' } = payment;
  const operation = { id: `${authorizationId ?? reference}:void`, kind: 'void', key, amount: amount.amount, state: 'success' } as const;
  return { kind: 'known', payment: { reference, idempotencyKey, orderId, amount, status: 'voided', operations: [operation] } };
}

async function refund({ orders, payments }: PaypalClient, { payment, amount, key, reason }: OperationRequest): Promise<ProviderAnswer> {
  const { result: order } = await orders.getOrder({ id: payment.providerReference ?? '' });
  const made: Refund[] = [];
  const earlier = (order.purchaseUnits?.[0]?.payments?.refunds ?? []).filter(({ invoiceId }) => invoiceId?.split('#')[0] === key);
  // Asked again after a lost answer: it is done.
  if (earlier.length > 0 && earlier.length === Number(earlier[0]?.customId?.split('/')[1])) return { kind: 'known', payment: withRefund(payment, earlier) };
  for (const part of partsOf(order, { amount, key })) {
    const wanted = toPaypal({ amount: part.amount, currency: amount.currency });
    if (!wanted) return NOT_PAYABLE;
    const body = { amount: wanted, invoiceId: part.key, customId: part.note, ...(reason !== undefined && { noteToPayer: reason.slice(0, 255) }) };
    made.push((await payments.refundCapturedPayment({ captureId: part.captureId, paypalRequestId: part.key, prefer: FULL, body })).result);
  }
  return { kind: 'known', payment: withRefund(payment, made.map((one, at) => ({ ...one, invoiceId: at === 0 ? key : `${key}#${at + 1}`, customId: `${at + 1}/${made.length}` }))) };
}

/** `order:…`, `capture:…` or `dispute:…`, as readEvents wrote it. */
async function lookUpAbout({ orders, rest }: PaypalClient, about: string): Promise<ProviderAnswer> {
  const [kind = '', id = '', disputeId] = about.split(' ');
  if (kind === 'order') return known((await orders.getOrder({ id })).result);
  const capture = await rest('GET', `/v2/payments/captures/${encodeURIComponent(id)}`);
  const orderId = (capture.body as { supplementary_data?: { related_ids?: { order_id?: string } } }).supplementary_data?.related_ids?.order_id;
  if (capture.status !== 200 || orderId === undefined) return { kind: 'not_found' };
  const { result } = await orders.getOrder({ id: orderId });
  if (disputeId === undefined) return known(result);
  const dispute = await rest('GET', `/v1/customer/disputes/${encodeURIComponent(disputeId)}`);
  return dispute.status === 200 ? known(result, disputeOf(dispute.body as WireDispute)) : { kind: 'not_found' };
}

const HEADERS = { auth_algo: 'paypal-auth-algo', cert_url: 'paypal-cert-url', transmission_id: 'paypal-transmission-id', transmission_sig: 'paypal-transmission-sig', transmission_time: 'paypal-transmission-time' };

/** PayPal checks its own signatures; the event goes back byte by byte as it came. */
async function isSigned({ rest }: PaypalClient, webhookId: string, { headers, body }: { headers: WebhookHeaders; body: Buffer }): Promise<boolean> {
  const stamps = Object.entries(HEADERS).map(([name, header]) => [name, headers[header]] as const);
  if (stamps.some(([, value]) => typeof value !== 'string' || value.length > 1000)) return false;
  const text = body.toString('utf8');
  try { JSON.parse(text); } catch { return false; }
  const question = `${JSON.stringify({ ...Object.fromEntries(stamps), webhook_id: webhookId }).slice(0, -1)},"webhook_event":${text}}`;
  const answer = await rest('POST', '/v1/notifications/verify-webhook-signature', question);
  return answer.status === 200 && (answer.body as { verification_status?: string }).verification_status === 'SUCCESS';
}

type Told = {
  id?: unknown; event_type?: unknown;
  resource?: { id?: string; dispute_id?: string; disputed_transactions?: Array<{ seller_transaction_id?: string }>; supplementary_data?: { related_ids?: { order_id?: string } }; links?: Array<{ rel?: string; href?: string }> };
};

/** They carry a part each, so PayPal is asked for the whole; what is about no payment is taken and left. */
function readEvents(body: Buffer): ProviderEvent[] {
  const { id, event_type: type, resource } = JSON.parse(body.toString('utf8')) as Told;
  if (typeof id !== 'string' || typeof type !== 'string' || !resource) throw new WebhookMalformed();
  const disputed = resource.disputed_transactions?.[0]?.seller_transaction_id;
  const orderId = resource.supplementary_data?.related_ids?.order_id ?? (type.startsWith('CHECKOUT.ORDER.') ? resource.id : undefined);
  const captureId = resource.links?.find(({ rel, href }) => rel === 'up' && href?.includes('/captures/') === true)?.href?.split('/').at(-1);
  const about = disputed !== undefined ? `dispute ${disputed} ${resource.dispute_id}` : orderId !== undefined ? `order ${orderId}` : captureId !== undefined ? `capture ${captureId}` : undefined;
  return about === undefined ? [] : [{ id, type, about }];
}

async function save({ vault, words }: PaypalClient, { token, customer, key }: SaveMethodRequest): Promise<SavedMethodAnswer> {
  const type: VaultTokenRequestType = words.VaultTokenRequestType.SetupToken;
  const { result } = await vault.createPaymentToken({ paypalRequestId: key, body: { ...(customer !== undefined && { customer: { id: customer } }), paymentSource: { token: { id: token, type } } } });
  const card = result.paymentSource?.card;
  const [year = '', month = ''] = card?.expiry?.split('-') ?? [];
  if (result.id === undefined || !card?.lastDigits) return { kind: 'refused', failure: { code: 'not_a_card', message: 'Only cards can be saved.' } };
  return { kind: 'saved', card: { customer: result.customer?.id ?? '', method: result.id, brand: (card.brand ?? 'card').toLowerCase(), last4: card.lastDigits.slice(-4), expiryMonth: Number(month), expiryYear: Number(year) } };
}

/** What PayPal says no to, and what says nothing at all. */
function answerOfError(error: unknown): ProviderAnswer {
  const { statusCode = 0, body } = error as { statusCode?: number; body?: unknown };
  if (error instanceof NoAnswer || statusCode === 0 || statusCode >= 500) throw error;
  // Too many requests, or our own credentials are wrong: that says nothing about the payment.
  if (statusCode === 429 || statusCode === 401 || statusCode === 403) return { kind: 'unknown', cause: `status ${statusCode}` };
  if (statusCode === 404) return { kind: 'not_found' };
  const [detail] = detailsOf(body);
  return { kind: 'refused', failure: failureOf(detail?.issue, detail?.description) };
}

function detailsOf(body: unknown): Array<{ issue?: string; description?: string }> {
  try {
    return (JSON.parse(String(body)) as { details?: Array<{ issue?: string; description?: string }> }).details ?? [];
  } catch {
    return [];
  }
}
