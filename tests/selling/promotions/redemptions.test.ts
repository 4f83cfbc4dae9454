import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';
import { TEN_PERCENT, promotionWords } from './promotion-shop.js';

let shop: CardShop;
let words: ReturnType<typeof promotionWords>;
beforeAll(async () => {
  shop = await openCardShop({ webhooks: false });
  words = promotionWords(shop);
});
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const cartWith = async (code: string | null, price = 1000) => {
  const { sku } = await shop.given.variant({ price, stock: 100 });
  const { guest } = await shop.given.cart(sku);
  if (code !== null) await words.addCoupon(guest, code);
  return guest;
};
const cancel = (id: string) => shop.call('post', `/orders/${id}/cancellation`, { headers: shop.keys.secret, body: {} });
const pending = { payment: { provider: 'simulator', method: 'card', token: 'requires_action' } };
/** The customer comes back from the bank when the order was given up, before the provider was told of that. */
const payLate = async ({ id, orderToken, payment }: { id: string; orderToken: string; payment: { id: string; nextAction: { url: string } } }) => {
  await fetch(`${payment.nextAction.url}?outcome=succeed`);
  expect((await shop.call('post', `/orders/${id}/payments/${payment.id}/confirmation`, { headers: { 'x-order-token': orderToken }, body: {} })).status).toBe(200);
};

test('an order keeps what it was given, whatever becomes of the promotion', async () => {
  const ten = await words.running({ ...TEN_PERCENT, code: 'FROZEN' });
  const order = (await shop.order(await cartWith('FROZEN'))).body.data;

  await words.staff.put(ten.id, { ...TEN_PERCENT, effect: { type: 'percentage', rateBps: 9000 } });
  await words.staff.delete(`/${ten.id}`);

  const after = (await shop.call('get', `/orders/${order.id}`, { headers: shop.keys.secret })).body.data;
  expect(after.items[0]).toMatchObject({ discount: euros(100), lineTotal: euros(900), allocations: [{ promotionId: ten.id, code: 'FROZEN', name: 'Ten percent', class: 'order', amount: euros(100) }] });
  expect(after.promotions).toEqual([{ promotionId: ten.id, name: 'Ten percent', code: 'FROZEN', amount: euros(100) }]);
  expect(after.totals).toEqual(order.totals);
});

test('a cancelled order gives its use, its amount, its code and its customer back', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, limits: { uses: 1, perCustomer: 1, budget: { EUR: 100 } } });
  await words.staff.post(`/${id}/codes`, { codes: ['GIVEN-BACK'] });
  const order = (await shop.order(await cartWith('GIVEN-BACK'))).body.data;
  expect(await words.counter(id)).toMatchObject({ uses: 1, spent: { EUR: 100 } });

  expect((await cancel(order.id)).status).toBe(200);

  expect(await words.counter(id)).toMatchObject({ uses: 0, spent: { EUR: 0 } });
  expect(await words.usage(id)).toMatchObject({ uses: 0, returned: 1, left: 1, spent: [], codes: { total: 1, used: 0 } });
  expect((await shop.order(await cartWith('GIVEN-BACK'))).status).toBe(201);
});

test('an order that nobody paid gives its use back when it expires, and takes it again when the money comes late', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'LATE', limits: { uses: 1 } });
  const order = (await shop.order(await cartWith('LATE'), { payment: { provider: 'simulator', method: 'card', token: 'requires_action' } })).body.data;
  expect([order.status, (await words.counter(id)).uses]).toEqual(['pending', 1]);
  shop.clock.offsetMs = 3_600_000;
  await shop.container.orders.service.expireDue();
  expect((await words.counter(id)).uses).toBe(0);

  await payLate(order);

  const revived = (await shop.call('get', `/orders/${order.id}`, { headers: shop.keys.secret })).body.data;
  expect([revived.status, revived.promotions.length, (await words.counter(id)).uses]).toEqual(['placed', 1, 1]);
});

test('money that comes late finds the last use taken by another: the order stays given up and nothing is counted twice', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, limits: { uses: 1, perCustomer: 1 } });
  await words.staff.post(`/${id}/codes`, { codes: ['TOO-LATE'], maxUses: 5 });
  const order = (await shop.order(await cartWith('TOO-LATE'), { email: 'slow@example.com', ...pending })).body.data;
  shop.clock.offsetMs = 3_600_000;
  await shop.container.orders.service.expireDue();
  expect((await shop.order(await cartWith('TOO-LATE'), { email: 'quick@example.com' })).status).toBe(201);

  await payLate(order);

  const after = (await shop.call('get', `/orders/${order.id}`, { headers: shop.keys.secret })).body.data;
  expect(after.status).toBe('expired');
  expect(await words.counter(id)).toMatchObject({ uses: 1 });
  expect((await words.staff.get(`/${id}/codes`)).body.data.items[0].uses).toBe(1);
  expect((await shop.events()).filter(({ type, aggregateId }) => type === 'order.refund_due' && aggregateId === order.id).length).toBeGreaterThan(0);
});

test('a customer is told beforehand that it was used as often as it can be, by account and by mailbox', async () => {
  await words.running({ ...TEN_PERCENT, code: 'ONCE', limits: { perCustomer: 1 } });
  const ada = await givenUser(shop);
  const { sku } = await shop.given.variant({ price: 1000 });
  const buy = async () => {
    await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku } });
    const cart = (await words.addCoupon(ada.headers, 'ONCE')).body.data;
    return { cart, order: await shop.order(ada.headers, { email: ada.email }) };
  };

  const first = await buy();
  const second = await buy();

  expect([first.order.status, second.order.status, second.order.body.code, second.order.body.reason]).toEqual([201, 409, 'coupon_exhausted', 'customer_limit']);
  expect(second.cart).toMatchObject({ promotions: [], refusedCoupons: [{ code: 'ONCE', reason: 'customer_limit' }] });
  expect(second.order.body.totals).toMatchObject({ subtotal: euros(1000), discountTotal: euros(0) });
});

test('a promotion for the first order is refused to whoever has ordered, and optimistic while nobody knows who buys', async () => {
  await words.running({ ...TEN_PERCENT, code: 'WELCOME', conditions: { firstOrder: true } });
  const email = 'newcomer@example.com';
  const first = await cartWith('WELCOME');
  expect((await words.cart(first)).promotions).toHaveLength(1);
  expect((await shop.order(first, { email })).status).toBe(201);

  const again = await shop.order(await cartWith('WELCOME'), { email });

  expect([again.status, again.body.code]).toEqual([409, 'coupon_exhausted']);
  const known = await cartWith('WELCOME');
  await shop.call('put', '/cart/addresses', { headers: known, body: { email } });
  expect((await words.cart(known)).refusedCoupons).toMatchObject([{ code: 'WELCOME', reason: 'customer_limit' }]);
});

test.each([
  { _case: 'of one use for a customer', terms: { limits: { perCustomer: 1 } } },
  { _case: 'for the first order', terms: { conditions: { firstOrder: true } } },
])('a promotion $_case is one for an account and its mailbox, whichever of them orders first, and comes back to both', async ({ terms }) => {
  const code = `BOTH-${Object.keys(terms)[0]!.toUpperCase()}`;
  const { id } = await words.running({ ...TEN_PERCENT, code, ...terms });
  const [ada, bob] = [await givenUser(shop), await givenUser(shop)];
  const signedIn = async ({ headers }: typeof ada) => {
    await shop.call('post', '/cart/items', { headers, body: { sku: (await shop.given.variant({ price: 1000 })).sku } });
    await words.addCoupon(headers, code);
    return shop.order(headers, { email: undefined });
  };
  const asGuest = async ({ email }: typeof ada) => shop.order(await cartWith(code), { email });
  const outcome = ({ status, body }: Awaited<ReturnType<typeof asGuest>>) => [status, body.code, body.reason];

  const [first, second, third, fourth] = [await signedIn(ada), await asGuest(ada), await asGuest(bob), await signedIn(bob)];

  expect([first, second, third, fourth].map(outcome)).toEqual([
    [201, undefined, undefined], [409, 'coupon_exhausted', 'customer_limit'], [201, undefined, undefined], [409, 'coupon_exhausted', 'customer_limit'],
  ]);
  expect(await words.usage(id)).toMatchObject({ uses: 2, customers: 2 });
  await cancel(first!.body.data.id);
  expect(outcome(await asGuest(ada))).toEqual([201, undefined, undefined]);
  expect(outcome(await signedIn(ada))).toEqual([409, 'coupon_exhausted', 'customer_limit']);
});

test('the trace of an order says why, and decides the same cents again after everything has changed', async () => {
  const ten = await words.running({ ...TEN_PERCENT, name: 'Ten of the order', code: 'TRACED' });
  const other = await words.running({ ...TEN_PERCENT, name: 'Three for two', trigger: 'automatic', class: 'product', effect: { type: 'buy_x_get_y', buy: { quantity: 2 }, get: { quantity: 1 }, rateBps: 10_000 } });
  const vip = await words.running({ ...TEN_PERCENT, name: 'For VIPs', trigger: 'automatic', conditions: { customerGroupIds: ['vip'] } });
  const { sku } = await shop.given.variant({ price: 333 });
  const { guest } = await shop.given.cart([sku, 7]);
  await words.addCoupon(guest, 'TRACED');
  const order = (await shop.order(guest)).body.data;
  for (const { id } of [ten, other, vip]) await words.staff.delete(`/${id}`);

  const reply = await shop.call('get', `/orders/${order.id}/pricing-trace`, { headers: shop.keys.secret });

  expect(reply.status).toBe(200);
  const { rules, replay, lines } = reply.body.data;
  // 7 x 3.33 = 23.31; two are free: 16.65; ten percent of that is 1.665, rounded once: 1.67.
  expect(lines).toMatchObject([{ sku, discount: euros(833), lineTotal: euros(1498), priceSource: { kind: 'base' } }]);
  expect(replay).toEqual({ same: true, discount: euros(833) });
  expect(rules.map(({ name, result, reason, amount }: Record<string, unknown>) => [name, result, reason, amount])).toEqual([
    ['Three for two', 'applied', 'applied', euros(666)], ['Ten of the order', 'applied', 'applied', euros(167)], ['For VIPs', 'refused', 'customer_group', euros(0)],
  ]);
});

test('a trace that was tampered with is told from what the engine decides', async () => {
  await words.running({ ...TEN_PERCENT, code: 'HONEST' });
  const order = (await shop.order(await cartWith('HONEST'))).body.data;
  await shop.connection.collection('pricing_traces').updateOne({ _id: order.id }, { $set: { 'allocations.lines.0.allocations.0.amount.amount': 99 } });

  const { replay } = (await shop.call('get', `/orders/${order.id}/pricing-trace`, { headers: shop.keys.secret })).body.data;

  expect(replay).toEqual({ same: false, discount: euros(100) });
});

test('an order without any promotion has a trace of its prices all the same', async () => {
  const order = (await shop.order(await cartWith(null))).body.data;

  const { data } = (await shop.call('get', `/orders/${order.id}/pricing-trace`, { headers: shop.keys.secret })).body;

  expect(data).toMatchObject({ decidedAt: null, rules: [], replay: { same: true, discount: euros(0) }, lines: [{ lineTotal: euros(1000), allocations: [] }] });
  expect(await shop.count('pricing_traces', { _id: order.id })).toBe(0);
});

test('the auditor finds a use that nobody counted and an order that lost its promotion', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'AUDITED', limits: { uses: 5 } });
  const order = (await shop.order(await cartWith('AUDITED'))).body.data;
  const counters = shop.connection.collection<{ _id: string }>('promotion_counters');
  const redemptions = shop.connection.collection('promotion_redemptions');
  const found = async () => (await shop.violations()).map(({ invariant, subject }) => `${invariant} ${subject}`).sort();

  await counters.updateOne({ _id: id }, { $set: { uses: 9 } });
  expect(await found()).toEqual([`promotions.uses_are_those_of_orders promotion:${id}`, `promotions.within_limits promotion:${id}`]);
  await counters.updateOne({ _id: id }, { $set: { uses: 1 } });
  await redemptions.updateOne({ orderId: order.id }, { $set: { state: 'returned' } });
  expect(await found()).toContain(`promotions.orders_hold_what_they_were_given order:${order.id as string}`);
  await redemptions.updateOne({ orderId: order.id }, { $set: { state: 'held' } });
});
