import { randomUUID } from 'node:crypto';
import { webhookHeaders, webhookSecret } from '../../../src/shared/crypto/standard-webhooks.js';
import { SIMULATOR_SECRET } from '../../support/simulator.js';
import { eur, newOrderId, openPayments, type PaymentWorld } from './payment-world.js';
import { until } from '../../support/redis-server.js';

let world: PaymentWorld;
beforeAll(async () => { world = await openPayments(); });
afterAll(() => world.close());
afterEach(() => { world.simulator.faults.clear(); expect(world.defects.splice(0)).toEqual([]); });

type Payment = Awaited<ReturnType<PaymentWorld['pay']>>;
const SECRET = webhookSecret(SIMULATOR_SECRET);
const stored = (id: string) => world.connection.collection('payment_webhooks').findOne({ _id: `simulator:${id}` as never });
const settled = async (payment: Payment) => { const { status, capturedAmount, refundedAmount, version } = await world.now_of(payment); return { status, capturedAmount, refundedAmount, version }; };

/** The provider's payment as a report, changed as a forger or a bug would. */
const reportOf = (payment: Payment, change: object = {}) => ({ ...world.simulator.paymentsOf(payment.orderId)[0]!, ...change });
const event = (type: string, payment: object) => JSON.stringify({ type, timestamp: world.now().toISOString(), data: { payment } });
function send(body: string, { id = `msg_${randomUUID()}`, provider = 'simulator', secret = SECRET, ageSeconds = 0, headers = {} }: { id?: string; provider?: string; secret?: string; ageSeconds?: number; headers?: Record<string, string> } = {}) {
  const timestamp = Math.floor(world.now().getTime() / 1000) - ageSeconds;
  return fetch(`${world.url}/webhooks/payments/${provider}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...webhookHeaders(secret, { id, timestamp, body }), ...headers } });
}

describe('the simulator tells us', () => {
  test('the outcome of a payment that settles later', async () => {
    const payment = await world.pay('pending');
    expect(payment.status).toBe('pending');

    world.simulator.ledger.authorize(world.simulator.paymentsOf(payment.orderId)[0]!);
    await world.simulator.idle();
    // A webhook is answered when it is stored, and worked on after that.
    await until(async () => (await world.now_of(payment)).status !== 'pending');

    expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
  });

  test.each([
    { token: 'duplicate_webhooks', status: 'succeeded' }, { token: 'reordered_webhooks', status: 'succeeded' }, { token: 'late_failure_webhook', status: 'succeeded' },
  ])('$token: one effect, one event, one state', async ({ token, status }) => {
    const payment = await world.pay(token);
    const before = await settled(payment);

    await world.simulator.idle();

    expect(await settled(payment)).toEqual(before);
    expect(before.status).toBe(status);
    expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
    expect(await world.rows(payment.id)).toHaveLength(2);
    const told = await world.connection.collection('payment_webhooks').find({ 'payment.orderId': payment.orderId }).toArray();
    expect(told.length).toBe(token === 'duplicate_webhooks' ? 1 : 2);
  });

  test('five copies at once of an outcome that we had missed count once', async () => {
    const payment = await world.pay('pending');
    world.simulator.faults.add({ duplicateWebhooks: 5, probability: 1, skip: 0 });

    world.simulator.ledger.authorize(world.simulator.paymentsOf(payment.orderId)[0]!);
    await world.simulator.idle();

    expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
    expect(await world.rows(payment.id)).toEqual([['authorization', 'success', 5000], ['capture', 'success', 5000]]);
  });

  test('a webhook that never comes is made up for by asking', async () => {
    world.simulator.faults.add({ dropWebhooks: 1, probability: 1, skip: 0 });
    const payment = await world.pay('pending');
    world.simulator.ledger.authorize(world.simulator.paymentsOf(payment.orderId)[0]!);
    await world.simulator.idle();
    expect((await world.now_of(payment)).status).toBe('pending');

    world.clock.offsetMs += 4_000;
    await world.round();

    expect((await world.now_of(payment)).status).toBe('succeeded');
  });

  test('the wrong amount: refused, recorded, an alarm, and nothing is paid', async () => {
    const payment = await world.pay('wrong_amount_webhook');
    await world.simulator.idle();

    expect(await world.now_of(payment)).toMatchObject({ status: 'pending', capturedAmount: 0 });
    expect(await world.events(payment.orderId)).toEqual(['payment.mismatch']);
    expect(await world.rows(payment.id)).toEqual([]);
    expect(await world.connection.collection('payment_webhooks').find({ 'payment.orderId': payment.orderId }).toArray()).toMatchObject([{ state: 'refused' }]);
    // The right news are believed afterwards all the same.
    await fetch(`${world.simulator.url}/v1/payments/${world.simulator.paymentsOf(payment.orderId)[0]!.id}/confirm`, { method: 'POST', body: '{}' });
    await world.simulator.idle();
    expect((await world.now_of(payment)).status).toBe('succeeded');
  });
});

describe('what cannot be about this payment changes nothing', () => {
  const capture = (amount: number) => [{ id: `cap_${randomUUID()}`, kind: 'capture', amount, state: 'success', at: new Date().toISOString() }];
  test.each([
    { _case: 'another currency', change: { amount: { amount: 5000, currency: 'USD' }, status: 'captured', operations: capture(5000) } },
    { _case: 'a smaller amount', change: { amount: eur(50), status: 'captured', operations: capture(50) } },
    { _case: 'another order', change: { orderId: newOrderId(), status: 'captured', operations: capture(5000) } },
    { _case: 'another payment of the provider under our key', change: { id: 'pay_other', status: 'captured', operations: capture(5000) } },
    { _case: 'more captured than agreed', change: { status: 'captured', operations: capture(9000) } },
    { _case: 'a refund of what was never captured', change: { status: 'captured', operations: [{ ...capture(100)[0], kind: 'refund' }] } },
  ])('$_case', async ({ change }) => {
    const payment = await world.pay('pending');
    const before = await world.now_of(payment);
    const id = `msg_${randomUUID()}`;
    const body = event('payment.captured', reportOf(payment, change));

    const answers = await Promise.all([send(body, { id }), send(body, { id }), send(body, { id: `${id}2` })]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await world.now_of(payment)).toEqual(before);
    expect(await stored(id)).toMatchObject({ state: 'refused' });
    expect(await world.events(payment.orderId)).toEqual(['payment.mismatch']);
    expect(await world.rows(payment.id)).toEqual([]);
  });

  test('a failure after the success', async () => {
    const payment = await world.pay('ok');
    const before = await settled(payment);

    const answer = await send(event('payment.failed', reportOf(payment, { status: 'failed', failure: { code: 'late', message: 'Late.' }, operations: [] })));

    expect(answer.status).toBe(200);
    expect(await settled(payment)).toEqual(before);
  });
});

describe('who may tell us anything', () => {
  test.each([
    { _case: 'no signature', options: { headers: { 'webhook-signature': '' } }, status: 401 },
    { _case: 'another secret', options: { secret: webhookSecret('somebody else entirely') }, status: 401 },
    { _case: 'a signature of six minutes ago', options: { ageSeconds: 360 }, status: 401 },
    { _case: 'a signature from six minutes ahead', options: { ageSeconds: -360 }, status: 401 },
    { _case: 'a changed timestamp', options: { headers: { 'webhook-timestamp': '1700000000' } }, status: 401 },
    { _case: 'a changed id', options: { headers: { 'webhook-id': 'msg_other' } }, status: 401 },
    { _case: 'an unknown provider', options: { provider: 'stripe' }, status: 404 },
    { _case: 'a provider that sends no webhooks', options: { provider: 'offline' }, status: 404 },
  ])('$_case: $status and nothing happens', async ({ options, status }) => {
    const payment = await world.pay('pending');
    await world.simulator.idle();
    const count = await world.connection.collection('payment_webhooks').countDocuments();
    const captured = { status: 'captured', operations: [{ id: `cap_${randomUUID()}`, kind: 'capture', amount: 5000, state: 'success', at: '2026-01-01T00:00:00Z' }] };

    const answer = await send(event('payment.captured', reportOf(payment, captured)), options);

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect((await world.now_of(payment)).status).toBe('pending');
    expect(await world.connection.collection('payment_webhooks').countDocuments()).toBe(count);
  });

  test('of several signatures one right one is enough, as while a secret is changed', async () => {
    const payment = await world.pay('ok');
    const body = event('payment.captured', reportOf(payment));
    const id = `msg_${randomUUID()}`;
    const right = webhookHeaders(SECRET, { id, timestamp: Math.floor(world.now().getTime() / 1000), body })['webhook-signature']!;

    const answer = await send(body, { id, headers: { 'webhook-signature': `v1,bm90aGluZw== ${right}` } });

    expect(answer.status).toBe(200);
    expect(await stored(id)).toMatchObject({ state: 'applied' });
  });

  test.each(['{', '[]', '{"type":"x"}', '{"type":"payment.captured","data":{"payment":{"id":7}}}', ''])('signed nonsense %s is 400, never 500', async (body) => {
    expect((await send(body)).status).toBe(400);
  });
});

test('a webhook that is ahead of our own record is kept and applied once the payment is there', async () => {
  const orderId = newOrderId();
  const ahead = world.simulator.ledger.create({ idempotencyKey: `${orderId}:1`, orderId, amount: eur(5000), capture: true });
  world.simulator.ledger.authorize(ahead);
  await world.simulator.idle();
  expect(await world.connection.collection('payment_webhooks').find({ 'payment.orderId': orderId }).toArray()).toMatchObject([{ state: 'received', attempts: 1 }]);

  const payment = await world.open({ orderId });
  world.clock.offsetMs += 5_000;
  await world.schedule('apply-payment-webhooks');

  expect((await world.now_of(payment)).status).toBe('succeeded');
  expect(await world.connection.collection('payment_webhooks').find({ 'payment.orderId': orderId }).toArray()).toMatchObject([{ state: 'applied' }]);
});

test('a storm of webhooks: each is answered, and has its effect once in the end', async () => {
  const payments = await Promise.all(Array.from({ length: 30 }, () => world.pay('pending')));

  const answers = await Promise.all(payments.flatMap((payment) => {
    const operations = ['authorization', 'capture'].map((kind) => ({ id: `${kind}_${payment.id}`, kind, key: payment.idempotencyKey, amount: 5000, state: 'success', at: '2026-01-01T00:00:00Z' }));
    const body = event('payment.captured', reportOf(payment, { status: 'captured', operations }));
    return [1, 2, 3, 4, 5].map(() => send(body));
  }));
  world.clock.offsetMs += 2_000;
  await world.round();

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(await Promise.all(payments.map(async (payment) => (await world.now_of(payment)).status)))).toEqual(new Set(['succeeded']));
  for (const { orderId, id } of payments) {
    expect(await world.events(orderId)).toEqual(['payment.succeeded']);
    expect(await world.rows(id)).toHaveLength(2);
  }
  expect(await world.connection.collection('payment_webhooks').countDocuments({ state: 'received' })).toBe(0);
  expect(await world.violations()).toEqual([]);
});
