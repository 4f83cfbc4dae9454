import { randomUUID } from 'node:crypto';
import { givenUser, type GivenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { ADDRESS } from '../../support/shop.js';
import { SIMULATOR_SECRET, type Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop({
    webhooks: false, sharesClock: true, simulator: { settlesAfterMs: 600_000 }, env: (url) => ({
      PAYMENT_TIMEOUT_MS: '1500', STRIPE_SECRET_KEY: SIMULATOR_SECRET, STRIPE_WEBHOOK_SECRET: SIMULATOR_SECRET, STRIPE_API_BASE: url,
      PAYPAL_CLIENT_ID: 'client', PAYPAL_CLIENT_SECRET: SIMULATOR_SECRET, PAYPAL_WEBHOOK_ID: 'WH-1', PAYPAL_API_BASE: url,
    }),
  });
  ({ simulator } = shop);
});
afterAll(() => shop.close());
beforeEach(() => { simulator.faults.clear(); shop.clock.offsetMs += 3_000; });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });

const at = '/customers/me/payment-methods';
const add = (user: GivenUser, body: object = {}) => shop.call('post', at, { headers: user.headers, body: { provider: 'simulator', token: 'ok', ...body } });
const list = async (user: GivenUser) => (await shop.call('get', at, { headers: user.headers })).body.data.items as Array<Record<string, unknown>>;
const stored = () => shop.connection.collection('payment_wallets').find().toArray();
async function cartOf(user: GivenUser): Promise<string> {
  const { sku } = await shop.given.variant({ price: 5000 });
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 1 } });
  return sku;
}
const order = (user: GivenUser, payment: object, key = randomUUID()) => shop.call('post', '/orders', {
  headers: { ...user.headers, 'idempotency-key': key }, body: { shippingAddress: ADDRESS, shippingMethod: 'standard', payment },
});

test('a card is saved at the provider; we keep what tells it apart, and the first is the default', async () => {
  const user = await givenUser(shop);

  const saved = await add(user);

  expect(saved.status).toBe(201);
  expect(saved.body.data).toEqual({ id: expect.any(String), provider: 'simulator', brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2034, default: true, createdAt: expect.any(String) });
  const [wallet] = (await stored()).filter(({ _id }) => String(_id) === user.id);
  expect(Object.keys(wallet!['methods'][0]).sort()).toEqual(['brand', 'createdAt', 'default', 'expiryMonth', 'expiryYear', 'id', 'last4', 'methodReference', 'provider', 'providerCustomer']);
  expect(await list(user)).toEqual([saved.body.data]);
});

test('the same token again is the same method; another can become the default, and the default has an heir', async () => {
  const user = await givenUser(shop);
  const first = (await add(user)).body.data;
  expect((await add(user)).body.data.id).toBe(first.id);
  const second = (await add(user, { token: 'requires_action' })).body.data;
  expect(second.default).toBe(false);

  const chosen = await shop.call('put', `${at}/${second.id}/default`, { headers: user.headers });
  expect([chosen.status, chosen.body.data.default]).toEqual([200, true]);
  expect((await list(user)).map(({ id, default: isDefault }) => [id, isDefault])).toEqual([[first.id, false], [second.id, true]]);

  const removed = await shop.call('delete', `${at}/${second.id}`, { headers: user.headers });
  expect(removed.status).toBe(200);
  expect((await list(user)).map(({ id, default: isDefault }) => [id, isDefault])).toEqual([[first.id, true]]);
});

test('what is removed is forgotten at the provider as well, also when it was silent at first', async () => {
  const user = await givenUser(shop);
  const { id } = (await add(user)).body.data;
  const reference = (await stored()).find(({ _id }) => String(_id) === user.id)!['methods'][0].methodReference as string;
  expect(simulator.ledger.findMethod(reference)).toBeDefined();

  await shop.call('delete', `${at}/${id}`, { headers: user.headers });
  await shop.runEvents();

  expect(simulator.ledger.findMethod(reference)).toBeUndefined();
});

test.each(['simulator', 'stripe', 'paypal'])('an account that is closed: nothing stays here, and %s forgets every card although it was silent at first', async (provider) => {
  const [user, other] = [await givenUser(shop), await givenUser(shop)];
  for (const token of ['ok', 'requires_action']) await add(user, { provider, token });
  await add(other, { provider });
  const referencesOf = async ({ id }: GivenUser) => ((await stored()).find(({ _id }) => String(_id) === id)?.['methods'] ?? []) as Array<{ methodReference: string; providerCustomer: string }>;
  const [gone, kept] = [await referencesOf(user), await referencesOf(other)];
  expect(gone).toHaveLength(2);

  await expect(shop.container.inTransaction(async () => {
    await shop.container.payments.forgetMethodsOf(user.id);
    throw new Error('the rest of the closing failed');
  })).rejects.toThrow('the rest of the closing failed');
  expect(await referencesOf(user)).toEqual(gone);
  simulator.faults.add({ on: 'look_up', status: 500, count: 4, probability: 1, skip: 0 });
  expect(await shop.container.payments.forgetMethodsOf(user.id)).toBe(2);
  expect(await shop.container.payments.forgetMethodsOf(user.id)).toBe(0);
  for (let round = 0; round < 5; round++) { await shop.runEvents(); shop.clock.offsetMs += 120_000; }

  expect(await list(user)).toEqual([]);
  for (const { methodReference } of gone) expect(simulator.ledger.findMethod(methodReference)).toBeUndefined();
  for (const { methodReference } of kept) expect(simulator.ledger.findMethod(methodReference)).toBeDefined();
  expect(gone.map(({ providerCustomer }) => simulator.ledger.forgottenCustomers.has(providerCustomer))).toEqual(Array(2).fill(provider === 'stripe'));
  shop.defects.splice(0);
});

test("another user's method is not found: neither removed, nor made default, nor paid with", async () => {
  const [owner, stranger] = [await givenUser(shop), await givenUser(shop)];
  const { id } = (await add(owner)).body.data;
  await cartOf(stranger);

  expect((await shop.call('delete', `${at}/${id}`, { headers: stranger.headers })).status).toBe(404);
  expect((await shop.call('put', `${at}/${id}/default`, { headers: stranger.headers })).status).toBe(404);
  const refused = await order(stranger, { provider: 'simulator', savedMethodId: id });
  expect([refused.status, refused.body.code]).toEqual([404, 'payment_method_not_found']);

  expect(await list(owner)).toHaveLength(1);
  expect(await shop.count('orders', { userId: stranger.id })).toBe(0);
});

test.each(['simulator', 'stripe', 'paypal'])('a card saved at %s pays an order without a token, and is shown nowhere', async (provider) => {
  const user = await givenUser(shop);
  const { id } = (await add(user, { provider })).body.data;
  await cartOf(user);

  const placed = await order(user, { provider, savedMethodId: id });

  expect(placed.status).toBe(201);
  expect(placed.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { provider, method: 'card', status: 'succeeded' } });
  const reference = (await stored()).find(({ _id }) => String(_id) === user.id)!['methods'][0].methodReference as string;
  expect(JSON.stringify(placed.body)).not.toContain(reference);
  expect(simulator.charges(placed.body.data.id as string)).toBe(1);
});

test.each(['simulator', 'stripe', 'paypal'])('a bank of %s that wants to see the customer is a next action, not a failure', async (provider) => {
  const user = await givenUser(shop);
  const { id } = (await add(user, { provider, token: 'requires_action' })).body.data;
  await cartOf(user);

  const placed = await order(user, { provider, savedMethodId: id });
  expect(placed.body.data).toMatchObject({ status: 'pending', paymentStatus: 'pending', payment: { status: 'requires_action', nextAction: { type: 'redirect', url: expect.any(String) } } });
  await fetch(`${placed.body.data.payment.nextAction.url}?outcome=succeed`);
  const back = await shop.call('post', `/orders/${placed.body.data.id}/payments/${placed.body.data.payment.id}/confirmation`, { headers: user.headers });

  expect(back.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
});

test.each([
  { _case: 'a card number', body: { token: '4242 4242 4242 4242' }, status: 400, code: 'card_number_refused' },
  { _case: 'a provider that keeps none', body: { provider: 'offline' }, status: 400, code: 'payment_provider_unknown' },
  { _case: 'what the provider does not know', body: { token: 'nonsense' }, status: 400, code: 'payment_method_refused' },
])('$_case is refused and kept nowhere', async ({ body, status, code }) => {
  const user = await givenUser(shop);

  const refused = await add(user, body);

  expect([refused.status, refused.body.code]).toEqual([status, code]);
  expect(JSON.stringify(refused.body)).not.toContain('4242 4242');
  expect(await list(user)).toEqual([]);
});

test('a provider that is silent: 503, nothing kept, and the next try works', async () => {
  const user = await givenUser(shop);
  simulator.faults.add({ on: 'look_up', status: 500, count: 2, probability: 1, skip: 0 });

  const silent = await add(user);
  expect([silent.status, silent.body.code]).toEqual([503, 'payment_provider_silent']);
  expect(await list(user)).toEqual([]);

  expect((await add(user)).status).toBe(201);
});

test('30 at once of one token are one method; of ways to be the default one wins', async () => {
  const user = await givenUser(shop);

  const answers = await Promise.all(Array.from({ length: 30 }, () => add(user, { default: true })));

  expect(new Set(answers.map(({ status, body }) => `${status} ${body.data?.id}`)).size).toBe(1);
  expect((await list(user)).map(({ default: isDefault }) => isDefault)).toEqual([true]);
});

test('nobody keeps more than twenty, whoever races, and what found no room is not left with the provider', async () => {
  const user = await givenUser(shop);
  const before = simulator.ledger.countMethods();

  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => add(user, { token: `slow:${n + 1}` })));

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code)).toEqual(Array(10).fill('too_many_payment_methods'));
  expect(await list(user)).toHaveLength(20);
  expect((await list(user)).filter(({ default: isDefault }) => isDefault)).toHaveLength(1);
  expect(simulator.ledger.countMethods() - before).toBe(20);
});

test('nobody signed in: 401', async () => {
  expect((await shop.call('get', at)).status).toBe(401);
});
