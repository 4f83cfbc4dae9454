import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const times = <T>(n: number, work: (i: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_, i) => work(i)));

test('fifty equal requests with one key are one order and the same bytes', async () => {
  const { sku } = await shop.given.variant({ stock: 100 });
  const { guest } = await shop.given.cart(sku);
  const key = randomUUID();

  const replies = await times(50, () => shop.order(guest, { key }));

  const answered = replies.filter(({ status }) => status === 201);
  expect(replies.filter(({ status }) => status !== 201).every(({ body }) => body.code === 'request_in_flight')).toBe(true);
  expect(new Set(answered.map(({ text }) => text)).size).toBe(1);
  expect(await shop.level(sku)).toMatchObject({ reserved: 1 });
});

test('thirty different keys on one cart are one order', async () => {
  const { sku } = await shop.given.variant({ stock: 100 });
  const { guest } = await shop.given.cart(sku);
  const before = await shop.count('orders');

  const replies = await times(30, () => shop.order(guest));

  const ids = new Set(replies.filter(({ status }) => status < 300).map(({ body }) => body.data.id));
  expect(ids.size).toBe(1);
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(replies.every(({ status }) => status === 200 || status === 201 || status === 409)).toBe(true);
  expect(await shop.count('orders')).toBe(before + 1);
  expect(await shop.level(sku)).toMatchObject({ reserved: 1 });
});

test('adding to a cart while it is ordered is in the order or in the next cart, never lost', async () => {
  const { sku } = await shop.given.variant({ stock: 1000 });
  const { guest } = await shop.given.cart(sku);

  const [adds, [order]] = await Promise.all([
    times(10, () => shop.call('post', '/cart/items', { headers: guest, body: { sku } })),
    times(1, () => shop.order(guest)),
  ]);

  expect(order!.status).toBe(201);
  const added = adds.filter(({ status }) => status === 201).length;
  const left = (await shop.call('get', '/cart', { headers: guest })).body.data.items.reduce((all: number, { quantity }: { quantity: number }) => all + quantity, 0);
  expect(order!.body.data.items[0].quantity + left).toBe(1 + added);
});

test('twenty first adds of a new customer are one cart with all of them', async () => {
  const ada = await givenUser(shop);
  const skus = await times(20, async () => (await shop.given.variant()).sku);

  const replies = await times(20, (i) => shop.call('post', '/cart/items', { headers: ada.headers, body: { sku: skus[i]! } }));

  expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(201));
  expect((await shop.call('get', '/cart', { headers: ada.headers })).body.data.items).toHaveLength(20);
  expect(await shop.count('carts', { userId: ada.id, state: 'active' })).toBe(1);
});

test('two devices that log in with one guest cart make one cart without doubled lines', async () => {
  const ada = await givenUser(shop);
  const { sku } = await shop.given.variant({ stock: 100 });
  await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku, quantity: 2 } });
  const { guest } = await shop.given.cart([sku, 3]);

  await times(8, () => shop.call('post', '/auth/login', { headers: guest, body: { email: ada.email, password: ada.password } }));

  expect((await shop.call('get', '/cart', { headers: ada.headers })).body.data.items).toMatchObject([{ sku, quantity: 5 }]);
  expect((await shop.call('get', '/cart', { headers: guest })).body.data).toMatchObject({ id: null, items: [] });
});

test('a merge is capped at stock and reported line by line', async () => {
  const ada = await givenUser(shop);
  const [few, gone] = [await shop.given.variant({ stock: 4 }), await shop.given.variant()];
  await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku: few.sku, quantity: 3 } });
  const { token } = await shop.given.cart([few.sku, 3], gone.sku);
  await shop.call('delete', `/products/${gone.productId}`, { headers: shop.keys.secret });

  const { body } = await shop.call('post', '/cart/merge', { headers: ada.headers, body: { cartToken: token } });

  expect(body.data.report).toEqual([{ sku: few.sku, requested: 3, merged: 1, reason: 'stock' }, { sku: gone.sku, requested: 1, merged: 0, reason: 'gone' }]);
  expect(body.data.items).toMatchObject([{ sku: few.sku, quantity: 4 }]);
});

test('the same SKU bought by forty carts at once is sold six times when there are six', async () => {
  const { sku } = await shop.given.variant({ stock: 6 });
  const carts = await times(40, () => shop.given.cart(sku));

  const replies = await times(40, (i) => shop.order(carts[i]!.guest));

  expect(replies.map(({ status }) => status).sort()).toEqual([...Array(6).fill(201), ...Array(34).fill(409)]);
  expect(await shop.level(sku)).toEqual({ onHand: 6, reserved: 6 });
});
