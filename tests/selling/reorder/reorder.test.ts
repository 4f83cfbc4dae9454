import { givenUser } from '../../support/given.js';
import { euros, openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const reorder = (id: string, headers: Record<string, string>) => shop.call('post', `/orders/${id}/reorder`, { headers });
const bought = async (...lines: Array<[string, number]>) => {
  const { guest } = await shop.given.cart(...lines);
  const { id, orderToken } = (await shop.order(guest)).body.data as { id: string; orderToken: string };
  return { id, owner: { 'x-order-token': orderToken } };
};
const archive = async (productId: string) => { await shop.call('delete', `/products/${productId}`, { headers: shop.keys.secret }); };
const reprice = async (productId: string, sku: string, base: number) => {
  const { body } = await shop.call('get', `/products/${productId}/variants`, { headers: shop.keys.secret });
  const variant = body.data.items.find((one: { sku: string }) => one.sku === sku);
  const url = `/products/${productId}/variants/${variant.id}`;
  const reply = await shop.call('put', url, { headers: { ...shop.keys.secret, 'if-match': '*' }, body: { prices: [{ currency: 'EUR', base }] } });
  expect([reply.status, reply.body.code]).toEqual([200, undefined]);
};

test('what is still there goes into a new cart at today\'s prices, and every line is told of', async () => {
  const [there, dearer, scarce, gone, empty] = await Promise.all([
    shop.given.variant({ price: 1000, stock: 10 }), shop.given.variant({ price: 500, stock: 10 }), shop.given.variant({ stock: 4 }), shop.given.variant(), shop.given.variant({ stock: 2 }),
  ]);
  const { id, owner } = await bought([there.sku, 2], [dearer.sku, 1], [scarce.sku, 3], [gone.sku, 1], [empty.sku, 2]);
  await archive(gone.productId);
  await reprice(dearer.productId, dearer.sku, 700);

  const { status, body } = await reorder(id, owner);

  expect(status).toBe(200);
  expect(body.data.report).toEqual([
    { sku: there.sku, name: expect.any(String), requested: 2, added: 2, result: 'added', before: euros(1000), now: euros(1000) },
    { sku: dearer.sku, name: expect.any(String), requested: 1, added: 1, result: 'added', before: euros(500), now: euros(700) },
    { sku: scarce.sku, name: expect.any(String), requested: 3, added: 1, result: 'limited', before: euros(1999), now: euros(1999) },
    { sku: gone.sku, name: expect.any(String), requested: 1, added: 0, result: 'gone', before: euros(1999), now: null },
    { sku: empty.sku, name: expect.any(String), requested: 2, added: 0, result: 'out_of_stock', before: euros(1999), now: euros(1999) },
  ]);
  expect(body.data.cart.items.map(({ sku, quantity, lineTotal }: { sku: string; quantity: number; lineTotal: object }) => [sku, quantity, lineTotal])).toEqual([
    [there.sku, 2, euros(2000)], [dearer.sku, 1, euros(700)], [scarce.sku, 1, euros(1999)],
  ]);
  expect(body.data.cart.problems).toEqual([]);
  const placed = await shop.order({ 'x-cart-token': body.data.cart.cartToken });
  expect([placed.status, placed.body.data.totals.subtotal]).toEqual([201, euros(4699)]);
});

test('beside what lies in the cart already, up to the limit of stock', async () => {
  const ada = await givenUser(shop);
  const { sku } = await shop.given.variant({ stock: 6 });
  await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku, quantity: 2 } });
  const { id } = (await shop.order(ada.headers)).body.data;
  await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku, quantity: 3 } });

  const { body } = await reorder(id, ada.headers);

  expect(body.data.report).toMatchObject([{ sku, requested: 2, added: 1, result: 'limited' }]);
  expect(body.data.cart.items).toMatchObject([{ sku, quantity: 4 }]);
});

test('somebody else\'s order is 404 and changes no cart', async () => {
  const eve = await givenUser(shop);
  const { sku } = await shop.given.variant();
  const { id } = await bought([sku, 1]);

  for (const headers of [eve.headers, {}, { 'x-order-token': 'guessed' }]) expect((await reorder(id, headers)).body).toMatchObject({ status: 404, code: 'order_not_found' });
  expect((await shop.call('get', '/cart', { headers: eve.headers })).body.data.items).toEqual([]);
});
