import { newSku, openCatalogWorld, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
let product: Json;
beforeAll(async () => {
  world = await openCatalogWorld();
  const warehouse = await world.given.warehouse();
  product = await world.given.product({ variants: [{ sku: 'AUDIT-1', prices: [] }, { sku: 'AUDIT-2', enabled: false, prices: [] }] });
  await world.setStock('AUDIT-1', warehouse['id'], 3);
  await world.given.product({ status: 'draft', variants: [] });
  const gone = await world.given.product();
  await world.asStaff('patch', `/products/${gone['id'] as string}`, { body: { slug: 'renamed-once', name: 'Renamed' } });
  await world.asStaff('delete', `/products/${gone['id'] as string}`);
  await world.asStaff('put', `/products/${product['id'] as string}/translations/de`, { body: { name: 'Geprüft', slug: 'geprüft' } });
  await world.asStaff('put', `/products/${product['id'] as string}/translations/fr`, { body: { name: 'Contrôlé' } });
  const category = await world.given.category({ name: 'Audited' });
  await world.asStaff('put', `/categories/${category['id'] as string}/translations/fr`, { body: { name: 'Contrôlée', slug: 'contrôlée' } });
  await Promise.all(Array.from({ length: 10 }, () => world.given.product({ sku: newSku() })));
});
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const violations = async () => (await Promise.all(world.container.invariants.filter(({ name }) => name.startsWith('catalog.')).map(({ check }) => check()))).flat();
const rows = (collection: string) => world.connection.collection(collection);

test('a catalogue that was only used is sound', async () => {
  expect(await violations()).toEqual([]);
});

test.each([
  { _case: 'a copy of a name', name: 'catalog.variants_copy_their_product', collection: 'variants', filter: { sku: 'AUDIT-1' }, field: 'productName', value: 'Other' },
  { _case: 'a copy of the visibility', name: 'catalog.variants_copy_their_product', collection: 'variants', filter: { sku: 'AUDIT-2' }, field: 'productVisible', value: false },
  { _case: 'a product that is not in stock', name: 'catalog.in_stock_follows_variants', collection: 'products', filter: {}, field: 'inStock', value: false },
  { _case: 'stock of a variant that is disabled', name: 'catalog.in_stock_follows_variants', collection: 'variants', filter: { sku: 'AUDIT-1' }, field: 'enabled', value: false },
  { _case: 'a slug that nobody claimed', name: 'catalog.slugs_lead_to_their_product', collection: 'products', filter: {}, field: 'slug', value: 'unclaimed' },
  { _case: 'a slug of another language that nobody claimed', name: 'catalog.slugs_lead_to_their_product', collection: 'products', filter: {}, field: 'translations.de.slug', value: 'unclaimed' },
  { _case: 'a copy of a name in another language', name: 'catalog.variants_copy_their_product', collection: 'variants', filter: { sku: 'AUDIT-1' }, field: 'productNames.de', value: 'Anderes' },
  { _case: 'a slug of a category that nobody claimed', name: 'catalog.slugs_lead_to_their_category', collection: 'categories', filter: { slug: 'audited' }, field: 'translations.fr.slug', value: 'unclaimed' },
  { _case: 'a total', name: 'catalog.totals_are_counted', collection: 'catalog_counts', filter: {}, field: 'visible', value: 99 },
])('$_case that is wrong is found', async ({ name, collection, filter, field, value }) => {
  const where = collection === 'products' ? { slug: product['slug'] as string } : filter;
  const before = await rows(collection).findOneAndUpdate(where, { $set: { [field]: value } });
  const found = await violations();
  await rows(collection).updateOne({ _id: before!._id }, { $set: { [field]: field.split('.').reduce<unknown>((value, name) => (value as Json)[name], before) } });

  expect(found.map(({ invariant }) => invariant)).toContain(name);
  expect(await violations()).toEqual([]);
});
