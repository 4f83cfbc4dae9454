import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openBridge } from './localstripe-bridge.js';
import { eur, openPayments, type PaymentWorld } from './payment-world.js';
import { startLocalstripe } from './tools.js';

/** localstripe keeps what it is told and sends signed webhooks. Of the contract it runs what is listed here under the same names; LEFT_OUT says why not the rest. */
const local = await startLocalstripe();
const KEY = 'sk_test_12345';
const SECRET = 'whsec_local';
const [VISA, DECLINED] = ['pm_card_visa', 'pm_card_chargeCustomerFail'];

const RUN = new Set<string>();
const here = (name: string, work: (url: string) => Promise<void>) => {
  RUN.add(name);
  if ('url' in local) test(name, () => work(local.url));
  else test.skip(`${name} (localstripe: ${local.missing})`, () => {});
};

let world: PaymentWorld;
let bridge: Awaited<ReturnType<typeof openBridge>>;
beforeAll(async () => {
  if (!('url' in local)) return;
  bridge = await openBridge(local.url);
  world = await openPayments({ adapter: 'stripe', webhooks: false, timeoutMs: 3_000, stripe: { secretKey: KEY, webhookSecret: SECRET, apiBase: bridge.url } });
});
afterAll(async () => {
  if (!('url' in local)) return;
  local.stop();
  await bridge.close();
  await world.close();
});

async function call(url: string, path: string, body: Record<string, string> = {}, method = 'POST') {
  const answer = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-www-form-urlencoded' }, ...(method === 'POST' && { body: new URLSearchParams(body).toString() }) });
  return JSON.parse(await answer.text() || '{}') as Record<string, unknown>;
}
const cardOf = async (url: string, number: string) => String((await call(url, '/v1/payment_methods', { type: 'card', 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2034', 'card[cvc]': '123' }))['id']);
const intentOf = (url: string, reference: string | undefined) => call(url, `/v1/payment_intents/${reference}`, {}, 'GET');
const refundsOf = async (url: string, reference: string | undefined) => ((await call(url, `/v1/refunds?payment_intent=${reference}&limit=100`, {}, 'GET'))['data'] as Array<{ amount: number }>).map(({ amount }) => amount);
const NEEDS_BANK = '4000002500003155';
const visit = async (url: string, reference: string | undefined, success: boolean) => {
  const { client_secret: secret } = await intentOf(url, reference);
  await call(url, `/v1/payment_intents/${reference}/_authenticate`, { client_secret: String(secret), success: String(success) });
};

here('is authorised and captured in one call', async (url) => {
  const payment = await world.pay(VISA);

  expect(payment).toMatchObject({ status: 'succeeded', live: true, capturedAmount: 5000, refundedAmount: 0, version: 2 });
  expect(await world.rows(payment.id)).toEqual([['authorization', 'success', 5000], ['capture', 'success', 5000]]);
  expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
  expect(await intentOf(url, payment.providerReference)).toMatchObject({ status: 'succeeded', amount: 5000, currency: 'eur' });
});

here('is shown without a token or a secret', async () => {
  const payment = await world.pay(VISA);

  expect(world.payments.projection(payment)).toMatchObject({ id: payment.id, provider: 'stripe', status: 'succeeded', nextAction: null });
  expect(JSON.stringify([world.payments.projection(payment), await world.connection.collection('payments').find({ orderId: payment.orderId }).toArray()])).not.toContain(VISA);
});

here('is charged the very minor units in %s', async (url) => {
  for (const currency of ['JPY', 'KWD', 'GBP']) {
    const payment = await world.pay(VISA, { amount: 12_340, currency });
    expect([payment.status, payment.capturedAmount]).toEqual(['succeeded', 12_340]);
    expect(await intentOf(url, payment.providerReference)).toMatchObject({ amount: 12_340, currency: currency.toLowerCase() });
  }
});

here('%s: the payment fails with %s and takes nothing', async () => {
  const declined = await world.pay(DECLINED);

  expect(declined).toMatchObject({ status: 'failed', live: false, failure: { code: 'card_declined' }, capturedAmount: 0 });
  expect(await world.events(declined.orderId)).toEqual(['payment.failed']);
  expect((await world.rows(declined.id)).filter(([, state]) => state === 'success')).toEqual([]);
});

here('the next attempt of the same order may succeed', async () => {
  const { orderId } = await world.pay(DECLINED);

  expect((await world.pay(VISA, { orderId, attempt: 2 })).status).toBe('succeeded');
  expect(await world.events(orderId)).toEqual(['payment.failed', 'payment.succeeded']);
});

here('a card number instead of a token is refused and not repeated', async () => {
  const before = bridge.state.calls.length;

  await expect(world.open({ token: '4242424242424242' })).rejects.toMatchObject({ status: 400, code: 'card_number_refused' });
  expect(bridge.state.calls).toHaveLength(before);
});

here('succeeds on coming back', async (url) => {
  const payment = await world.pay(await cardOf(url, NEEDS_BANK));
  expect(payment).toMatchObject({ status: 'requires_action', live: true, capturedAmount: 0 });

  await visit(url, payment.providerReference, true);

  expect(await world.payments.confirm(payment.orderId, payment.id)).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
});

here('fails when the bank says so', async (url) => {
  const payment = await world.pay(await cardOf(url, NEEDS_BANK));

  await visit(url, payment.providerReference, false);

  expect(await world.payments.confirm(payment.orderId, payment.id)).toMatchObject({ status: 'failed', failure: { code: 'authentication_failed' } });
});

here('a browser that claims success without it is not believed', async (url) => {
  const payment = await world.pay(await cardOf(url, NEEDS_BANK));

  expect(await world.payments.confirm(payment.orderId, payment.id)).toMatchObject({ status: 'requires_action', capturedAmount: 0 });
});

here('who never comes back is found by the worker', async (url) => {
  const payment = await world.pay(await cardOf(url, NEEDS_BANK));
  await visit(url, payment.providerReference, true);

  world.clock.offsetMs += 10_000;
  await world.schedule('reconcile-payments');

  expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded' });
});

here('a part, then the rest, then nothing more', async (url) => {
  const payment = await world.pay(VISA);
  const refund = (key: string, amount?: number) => world.payments.refund({ paymentId: payment.id, reason: 'test', key: `${payment.id}:${key}`, ...(amount !== undefined && { amount: eur(amount) }) });

  expect((await refund('a', 1500)).payment).toMatchObject({ status: 'partially_refunded', refundedAmount: 1500, refundingAmount: 0 });
  expect((await refund('b')).payment).toMatchObject({ status: 'refunded', refundedAmount: 5000 });
  // localstripe would accept it: it is our own ledger that refuses.
  await expect(refund('c', 1)).rejects.toMatchObject({ code: 'refund_exceeds_captured' });

  expect((await refundsOf(url, payment.providerReference)).sort((a, b) => a - b)).toEqual([1500, 3500]);
});

here('is let go with the order, and cannot be captured any more', async (url) => {
  const payment = await world.pay(VISA, { capture: false });
  expect(payment).toMatchObject({ status: 'authorized', capturedAmount: 0 });

  await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');

  expect(await world.now_of(payment)).toMatchObject({ status: 'voided', live: false });
  expect(await intentOf(url, payment.providerReference)).toMatchObject({ status: 'canceled' });
});

here('tell of money whose answer was lost', async (url) => {
  const hook = { url: `${world.url}/webhooks/payments/stripe`, secret: SECRET };
  await call(url, '/_config/webhooks/shop', hook);
  bridge.state.silent = 1;
  const payment = await world.pay(VISA);
  expect(payment).toMatchObject({ status: 'pending', capturedAmount: 0 });

  for (let tries = 0; tries < 50 && (await world.now_of(payment)).status === 'pending'; tries++) await pause(100);

  expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
  expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
});

here('without a signature, or with one for another body, are refused and kept nowhere', async (url) => {
  await call(url, '/_config/webhooks/shop', { url: `${world.url}/webhooks/payments/stripe`, secret: 'whsec_of_somebody_else' });
  const before = await world.connection.collection('payment_webhooks').countDocuments();

  const payment = await world.pay(VISA);
  await pause(1_500);

  expect(payment.status).toBe('succeeded');
  expect(await world.connection.collection('payment_webhooks').countDocuments()).toBe(before);
});

const OURS = 'is decided before anybody is asked, so the provider makes no difference';
const FAULTS = 'it has no faults to order, and forgets Idempotency-Key: asking again would charge again';
const NO_SEARCH = 'it refuses `created` on its lists, by which a payment is found whose answer was lost';
const PARTS = 'it captures once: what is left of the authorisation is gone, and `metadata` is refused on captures';
const DISPUTES = 'it has no disputes, and neither lists by time nor lets its books be edited';
const LEFT_OUT: Readonly<Record<string, string>> = {
  'is authorised only, then captured in two parts, and never beyond the authorisation': PARTS,
  'an expired authorisation is refused by the provider and frees what was set aside': 'its authorisations never expire',
  '$_case is refused before anything is stored': OURS,
  'who leaves and chooses another card pays once: the abandoned attempt is voided': 'its next action is no page, and a customer cannot come back to one that was left',
  'timeout after the charge: pending at once, one charge, found by the worker': NO_SEARCH,
  'timeout after the charge, and the client repeats itself: still one charge': FAULTS,
  'timeout without effect: unknown is not failed until the provider has never heard of it for a while': NO_SEARCH,
  'a connection that breaks after the charge is tried again with the same key: one charge': FAULTS,
  'a connection that breaks before the charge is tried again': FAULTS,
  'one answer of 500 is tried again': FAULTS,
  'a card that only ever gets 500 stays pending, and is failed by its absence at the provider, not by the 500': FAULTS,
  '429 leaves it pending and calls no second time': FAULTS,
  'an answer of another shape is no answer': FAULTS,
  'a payment that the provider settles later by itself is found': 'it settles cards at once',
  'money that arrives after we had given up is taken, and the order hears of it': NO_SEARCH,
  'money that arrives although another attempt has paid goes back by itself, once': NO_SEARCH,
  'after three failures in a row nobody waits any more, and one call finds out that the provider is back': FAULTS,
  '30 at once of 10 % each: ten get through': OURS,
  'whose answer is lost is under way until the provider is asked again, and goes back once': FAULTS,
  'of a payment that was captured in two parts': PARTS,
  '30 captures of 10 % at once: ten get through': PARTS,
  'a capture whose answer is lost is made once': PARTS,
  'says until when the bank holds it': 'its charges do not say `capture_before`',
  'five times each, the later before the earlier, end the same': 'it sends each webhook once, in order',
  'of a chargeback: the money is disputed and cannot be refunded as well': DISPUTES,
  'of a dispute that was $outcome: counted once, however often and in whichever order it is told, and debits equal credits': DISPUTES,
  'of a refund that somebody made at the provider: counted, and somebody is told': 'it sends no webhook about refunds',
  "the nightly comparison lists what the provider's books have and ours have not, and nothing else": DISPUTES,
};

test('every test of the contract runs here or is left out for a reason', () => {
  const title = /^ +test(?:\.each\([^]*?\](?: as const)?\))?\((?:'([^']+)'|"([^"]+)"), /gm;
  const contract = ['contract-suite.ts', 'contract-suite-movements.ts'].flatMap((file) => [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(title)].map(([, single, double]) => single ?? double));

  expect(contract.length).toBe(42);
  expect([...RUN, ...Object.keys(LEFT_OUT)].sort()).toEqual([...contract].sort());
});
