import { randomUUID } from 'node:crypto';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { ADDRESS } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';
import { DEFAULTS } from '../../../src/fulfilment/risk/risk.js';

let shop: CardShop;
let simulator: Simulator;
let sku: string;

/** Billed to another country: enough for a review here, and nothing else is. */
const SUSPICIOUS = { billingAddress: { ...ADDRESS, country: 'NG' } };
const CARD = { provider: 'simulator', method: 'card', token: 'ok' };
const choices = (change: object = {}) => {
  const { version: _v, createdAt: _c, model: _m, ...defaults } = DEFAULTS;
  return { ...defaults, rules: { ...defaults.rules, country_mismatch: { points: 60 }, email_velocity: { points: 0, orders: 10, minutes: 60 }, address_velocity: { points: 0, orders: 10, minutes: 60 } }, ...change };
};
const choose = (change?: object) => shop.call('put', '/admin/fraud/settings', { headers: shop.keys.secret, body: choices(change) });
const place = async (more: object = {}, headers: object = {}) => shop.order({ ...(await shop.given.cart(sku)).guest, ...headers }, more);
const staff = (method: 'get' | 'post' | 'delete' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const decide = (id: string, decision: string) => staff('post', `/admin/fraud/reviews/${id}/decision`, { decision, reason: 'looked at it' });
const payments = (orderId: string) => shop.connection.collection('payments').find({ orderId }).toArray();
const orderOf = (id: string) => staff('get', `/orders/${id}`).then(({ body }) => body.data);

beforeAll(async () => {
  shop = await openCardShop({ webhooks: false, isRiskEnforced: true, env: { TRUST_PROXY: '1' } });
  ({ simulator } = shop);
  expect((await choose()).status).toBe(200);
  ({ sku } = await shop.given.variant({ stock: 1000 }));
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(async () => {
  expect(await shop.violations()).toEqual([]);
  await shop.close();
});

test('a suspicious order is held: its stock is reserved, its money promised and not taken, and the customer hears that it is being checked', async () => {
  const before = await shop.level(sku);

  const placed = await place({ ...SUSPICIOUS, payment: CARD });

  expect(placed.status).toBe(201);
  expect(placed.body.message).toBe(`Order ${placed.body.data.number} is being checked.`);
  expect(placed.body.data).toMatchObject({ status: 'pending', paymentStatus: 'authorized', riskStatus: 'review', holds: ['risk_review'] });
  expect(JSON.stringify(placed.body)).not.toMatch(/country_mismatch|score/);
  expect(Date.parse(placed.body.data.expiresAt) - Date.now()).toBeGreaterThan(71 * 3_600_000);
  expect(await shop.level(sku)).toEqual({ onHand: before.onHand, reserved: before.reserved + 1 });
  expect(await payments(placed.body.data.id)).toMatchObject([{ status: 'authorized', capturedAmount: 0 }]);
  expect(simulator.ledger.report().charges.filter(({ orderId }) => orderId === placed.body.data.id)).toEqual([]);
  const [assessed] = (await staff('get', '/admin/fraud/reviews?sort=-createdAt&per_page=1')).body.data.items;
  expect(assessed).toMatchObject({
    orderId: placed.body.data.id, score: 60, engine: 'rules', fallback: 'no_model', rules: [{ rule: 'country_mismatch', points: 60, detail: 'billed to NG, sent to GB' }], review: { state: 'open', claimedBy: null },
  });
  // Nobody takes the money or sends the goods past the review.
  const capture = await shop.call('post', `/orders/${placed.body.data.id}/captures`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: {} });
  expect([capture.status, capture.body.code]).toEqual([409, 'order_on_hold']);
  const forced = await staff('put', `/orders/${placed.body.data.id}/status`, { status: 'placed' });
  expect([forced.status, forced.body.allowed]).toEqual([409, ['cancelled']]);
  await decide(placed.body.data.id, 'reject');
});

test('approving captures the money once and places the order; nothing is left of the hold', async () => {
  const { body: { data: { id, totals } } } = await place({ ...SUSPICIOUS, payment: CARD });

  const approved = await decide(id, 'approve');

  expect([approved.status, approved.body.data.review.state]).toEqual([200, 'approved']);
  expect(await orderOf(id)).toMatchObject({ status: 'placed', paymentStatus: 'paid', riskStatus: 'clear', holds: [] });
  expect(simulator.ledger.report().charges.filter(({ orderId }) => orderId === id)).toMatchObject([{ amount: totals.grandTotal.amount }]);
  expect((await shop.events()).filter(({ aggregateId, type }) => aggregateId === id && type === 'order.placed')).toHaveLength(1);
});

test('the customer gets one mail that the order is being checked, however many cards were tried and however often it is told; no other mail yet', async () => {
  const { body: { data: { id, number } } } = await place({ ...SUSPICIOUS, payment: CARD });
  await shop.runEvents();
  await shop.container.inTransaction(() => shop.container.outbox.record({ type: 'order.held_for_review', aggregateId: id, data: { orderId: id, number } }));
  await shop.runEvents();
  const mailsOf = async () => (await shop.connection.collection('mails').find({ orderId: id }).sort({ _id: 1 }).toArray()).map(({ milestone }) => milestone as string);

  expect(await mailsOf()).toEqual(['order_in_review']);
  await decide(id, 'approve');
  await shop.runEvents();
  await shop.container.inTransaction(() => shop.container.outbox.record({ type: 'order.held_for_review', aggregateId: id, data: { orderId: id, number } }));
  await shop.runEvents();
  expect((await mailsOf()).filter((milestone) => milestone === 'order_in_review')).toHaveLength(1);
  expect(await mailsOf()).toContain('order_placed');
});

test('rejecting voids what was promised and gives every unit back', async () => {
  const before = await shop.level(sku);
  const { body: { data: { id } } } = await place({ ...SUSPICIOUS, payment: CARD });

  const rejected = await decide(id, 'reject');
  await shop.runEvents();

  expect(rejected.body.data).toMatchObject({ status: 'cancelled', review: { state: 'rejected', reason: 'looked at it' } });
  expect(await shop.level(sku)).toEqual(before);
  expect(await payments(id)).toMatchObject([{ status: 'voided', capturedAmount: 0 }]);
  expect(JSON.stringify((await staff('get', `/orders/${id}/timeline`)).body)).not.toContain('looked at it');
});

test('an order that is paid on delivery waits as well, and is placed by approval', async () => {
  const { body: { data } } = await place(SUSPICIOUS);
  expect(data).toMatchObject({ status: 'pending', riskStatus: 'review' });

  expect((await decide(data.id, 'approve')).status).toBe(200);

  expect(await orderOf(data.id)).toMatchObject({ status: 'placed', holds: [] });
});

test('a declined card leaves nothing to approve; the next try is only authorised', async () => {
  const placed = await place({ ...SUSPICIOUS, payment: { ...CARD, token: 'declined' } });
  const { id, orderToken } = placed.body.data;
  expect(placed.body.data).toMatchObject({ status: 'pending', paymentStatus: 'failed' });
  const early = await decide(id, 'approve');
  expect([early.status, early.body.code]).toEqual([409, 'review_not_ready']);

  const again = await shop.call('post', `/orders/${id}/payments`, { headers: { 'x-order-token': orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } });

  expect(again.body.data).toMatchObject({ status: 'pending', paymentStatus: 'authorized' });
  expect((await decide(id, 'approve')).status).toBe(200);
  expect(await orderOf(id)).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
});

test('of twenty who decide at once, one does; money and stock follow that one decision', async () => {
  const before = await shop.level(sku);
  const { body: { data: { id } } } = await place({ ...SUSPICIOUS, payment: CARD });

  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => decide(id, at % 2 === 0 ? 'approve' : 'reject')));
  await shop.runEvents();

  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  const { state } = won[0]!.body.data.review;
  expect(await orderOf(id)).toMatchObject(state === 'approved' ? { status: 'placed', paymentStatus: 'paid' } : { status: 'cancelled' });
  expect(simulator.ledger.report().charges.filter(({ orderId }) => orderId === id)).toHaveLength(state === 'approved' ? 1 : 0);
  expect(await shop.level(sku)).toEqual({ onHand: before.onHand, reserved: before.reserved + (state === 'approved' ? 1 : 0) });
});

test('what one has claimed nobody else decides, until the claim is over', async () => {
  const { body: { data: { id } } } = await place(SUSPICIOUS);
  await shop.connection.collection('orders').updateOne({ number: (await orderOf(id)).number }, { $set: { 'risk.review.claimedBy': 'user:other', 'risk.review.claimedUntil': new Date(Date.now() + 60_000) } });

  const refused = await decide(id, 'approve');
  expect([refused.status, refused.body.code]).toEqual([409, 'review_claimed']);
  expect((await orderOf(id)).status).toBe('pending');

  await shop.connection.collection('orders').updateOne({ number: (await orderOf(id)).number }, { $set: { 'risk.review.claimedUntil': new Date(Date.now() - 1) } });
  expect((await staff('post', `/admin/fraud/reviews/${id}/claim`)).status).toBe(200);
  expect((await staff('delete', `/admin/fraud/reviews/${id}/claim`)).body.data.review.claimedBy).toBeNull();
  expect((await decide(id, 'reject')).status).toBe(200);
});

test('nobody looks at it in time: everything goes back, and the money is not taken later', async () => {
  const before = await shop.level(sku);
  const { body: { data: { id } } } = await place({ ...SUSPICIOUS, payment: CARD });

  shop.clock.offsetMs = 3600_000;
  expect(await shop.container.orders.service.expireDue()).toBe(0);
  shop.clock.offsetMs = 73 * 3600_000;
  expect(await shop.container.orders.service.expireDue()).toBe(1);
  await shop.runEvents();
  shop.clock.offsetMs = 0;

  expect(await orderOf(id)).toMatchObject({ status: 'expired', riskStatus: 'clear' });
  expect(await shop.level(sku)).toEqual(before);
  expect(await payments(id)).toMatchObject([{ status: 'voided', capturedAmount: 0 }]);
  const late = await decide(id, 'approve');
  expect([late.status, late.body.code]).toEqual([409, 'review_closed']);
});

test('an order that is refused is a plain 400 that says no reason; nothing of it is kept but the refusal, for staff', async () => {
  expect((await choose({ thresholds: { review: 40, refuse: 55 } })).status).toBe(200);
  const [before, orders, events] = [await shop.level(sku), await shop.count('orders'), await shop.count('outbox')];

  const refused = await place({ ...SUSPICIOUS, payment: CARD });

  expect([refused.status, refused.body.code]).toEqual([400, 'order_not_accepted']);
  expect(JSON.stringify(refused.body)).not.toMatch(/country|score|fraud|risk/i);
  expect([await shop.level(sku), await shop.count('orders'), await shop.count('outbox')]).toEqual([before, orders, events]);
  expect((await staff('get', '/admin/fraud/refusals')).body.data.items).toMatchObject([{ score: 60, rules: [{ rule: 'country_mismatch' }] }]);
  await choose();
});

test('orders from one network are counted; more than the limit within the hour are held', async () => {
  await choose({ rules: { ...choices().rules, ip_velocity: { points: 60, orders: 3, minutes: 60 } } });
  const from = { 'x-forwarded-for': '203.0.113.9' };

  const states: string[] = [];
  for (let at = 0; at < 4; at++) states.push((await place({ email: `buyer${at}@example.com` }, from)).body.data.riskStatus);

  expect(states).toEqual(['clear', 'clear', 'clear', 'review']);
  expect((await place({ email: 'other@example.com' }, { 'x-forwarded-for': '203.0.113.10' })).body.data.riskStatus).toBe('clear');
  expect((await staff('get', '/admin/fraud/signals?ip=203.0.113.9')).body.data).toMatchObject({ kind: 'ip', hour: { orders: 4, emails: 4, held: 1 }, isCut: false });
  await choose();
});

test('cards are told apart by the fingerprint that the provider names', async () => {
  await choose({ rules: { ...choices().rules, many_cards: { points: 60, cards: 3, minutes: 60 } } });
  const buyer = { email: 'cards@example.com', shippingAddress: { ...ADDRESS, line1: '9 Card Lane' } };

  const states: string[] = [];
  for (const card of ['a', 'a', 'b', 'c', 'a']) states.push((await place({ ...buyer, payment: { ...CARD, token: `ok@${card}` } })).body.data.riskStatus);

  expect(states).toEqual(['clear', 'clear', 'clear', 'clear', 'review']);
  expect((await staff('get', '/admin/fraud/signals?card=card_a')).body.data.hour.orders).toBe(3);
  await choose();
});

test('what came from there before is found by an index', async () => {
  const plan = await shop.connection.collection('orders').find({ 'risk.keys': { $in: ['ip:x', 'email:y'] }, createdAt: { $gte: new Date(0) } }).sort({ createdAt: -1 }).limit(100).explain();

  expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('risk.keys_1_createdAt_-1');
});

test('a chargeback labels the order as fraud, and the next order from there is held', async () => {
  const buyer = { email: 'dispute@example.com', shippingAddress: { ...ADDRESS, line1: '7 Dispute Road' }, payment: CARD };
  const { body: { data: { id } } } = await place(buyer);
  await shop.container.inTransaction(() => shop.container.outbox.record({ type: 'payment.disputed', aggregateId: id, data: { orderId: id } }));
  await shop.runEvents();

  expect((await staff('get', `/admin/fraud/orders/${id}`)).body.data.label).toMatchObject({ isFraud: true, source: 'chargeback' });
  expect((await place(buyer)).body.data.riskStatus).toBe('review');
});

test('however many have bought from a network since, what this customer did is seen', async () => {
  const DAY = 24 * 3_600_000;
  const from = { 'x-forwarded-for': '203.0.113.77' };
  const buyer = { email: 'known@example.com', shippingAddress: { ...ADDRESS, line1: '8 Known Road' } };
  const orders = shop.connection.collection('orders');
  const { number } = (await place(buyer, from)).body.data;
  const { _id, risk, totals } = (await orders.findOne({ number }))!;
  await staff('put', `/admin/fraud/orders/${_id.toHexString()}/label`, { isFraud: true });
  await orders.updateOne({ _id }, { $set: { createdAt: new Date(Date.now() - 3 * DAY) } });
  const network = (risk.keys as string[]).filter((key) => key.startsWith('ip:'));
  expect(network).toHaveLength(1);
  await orders.insertMany(Array.from({ length: 101 }, (_, at) => ({
    number: `FILLER-${at}`, cartId: `filler-${at}`, userId: null, status: 'completed', paymentStatus: 'paid', paymentAttempts: 1, totals, createdAt: new Date(Date.now() - 2 * DAY), risk: { keys: network },
  })));

  const { id } = (await place(buyer, from)).body.data;

  await orders.deleteMany({ cartId: /^filler-/ });
  expect((await staff('get', `/admin/fraud/orders/${id}`)).body.data.rules).toContainEqual({ rule: 'known_fraud', points: expect.any(Number), detail: '1 earlier order from there were fraud' });
});

test('the queue is for those who may check', async () => {
  expect((await shop.call('get', '/admin/fraud/reviews')).status).toBe(401);
  expect((await staff('post', `/admin/fraud/reviews/${'0'.repeat(24)}/claim`)).status).toBe(404);
});
