import { randomUUID } from 'node:crypto';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';
import { givenUser } from '../../support/given.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop({ webhooks: false, simulator: { settlesAfterMs: 600_000 }, env: { PAYMENT_TIMEOUT_MS: '3000' } });
  ({ simulator } = shop);
});
afterAll(() => shop.close());
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
/** Three of EUR 3.33 and one of EUR 20.00, postage EUR 4.90: 34.89. */
async function givenPaid(payment: object = { provider: 'simulator', token: 'ok' }): Promise<Json> {
  const [{ sku: three }, { sku: one }] = [await shop.given.variant({ price: 333 }), await shop.given.variant({ price: 2000 })];
  const { guest } = await shop.given.cart([three, 3], one);
  const placed = await shop.order(guest, { payment });
  expect(placed.status).toBe(201);
  return placed.body.data as Json;
}
const refund = (order: Json, body: object, key: string = randomUUID()) =>
  shop.call('post', `/orders/${order['id']}/refunds`, { headers: { ...shop.keys.secret, 'idempotency-key': key }, body: { reason: 'damaged', ...body } });
const refunded = async (order: Json) => ((await shop.call('get', `/orders/${order['id']}/payments`, { headers: shop.keys.secret })).body.data.items[0].refunded.amount) as number;

test('lines, shipping and goodwill in one refund, each cent named', async () => {
  const order = await givenPaid();
  const [three] = order['items'] as Json[];

  const done = await refund(order, { lines: [{ itemId: three!['id'], quantity: 2 }], shipping: euros(100), goodwill: { ...euros(250), reason: 'sorry for the wait' } });

  expect(done.status).toBe(201);
  expect(done.body.data).toMatchObject({
    kind: 'refund', state: 'success', amount: euros(1016), reason: 'damaged',
    attribution: { lines: [{ itemId: three!['id'], quantity: 2, amount: euros(666) }], shipping: euros(100), goodwill: euros(250) },
  });
  expect(simulator.refunds(order['id'] as string)).toEqual([1016]);
  expect((await shop.call('get', `/orders/${order['id']}`, { headers: { 'x-order-token': order['orderToken'] as string } })).body.data.paymentStatus).toBe('partially_refunded');
});

test('unit by unit, then postage: the last one closes at zero', async () => {
  const order = await givenPaid();
  const [three, one] = order['items'] as Json[];

  const amounts: number[] = [];
  for (const body of [...Array.from({ length: 3 }, () => ({ lines: [{ itemId: three!['id'], quantity: 1 }] })), { lines: [{ itemId: one!['id'], quantity: 1 }] }, { shipping: euros(490) }]) {
    const done = await refund(order, body);
    amounts.push(done.body.data.amount.amount as number);
  }

  expect(amounts).toEqual([333, 333, 333, 2000, 490]);
  expect(await refunded(order)).toBe(3489);
  expect((await shop.call('get', `/orders/${order['id']}`, { headers: { 'x-order-token': order['orderToken'] as string } })).body.data.paymentStatus).toBe('refunded');
  expect(await shop.violations()).toEqual([]);
});

test('30 at once for the same single unit: one is refunded', async () => {
  const order = await givenPaid();
  const one = (order['items'] as Json[])[1]!;

  const answers = await Promise.all(Array.from({ length: 30 }, () => refund(order, { lines: [{ itemId: one['id'], quantity: 1 }] })));

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code)).toEqual(Array(29).fill('line_not_refundable'));
  expect(simulator.refunds(order['id'] as string)).toEqual([2000]);
  expect(await shop.violations()).toEqual([]);
});

test.each([
  { _case: 'more units than were bought', body: (order: Json) => ({ lines: [{ itemId: order['items'][0].id, quantity: 4 }] }), status: 409, code: 'line_not_refundable' },
  { _case: 'a line of another order', body: () => ({ lines: [{ itemId: randomUUID(), quantity: 1 }] }), status: 409, code: 'line_not_refundable' },
  { _case: 'more than the postage', body: () => ({ shipping: euros(491) }), status: 409, code: 'shipping_not_refundable' },
  { _case: 'an amount and what it is for', body: () => ({ amount: euros(1), shipping: euros(1) }), status: 400, code: 'invalid_request' },
  { _case: 'another currency', body: () => ({ goodwill: { amount: 1, currency: 'USD' } }), status: 400, code: 'wrong_currency' },
  { _case: 'goodwill beyond what was paid', body: () => ({ goodwill: euros(3490) }), status: 409, code: 'refund_exceeds_captured' },
])('$_case is refused and nothing goes back', async ({ body, status, code }) => {
  const order = await givenPaid();

  const answer = await refund(order, body(order));

  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(await refunded(order)).toBe(0);
  expect(simulator.refunds(order['id'] as string)).toEqual([]);
});

test('the journal shows every movement as a double entry', async () => {
  const order = await givenPaid();
  await refund(order, { goodwill: euros(500) });

  const answer = await shop.call('get', `/payments/journal?from=${new Date(Date.now() - 3_600_000).toISOString()}&to=${new Date(Date.now() + 3_600_000).toISOString()}`, { headers: shop.keys.secret });

  expect(answer.status).toBe(200);
  const mine = (answer.body.data.items as Json[]).filter(({ orderId }) => orderId === order['id']);
  expect(mine.map(({ kind, postings }) => [kind, postings])).toEqual([
    ['capture', [{ account: 'provider:simulator', debit: 3489, credit: 0 }, { account: 'customers', debit: 0, credit: 3489 }]],
    ['refund', [{ account: 'customers', debit: 500, credit: 0 }, { account: 'provider:simulator', debit: 0, credit: 500 }]],
  ]);
  expect((answer.body.data.balances as Json[]).reduce((so, { balance }) => so + balance.amount, 0)).toBe(0);
  expect((await shop.call('get', '/payments/journal?from=2026-01-01&to=2026-01-02')).status).toBe(401);
});

test('a company buys on net terms: placed at once, overdue once, paid when the money comes', async () => {
  const user = await givenUser(shop);
  const { sku } = await shop.given.variant({ price: 5000 });
  const buy = async () => {
    await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 1 } });
    return shop.call('post', '/orders', { headers: { ...user.headers, 'idempotency-key': randomUUID() }, body: {
      shippingAddress: { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' }, shippingMethod: 'standard', payment: { provider: 'offline', method: 'net_terms' },
    } });
  };
  const refused = await buy();
  expect([refused.status, refused.body.code]).toEqual([400, 'net_terms_not_offered']);
  const staff = { headers: shop.keys.secret };
  const company = (await shop.call('post', '/companies', { ...staff, body: { name: 'Interiors Ltd' } })).body.data as Json;
  const { id: customerId } = (await shop.call('get', '/customers/me', { headers: user.headers })).body.data as Json;
  expect((await shop.call('put', `/companies/${company['id']}/members/${customerId}`, staff)).status).toBe(200);

  const placed = await buy();
  expect(placed.body.data).toMatchObject({ status: 'placed', paymentStatus: 'pending', payment: { method: 'net_terms', details: { dueAt: expect.any(String) } } });
  const { id } = placed.body.data as { id: string };
  const schedule = shop.container.payments.schedules.find(({ name }) => name === 'payment-deadlines')!;
  shop.clock.offsetMs += 31 * 86_400_000;
  await Promise.all(Array.from({ length: 10 }, () => schedule.run(new AbortController().signal)));
  expect(await shop.count('outbox', { aggregateId: id, type: 'payment.overdue' })).toBe(1);

  // The goods do not wait for the money, nor does the end of the order.
  for (const status of ['shipped', 'delivered']) expect((await shop.call('put', `/orders/${id}/status`, { ...staff, body: { status } })).status).toBe(200);
  shop.clock.offsetMs += 31 * 86_400_000;
  await shop.container.schedules.find(({ name }) => name === 'complete-delivered-orders')!.run(new AbortController().signal);
  expect((await shop.call('get', `/orders/${id}`, staff)).body.data).toMatchObject({ status: 'completed', fulfilmentStatus: 'delivered', paymentStatus: 'pending' });
  expect(await shop.count('outbox', { aggregateId: id, type: 'payment.overdue' })).toBe(1);

  const paid = await shop.call('post', `/orders/${id}/captures`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: { reason: 'bank transfer' } });
  expect(paid.status).toBe(201);
  expect((await shop.call('get', `/orders/${id}`, { headers: shop.keys.secret })).body.data.paymentStatus).toBe('paid');
});
