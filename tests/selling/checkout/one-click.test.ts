import { randomUUID } from 'node:crypto';
import { givenUser, type GivenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { ADDRESS } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop({ webhooks: false, sharesClock: true, simulator: { settlesAfterMs: 600_000 }, env: { PAYMENT_TIMEOUT_MS: '3000' } });
  ({ simulator } = shop);
});
afterAll(() => shop.close());
beforeEach(() => { simulator.faults.clear(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
const DEVICE = 'device-of-this-customer';
/** A customer with everything that one click needs. */
async function givenRegular({ card = 'ok', address = true }: { card?: string | null; address?: boolean } = {}): Promise<GivenUser> {
  const user = await givenUser(shop);
  if (address) await shop.call('post', '/customers/me/addresses', { headers: user.headers, body: ADDRESS });
  if (card !== null) await shop.call('post', '/customers/me/payment-methods', { headers: user.headers, body: { provider: 'simulator', token: card } });
  return user;
}
async function tokenFor(user: GivenUser, device = DEVICE): Promise<string> {
  const answer = await shop.call('post', '/orders/one-click/tokens', { headers: { ...user.headers, 'x-device-id': device } });
  expect(answer.status).toBe(201);
  return answer.body.data.token as string;
}
const click = (user: GivenUser, body: Json, { key = randomUUID(), device = DEVICE }: { key?: string; device?: string } = {}) =>
  shop.call('post', '/orders/one-click', { headers: { ...user.headers, 'x-device-id': device, 'idempotency-key': key }, body });
const ordersOf = (user: GivenUser) => shop.connection.collection('orders').find({ userId: user.id }).toArray();

// Stands first: after the races below this address has bought so often that an order from it is checked before money is taken.
test('a bank that wants to see the customer is a next action, and the order is placed once they were seen', async () => {
  const user = await givenRegular({ card: 'requires_action' });
  const { sku } = await shop.given.variant();

  const bought = await click(user, { token: await tokenFor(user), sku });

  expect(bought.status).toBe(201);
  expect(bought.body.data).toMatchObject({ status: 'pending', payment: { status: 'requires_action', nextAction: { type: 'redirect', url: expect.any(String) } } });
  await fetch(`${bought.body.data.payment.nextAction.url}?outcome=succeed`);
  const back = await shop.call('post', `/orders/${bought.body.data.id}/payments/${bought.body.data.payment.id}/confirmation`, { headers: user.headers });
  expect(back.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
});

test('one click buys with what is on file: default card, default address, usual method', async () => {
  const user = await givenRegular();
  const { sku } = await shop.given.variant({ price: 1999 });

  const bought = await click(user, { token: await tokenFor(user), sku, quantity: 2 });

  expect(bought.status).toBe(201);
  expect(bought.body.data).toMatchObject({
    status: 'placed', paymentStatus: 'paid', userId: user.id, email: user.email, shippingAddress: ADDRESS, billingAddress: ADDRESS, shippingMethod: { code: 'standard' },
    items: [{ sku, quantity: 2, unitPrice: { amount: 1999, currency: 'EUR' } }], payment: { provider: 'simulator', method: 'card', status: 'succeeded' },
  });
  expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 2 });
  expect(simulator.charges(bought.body.data.id as string)).toBe(1);
  expect(await shop.violations()).toEqual([]);
});

test('what lies in the cart stays there, unless the cart is what is bought', async () => {
  const user = await givenRegular();
  const [{ sku: inCart }, { sku: wanted }] = [await shop.given.variant(), await shop.given.variant()];
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku: inCart, quantity: 1 } });

  const first = await click(user, { token: await tokenFor(user), sku: wanted });
  expect(first.body.data.items).toMatchObject([{ sku: wanted, quantity: 1 }]);
  expect((await shop.call('get', '/cart', { headers: user.headers })).body.data.items).toMatchObject([{ sku: inCart }]);

  const second = await click(user, { token: await tokenFor(user), cart: true });
  expect([second.status, second.body.data.items[0].sku]).toEqual([201, inCart]);
  expect((await shop.call('get', '/cart', { headers: user.headers })).body.data.items).toEqual([]);
});

test('a double click is one order: the same request, and the same token under another key', async () => {
  const user = await givenRegular();
  const { sku } = await shop.given.variant();
  const token = await tokenFor(user);
  const key = randomUUID();

  const answers = [await click(user, { token, sku }, { key }), await click(user, { token, sku }, { key }), await click(user, { token, sku })];

  expect(answers.map(({ status }) => status)).toEqual([201, 201, 200]);
  expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
  expect(await ordersOf(user)).toHaveLength(1);
  expect(simulator.charges(answers[0]!.body.data.id as string)).toBe(1);
});

test('30 clicks at once with one token, each under its own key: one order, one charge, one unit', async () => {
  const user = await givenRegular();
  const { sku } = await shop.given.variant();
  const token = await tokenFor(user);

  const answers = await Promise.all(Array.from({ length: 30 }, () => click(user, { token, sku })));

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(29);
  expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
  expect(await ordersOf(user)).toHaveLength(1);
  expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 1 });
  expect(simulator.ledger.report().charges.filter(({ orderId }) => orderId === answers[0]!.body.data.id)).toHaveLength(1);
  expect(await shop.violations()).toEqual([]);
});

test('30 clicks at once with tokens of their own on 10 units: ten orders, no more', async () => {
  const user = await givenRegular();
  const { sku } = await shop.given.variant({ stock: 10 });
  const tokens = await Promise.all(Array.from({ length: 30 }, () => tokenFor(user)));

  const answers = await Promise.all(tokens.map((token) => click(user, { token, sku })));

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code)).toEqual(Array(20).fill('insufficient_stock'));
  expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 10 });
  expect(await shop.count('one_click_tokens', { userId: user.id, orderId: { $exists: true } })).toBe(10);
  expect(await shop.violations()).toEqual([]);
});

describe('a token', () => {
  test.each([
    { _case: 'of another device', use: async (owner: GivenUser, token: string, sku: string) => click(owner, { token, sku }, { device: 'another-device-altogether' }) },
    { _case: 'of another user', use: async (_owner: GivenUser, token: string, sku: string) => click(await givenRegular(), { token, sku }) },
    { _case: 'that nobody issued', use: async (owner: GivenUser, _token: string, sku: string) => click(owner, { token: 'made-up-by-somebody-else', sku }) },
    { _case: 'that is too old', use: async (owner: GivenUser, token: string, sku: string) => {
      shop.clock.offsetMs += 10 * 60_000 + 1;
      return click(owner, { token, sku });
    } },
  ])('$_case buys nothing', async ({ use }) => {
    const owner = await givenRegular();
    const { sku } = await shop.given.variant();
    const orders = await shop.count('orders');

    const refused = await use(owner, await tokenFor(owner), sku);

    expect([refused.status, refused.body.code]).toEqual([403, 'one_click_token_invalid']);
    expect(await shop.count('orders')).toBe(orders);
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 0 });
  });

  test('is kept as a hash only', async () => {
    const user = await givenRegular();
    const token = await tokenFor(user);
    const rows = await shop.connection.collection('one_click_tokens').find({ userId: user.id }).toArray();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(DEVICE);
  });

  test('is not used up by a purchase that was refused', async () => {
    const user = await givenRegular();
    const [{ sku: gone }, { sku }] = [await shop.given.variant({ stock: 0 }), await shop.given.variant()];
    const token = await tokenFor(user);

    expect((await click(user, { token, sku: gone })).body.code).toBe('insufficient_stock');
    expect((await click(user, { token, sku })).status).toBe(201);
  });
});

test.each([
  { _case: 'no saved card', given: { card: null }, missing: ['paymentMethod'] },
  { _case: 'no default address', given: { address: false }, missing: ['shippingAddress'] },
])('$_case: 409 says what is missing, and nothing is bought', async ({ given, missing }) => {
  const user = await givenRegular(given);
  const { sku } = await shop.given.variant();

  const refused = await click(user, { token: await tokenFor(user), sku });

  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: 'one_click_not_set_up', missing });
  expect(await ordersOf(user)).toEqual([]);
});

test('another total than the customer saw is refused', async () => {
  const user = await givenRegular();
  const { sku } = await shop.given.variant({ price: 1999 });

  const refused = await click(user, { token: await tokenFor(user), sku, expectedTotal: { amount: 1, currency: 'EUR' } });

  expect([refused.status, refused.body.code]).toEqual([409, 'cart_changed']);
  expect(await ordersOf(user)).toEqual([]);
});

test('a declined card leaves the order to be paid otherwise', async () => {
  const user = await givenRegular({ card: 'declined' });
  const { sku } = await shop.given.variant();

  const bought = await click(user, { token: await tokenFor(user), sku });

  expect(bought.body.data).toMatchObject({ status: 'pending', paymentStatus: 'failed', payment: { failure: { code: 'card_declined' } } });
});

// Stands last: shops and methods of its own change what is offered to everybody.
test('goods go as the customer chose in the cart, else as the last ones did where these can, else by the cheapest method', async () => {
  const user = await givenRegular();
  const staff = async (path: string, body: object) => {
    const made = await shop.call('post', path, { headers: shop.keys.secret, body });
    expect([made.status, made.status >= 300 ? made.body : null]).toEqual([201, null]);
    return made.body.data;
  };
  const store = await staff('/warehouses', { code: 'STORE', name: 'Covent Garden', location: { city: 'London', country: 'GB' }, pickup: true, priority: 300 });
  const { sku } = await shop.given.variant({ stock: 50 });
  const inStore = (delta: number) => staff('/inventory/adjustments', { sku, warehouseId: store.id, delta, reason: 'given' });
  await inStore(1);
  const file = `FILE-${sku}`;
  await staff('/products', { name: 'File', description: 'x', categoryIds: [], status: 'active', variants: [{ sku: file, prices: [{ currency: 'EUR', base: 500 }], digital: { kind: 'download', maxDownloads: 2, expiresInDays: 30 }, shipping: { requiresShipping: false } }] });
  await shop.runEvents();
  const inCart = async (code: string, more: object = {}) => {
    await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 1 } });
    expect((await shop.call('put', '/cart/shipping-method', { headers: user.headers, body: { code, ...more } })).status).toBe(200);
  };
  const buys = async (body: Json) => {
    const { status, body: { code, data } } = await click(user, { token: await tokenFor(user), ...body });
    return [status, data?.shippingMethod.code ?? code, data?.shippingMethod.price.amount];
  };

  const free = { sku: file };
  expect(await buys(free)).toEqual([201, 'none', 0]);
  // The last order needed no parcel; this one does.
  expect(await buys({ sku })).toEqual([201, 'standard', 490]);
  await inCart('pickup', { pickupLocationId: store.id });
  expect(await buys({ cart: true })).toEqual([201, 'pickup', 0]);
  // The shop has no more of it, and then some.
  expect(await buys({ sku })).toEqual([201, 'standard', 490]);
  await inStore(2);
  await inCart('pickup', { pickupLocationId: store.id });
  expect(await buys({ cart: true })).toEqual([201, 'pickup', 0]);
  expect(await buys({ sku })).toEqual([201, 'pickup', 0]);

  const zone = await staff('/shipping/zones', { code: 'world', name: 'World', restOfWorld: true });
  for (const [code, EUR] of [['fast', 900], ['post', 300]] as const) await staff('/shipping/methods', { zoneId: zone.id, code, name: code, rate: { kind: 'flat', prices: { EUR } } });
  await new Promise((go) => { setTimeout(go, 1100); });
  expect(await buys({ sku })).toEqual([201, 'post', 300]);
  await inCart('fast');
  expect(await buys({ cart: true })).toEqual([201, 'fast', 900]);
  expect(await buys({ sku })).toEqual([201, 'fast', 900]);
  expect(await buys({ sku, shippingMethod: 'post' })).toEqual([201, 'post', 300]);
  expect(await buys({ sku, shippingMethod: 'standard' })).toEqual([400, 'shipping_method_unknown', undefined]);
});
