import { newSku, openCatalogWorld, type CatalogWorld } from './catalog-world.js';

let world: CatalogWorld;
beforeEach(async () => { world = await openCatalogWorld(); });
afterEach(async () => {
  expect(world.defects.splice(0)).toEqual([]);
  await world.close();
});

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

test('an active product with a time to come is hidden until then, and shown at once when it has come', async () => {
  const sku = newSku();
  const { id } = await world.given.product({ sku, publishAt: inAnHour() });
  expect((await world.call('get', `/products/${id as string}`)).status).toBe(404);
  expect((await world.call('get', '/products')).body.data.total).toBe(0);
  expect((await world.container.catalog.findVariants([sku])).get(sku)!.sellable).toBe(false);
  expect((await world.asStaff('get', `/products/${id as string}`)).body.data).toMatchObject({ status: 'active', visible: false });
  expect(await world.container.catalog.publishDue()).toBe(0);

  world.clock.offsetMs = 3_600_001;
  expect(await world.container.catalog.publishDue()).toBe(1);

  expect((await world.call('get', `/products/${id as string}`)).status).toBe(200);
  expect((await world.call('get', '/products')).body.data.total).toBe(1);
  expect((await world.container.catalog.findVariants([sku])).get(sku)!.sellable).toBe(true);
  expect((await world.eventsOf('product.published')).map(({ data }) => data.skus)).toEqual([[sku]]);
});

test('ten workers at once publish it once', async () => {
  const { id } = await world.given.product({ publishAt: inAnHour() });
  world.clock.offsetMs = 3_600_001;

  const published = await Promise.all(Array.from({ length: 10 }, () => world.container.catalog.publishDue()));

  expect(published.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await world.eventsOf('product.published')).toHaveLength(1);
  expect((await world.call('get', `/products/${id as string}`)).body.data.version).toBe(2);
});

test('a draft stays hidden although its time has come', async () => {
  const { id } = await world.given.product({ status: 'draft', publishAt: new Date(Date.now() - 1000).toISOString() });
  expect(await world.container.catalog.publishDue()).toBe(0);
  expect((await world.call('get', `/products/${id as string}`)).status).toBe(404);
});

test('the kept totals follow every way in and out of the shop', async () => {
  const totals = async () => [(await world.call('get', '/products')).body.data.total, (await world.asStaff('get', '/products')).body.data.total];
  const one = await world.given.product();
  await world.given.product({ status: 'draft' });
  const later = await world.given.product({ publishAt: inAnHour() });
  expect(await totals()).toEqual([1, 3]);
  await world.asStaff('delete', `/products/${one['id'] as string}`);
  expect(await totals()).toEqual([0, 3]);
  await world.asStaff('patch', `/products/${later['id'] as string}`, { body: { publishAt: null } });
  expect(await totals()).toEqual([1, 3]);
  const row = { key: 'k', sku: newSku(), name: 'Row', description: '', categoryIds: [], status: 'active' as const, attributes: {}, prices: [] };
  await world.container.catalog.upsertProducts([row]);
  expect(await totals()).toEqual([2, 4]);
  await world.container.catalog.upsertProducts([{ ...row, status: 'archived' }]);
  expect(await totals()).toEqual([1, 4]);
  await Promise.all(Array.from({ length: 20 }, () => world.given.product()));
  expect(await totals()).toEqual([21, 24]);
});
