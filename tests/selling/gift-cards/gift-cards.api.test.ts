import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { euros, openShop, type Shop } from '../../support/shop.js';
import { startSimulator, type Simulator } from '../../support/simulator.js';

let shop: Shop;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
  shop = await openShop({ env: { PAYMENT_SIMULATOR_URL: simulator.url } });
});
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await simulator.close();
});

const staff = () => ({ headers: shop.keys.secret });
const CARD = { provider: 'simulator', method: 'card', token: 'ok' };
const REFUSED = { status: 400, code: 'gift_card_not_usable', detail: 'This gift card cannot be used here.' };

async function giftCard(amount: number, more: object = {}) {
  const issued = await shop.call('post', '/gift-cards', { ...staff(), body: { amount: euros(amount), reason: 'goodwill', ...more } });
  if (issued.status !== 201) throw new Error(JSON.stringify(issued.body));
  return issued.body.data as { id: string; code: string; last4: string };
}
async function cartWith(price: number, ...codes: string[]) {
  const { sku } = await shop.given.variant({ price });
  const { guest } = await shop.given.cart(sku);
  for (const code of codes) await add(guest, code);
  return { guest, sku };
}
const add = (guest: Record<string, string>, code: string) => shop.call('post', '/cart/gift-cards', { headers: guest, body: { code } });
const balanceOf = async (id: string) => (await shop.call('get', `/gift-cards/${id}`, staff())).body.data.balance.amount as number;

test('staff issue a card; its code is answered once and stored nowhere', async () => {
  const { id, code, last4 } = await giftCard(5000, { expiresAt: '2030-01-01T00:00:00.000Z' });
  const stored = await shop.connection.collection('value_accounts').findOne({ _id: id as never });
  const shown = await shop.call('get', `/gift-cards/${id}`, staff());
  const asked = await shop.call('post', '/gift-cards/balance', { body: { code: code.toLowerCase().replaceAll('-', ' ') } });
  const everything = JSON.stringify([stored, await shop.events(), await shop.connection.collection('audit_entries').find().toArray()]);

  expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  expect(shown.body.data).toMatchObject({ id, last4: code.slice(-4), balance: euros(5000), initial: euros(5000), status: 'active', expiresAt: '2030-01-01T00:00:00.000Z' });
  expect(asked.body.data).toEqual({ last4, balance: euros(5000), expiresAt: '2030-01-01T00:00:00.000Z' });
  expect(everything).not.toContain(code.replaceAll('-', ''));
  expect(everything).not.toContain(code);
});

test('whatever is wrong with a code, the answer is the same, and nothing is put on the cart', async () => {
  const [disabled, expired, spent, dollars] = [await giftCard(1000), await giftCard(1000, { expiresAt: '2020-01-01T00:00:00.000Z' }), await giftCard(500), await giftCard(1000, { amount: { amount: 1000, currency: 'USD' } })];
  await shop.call('patch', `/gift-cards/${disabled.id}`, { ...staff(), body: { status: 'disabled' } });
  const buyer = await cartWith(1000, spent.code);
  await shop.order(buyer.guest);
  const { guest } = await cartWith(1000);

  const answers = await Promise.all(['AAAA-BBBB-CCCC-DDDD', disabled.code, expired.code, spent.code, dollars.code].map((code) => add(guest, code)));
  const asked = await Promise.all(['AAAA-BBBB-CCCC-DDDD', disabled.code, expired.code, spent.code].map((code) => shop.call('post', '/gift-cards/balance', { body: { code } })));
  const cart = await shop.call('get', '/cart', { headers: guest });

  for (const { body } of answers) expect(body).toMatchObject(REFUSED);
  for (const { body } of asked) expect(body).toMatchObject(REFUSED);
  const shapes = new Set([...answers, ...asked].map(({ body }) => JSON.stringify(Object.keys(body as object).sort())));
  expect(shapes.size).toBe(1);
  expect(cart.body.data).toMatchObject({ tenders: [], amountDue: euros(1000), version: 1 });
});

test('trying codes is limited for each address', async () => {
  const strict = await openShop({ env: { RATE_LIMIT_AUTH_PER_MINUTE: '5' } });
  const answers = [];
  for (let attempt = 0; attempt < 7; attempt++) answers.push((await strict.call('post', '/gift-cards/balance', { body: { code: `AAAA-BBBB-CCCC-${1000 + attempt}` } })).status);
  await strict.close();

  expect(answers).toEqual([400, 400, 400, 400, 400, 429, 429]);
});

test('a card pays first and the payment the rest; prices, discounts and taxes know nothing of it', async () => {
  const { id, code, last4 } = await giftCard(1500);
  const { guest } = await cartWith(2000);
  const before = await shop.call('get', '/cart', { headers: guest });
  const after = await add(guest, code);
  const twice = await add(guest, code);

  const order = await shop.order(guest, { payment: CARD, expectedDue: euros(990), expectedTotal: euros(2490) });

  expect(after.body.data).toMatchObject({ totals: before.body.data.totals, tenders: [{ kind: 'gift_card', id, last4, amount: euros(1500) }], amountDue: euros(500) });
  expect(twice.body.data.tenders).toHaveLength(1);
  expect(order.body.data).toMatchObject({
    status: 'placed', paymentStatus: 'paid', tenders: [{ kind: 'gift_card', last4, amount: euros(1500) }], amountDue: euros(990),
    totals: { grandTotal: euros(2490), taxTotal: euros(415), discountTotal: euros(0) }, payment: { status: 'succeeded', details: { amount: euros(990), captured: euros(990) } },
  });
  expect(await balanceOf(id)).toBe(0);
});

test('a card that covers everything places the order at once, and keeps what is left for the next', async () => {
  const { id, code } = await giftCard(10_000);
  const { guest } = await cartWith(2000, code);

  const order = await shop.order(guest, { payment: CARD, expectedDue: euros(0) });
  const next = await cartWith(2000);
  const again = await add(next.guest, code);
  const removed = await shop.call('delete', `/cart/gift-cards/${id}`, { headers: next.guest });

  expect(order.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', amountDue: euros(0), payment: { status: 'succeeded' } });
  expect(await balanceOf(id)).toBe(7510);
  expect([again.body.data.amountDue, removed.body.data.amountDue, removed.body.data.tenders]).toEqual([euros(0), euros(2000), []]);
});

test('when the card pays less than the customer saw, nothing is ordered', async () => {
  const { id, code } = await giftCard(1500);
  const [slow, quick] = [await cartWith(2000, code), await cartWith(1000, code)];
  await shop.order(quick.guest);

  const refused = await shop.order(slow.guest, { payment: CARD, expectedDue: euros(990) });
  const level = await shop.level(slow.sku);

  expect(refused.body).toMatchObject({ status: 409, code: 'amount_due_changed', amountDue: euros(2480), tenders: [{ amount: euros(10) }] });
  expect([await balanceOf(id), level.reserved]).toEqual([10, 0]);
});

test('a cancelled order gives back to the card, and to the payment what the payment brought', async () => {
  const { id, code } = await giftCard(1500);
  const { guest } = await cartWith(2000, code);
  const order = await shop.order(guest, { payment: CARD });
  const { id: orderId } = order.body.data;

  const cancelled = await shop.call('post', `/orders/${orderId}/cancellation`, { ...staff(), body: { reason: 'changed my mind' } });
  await shop.runEvents();
  const after = await shop.call('get', `/orders/${orderId}`, staff());
  const ledger = await shop.call('get', `/gift-cards/${id}/ledger`, staff());

  expect(cancelled.status).toBe(200);
  expect(await balanceOf(id)).toBe(1500);
  expect(after.body.data.payment.details).toMatchObject({ captured: euros(990), refunded: euros(990) });
  expect(ledger.body.data.items.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount])).toEqual([['give_back', 1500], ['spend', -1500], ['issue', 1500]]);
});

test('an order that nobody pays expires and gives back; money that comes late takes the card again, if it still has it', async () => {
  const { id, code } = await giftCard(1500);
  const { guest } = await cartWith(2000, code);
  const order = await shop.order(guest, { payment: { ...CARD, token: 'decline' } });
  const waiting = await balanceOf(id);

  shop.clock.offsetMs += 3_600_000;
  await shop.container.orders.service.expireDue();
  await shop.runEvents();
  const expired = await shop.call('get', `/orders/${order.body.data.id}`, staff());

  expect([order.body.data.status, waiting]).toEqual(['pending', 0]);
  expect([expired.body.data.status, await balanceOf(id)]).toEqual(['expired', 1500]);
});

test('another try to pay asks for the rest only', async () => {
  const { id, code } = await giftCard(1500);
  const { guest } = await cartWith(2000, code);
  const order = await shop.order(guest, { payment: { ...CARD, token: 'decline' } });

  const paid = await shop.call('post', `/orders/${order.body.data.id}/payments`, { headers: { 'x-order-token': order.body.data.orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } });

  expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { details: { amount: euros(990), captured: euros(990) } } });
  expect(await balanceOf(id)).toBe(0);
});

test('bought cards are issued once when the order is placed, untaxed, and only their buyer sees the codes', async () => {
  const created = await shop.call('post', '/products', { ...staff(), body: { name: 'Gift card', description: 'For somebody.', categoryIds: [], status: 'active', variants: [{ sku: 'GIFT-50', prices: [{ currency: 'EUR', base: 5000 }], digital: { kind: 'gift_card' } }] } });
  const { guest } = await shop.given.cart(['GIFT-50', 2]);
  const pending = await shop.order(guest, { payment: { ...CARD, token: 'decline' }, shippingMethod: undefined });
  const { id, orderToken } = pending.body.data;
  const none = await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } });

  const placed = await shop.call('post', `/orders/${id}/payments`, { headers: { 'x-order-token': orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } });
  await shop.runEvents();
  const mine = await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } });
  const others = await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': 'somebody-elses' } });
  const codes = mine.body.data.items.map(({ code }: { code: string }) => code) as string[];
  const { guest: spender } = await cartWith(2000, codes[0]!);
  const spent = await shop.order(spender);
  const refused = await shop.call('post', `/orders/${id}/cancellation`, { ...staff(), body: { reason: 'too late' } });

  expect(created.status).toBe(201);
  expect([pending.body.data.status, none.body.data.items]).toEqual(['pending', []]);
  expect(placed.body.data).toMatchObject({ status: 'placed', totals: { grandTotal: euros(10_000), taxTotal: euros(0) }, items: [{ taxes: [{ reason: 'multi_purpose_voucher' }] }] });
  expect(mine.body.data.items).toMatchObject([{ balance: euros(5000), status: 'active' }, { balance: euros(5000), status: 'active' }]);
  expect([new Set(codes).size, others.status, spent.body.data.tenders[0].amount]).toEqual([2, 404, euros(2490)]);
  expect([refused.status, refused.body.code]).toEqual([409, 'gift_card_spent']);
  expect(await shop.count('value_accounts', { 'origin.orderId': id })).toBe(2);
});

test('an order of cards that nobody has used yet can be cancelled, and its cards end', async () => {
  const { guest } = await shop.given.cart('GIFT-50');
  const order = await shop.order(guest, { payment: CARD, shippingMethod: undefined });
  const { id, orderToken } = order.body.data;

  const cancelled = await shop.call('post', `/orders/${id}/cancellation`, { ...staff(), body: { reason: 'by mistake' } });
  await shop.runEvents();
  const [card] = (await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } })).body.data.items;

  expect([cancelled.status, card.status, card.balance]).toEqual([200, 'disabled', euros(0)]);
  expect((await add((await cartWith(1000)).guest, card.code)).body).toMatchObject(REFUSED);
});

describe('store credit', () => {
  const adjust = (userId: string, amount: number) => shop.call('post', `/store-credit/${userId}/adjustments`, { ...staff(), body: { amount, currency: 'EUR', reason: 'sorry for the wait' } });

  test('staff give and take it, never below zero, each with a reason on record', async () => {
    const user = await givenUser(shop);
    const [given, taken, refused] = [await adjust(user.id, 3000), await adjust(user.id, -1000), await adjust(user.id, -2001)];
    const mine = await shop.call('get', '/customers/me/store-credit', { headers: user.headers });

    expect([given.body.data.balance, taken.body.data.balance]).toEqual([euros(3000), euros(2000)]);
    expect(refused.body).toMatchObject({ status: 409, code: 'insufficient_store_credit', requested: euros(2001), available: euros(2000) });
    expect(mine.body.data).toMatchObject({ balances: [euros(2000)], ledger: { items: [{ kind: 'adjustment', amount: -1000 }, { kind: 'adjustment', amount: 3000, reason: 'sorry for the wait' }] } });
    expect(await shop.count('audit_entries', { action: 'store_credit.adjusted', subject: `user:${user.id}` })).toBe(2);
  });

  test('a guest has none to use, and nobody uses it without saying so', async () => {
    const user = await givenUser(shop);
    await adjust(user.id, 5000);
    const { sku } = await shop.given.variant({ price: 2000 });
    const added = await shop.call('post', '/cart/items', { headers: user.headers, body: { sku } });
    const used = await shop.call('put', '/cart/store-credit', { headers: user.headers, body: { use: true } });
    const kept = await shop.call('put', '/cart/store-credit', { headers: user.headers, body: { use: false } });
    const guest = await shop.call('put', '/cart/store-credit', { body: { use: true } });

    expect([added.body.data.amountDue, used.body.data.amountDue, kept.body.data.amountDue, guest.status]).toEqual([euros(2000), euros(0), euros(2000), 401]);
    expect(used.body.data.tenders).toEqual([{ kind: 'store_credit', amount: euros(2000) }]);
  });
});

describe('races', () => {
  test('50 orders want the last of one card at the same moment: it pays exactly what it holds, and is never overdrawn', async () => {
    const { id, code } = await giftCard(10_000);
    const carts = await Promise.all(Array.from({ length: 50 }, () => cartWith(500, code)));
    // 5.00 and postage of 4.90 each: ten orders and a bit of an eleventh
    const orders = await Promise.all(carts.map(({ guest }) => shop.order(guest, { payment: { provider: 'offline' } })));
    const byStatus = (status: number) => orders.filter((order) => order.status === status);
    const paid = orders.flatMap(({ body }) => (body.data?.tenders ?? []) as Array<{ amount: { amount: number } }>).reduce((so, { amount }) => so + amount.amount, 0);
    const balance = await balanceOf(id);

    expect(byStatus(201).length + byStatus(409).length).toBe(50);
    for (const { body } of byStatus(409)) expect(body.code).toBe('tender_changed');
    expect([paid + balance, balance >= 0]).toEqual([10_000, true]);
    expect(byStatus(201).filter(({ body }) => body.data.amountDue.amount === 0)).toHaveLength(10);
    expect(byStatus(201).every(({ body }) => body.data.amountDue.amount + (body.data.tenders[0]?.amount.amount ?? 0) === 990)).toBe(true);
    const ledger = await shop.connection.collection('value_ledger').find({ accountId: id, kind: 'spend' }).toArray();
    expect(ledger.reduce((so, { amount }) => so - Number(amount), 0)).toBe(paid);
  });

  test('40 changes of one store credit at the same moment: exactly those that fit are made', async () => {
    const user = await givenUser(shop);
    const adjust = (amount: number) => shop.call('post', `/store-credit/${user.id}/adjustments`, { ...staff(), body: { amount, currency: 'EUR', reason: 'race' } });
    await adjust(1000);

    const answers = await Promise.all(Array.from({ length: 40 }, () => adjust(-100)));

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(30);
    expect((await shop.call('get', `/store-credit/${user.id}`, staff())).body.data.balances).toEqual([euros(0)]);
  });
});
