import { eur, newSku, openCatalogWorld, openOtherNode, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
let node: Awaited<ReturnType<typeof openOtherNode>>;
beforeAll(async () => {
  world = await openCatalogWorld();
  node = await openOtherNode(world);
});
afterAll(async () => {
  await node.close();
  await world.close();
});
afterEach(() => expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]));

const variantPath = ({ id, variants }: Json, at = 0): string => `/products/${id as string}/variants/${variants[at].id as string}`;
const setPrice = (path: string, base: number, ifMatch = '*') => node.inTurn('put', path, { headers: { 'if-match': ifMatch }, body: { prices: [{ currency: 'EUR', base }] } });

describe('changing a variant', () => {
  test('a price needs If-Match, a stale one is refused, and nothing changes', async () => {
    const product = await world.given.product({ price: 1000 });
    const path = variantPath(product);

    const missing = await world.asStaff('put', path, { body: { prices: [{ currency: 'EUR', base: 1 }] } });
    expect([missing.status, missing.body.code]).toEqual([428, 'if_match_required']);
    const { headers } = await world.asStaff('get', path);
    expect((await setPrice(path, 900, headers['etag'] as string)).body.data).toMatchObject({ price: eur(900), version: 2 });
    expect((await setPrice(path, 800, headers['etag'] as string)).body.code).toBe('stale_version');

    expect((await world.call('get', `/products/${product['id'] as string}`)).body.data).toMatchObject({ price: { from: eur(900), to: eur(900) }, version: 2 });
    expect(await world.count('price_history', { sku: product['variants'][0].sku })).toBe(2);
    expect((await world.eventsOf('price.changed')).at(-1)!['data'].changes).toEqual([{ sku: product['variants'][0].sku, currency: 'EUR', kind: 'base', before: 1000, after: 900 }]);
  });

  test('of twenty prices with one If-Match at once, one is set', async () => {
    const product = await world.given.product();
    const replies = await Promise.all(Array.from({ length: 20 }, (_unused, at) => setPrice(variantPath(product), 100 + at, '"1"')));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    expect(await world.count('price_history', { sku: product['variants'][0].sku })).toBe(2);
  });

  test('twenty changes of different variants at once all count, and the range follows from all of them', async () => {
    const product = await world.given.product({ variants: Array.from({ length: 20 }, () => ({ sku: newSku(), prices: [{ currency: 'EUR', base: 10_000 }] })) });
    const replies = await Promise.all(Array.from({ length: 20 }, (_unused, at) => setPrice(variantPath(product, at), 1000 + at)));

    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const { data } = (await world.call('get', `/products/${product['id'] as string}`)).body;
    expect(data.price).toEqual({ from: eur(1000), to: eur(1019) });
    expect(data.version).toBe(21);
  });

  test('PATCH leaves prices and other fields alone; a SKU cannot change', async () => {
    const product = await world.given.product({ variants: [{ sku: 'FIXED-1', options: { size: 'M' }, barcode: '400', prices: [{ currency: 'EUR', base: 500 }] }] });
    const path = variantPath(product);
    expect((await world.asStaff('patch', path, { body: { weightGrams: 250 } })).body.data).toMatchObject({ weightGrams: 250, options: { size: 'M' }, barcode: '400', price: eur(500) });
    expect((await world.asStaff('patch', path, { body: { prices: [] } })).status).toBe(400);
    const renamed = await world.asStaff('put', path, { headers: { 'if-match': '*' }, body: { sku: 'FIXED-2', prices: [] } });
    expect([renamed.status, renamed.body.code, renamed.body.errors[0].pointer]).toEqual([400, 'sku_is_fixed', '#/body/sku']);
    expect(await world.count('variants', { sku: 'FIXED-2' })).toBe(0);
  });

  test('a disabled variant is hidden, not sellable and out of the range', async () => {
    const product = await world.given.product({ variants: [{ sku: 'HIDE-1', prices: [{ currency: 'EUR', base: 100 }] }, { sku: 'HIDE-2', prices: [{ currency: 'EUR', base: 200 }] }] });
    await world.asStaff('patch', variantPath(product), { body: { enabled: false } });

    const { data } = (await world.call('get', `/products/${product['id'] as string}`)).body;
    expect(data.variants.map(({ sku }: Json) => sku)).toEqual(['HIDE-2']);
    expect(data.price).toEqual({ from: eur(200), to: eur(200) });
    expect((await world.call('get', variantPath(product))).status).toBe(404);
    expect((await world.container.catalog.findVariants(['HIDE-1'])).get('HIDE-1')!.sellable).toBe(false);
  });
});

describe('adding and removing', () => {
  test('a new variant has stock levels, its prices a history', async () => {
    const product = await world.given.product({ price: 1000 });
    const added = await world.asStaff('post', `/products/${product['id'] as string}/variants`, { body: { sku: 'ADDED-1', prices: [{ currency: 'EUR', base: 400, wholesale: 100 }] } });
    expect(added.status).toBe(201);
    expect(added.headers['location']).toBe(`/api/v1/products/${product['id'] as string}/variants/${added.body.data.id as string}`);
    expect(await world.count('stock_items', { _id: 'ADDED-1' as never })).toBe(1);
    expect(await world.count('price_history', { sku: 'ADDED-1' })).toBe(2);
    expect((await world.call('get', `/products/${product['id'] as string}`)).body.data.price.from).toEqual(eur(400));
  });

  test('a removed variant is gone, its SKU keeps the stock and brings it along when it comes back', async () => {
    const warehouse = await world.given.warehouse();
    const product = await world.given.product({ sku: 'BACK-1' });
    await world.setStock('BACK-1', warehouse['id'], 7);
    expect((await world.asStaff('delete', variantPath(product))).status).toBe(200);
    expect((await world.container.catalog.findVariants(['BACK-1'])).size).toBe(0);
    expect((await world.call('get', `/products/${product['id'] as string}`)).body.data).toMatchObject({ variants: [], price: null, inStock: false });

    await world.asStaff('post', `/products/${product['id'] as string}/variants`, { body: { sku: 'BACK-1', prices: [{ currency: 'EUR', base: 400 }] } });
    expect((await world.call('get', `/products/${product['id'] as string}`)).body.data).toMatchObject({ variants: [{ sku: 'BACK-1', available: 7 }], inStock: true });
  });

  test('a SKU of another product is refused', async () => {
    await world.given.product({ sku: 'OTHERS-1' });
    const product = await world.given.product();
    const reply = await world.asStaff('post', `/products/${product['id'] as string}/variants`, { body: { sku: 'others-1', prices: [] } });
    expect([reply.status, reply.body.code, reply.body.sku]).toEqual([409, 'sku_taken', 'others-1']);
    expect(await world.count('variants', { slug: product['slug'] })).toBe(1);
  });
});

describe('price history', () => {
  test('lists every change for staff, newest first, with who did it', async () => {
    const product = await world.given.product({ price: 1000 });
    await setPrice(variantPath(product), 900);
    await world.asStaff('put', variantPath(product), { headers: { 'if-match': '*' }, body: { prices: [{ currency: 'EUR', base: 900, sale: 700 }] } });

    const reply = await world.asStaff('get', `${variantPath(product)}/price-history`);
    expect(reply.status).toBe(200);
    expect(reply.body.data.items.map(({ kind, before, after, actor }: Json) => [kind, before, after, actor.type])).toEqual([['sale', null, 700, 'key'], ['base', 1000, 900, 'key'], ['base', null, 1000, 'key']]);
    expect((await world.call('get', `${variantPath(product)}/price-history`)).status).toBe(401);
  });
});

test('a reduced price is shown with the lowest of the 30 days before it: 80, raised to 100, cut to 90', async () => {
  const product = await world.given.product({ price: 80 });
  const prior = async () => (await world.call('get', `${variantPath(product)}/prior-price`)).body.data.reduction;
  // Only the clock of this process is set.
  const set = (base: number) => world.asStaff('put', variantPath(product), { headers: { 'if-match': '*' }, body: { prices: [{ currency: 'EUR', base }] } });
  const dayMs = 86_400_000;
  expect(await prior()).toBeNull();
  world.clock.offsetMs = 40 * dayMs;
  await set(100);
  expect(await prior()).toBeNull();
  world.clock.offsetMs = 50 * dayMs;
  await set(90);
  expect(await prior()).toEqual({ price: eur(90), reducedAt: expect.any(String), lowestPrior: eur(80) });
  world.clock.offsetMs = 90 * dayMs;
  await set(70);
  expect(await prior()).toMatchObject({ price: eur(70), lowestPrior: eur(90) });
  world.clock.offsetMs = 0;
});

test('findVariants answers any number of SKUs with one command', async () => {
  const skus = Array.from({ length: 30 }, () => newSku());
  await world.given.product({ name: 'Thirty', variants: skus.map((sku) => ({ sku, prices: [{ currency: 'EUR', base: 1 }] })), images: [{ url: '/media/a.jpg', alt: '' }] });
  let commands = 0;
  const count = () => { commands += 1; };
  world.connection.getClient().on('commandStarted', count);
  const found = await world.container.catalog.findVariants([...skus, 'unknown']);
  world.connection.getClient().off('commandStarted', count);

  expect(commands).toBe(1);
  expect([...found.keys()].sort()).toEqual([...skus].sort());
  expect(found.get(skus[0]!)).toEqual({
    sku: skus[0], variantId: expect.any(String), productId: expect.any(String), productName: 'Thirty', slug: 'thirty', options: {}, status: 'active', sellable: true,
    prices: [{ currency: 'EUR', base: 1 }], available: 0, categoryIds: [], image: { url: '/media/a.jpg', alt: '' },
  });
});

test('a product may have 2,000 variants, and one of them is changed without writing the others', async () => {
  const content = { description: '', brand: null, categoryIds: [], attributes: {}, customFields: {}, images: [], seo: {}, sustainability: null, status: 'active' as const, publishAt: null, externalRef: null };
  const nothing = { barcode: null, weightGrams: null, dimensionsMm: null, image: null, taxCategory: null, enabled: true };
  const { product } = await world.container.catalog.createProduct({
    ...content, name: 'Matrix', variants: Array.from({ length: 2000 }, (_unused, at) => ({ ...nothing, sku: `M-${at}`, options: { at }, prices: [{ currency: 'EUR', base: 1000 + at }] })),
  }, { type: 'system', id: null });
  const { data } = (await world.call('get', `/products/${product.id}`)).body;
  expect(data.variants).toHaveLength(2000);
  expect(data.price).toEqual({ from: eur(1000), to: eur(2999) });

  expect((await setPrice(`/products/${product.id}/variants/${data.variants[1500].id as string}`, 1)).status).toBe(200);

  expect((await world.call('get', `/products/${product.id}`)).body.data.price).toEqual({ from: eur(1), to: eur(2999) });
  expect(await world.count('variants', { slug: 'matrix', version: 2 })).toBe(1);
  expect((await world.call('get', `/products/${product.id}/variants?per_page=100&page=20`)).body.data).toMatchObject({ total: 2000, pages: 20, current_page: 20 });
});
