import { givenUser } from '../../support/given.js';
import { COMMANDS, ORDER_STATUSES } from '../../../src/fulfilment/orders/orders.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const placed = async (stock = 10) => {
  const { sku } = await shop.given.variant({ stock });
  const { guest } = await shop.given.cart([sku, 2]);
  const { id, orderToken } = (await shop.order(guest)).body.data as { id: string; orderToken: string };
  return { sku, id, owner: { 'x-order-token': orderToken } };
};
const move = (id: string, status: string) => shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status } });
const WORDS = [...new Set<string>([...ORDER_STATUSES, ...COMMANDS])];

describe('moving an order along', () => {
  test.each([
    { path: [], allowed: ['shipped', 'completed', 'cancelled'] },
    { path: ['shipped'], allowed: ['delivered', 'completed'] },
    { path: ['shipped', 'delivered'], allowed: ['completed'] },
    { path: ['shipped', 'delivered', 'completed'], allowed: [] },
    { path: ['completed'], allowed: [] },
    { path: ['cancelled'], allowed: [] },
  ])('after $path only $allowed is possible; every other word is 409 with that list', async ({ path, allowed }) => {
    const { id } = await placed();
    for (const status of path) expect((await move(id, status)).status).toBe(200);
    const before = (await shop.call('get', `/orders/${id}`, { headers: shop.keys.secret })).text;

    for (const word of WORDS.filter((status) => !allowed.includes(status))) {
      expect((await move(id, word)).body).toMatchObject({ status: 409, code: 'illegal_transition', requested: word, allowed });
    }

    expect((await shop.call('get', `/orders/${id}`, { headers: shop.keys.secret })).text).toBe(before);
  });

  test('sending lowers what is on hand, cancelling gives back', async () => {
    const [sent, cancelled] = [await placed(), await placed()];

    await move(sent.id, 'shipped');
    await move(cancelled.id, 'cancelled');

    expect(await shop.level(sent.sku)).toEqual({ onHand: 8, reserved: 0 });
    expect(await shop.level(cancelled.sku)).toEqual({ onHand: 10, reserved: 0 });
  });

  test('of two at the same moment one wins', async () => {
    const { id, sku } = await placed();

    const replies = await Promise.all([...Array(10).fill('cancelled'), ...Array(10).fill('shipped')].map((status: string) => move(id, status)));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(19);
    expect((await shop.level(sku)).reserved).toBe(0);
  });

  test('tells who did it, why, and what was before', async () => {
    const { id } = await placed();
    await move(id, 'shipped');

    const { body } = await shop.call('get', `/orders/${id}/timeline`, { headers: shop.keys.secret });

    expect(body.data.items).toMatchObject([
      { event: 'order.placed', cause: 'checkout', actor: { type: 'guest', id: null }, before: {}, after: { status: 'placed', paymentStatus: 'pending' } },
      { event: 'order.shipped', actor: { type: 'key' }, before: { fulfilmentStatus: 'unfulfilled' }, after: { fulfilmentStatus: 'shipped' } },
    ]);
  });

  test('is for staff', async () => {
    const { id } = await placed();
    const customer = await givenUser(shop);

    const reply = await shop.call('put', `/orders/${id}/status`, { headers: customer.headers, body: { status: 'shipped' } });

    expect(reply.body).toMatchObject({ status: 403, code: 'missing_permission', permission: 'orders:write' });
  });

  test('with a stale If-Match is 412', async () => {
    const { id } = await placed();

    const reply = await shop.call('put', `/orders/${id}/status`, { headers: { ...shop.keys.secret, 'if-match': '"99.x"' }, body: { status: 'shipped' } });

    expect(reply.body).toMatchObject({ status: 412, code: 'stale_version' });
  });
});

describe('cancelling', () => {
  test('by the guest who holds the token gives everything back once, however often it is asked', async () => {
    const { id, sku, owner } = await placed();

    const replies = await Promise.all(Array.from({ length: 10 }, () => shop.call('post', `/orders/${id}/cancellation`, { headers: owner, body: { reason: 'Changed my mind.' } })));

    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 0 });
  });

  test('somebody else\'s order is 404', async () => {
    const { id, sku } = await placed();

    for (const headers of [{}, { 'x-order-token': 'guessed' }]) {
      expect((await shop.call('post', `/orders/${id}/cancellation`, { headers, body: {} })).status).toBe(404);
    }
    expect((await shop.level(sku)).reserved).toBe(2);
  });

  test('takes back the points of the purchase', async () => {
    const ada = await givenUser(shop);
    const points = async () => (await shop.call('get', '/customers/me/loyalty', { headers: ada.headers })).body.data.points as number;
    const { sku } = await shop.given.variant({ price: 2550 });
    await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku, quantity: 2 } });
    const { id } = (await shop.order(ada.headers)).body.data;
    expect(await points()).toBe(51);

    await shop.call('post', `/orders/${id}/cancellation`, { headers: ada.headers, body: {} });

    expect(await points()).toBe(0);
  });
});
