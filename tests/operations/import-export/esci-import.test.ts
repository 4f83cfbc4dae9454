import { ESCI_FILE, hasEsci, NO_ERRORS, openImportWorld, type ImportWorld } from './import-world.js';

const tests = hasEsci ? test : test.skip;
const skipped = hasEsci ? '' : ' (skipped: the data is absent; KONTOR_DATA names its folder)';
const COUNTED = { rows: 6_764, active: 1_987, draft: 4_777, draftReasons: { no_price: 4_774, zero_price: 3 }, uncategorised: 252, ...NO_ERRORS };

let world: ImportWorld;
beforeAll(async () => { world = await openImportWorld('esci'); });
afterAll(() => world.close());

tests(`the ESCI catalogue goes in whole, is the same the second time, and what has a price can be bought${skipped}`, async () => {
  const first = await world.imported(ESCI_FILE, { mapping: 'esci', stock: 100 });
  const second = await world.imported(ESCI_FILE, { mapping: 'esci', stock: 100 });

  expect(first).toEqual({ ...COUNTED, created: 6_764, updated: 0, unchanged: 0 });
  expect(second).toEqual({ ...COUNTED, created: 0, updated: 0, unchanged: 6_764 });
  expect(await world.count('products')).toBe(6_764);
  expect(await world.count('variants')).toBe(6_764);
  expect(await world.count('products', { status: 'active', visible: true })).toBe(1_987);
  expect(await world.count('products', { inStock: true })).toBe(1_987);
  expect(await world.count('stock_levels', { onHand: 100 })).toBe(1_987);

  const { _id: category, priced } = (await world.connection.collection('products').aggregate([
    { $match: { visible: true } }, { $unwind: '$categoryIds' }, { $group: { _id: '$categoryIds', priced: { $sum: 1 } } }, { $sort: { priced: -1, _id: 1 } }, { $limit: 1 },
  ]).toArray())[0] as { _id: object; priced: number };
  const list = await world.call('get', `/categories/${String(category)}/products?currency=USD&in_stock=true`);
  expect(list.body.data.total).toBeGreaterThanOrEqual(priced);
  const product = await world.call('get', `/products/${String(list.body.data.items[0].id)}?currency=USD`);
  const [variant] = product.body.data.variants;
  expect(variant).toMatchObject({ available: 100, price: { currency: 'USD' } });

  const { body: cart } = await world.call('post', '/cart/items', { body: { sku: variant.sku, quantity: 1, currency: 'USD' } });
  const order = await world.order({ 'x-cart-token': cart.data.cartToken });
  expect([order.status, order.body.data.status, order.body.data.totals.subtotal]).toEqual([201, 'placed', variant.price]);
  expect(await world.violations()).toEqual([]);
  expect(world.defects).toEqual([]);
});
