import { givenUser } from '../../support/given.js';
import { jpeg, upload } from '../media/pictures.js';
import { openPricedShop, type Json, type PricedShop } from '../pricing/pricing-world.js';

let shop: PricedShop;
let outlet: Record<string, string>;
let other: Record<string, string>;
beforeAll(async () => {
  shop = await openPricedShop();
  const keyOf = async (channel: string) => ({ 'x-api-key': (await shop.done('post', '/admin/api-keys', { name: channel, kind: 'publishable', scopes: ['catalog:read', 'cart:read', 'cart:write', 'checkout:write'], channel }))['key'] as string });
  [outlet, other] = [await keyOf('outlet'), await keyOf('b2b')];
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

async function hidden(channels: string[] = ['outlet']) {
  const sku = `HID-${Math.random().toString(36).slice(2, 10)}`;
  const category = await shop.done('post', '/categories', { name: `Category of ${sku}` });
  const product = await shop.done('post', '/products', { name: `Secret ${sku}`, description: 'x', status: 'active', categoryIds: [category['id']], channels, variants: [{ sku, prices: [{ currency: 'EUR', base: 1000, sale: 900 }] }] });
  await shop.restock(sku, 10);
  return { sku, productId: product['id'] as string, slug: product['slug'] as string, categoryId: category['id'] as string, variantId: product['variants'][0].id as string };
}

test('what is sold in one channel leaks through no list, detail, count or comparison of another, cached or not', async () => {
  const { sku, productId, slug, categoryId, variantId } = await hidden();
  const { productId: open } = await shop.given.variant();
  const lists = [`/products?q=${sku}`, `/categories/${categoryId}/products`, `/categories/${categoryId}/products?expand=variants`];
  const single = [`/products/${productId}`, `/products/${slug}`, `/products/${productId}/variants`, `/products/${productId}/variants/${variantId}`, `/products/${productId}/variants/${variantId}/prior-price`, `/products/compare?ids=${open},${productId}`];
  const read = (path: string, headers: Record<string, string>) => shop.call('get', path, { headers });

  // Twice, and in both orders: a copy made for one must never be shown to the other.
  for (const headers of [outlet, {}, other, outlet, {}, other]) {
    const sees = headers === outlet;
    for (const path of lists) {
      const { body } = await read(path, headers);
      expect([path, body.data.total, (body.data.items as Json[]).length]).toEqual([path, sees ? 1 : 0, sees ? 1 : 0]);
    }
    for (const path of single) expect([path, (await read(path, headers)).status]).toEqual([path, sees ? 200 : 404]);
  }
  const [usual, own] = await Promise.all([read('/products?per_page=100', {}), read('/products?per_page=100', outlet)]);
  expect(own.body.data.total).toBe(usual.body.data.total + 1);
  expect(usual.text).not.toContain(sku);
});

test('it is bought in its channel only; a cart that has it elsewhere says that it is gone and becomes no order', async () => {
  const { sku } = await hidden();

  const refused = await shop.call('post', '/cart/items', { body: { sku } });
  const added = await shop.call('post', '/cart/items', { headers: outlet, body: { sku } });
  const guest = { 'x-cart-token': added.body.data.cartToken as string };
  const elsewhere = await shop.call('get', '/cart', { headers: guest });
  const order = await shop.order(guest);

  expect(refused.body).toMatchObject({ status: 400, code: 'variant_not_sellable' });
  expect(added.status).toBe(201);
  expect(elsewhere.body.data.problems).toMatchObject([{ code: 'gone', sku }]);
  expect(order.body).toMatchObject({ status: 409, code: 'cart_not_orderable' });
  expect((await shop.order({ ...guest, ...outlet })).status).toBe(201);
});

test('channels are given and taken away, also together with a publication, and staff see all of it', async () => {
  const { sku, productId } = await hidden();
  const seen = async () => (await Promise.all([{}, outlet, other].map((headers) => shop.call('get', `/products/${productId}`, { headers })))).map(({ status }) => status);

  expect(await seen()).toEqual([404, 200, 404]);
  expect((await shop.asStaff('get', `/products/${productId}`)).body.data).toMatchObject({ channels: ['outlet'], visible: false });
  await shop.done('patch', `/products/${productId}`, { channels: ['b2b', 'outlet'] });
  expect(await seen()).toEqual([404, 200, 200]);
  await shop.done('patch', `/products/${productId}`, { status: 'draft' });
  expect(await seen()).toEqual([404, 404, 404]);
  await shop.done('patch', `/products/${productId}`, { status: 'active', publishAt: new Date(Date.now() - 1000).toISOString() });
  expect(await seen()).toEqual([404, 200, 200]);
  expect(await shop.container.catalog.publishDue()).toBe(0);
  await shop.done('patch', `/products/${productId}`, { channels: [] });
  expect(await seen()).toEqual([200, 200, 200]);
  expect((await shop.call('post', '/cart/items', { body: { sku } })).status).toBe(201);
  expect(await shop.violations()).toEqual([]);
});

test('searching finds it in its channel and nowhere else: no hit, no facet, no word of it, no suggestion', async () => {
  const { sku, productId } = await hidden();
  const word = sku.toLowerCase().replace('hid-', '');
  const look = async (headers: Record<string, string>) => {
    shop.container.search.lookAgain();
    const [found, suggested] = [await shop.call('get', `/search?q=secret ${word}&facets=category`, { headers }), await shop.call('get', `/search/suggestions?q=${word.slice(0, -1)}`, { headers })];
    return { ids: (found.body.data.items as Json[]).map(({ id }) => id as string), said: (found.text + suggested.text).includes(word), suggested: (suggested.body.data.products as Json[]).map(({ id }) => id as string) };
  };

  for (const headers of [outlet, {}, other, outlet]) {
    const { ids, said, suggested } = await look(headers);
    const sees = headers === outlet;
    expect([ids.includes(productId), said, suggested.includes(productId)]).toEqual([sees, sees, sees]);
  }
});

/** What is new is remembered for a while, so that a second try of the test may be told of the first one's. */
const recommended: string[] = [];
test('no promise, recommendation, picture or head of a page tells of it elsewhere', async () => {
  const { sku, productId, slug } = await hidden();
  recommended.push(productId);
  const bytes = await jpeg(1701);
  const { body: { data: { id: mediaId } } } = await upload(shop, shop.keys.secret, bytes);
  await shop.done('post', `/products/${productId}/images`, { mediaId });
  shop.container.visualSearch.lookAgain();
  const alike = async (headers: Record<string, string>) => {
    const { status, body } = await upload(shop, { ...shop.headers, ...headers } as never, bytes, { path: '/search/visual' });
    return [status, (body.data.items as Json[]).some(({ product }) => product['id'] === productId)];
  };
  const single = [`/products/${productId}/seo`, `/products/${slug}/seo`, `/products/${productId}/recommendations`, `/seo/resolve?path=/products/${slug}`, `/delivery-promise?sku=${sku}&country=GB`];

  for (const headers of [outlet, {}, other, outlet]) {
    const sees = headers === outlet;
    for (const path of single) expect([path, (await shop.call('get', path, { headers })).status]).toEqual([path, sees ? 200 : 404]);
    const { body: { data: { items } } } = await shop.call('get', '/recommendations?kind=trending&limit=20', { headers });
    expect([(items as Json[]).some(({ product }) => recommended.includes(product['id'] as string)), ...await alike(headers)]).toEqual([sees, 200, sees]);
  }
  expect((await shop.asStaff('get', `/delivery-promise?sku=${sku}&country=GB`)).status).toBe(200);
  expect((await shop.call('get', '/delivery-promise?sku=NEVER-HEARD-OF&country=GB')).body).toMatchObject({ status: 404, code: 'sku_not_found' });
});

test('reviews and wishlists of it exist in its channel only, also for somebody who wished for it there', async () => {
  const { productId } = await hidden();
  const key = async (channel?: string) => ({ 'x-api-key': (await shop.done('post', '/admin/api-keys', { name: 'app', kind: 'publishable', scopes: ['catalog:read', 'auth:write', 'customers:self'], ...(channel && { channel }) }))['key'] as string });
  const [inside, outside] = [await key('outlet'), await key()];
  const ada = await givenUser(shop);
  const as = (app: Record<string, string>) => ({ headers: { ...ada.headers, ...app } });
  const wish = (app: Record<string, string>) => shop.call('post', '/customers/me/wishlists/default/items', { ...as(app), body: { productId } });
  const review = (app: Record<string, string>) => shop.call('post', `/products/${productId}/reviews`, { ...as(app), body: { rating: 5, title: 'Fine', text: 'Exactly what I wanted.' } });

  expect([(await wish(outside)).status, (await review(outside)).status]).toEqual([404, 404]);
  expect([(await wish(inside)).status, (await review(inside)).status]).toEqual([201, 201]);

  const [reviewsIn, reviewsOut] = [await shop.call('get', `/products/${productId}/reviews`, as(inside)), await shop.call('get', `/products/${productId}/reviews`, as(outside))];
  expect([reviewsIn.status, reviewsOut.status]).toEqual([200, 404]);
  const listed = async (app: Record<string, string>) => (await shop.call('get', '/customers/me/wishlists/default', as(app))).body.data.items.map(({ product }: Json) => product?.['name'] ?? null);
  expect([await listed(inside), await listed(outside)]).toEqual([[expect.stringMatching(/^Secret/)], [null]]);
});
