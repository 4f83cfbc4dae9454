import { eur, newSku, openCatalogWorld, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
let home: Json;
let chairs: Json;
let lamps: Json;
const made: Record<string, Json> = {};

beforeAll(async () => {
  world = await openCatalogWorld();
  const { given } = world;
  home = await given.category({ name: 'Home' });
  chairs = await given.category({ name: 'Chairs', parentId: home['id'] });
  lamps = await given.category({ name: 'Lamps', parentId: home['id'] });
  const add = async (name: string, body: Json) => { made[name] = await given.product({ name, ...body }); };
  await add('Crème Stool', { categoryIds: [chairs['id']], brand: 'Nordhus', price: 1000, attributes: { colour: 'Cream', legs: 3 } });
  await add('Oak Chair', { categoryIds: [chairs['id']], brand: 'nordhus', price: 2000, attributes: { colour: ['oak', 'black'], foldable: false } });
  await add('Desk Lamp', { categoryIds: [lamps['id']], brand: 'Lumen', price: 3000, attributes: { colour: 'black', watts: 40 } });
  await add('Floor Lamp', { categoryIds: [lamps['id'], chairs['id']], price: 4000, variants: [
    { sku: newSku(), prices: [{ currency: 'EUR', base: 4000, sale: 3500, wholesale: 100 }, { currency: 'JPY', base: 600_000 }] }, { sku: newSku(), prices: [{ currency: 'EUR', base: 6000 }] },
    { sku: newSku(), enabled: false, prices: [{ currency: 'EUR', base: 1 }] },
  ] });
  await add('Hidden Draft', { status: 'draft', categoryIds: [chairs['id']] });
  await add('Only Yen', { variants: [{ sku: newSku(), prices: [{ currency: 'JPY', base: 100 }] }] });
});
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const list = async (query: string, headers: Record<string, string> = {}) => {
  const reply = await world.call('get', `/products?${query}`, { headers });
  expect(reply.status).toBe(200);
  return reply.body.data as Json;
};
const namesOf = ({ items }: Json): string[] => (items as Json[]).map(({ name }) => name as string);

test('the newest come first, drafts do not come, and a summary has the keys of the contract', async () => {
  const page = await list('');
  expect(namesOf(page)).toEqual(['Only Yen', 'Floor Lamp', 'Desk Lamp', 'Oak Chair', 'Crème Stool']);
  expect({ ...page, items: [] }).toEqual({ items: [], total: 5, pages: 1, current_page: 1, per_page: 20 });
  expect(page['items'][1]).toEqual({
    id: made['Floor Lamp']!['id'], slug: 'floor-lamp', name: 'Floor Lamp', brand: null, status: 'active', images: [], attributes: {}, rating: { average: 0, count: 0 }, inStock: false,
    categories: [{ id: lamps['id'], slug: 'lamps', name: 'Lamps', path: 'home/lamps' }, { id: chairs['id'], slug: 'chairs', name: 'Chairs', path: 'home/chairs' }],
    price: { from: eur(3500), to: eur(6000) }, compareAtPrice: eur(4000), createdAt: expect.any(String), updatedAt: expect.any(String), version: 1,
  });
});

test.each([
  { _case: 'a category with all below it', query: 'category=home', names: ['Floor Lamp', 'Desk Lamp', 'Oak Chair', 'Crème Stool'] },
  { _case: 'a leaf', query: 'category=chairs', names: ['Floor Lamp', 'Oak Chair', 'Crème Stool'] },
  { _case: 'a category that does not exist', query: 'category=nowhere', names: [] },
  { _case: 'a brand in any case of letters', query: 'brand=NORDHUS', names: ['Oak Chair', 'Crème Stool'] },
  { _case: 'the lowest price, both ends included', query: 'price[gte]=2000&price[lte]=3500', names: ['Floor Lamp', 'Desk Lamp', 'Oak Chair'] },
  { _case: 'an attribute, also where it is a list', query: 'attr.colour=Black', names: ['Desk Lamp', 'Oak Chair'] },
  { _case: 'any of several values', query: 'attr.colour=cream&attr.colour=oak', names: ['Oak Chair', 'Crème Stool'] },
  { _case: 'several attributes at once', query: 'attr.colour=black&attr.watts=40', names: ['Desk Lamp'] },
  { _case: 'a boolean attribute', query: 'attr.foldable=false', names: ['Oak Chair'] },
  { _case: 'beginnings of words without accents', query: 'q=creme%20st', names: ['Crème Stool'] },
  { _case: 'beginnings of words in any order', query: 'q=LAM%20fl', names: ['Floor Lamp'] },
  { _case: 'text that is a pattern elsewhere', query: 'q=.*', names: ['Only Yen', 'Floor Lamp', 'Desk Lamp', 'Oak Chair', 'Crème Stool'] },
  { _case: 'what is out of stock', query: 'in_stock=false&brand=Lumen', names: ['Desk Lamp'] },
  { _case: 'what is in stock', query: 'in_stock=true', names: [] },
  { _case: 'another currency', query: 'currency=JPY&price[gte]=1', names: ['Only Yen', 'Floor Lamp'] },
  { _case: 'a time in the future', query: 'created_at[gte]=2199-01-01T00:00:00Z', names: [] },
  { _case: 'three filters', query: 'category=home&attr.colour=black&price[lte]=2500', names: ['Oak Chair'] },
])('is narrowed by $_case', async ({ query, names }) => {
  const page = await list(query);
  expect(namesOf(page)).toEqual(names);
  expect(page['total']).toBe(names.length);
});

test.each([
  { sort: 'price', names: ['Crème Stool', 'Oak Chair', 'Desk Lamp', 'Floor Lamp'] },
  { sort: '-price', names: ['Floor Lamp', 'Desk Lamp', 'Oak Chair', 'Crème Stool'] },
  { sort: 'name', names: ['Crème Stool', 'Desk Lamp', 'Floor Lamp', 'Oak Chair', 'Only Yen'] },
  { sort: 'createdAt', names: ['Crème Stool', 'Oak Chair', 'Desk Lamp', 'Floor Lamp', 'Only Yen'] },
  { sort: '-rating,name', names: ['Crème Stool', 'Desk Lamp', 'Floor Lamp', 'Oak Chair', 'Only Yen'] },
])('is sorted by $sort', async ({ sort, names }) => {
  expect(namesOf(await list(`sort=${sort}`))).toEqual(names);
});

test.each([
  { _case: 'by price in the currency chosen', sort: 'price', size: 4 }, { _case: 'by name', sort: 'name', size: 5 }, { _case: 'newest first', sort: '-createdAt', size: 5 },
])('a walk by cursor meets each product once, $_case', async ({ sort, size }) => {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await list(`sort=${sort}&per_page=2&cursor=${encodeURIComponent(cursor)}`);
    seen.push(...namesOf(page));
    expect(page['total']).toBeNull();
    cursor = page['next_cursor'] as string | null;
  }
  expect(seen).toEqual(namesOf(await list(`sort=${sort}`)));
  expect(seen).toHaveLength(size);
});

test('a product without a price in the currency is listed without one', async () => {
  const page = await list('currency=GBP&q=desk');
  expect(page['items'][0]).toMatchObject({ name: 'Desk Lamp', price: null });
  expect((await world.call('get', '/products/desk-lamp?currency=GBP')).body.data).toMatchObject({ price: null, variants: [{ price: null }] });
});

test('fields and expand shape the answer', async () => {
  expect((await list('q=floor&fields=name,price.from'))['items']).toEqual([{ name: 'Floor Lamp', price: { from: eur(3500) } }]);
  const [item] = (await list('q=floor&expand=variants,description,brand'))['items'];
  expect(item).toMatchObject({ description: 'Described.', brand: null, variants: [{ price: eur(3500), compareAtPrice: eur(4000) }, { price: eur(6000) }] });
  expect(item.variants).toHaveLength(2);
  expect((await list('brand=lumen&expand=brand'))['items'][0].brand).toEqual({ name: 'Lumen', slug: 'lumen' });
  const detail = await world.call('get', '/products/floor-lamp?fields=name,variants.sku');
  expect(Object.keys(detail.body.data)).toEqual(['name', 'variants']);
});

test('the list of a category takes the same filters', async () => {
  const reply = await world.call('get', `/categories/${home['id'] as string}/products?brand=lumen`);
  expect(namesOf(reply.body.data)).toEqual(['Desk Lamp']);
  expect((await world.call('get', '/categories/nowhere/products')).body.code).toBe('category_not_found');
});

test.each([
  { query: 'colour=black', pointers: ['#/query/colour'] }, { query: 'per_page=101', pointers: ['#/query/per_page'] }, { query: 'sort=secret', pointers: ['#/query/sort'] },
  { query: 'price[gte]=1.5&currency=XXA', pointers: ['#/query/currency', '#/query/price[gte]'] }, { query: 'price=3', pointers: ['#/query/price'] },
  { query: 'expand=prices', pointers: ['#/query/expand'] }, { query: 'attr.$where=1', pointers: ['#/query/attr.$where'] },
])('refuses $query', async ({ query, pointers }) => {
  const reply = await world.call('get', `/products?${query}`);
  expect(reply.status).toBe(400);
  expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(pointers);
});

describe('what only staff see', () => {
  test('drafts and every status, by filter or without', async () => {
    expect((await list('', world.keys.secret))['total']).toBe(6);
    expect(namesOf(await list('status=draft', world.keys.secret))).toEqual(['Hidden Draft']);
    expect(namesOf(await list('status=draft&category=home', world.keys.secret))).toEqual(['Hidden Draft']);
    expect((await world.call('get', '/products?status=draft')).body.code).toBe('missing_permission');
    expect((await world.call('get', '/products/hidden-draft')).status).toBe(404);
    expect((await world.asStaff('get', '/products/hidden-draft')).body.data.status).toBe('draft');
  });

  test('wholesale prices, also right after a shopper filled the cache and the other way round', async () => {
    const texts: string[] = [];
    for (const path of ['/products/floor-lamp', '/products?expand=variants', `/products/${made['Floor Lamp']!['id'] as string}/variants`]) {
      texts.push(JSON.stringify((await world.call('get', path)).body));
      const staff = await world.asStaff('get', path);
      expect(JSON.stringify(staff.body)).toContain('"wholesale":100');
      expect(staff.headers['cache-control']).toBe('no-store');
      texts.push(JSON.stringify((await world.call('get', path)).body));
    }
    for (const text of texts) {
      expect(text).not.toMatch(/wholesale|externalRef|publishAt|"enabled"|"prices"/);
    }
    const prefix = world.config.redis.keyPrefix;
    const keys = (await world.redis.client.keys(`${prefix}c:*`)).filter((key) => !key.endsWith(':lease'));
    const cached = await Promise.all(keys.map((key) => world.redis.client.hget(key.slice(prefix.length), 'b')));
    expect(cached.length).toBeGreaterThan(0);
    expect(cached.join()).not.toMatch(/wholesale/);
  });
});

test('two to four products are compared by the attributes in which they differ', async () => {
  const ids = [made['Desk Lamp']!['id'], made['Oak Chair']!['id']];
  const reply = await world.call('get', `/products/compare?ids=${ids.join(',')}`);
  expect(reply.status).toBe(200);
  expect(reply.body.data.products.map(({ id }: Json) => id)).toEqual(ids);
  expect(reply.body.data.attributes).toEqual([
    { name: 'colour', label: 'colour', values: ['black', ['oak', 'black']], differs: true }, { name: 'foldable', label: 'foldable', values: [null, false], differs: true }, { name: 'watts', label: 'watts', values: [40, null], differs: true },
  ]);
  expect((await world.call('get', `/products/compare?ids=${ids[0] as string},${made['Hidden Draft']!['id'] as string}`)).status).toBe(404);
  expect((await world.call('get', `/products/compare?ids=${ids[0] as string}`)).status).toBe(400);
});
