import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});

let nth = 0;
const staff = (method: 'get' | 'post' | 'patch' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const stock = async (sku: string) => { const { onHand, reserved, available } = (await staff('get', `/inventory/${sku}`)).body.data; return [onHand, reserved, available]; };
const variantOf = async (productId: string) => (await shop.call('get', `/products/${productId}`)).body.data.variants[0];

/** A camera kit: one body, two batteries. */
async function givenKit({ bodies = 3, batteries = 5, price = 9999 } = {}) {
  nth += 1;
  const [body, battery] = [await shop.given.variant({ sku: `BODY-${nth}`, price: 8000, stock: bodies }), await shop.given.variant({ sku: `BATT-${nth}`, price: 1000, stock: batteries })];
  const components = [{ sku: body.sku, quantity: 1 }, { sku: battery.sku, quantity: 2 }];
  const made = await staff('post', '/products', { name: `Kit ${nth}`, description: 'A kit.', categoryIds: [], status: 'active', variants: [{ sku: `KIT-${nth}`, prices: [{ currency: 'EUR', base: price }], components }] });
  expect(made.status).toBe(201);
  return { sku: `KIT-${nth}`, productId: made.body.data.id as string, variantId: made.body.data.variants[0].id as string, body: body.sku, battery: battery.sku, components };
}

test('a set shows what its scarcest component allows, is sold from their stock, names them with their shares, and is sent and returned by them', async () => {
  const kit = await givenKit();
  expect(await variantOf(kit.productId)).toMatchObject({ available: 2, components: kit.components });

  const { guest } = await shop.given.cart([kit.sku, 2]);
  const order = (await shop.order(guest)).body.data;

  expect(order.items[0]).toMatchObject({ sku: kit.sku, quantity: 2, lineTotal: { amount: 19_998 }, components: [
    { sku: kit.body, quantity: 1, share: { amount: 15_998, currency: 'EUR' } }, { sku: kit.battery, quantity: 2, share: { amount: 4000, currency: 'EUR' } },
  ] });
  expect([await stock(kit.body), await stock(kit.battery)]).toEqual([[3, 2, 1], [5, 4, 1]]);
  expect((await variantOf(kit.productId)).available).toBe(0);

  const sent = await staff('put', `/orders/${order.id}/status`, { status: 'shipped' });
  expect(sent.body.data.fulfilmentStatus).toBe('shipped');
  expect([await stock(kit.body), await stock(kit.battery)]).toEqual([[1, 0, 1], [1, 0, 1]]);

  // One came back: its components are sold again.
  await shop.container.inTransaction(() => shop.container.inventory.restock({
    key: `return-${order.id}`, cause: { type: 'return', id: order.id }, lines: [{ sku: kit.body, warehouseId: shop.warehouse['id'], quantity: 1 }, { sku: kit.battery, warehouseId: shop.warehouse['id'], quantity: 2 }],
  }));
  expect((await variantOf(kit.productId)).available).toBe(1);
});

test('a set arrives when its components do', async () => {
  const kit = await givenKit();

  const promise = await shop.call('get', `/delivery-promise?sku=${kit.sku}&quantity=2&country=GB`);
  const tooMany = await shop.call('get', `/delivery-promise?sku=${kit.sku}&quantity=3&country=GB`);

  expect(promise.body.data).toMatchObject({ possible: true, parcels: [{ lines: [{ sku: kit.body, quantity: 2 }, { sku: kit.battery, quantity: 4 }] }] });
  expect(tooMany.body.data).toMatchObject({ possible: false, shortages: [{ sku: kit.battery, requested: 6, available: 5 }] });
});

test('a cancelled set gives every component back', async () => {
  const kit = await givenKit();
  const { guest } = await shop.given.cart([kit.sku, 2]);
  const order = (await shop.order(guest)).body.data;

  await shop.call('post', `/orders/${order.id}/cancellation`, { headers: { 'x-order-token': order.orderToken }, body: {} });

  expect([await stock(kit.body), await stock(kit.battery)]).toEqual([[3, 0, 3], [5, 0, 5]]);
  expect((await variantOf(kit.productId)).available).toBe(2);
});

test('all components or none: when one is short nothing of the others is taken', async () => {
  const kit = await givenKit({ bodies: 9, batteries: 3 });
  const { guest } = await shop.given.cart([kit.sku, 2]);

  const refused = await shop.order(guest);

  expect([refused.status, refused.body.code, refused.body.lines]).toEqual([409, 'insufficient_stock', [{ sku: kit.battery, requested: 4, available: 3 }]]);
  expect([await stock(kit.body), await stock(kit.battery)]).toEqual([[9, 0, 9], [3, 0, 3]]);
});

test('a set and its component in one cart count together', async () => {
  const kit = await givenKit({ bodies: 2, batteries: 4 });
  const { guest } = await shop.given.cart([kit.sku, 1], [kit.battery, 3]);

  const refused = await shop.order(guest);

  expect(refused.body).toMatchObject({ code: 'insufficient_stock', lines: [{ sku: kit.battery, requested: 5, available: 4 }] });
});

test('30 buyers at once of a set of which 8 can be made: 8 orders, and no component is left half taken', async () => {
  const kit = await givenKit({ bodies: 12, batteries: 17 });
  const carts = await Promise.all(Array.from({ length: 30 }, () => shop.given.cart(kit.sku)));

  const replies = await Promise.all(carts.map(({ guest }) => shop.order(guest)));

  expect(replies.map(({ status }) => status).sort()).toEqual([...Array(8).fill(201), ...Array(22).fill(409)]);
  expect([await stock(kit.body), await stock(kit.battery)]).toEqual([[12, 8, 4], [17, 16, 1]]);
});

test('what a set consists of can be changed, and its stock follows', async () => {
  const kit = await givenKit({ bodies: 3, batteries: 9 });

  const changed = await staff('patch', `/products/${kit.productId}/variants/${kit.variantId}`, { components: [{ sku: kit.battery, quantity: 4 }] });
  expect(changed.body.data.components).toEqual([{ sku: kit.battery, quantity: 4 }]);
  expect((await variantOf(kit.productId)).available).toBe(2);

  await staff('patch', `/products/${kit.productId}/variants/${kit.variantId}`, { components: null });
  expect(await variantOf(kit.productId)).toMatchObject({ available: 0 });
  expect(await variantOf(kit.productId)).not.toHaveProperty('components');
});

test.each([
  { _case: 'of nothing that exists', components: [{ sku: 'GHOST', quantity: 1 }], code: 'component_not_found' },
  { _case: 'of itself', components: [{ sku: 'SELF', quantity: 1 }], code: 'component_not_found' },
  { _case: 'of a set', components: [{ sku: 'KIT', quantity: 1 }], code: 'component_not_stocked' },
  { _case: 'of a half', components: [{ sku: 'BODY', quantity: 0.5 }], code: 'number_integer' },
])('a set $_case is refused', async ({ components, code }) => {
  const kit = await givenKit();
  const named = components.map(({ sku, quantity }) => ({ sku: sku === 'KIT' ? kit.sku : sku === 'BODY' ? kit.body : sku, quantity }));
  const before = await shop.count('products');

  const reply = await staff('post', '/products', { name: 'Wrong', description: 'x', categoryIds: [], variants: [{ sku: 'SELF', prices: [], components: named }] });

  expect([reply.status, reply.body.errors?.[0]?.code]).toEqual([400, code]);
  expect(await shop.count('products')).toBe(before);
});
