import { newSku, openCatalogWorld, openOtherNode, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
let node: Awaited<ReturnType<typeof openOtherNode>>;
let warehouse: Json;
beforeAll(async () => {
  world = await openCatalogWorld();
  node = await openOtherNode(world);
  warehouse = await world.given.warehouse();
});
afterAll(async () => {
  await node.close();
  await world.close();
});
afterEach(() => expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]));

const adjust = (sku: string, delta: number) => node.inTurn('post', '/inventory/adjustments', { body: { sku, warehouseId: warehouse['id'], delta, reason: 'counted' } });
const shown = async ({ id }: Json): Promise<Json> => (await world.call('get', `/products/${id as string}`)).body.data as Json;

test('stock that changes is in the next answer, the list follows when it runs out, and nobody\'s If-Match goes stale', async () => {
  const sku = newSku();
  const product = await world.given.product({ sku });
  expect(await shown(product)).toMatchObject({ inStock: false, variants: [{ available: 0 }], version: 1 });
  expect((await world.call('get', '/products?in_stock=true')).body.data.total).toBe(0);

  await adjust(sku, 5);
  expect(await shown(product)).toMatchObject({ inStock: true, variants: [{ available: 5 }], version: 1 });
  expect((await world.call('get', '/products?in_stock=true')).body.data.total).toBe(1);
  expect((await world.call('get', '/products?expand=variants')).body.data.items[0].variants[0].available).toBe(5);

  await adjust(sku, -2);
  expect((await world.call('get', '/products?expand=variants')).body.data.items[0].variants[0].available).toBe(3);
  await adjust(sku, -3);
  expect(await shown(product)).toMatchObject({ inStock: false, variants: [{ available: 0 }], version: 1 });
  expect((await world.call('get', '/products?in_stock=true')).body.data.total).toBe(0);
});

test('thirty changes of stock at once end in the exact figure', async () => {
  const sku = newSku();
  const product = await world.given.product({ sku });
  await adjust(sku, 100);
  await shown(product);

  const replies = await Promise.all(Array.from({ length: 30 }, (_unused, at) => adjust(sku, at % 3 === 0 ? -5 : 2)));

  expect(replies.every(({ status }) => status < 300)).toBe(true);
  expect(await shown(product)).toMatchObject({ inStock: true, variants: [{ available: 100 - 50 + 40 }] });
});

test('thirty variants of one product that run out at once leave it out of stock, and back again', async () => {
  const skus = Array.from({ length: 30 }, () => newSku());
  const product = await world.given.product({ variants: skus.map((sku) => ({ sku, prices: [{ currency: 'EUR', base: 100 }] })) });
  await Promise.all(skus.map((sku) => adjust(sku, 1)));
  expect(await shown(product)).toMatchObject({ inStock: true });
  await Promise.all(skus.map((sku) => adjust(sku, -1)));

  const { inStock, variants } = await shown(product);
  expect(inStock).toBe(false);
  expect(variants.map(({ available }: Json) => available)).toEqual(skus.map(() => 0));
});

test('an older figure never replaces a newer one, and the same twice changes nothing', async () => {
  const sku = newSku();
  await world.given.product({ sku });
  await adjust(sku, 9);
  const variants = world.connection.collection('variants');
  const before = await variants.findOne({ sku });

  await Promise.all(Array.from({ length: 10 }, () => world.container.catalog.refreshAvailability([sku])));
  expect(await variants.findOne({ sku })).toEqual(before);

  await variants.updateOne({ sku }, { $set: { available: 1, stockVersion: 1_000_000 } });
  await world.container.catalog.refreshAvailability([sku, 'unknown', sku]);
  expect(await variants.findOne({ sku })).toMatchObject({ available: 1, stockVersion: 1_000_000 });
});

test('what a dead process left undone is done by the event', async () => {
  const sku = newSku();
  const product = await world.given.product({ sku });
  await adjust(sku, 4);
  await world.connection.collection('variants').updateOne({ sku }, { $set: { available: 0, stockVersion: -1 } });
  await world.connection.collection('products').updateOne({ slug: product['slug'] }, { $set: { inStock: false } });

  await world.runEvents();

  expect(await shown(product)).toMatchObject({ inStock: true, variants: [{ available: 4 }] });
});
