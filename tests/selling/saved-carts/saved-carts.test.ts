import { givenUser, type GivenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const call = (user: GivenUser, method: 'get' | 'post' | 'delete', path: string, body?: object) => shop.call(method, path, { headers: user.headers, ...(body && { body }) });
const put = (user: GivenUser, sku: string, quantity: number) => call(user, 'post', '/cart/items', { sku, quantity });
const linesOf = async (user: GivenUser) => ((await call(user, 'get', '/cart')).body.data.items as Array<{ sku: string; quantity: number }>).map(({ sku, quantity }) => [sku, quantity]);

test('a cart is saved, emptied and taken up again at the prices of that day, with what is gone or short told line by line', async () => {
  const [ada, [a, b, c]] = [await givenUser(shop), await Promise.all([shop.given.variant({ price: 1000, stock: 10 }), shop.given.variant({ stock: 3 }), shop.given.variant()])];
  for (const [sku, quantity] of [[a!.sku, 2], [b!.sku, 3], [c!.sku, 1]] as const) await put(ada, sku, quantity);

  const saved = await call(ada, 'post', '/customers/me/carts', { name: 'For the garden', clear: true });
  expect([saved.status, saved.body.data.lines.map(({ sku, quantity }: { sku: string; quantity: number }) => [sku, quantity]), await linesOf(ada)]).toEqual([201, [[a!.sku, 2], [b!.sku, 3], [c!.sku, 1]], []]);
  expect((await call(ada, 'get', '/customers/me/carts')).body.data.items).toMatchObject([{ id: saved.body.data.id, name: 'For the garden' }]);
  await shop.restock(b!.sku, -1);
  await shop.call('delete', `/products/${c!.productId}`, { headers: shop.keys.secret });
  await put(ada, a!.sku, 1);

  const restored = await call(ada, 'post', `/customers/me/carts/${saved.body.data.id}/restoration`);

  expect(restored.body.data.report).toEqual([{ sku: a!.sku, requested: 2, merged: 2 }, { sku: b!.sku, requested: 3, merged: 2, reason: 'stock' }, { sku: c!.sku, requested: 1, merged: 0, reason: 'gone' }]);
  expect(await linesOf(ada)).toEqual([[a!.sku, 3], [b!.sku, 2]]);
});

test('one of each name, nothing empty, and nobody else\'s; what is refused changes nothing', async () => {
  const [ada, eve, { sku }] = [await givenUser(shop), await givenUser(shop), await shop.given.variant()];
  expect((await call(ada, 'post', '/customers/me/carts', { name: 'Empty' })).body).toMatchObject({ status: 400, code: 'cart_empty' });
  await put(ada, sku, 1);

  const replies = await Promise.all(Array.from({ length: 20 }, () => call(ada, 'post', '/customers/me/carts', { name: 'Weekly' })));

  expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  const id = replies.find(({ status }) => status === 201)!.body.data.id as string;
  for (const [method, path] of [['get', ''], ['post', '/restoration'], ['delete', '']] as const) expect((await call(eve, method, `/customers/me/carts/${id}${path}`)).status).toBe(404);
  expect(await linesOf(ada)).toEqual([[sku, 1]]);
  expect([(await call(ada, 'delete', `/customers/me/carts/${id}`)).status, (await call(ada, 'get', `/customers/me/carts/${id}`)).status]).toEqual([200, 404]);
});
