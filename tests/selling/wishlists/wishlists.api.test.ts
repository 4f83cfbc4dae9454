import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

type Person = { headers: Record<string, string> };
const base = '/customers/me/wishlists';
const add = (person: Person, body: object, id = 'default') => shop.call('post', `${base}/${id}/items`, { headers: person.headers, body });
const get = async (person: Person, id = 'default') => (await shop.call('get', `${base}/${id}`, { headers: person.headers })).body.data;

test('a thing on the list is shown as it is now, with how far its price fell', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant({ price: 2000 });
  expect((await add(ada, { productId, note: 'for the hall' })).status).toBe(201);
  const product = (await shop.call('get', `/products/${productId}`, { headers: shop.keys.secret })).body.data;
  const [{ id: variantId, sku, version }] = product.variants;
  const changed = await shop.call('put', `/products/${productId}/variants/${variantId}`, { headers: { ...shop.keys.secret, 'if-match': `"${version}"` }, body: { sku, prices: [{ currency: 'EUR', base: 2000, sale: 1500 }] } });
  expect(changed.status).toBe(200);

  const { items } = await get(ada);

  expect(items).toMatchObject([{ productId, note: 'for the hall', priceThen: { amount: 2000, currency: 'EUR' }, priceDrop: { amount: 500, currency: 'EUR' }, product: { inStock: true } }]);
});

test('thirty things put there at once by a new customer are one list with all of them', async () => {
  const ada = await givenUser(shop);
  const products = await Promise.all(Array.from({ length: 30 }, () => shop.given.variant({ stock: 0 })));

  const added = await Promise.all(products.map(({ productId }) => add(ada, { productId })));

  expect(added.map(({ status }) => status)).toEqual(Array(30).fill(201));
  expect((await get(ada)).items).toHaveLength(30);
  expect(await shop.count('wishlists', { userId: ada.id })).toBe(1);
});

test('the same thing twice is there once, and is taken off again', async () => {
  const ada = await givenUser(shop);
  const { productId, sku } = await shop.given.variant();

  await add(ada, { productId, sku });
  await add(ada, { productId, sku, note: 'size M' });
  expect((await get(ada)).items).toMatchObject([{ sku, note: 'size M' }]);

  expect((await shop.call('delete', `${base}/default/items/${productId}?sku=${sku}`, { headers: ada.headers })).body.data.items).toEqual([]);
});

test('a shared list shows neither its owner nor his notes, and its link can be ended', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();
  const { id } = (await shop.call('post', base, { headers: ada.headers, body: { name: 'Wedding' } })).body.data;
  await add(ada, { productId, note: 'secret note' }, id);
  const { token } = (await shop.call('post', `${base}/${id}/sharing`, { headers: ada.headers })).body.data;

  const seen = await shop.call('get', `/wishlists/shared/${token}`);

  expect(seen.body.data).toMatchObject({ name: 'Wedding', items: [{ productId, note: '' }] });
  expect(seen.text).not.toMatch(new RegExp(`${ada.id}|secret note|${ada.email}`));
  await shop.call('delete', `${base}/${id}/sharing`, { headers: ada.headers });
  expect((await shop.call('get', `/wishlists/shared/${token}`)).status).toBe(404);
});

test('somebody else\'s list is not there, and a product that is hidden cannot be wished for', async () => {
  const [ada, eve] = [await givenUser(shop), await givenUser(shop)];
  const { id } = (await shop.call('post', base, { headers: ada.headers, body: { name: 'Mine' } })).body.data;
  const draft = await shop.given.variant({ status: 'draft' });

  expect((await shop.call('get', `${base}/${id}`, { headers: eve.headers })).status).toBe(404);
  expect((await shop.call('delete', `${base}/${id}`, { headers: eve.headers })).status).toBe(404);
  expect((await add(ada, { productId: draft.productId })).status).toBe(404);
  expect((await shop.call('get', base, { headers: ada.headers })).body.data.items).toMatchObject([{ id, name: 'Mine', count: 0 }]);
});

test.each([[{ productId: 'x' }, '#/body/productId'], [{ productId: '5f0000000000000000000000', price: 1 }, '#/body/price']])('refuses %j', async (body, pointer) => {
  const ada = await givenUser(shop);

  const refused = await add(ada, body);

  expect([refused.status, [...new Set(refused.body.errors.map((error: { pointer: string }) => error.pointer))]]).toEqual([400, [pointer]]);
});
