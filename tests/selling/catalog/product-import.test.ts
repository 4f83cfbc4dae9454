import type { ImportProduct } from '../../../src/selling/catalog/index.js';
import { newSku, openCatalogWorld, type CatalogWorld } from './catalog-world.js';

let world: CatalogWorld;
beforeAll(async () => { world = await openCatalogWorld(); });
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const row = (name: string, more: Partial<ImportProduct> = {}): ImportProduct => ({
  key: `key-${name}`, sku: `sku-${name}`, name: `Imported ${name}`, description: `About ${name}.`, categoryIds: [], status: 'active',
  attributes: { colour: 'black' }, prices: [{ currency: 'EUR', base: 1000 }], ...more,
});
const upsert = (...rows: ImportProduct[]) => world.container.catalog.upsertProducts(rows);
const versionsOf = (rows: ImportProduct[]) => world.connection.collection('products').find({ externalRef: { $in: rows.map(({ key }) => key) } }).sort({ externalRef: 1 })
  .map(({ version, updatedAt }) => [version, updatedAt]).toArray();

test('a batch is created once, and the same batch again writes nothing', async () => {
  const rows = Array.from({ length: 50 }, (_unused, at) => row(`once-${at}`));

  const first = await upsert(...rows);
  expect(first.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'created'));
  const [before, events, history] = [await versionsOf(rows), (await world.events()).length, await world.count('price_history')];
  const second = await upsert(...rows);

  expect(second.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'unchanged'));
  expect(await versionsOf(rows)).toEqual(before);
  expect(await world.events()).toHaveLength(events);
  expect(await world.count('price_history')).toBe(history);
  expect(await world.count('stock_items', { _id: /^sku-once-/ as never })).toBe(50);
  expect((await world.eventsOf('products.imported')).map(({ data }) => [data.created, data.updated, data.productIds.length])).toEqual([[50, 0, 50]]);
});

test('only the rows that differ are written, and a changed price reaches readers, carts and the history', async () => {
  const rows = [row('a'), row('b'), row('c')];
  const [made] = await upsert(...rows);
  const id = made!.outcome === 'error' ? '' : made!.productId;
  expect((await world.call('get', `/products/${id}`)).body.data.price.from).toEqual({ amount: 1000, currency: 'EUR' });

  const again = await upsert(row('a', { prices: [{ currency: 'EUR', base: 1000, sale: 750 }] }), row('b'), row('c', { name: 'Renamed' }));

  expect(again.map(({ outcome }) => outcome)).toEqual(['updated', 'unchanged', 'updated']);
  expect((await world.call('get', `/products/${id}`)).body.data).toMatchObject({ price: { from: { amount: 750, currency: 'EUR' } }, compareAtPrice: { amount: 1000, currency: 'EUR' }, version: 2 });
  const found = await world.container.catalog.findVariants(['sku-a', 'sku-c']);
  expect(found.get('sku-a')!.prices).toEqual([{ currency: 'EUR', base: 1000, sale: 750 }]);
  expect(found.get('sku-c')!.productName).toBe('Renamed');
  expect(await world.connection.collection('price_history').find({ sku: 'sku-a' }).sort({ _id: 1 }).map(({ kind, before, after }) => [kind, before, after]).toArray())
    .toEqual([['base', null, 1000], ['sale', null, 750]]);
});

test('a row that is wrong says why and the others are stored', async () => {
  await world.given.product({ sku: 'taken-by-hand', externalRef: 'from-elsewhere', slug: 'taken-slug' });
  await world.asStaff('post', '/attributes', { body: { code: 'watts', name: 'Power', type: 'number' } });

  const outcomes = await upsert(row('fine'), row('cat', { categoryIds: ['0123456789abcdef01234567'] }), row('sku', { sku: 'TAKEN-by-hand' }), row('slug', { slug: 'taken-slug' }), row('attr', { attributes: { watts: 'many' } }));

  expect(outcomes.map((one) => (one.outcome === 'error' ? [one.code, one.field] : one.outcome))).toEqual([
    'created', ['unknown_category', 'categoryIds'], ['sku_taken', 'sku'], ['slug_taken', 'slug'], ['attribute_number', 'attributes.watts'],
  ]);
  expect(await world.count('products', { externalRef: { $in: ['key-cat', 'key-sku', 'key-slug', 'key-attr'] } })).toBe(0);
});

test('equal names get distinct slugs that stay the same; equal keys in one batch are applied one after the other', async () => {
  const names = [row('n1', { name: 'Same Name' }), row('n2', { name: 'Same Name' }), row('n3', { name: 'Same Name' })];
  await upsert(...names);
  const slugs = await world.connection.collection('products').find({ name: 'Same Name' }).sort({ externalRef: 1 }).map(({ slug }) => slug).toArray();
  expect(slugs).toEqual(['same-name', 'same-name-key-n2', 'same-name-key-n3']);
  expect((await upsert(...names)).map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);

  const twice = await upsert(row('twice', { name: 'First' }), row('twice', { name: 'Second' }), row('twice', { name: 'Second' }));
  expect(twice.map(({ outcome }) => outcome)).toEqual(['created', 'updated', 'unchanged']);
  expect(await world.connection.collection('products').findOne({ externalRef: 'key-twice' })).toMatchObject({ name: 'Second', version: 2 });
});

test('a product that was made by hand is adopted by its SKU', async () => {
  const sku = newSku();
  const { id } = await world.given.product({ sku, brand: 'Kept' });
  expect(await upsert(row('adopted', { sku }))).toEqual([{ key: 'key-adopted', outcome: 'updated', productId: id }]);
  expect(await world.connection.collection('products').findOne({ externalRef: 'key-adopted' })).toMatchObject({ name: 'Imported adopted', brand: 'Kept' });
});

test('ten imports of the same rows at once make each product once', async () => {
  const rows = Array.from({ length: 20 }, (_unused, at) => row(`race-${at}`, { name: 'Raced' }));
  const all = await Promise.all(Array.from({ length: 10 }, () => upsert(...rows)));

  expect(all.flat().filter(({ outcome }) => outcome === 'created')).toHaveLength(20);
  expect(all.flat().filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(180);
  expect(await world.count('products', { name: 'Raced' })).toBe(20);
  expect(await world.count('variants', { productName: 'Raced' })).toBe(20);
  expect(await world.count('price_history', { sku: /^sku-race-/ })).toBe(20);
});
