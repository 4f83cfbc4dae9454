import { randomUUID } from 'node:crypto';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';
import { givenUser } from '../../support/given.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop({ sharesClock: true, simulator: { settlesAfterMs: 600_000 }, env: { PAYMENT_TIMEOUT_MS: '1500' } });
  ({ simulator } = shop);
});
afterAll(() => shop.close());
beforeEach(() => { simulator.faults.clear(); shop.clock.offsetMs += 3_000; });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });

type Order = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
const card = (token: string) => ({ payment: { provider: 'simulator', method: 'card', token } });
async function given(token: string, price = 5000): Promise<Order & { guest: Record<string, string>; sku: string }> {
  const { sku } = await shop.given.variant({ price });
  const { guest } = await shop.given.cart(sku);
  const placed = await shop.order(guest, card(token));
  expect(placed.status).toBe(201);
  return { ...placed.body.data as Order, guest: { 'x-order-token': placed.body.data.orderToken as string }, sku };
}
const read = async ({ id, guest }: Order): Promise<Order> => (await shop.call('get', `/orders/${id}`, { headers: guest })).body.data as Order;
const staff = (method: 'post' | 'get', path: string, { body, key = randomUUID(), headers = shop.keys.secret }: { body?: object; key?: string; headers?: Record<string, string> } = {}) =>
  shop.call(method, path, { headers: { ...headers, 'idempotency-key': key }, ...(body && { body }) });
const refund = (order: Order, body: object, options: { key?: string; headers?: Record<string, string> } = {}) => staff('post', `/orders/${order['id']}/refunds`, { body, ...options });
/** What the worker does in the background. */
async function work(): Promise<void> {
  for (const { name, run } of shop.container.payments.schedules) if (name !== 'compare-payment-ledgers') await run(new AbortController().signal);
  await shop.runEvents();
}
const paid = (order: Order): number => (order['totals'] as { grandTotal: { amount: number } }).grandTotal.amount;

describe('paying by card', () => {
  test('one call makes a paid order', async () => {
    const { sku } = await shop.given.variant({ price: 5000 });
    const { guest } = await shop.given.cart(sku);
    simulator.target.url = undefined;
    const placed = await shop.order(guest, card('ok'));
    simulator.sendWebhooksTo(new URL(shop.api.get('/').url).origin);

    expect(placed.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { provider: 'simulator', method: 'card', status: 'succeeded', nextAction: null } });
    expect(simulator.charges(placed.body.data.id as string)).toBe(1);
  });

  test('a decline keeps the order and its goods; another card pays it', async () => {
    const order = await given('declined');
    expect(order).toMatchObject({ status: 'pending', paymentStatus: 'failed', payment: { status: 'failed', failure: { code: 'card_declined' } } });
    expect(await shop.level(order.sku)).toEqual({ onHand: 10, reserved: 1 });

    const again = await shop.call('post', `/orders/${order['id']}/payments`, { headers: { ...order.guest, 'idempotency-key': randomUUID() }, body: card('ok') });

    expect(again.status).toBe(201);
    expect(again.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect(simulator.charges(order['id'] as string)).toBe(1);
  });

  test('3-D Secure: the customer goes to the bank, comes back, and the order is placed', async () => {
    const order = await given('requires_action');
    expect(order).toMatchObject({ status: 'pending', paymentStatus: 'pending', payment: { status: 'requires_action', nextAction: { type: 'redirect', url: expect.stringContaining(simulator.url) } } });

    await fetch(`${order['payment'].nextAction.url}?outcome=succeed`);
    const back = await shop.call('post', `/orders/${order['id']}/payments/${order['payment'].id}/confirmation`, { headers: order.guest });

    expect(back.status).toBe(200);
    expect(back.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { status: 'succeeded', nextAction: null } });
  });

  test('the return and the webhook at the same moment: one capture, one order.placed', async () => {
    const orders = await Promise.all(Array.from({ length: 10 }, () => given('requires_action')));

    await Promise.all(orders.map(async (order) => {
      await fetch(`${order['payment'].nextAction.url}?outcome=succeed`);
      const returns = await Promise.all([1, 2, 3].map(() => shop.call('post', `/orders/${order['id']}/payments/${order['payment'].id}/confirmation`, { headers: order.guest })));
      expect(returns.map(({ status }) => status)).toEqual([200, 200, 200]);
    }));
    await simulator.idle();
    await work();

    for (const order of orders) {
      expect(await read(order)).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
      expect(await shop.container.outbox.countByAggregate('order.placed', [order['id'] as string])).toEqual(new Map([[order['id'], 1]]));
      expect(simulator.charges(order['id'] as string)).toBe(1);
    }
  });

  test('the provider silent: the order waits as pending, and is placed once the provider is heard', async () => {
    simulator.faults.add({ dropWebhooks: 1, probability: 1, skip: 0 });
    const order = await given('timeout');
    expect(order).toMatchObject({ status: 'pending', paymentStatus: 'pending' });

    shop.clock.offsetMs += 5_000;
    await work();

    expect(await read(order)).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect(simulator.charges(order['id'] as string)).toBe(1);
  });

  test('the wrong amount by webhook pays nothing', async () => {
    const order = await given('wrong_amount_webhook');
    await simulator.idle();
    await work();

    expect(await read(order)).toMatchObject({ status: 'pending', paymentStatus: 'pending' });
    expect(await shop.container.outbox.countByAggregate('payment.mismatch', [order['id'] as string])).toEqual(new Map([[order['id'], 1]]));
  });

  test('an order cancelled after payment gets its money back, once', async () => {
    const order = await given('ok');

    const cancelled = await Promise.all(Array.from({ length: 5 }, () => shop.call('post', `/orders/${order['id']}/cancellation`, { headers: { ...order.guest, 'idempotency-key': randomUUID() }, body: {} })));
    await work();

    expect(cancelled.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await read(order)).toMatchObject({ status: 'cancelled', paymentStatus: 'refunded' });
    expect(simulator.refunds(order['id'] as string)).toEqual([paid(order)]);
    expect(await shop.level(order.sku)).toEqual({ onHand: 10, reserved: 0 });
  });

  test('an order cancelled while the bank is asked: whatever the customer does there, no money stays', async () => {
    const order = await given('requires_action');

    expect((await shop.call('post', `/orders/${order['id']}/cancellation`, { headers: { ...order.guest, 'idempotency-key': randomUUID() }, body: {} })).status).toBe(200);
    await fetch(`${order['payment'].nextAction.url}?outcome=succeed`);
    await simulator.idle();
    await work();

    expect(await read(order)).toMatchObject({ status: 'cancelled' });
    const [payment] = simulator.paymentsOf(order['id'] as string);
    const net = payment!.operations.reduce((so, { kind, amount }) => so + (kind === 'capture' ? amount : kind === 'refund' ? -amount : 0), 0);
    expect(net).toBe(0);
  });
});

describe('refunds by staff', () => {
  test('a part: answered, shown on the order, audited', async () => {
    const order = await given('ok');

    const answer = await refund(order, { amount: euros(1200), reason: 'scratched' });

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ message: 'Refund done.', data: { kind: 'refund', state: 'success', amount: euros(1200), reason: 'scratched', payment: { status: 'partially_refunded', refunded: euros(1200), orderId: order['id'] } } });
    expect(await read(order)).toMatchObject({ status: 'placed', paymentStatus: 'partially_refunded', payment: { details: { refunded: euros(1200) } } });
    expect(await shop.count('audit_entries', { action: 'payment.refund_requested', subject: `payment:${order['payment'].id}` })).toBe(1);
    expect(simulator.refunds(order['id'] as string)).toEqual([1200]);
  });

  test('ten of 40 % at once, each with its own key: exactly two succeed', async () => {
    const order = await given('ok');
    const amount = euros(Math.floor(paid(order) * 0.4));

    const answers = await Promise.all(Array.from({ length: 10 }, () => refund(order, { amount, reason: 'goodwill' })));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, ...Array(8).fill(409)]);
    expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({ code: 'refund_exceeds_captured', requested: amount });
    expect(simulator.refunds(order['id'] as string)).toEqual([amount.amount, amount.amount]);
  });

  test('the same key ten times at once: one refund, and its answer to whoever asks again', async () => {
    const order = await given('ok');
    const key = randomUUID();

    const answers = await Promise.all(Array.from({ length: 10 }, () => refund(order, { amount: euros(700), reason: 'goodwill' }, { key })));
    const replay = await refund(order, { amount: euros(700), reason: 'goodwill' }, { key });

    expect(new Set(answers.map(({ status }) => status).filter((status) => ![201, 409].includes(status)))).toEqual(new Set());
    expect(answers.filter(({ status }) => status === 409).every(({ body }) => body.code === 'request_in_flight')).toBe(true);
    expect(replay.headers['idempotent-replayed']).toBe('true');
    expect(replay.body.data).toMatchObject({ state: 'success', amount: euros(700) });
    expect(simulator.refunds(order['id'] as string)).toEqual([700]);
    expect((await refund(order, { amount: euros(701), reason: 'goodwill' }, { key })).status).toBe(422);
  });

  test('a silent provider: under way, and done in the end', async () => {
    const order = await given('ok');
    simulator.faults.add({ on: 'refund', status: 500, count: 2, probability: 1, skip: 0 });

    const answer = await refund(order, { reason: 'all of it' });
    expect(answer.body).toMatchObject({ data: { state: 'pending', payment: { status: 'succeeded', pendingRefunds: euros(paid(order)) } } });
    shop.clock.offsetMs += 10_000;
    await work();

    expect(await read(order)).toMatchObject({ paymentStatus: 'refunded' });
    expect(simulator.refunds(order['id'] as string)).toEqual([paid(order)]);
  });

  test.each([
    { _case: 'nothing', body: { amount: { amount: 0, currency: 'EUR' }, reason: 'x' }, status: 400, code: 'invalid_request' },
    { _case: 'less than nothing', body: { amount: { amount: -5, currency: 'EUR' }, reason: 'x' }, status: 400, code: 'invalid_request' },
    { _case: 'half a cent', body: { amount: { amount: 0.5, currency: 'EUR' }, reason: 'x' }, status: 400, code: 'invalid_request' },
    { _case: 'without a reason', body: { amount: { amount: 5, currency: 'EUR' } }, status: 400, code: 'invalid_request' },
    { _case: 'another currency', body: { amount: { amount: 5, currency: 'USD' }, reason: 'x' }, status: 400, code: 'wrong_currency' },
    { _case: 'more than was paid', body: { amount: { amount: 999_999, currency: 'EUR' }, reason: 'x' }, status: 409, code: 'refund_exceeds_captured' },
    { _case: 'a payment of somebody else', body: { paymentId: 'f'.repeat(24), reason: 'x' }, status: 404, code: 'payment_not_found' },
  ])('of $_case: $status, and nothing moves', async ({ body, status, code }) => {
    const order = await given('ok');

    const answer = await refund(order, body);

    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(simulator.refunds(order['id'] as string)).toEqual([]);
    expect(await read(order)).toMatchObject({ paymentStatus: 'paid' });
    expect(await shop.count('payment_transactions', { orderId: order['id'], kind: 'refund' })).toBe(0);
  });

  test('who may: not the customer, not an app, and never without an Idempotency-Key', async () => {
    const order = await given('ok');
    const customer = await givenUser(shop);
    const support = await givenUser(shop, { roles: ['support'] });
    const key = randomUUID();

    expect((await refund(order, { reason: 'x' }, { headers: order.guest })).status).toBe(401);
    expect((await refund(order, { reason: 'x' }, { headers: customer.headers })).status).toBe(403);
    expect((await refund(order, { reason: 'x' }, { headers: support.headers })).status).toBe(403);
    expect((await shop.call('post', `/orders/${order['id']}/refunds`, { headers: shop.keys.secret, body: { reason: 'x' } })).body).toMatchObject({ status: 400, code: 'idempotency_key_required' });
    expect((await refund({ id: 'e'.repeat(24) }, { reason: 'x' }, { key })).status).toBe(404);
    expect(simulator.refunds(order['id'] as string)).toEqual([]);
    expect((await staff('get', `/orders/${order['id']}/payments`, { headers: support.headers })).status).toBe(200);
    expect((await staff('get', `/orders/${order['id']}/payments`, { headers: customer.headers })).status).toBe(403);
  });
});

test('money for goods paid on delivery is recorded, and the order is paid', async () => {
  const { sku } = await shop.given.variant({ price: 5000 });
  const { guest } = await shop.given.cart(sku);
  const { body: { data: order } } = await shop.order(guest);
  expect(order).toMatchObject({ status: 'placed', paymentStatus: 'pending', payment: { provider: 'offline', method: 'cash_on_delivery', status: 'pending' } });

  const answers = await Promise.all([1, 2, 3].map(() => staff('post', `/orders/${order.id}/captures`, { body: { reason: 'paid at the door' } })));

  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  const listed = await staff('get', `/orders/${order.id}/payments`);
  expect(listed.body.data.items).toMatchObject([{ status: 'succeeded', captured: euros(paid(order as Order)), transactions: [{ kind: 'capture', state: 'success', reason: 'paid at the door' }] }]);
  expect((await staff('get', `/orders/${order.id}`)).body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
});

describe('a dispute, as the provider tells of it by signed webhooks', () => {
  const disputed = async (id: unknown) => ((await staff('get', '/orders?disputed=true')).body.data.items as Order[]).some((order) => order['id'] === id);
  const told = async (id: unknown) => ((await staff('get', `/orders/${String(id)}/timeline`)).body.data.items as Order[]).filter(({ event }) => String(event).startsWith('order.dispute')).map(({ event, details }) => [event, details.amount]);
  const tell = async (reference: string, what: string, body: object) => {
    const { status } = await fetch(`${simulator.url}/v1/payments/${reference}/${what}`, { method: 'POST', body: JSON.stringify(body) });
    expect(status).toBe(201);
    await simulator.idle();
    // What a busy database left to the worker is due by then.
    shop.clock.offsetMs += 60_000;
    await work();
  };

  test.each([
    { outcome: 'won', left: 0, refunded: 201 }, { outcome: 'lost', left: 4000, refunded: 409 },
  ])('is shown on the order, holds the money back, and is $outcome in the end', async ({ outcome, left, refunded }) => {
    const order = await given('ok');
    const reference = order['payment'].details.reference as string;
    expect([order['disputed'], await disputed(order['id'])]).toEqual([false, false]);

    await tell(reference, 'chargebacks', { amount: 4000 });
    expect(await read(order)).toMatchObject({ disputed: true, status: 'placed', paymentStatus: 'paid', payment: { status: 'succeeded', details: { disputed: euros(4000) } } });
    expect([await disputed(order['id']), await told(order['id'])]).toEqual([true, [['order.disputed', euros(4000)]]]);
    expect((await refund(order, { amount: euros(paid(order) - 3999), reason: 'too much' })).body).toMatchObject({ status: 409, code: 'refund_exceeds_captured', refundable: euros(paid(order) - 4000) });

    const chargeback = simulator.paymentsOf(order['id'] as string)[0]!.operations.find(({ kind }) => kind === 'chargeback')!.id;
    await tell(reference, 'chargebacks/close', { chargeback, outcome });
    expect(await read(order)).toMatchObject({ disputed: false, paymentStatus: 'paid', payment: { details: { disputed: euros(left) } } });
    expect([await disputed(order['id']), await told(order['id'])]).toEqual([false, [['order.disputed', euros(4000)], [`order.dispute_${outcome}`, euros(4000)]]]);
    expect((await refund(order, { amount: euros(paid(order) - 3999), reason: 'now' })).status).toBe(refunded);
  });
});

test('after all of this every invariant holds', async () => {
  await simulator.idle();
  shop.clock.offsetMs += 60_000;
  await work();

  expect(await shop.violations()).toEqual([]);
});
