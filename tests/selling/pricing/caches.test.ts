import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
let trader: Awaited<ReturnType<PricedShop['givenCustomer']>>;
beforeAll(async () => {
  shop = await openPricedShop();
  const group = await shop.done('post', '/customer-groups', { code: 'wholesale', name: 'Wholesale', wholesale: true });
  trader = await shop.givenCustomer();
  await shop.done('put', `/customer-groups/${group['id']}/customers/${trader.customerId}`);
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

/** Amounts that occur nowhere else, so that a leak is found in any text. */
const SECRET = 123_457;
const product = () => shop.given.variant({ prices: [{ currency: 'EUR', base: 200_003, wholesale: SECRET }] });
const everyRead = (productId: string, variantId: string, other: string): string[] => [
  '/products', '/products?per_page=50&sort=price', '/products?expand=variants,brand,description', '/products?q=name', '/products?cursor=', `/products/${productId}`, `/products/${productId}?fields=variants`,
  `/products/${productId}?currency=USD`, `/products/${productId}/variants`, `/products/${productId}/variants/${variantId}`, `/products/${productId}/variants/${variantId}/prior-price`,
  `/products/compare?ids=${productId},${other}`, '/categories', '/products?price[gte]=1',
];

test('a wholesale buyer is shown and charged the wholesale price', async () => {
  const { sku, productId } = await product();

  expect(await shop.shown(productId, trader.headers)).toMatchObject({ price: euros(SECRET), priceSource: { kind: 'wholesale' } });
  expect(await shop.charged(sku, trader.headers)).toMatchObject({ unitPrice: euros(SECRET), priceSource: { kind: 'wholesale' } });
});

test('wholesale is in no anonymous and no cached answer of the whole catalogue, before or after a wholesale buyer has read the same', async () => {
  const [{ productId }, other] = [await product(), await product()];
  const { id } = await shop.shown(productId);
  const paths = everyRead(productId, id as string, other.productId);
  const seenBy = async (headers: Record<string, string>) => Promise.all(paths.map(async (path) => {
    const reply = await shop.call('get', path, { headers });
    return { path, status: reply.status, leaks: reply.text.includes(String(SECRET)) || reply.text.includes('wholesale'), cache: reply.headers['cache-control'] as string, etag: reply.headers['etag'] as string };
  }));

  const before = await seenBy({});
  const trading = await seenBy(trader.headers);
  const after = await seenBy({});
  const unsigned = await seenBy({ 'if-none-match': trading.find(({ path }) => path === `/products/${productId}`)!.etag });

  expect(before.map(({ status }) => status)).toEqual(paths.map(() => 200));
  expect([...before, ...after, ...unsigned].filter(({ leaks }) => leaks)).toEqual([]);
  expect(unsigned.filter(({ status }) => status === 304)).toEqual([]);
  // What shows a price to the trader shows his, and nobody may keep it. Another currency, categories and the prior price show none.
  const priced = trading.filter(({ path }) => !/USD|categories|prior-price/.test(path));
  expect(priced.filter(({ leaks }) => !leaks)).toEqual([]);
  expect(priced.filter(({ cache }) => cache !== 'no-store')).toEqual([]);
  const held = await shop.redis.attempt(async (client) => {
    const keys = await client.keys('*');
    const own = keys.filter((key) => key.includes(`${shop.config.redis.keyPrefix}c:`));
    return Promise.all(own.filter((key) => !key.endsWith(':lease')).map((key) => client.hget(key.slice(shop.config.redis.keyPrefix!.length), 'b')));
  });
  expect(held!.length).toBeGreaterThan(3);
  expect(held!.filter((body) => body?.includes(String(SECRET)))).toEqual([]);
});

test('a customer without prices of his own shares the copy of everybody', async () => {
  const { productId } = await product();
  const plain = await shop.givenCustomer();
  const [anonymous, signedIn] = [await shop.call('get', `/products/${productId}`), await shop.call('get', `/products/${productId}`, { headers: plain.headers })];

  expect(signedIn.headers['cache-control']).toBe('public, max-age=0, must-revalidate');
  expect(signedIn.headers['etag']).toBe(anonymous.headers['etag']);
});

test('a list for everybody is cached like any other price, and the copy is another one as soon as the list changes', async () => {
  const { sku, productId } = await shop.given.variant({ price: 5000 });
  expect(await shop.shown(productId)).toMatchObject({ price: euros(5000) });
  const list = await shop.givenList({ entries: { [sku]: 4000 } });

  const first = await shop.call('get', `/products/${productId}`);
  const second = await shop.call('get', `/products/${productId}`);
  expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=0, must-revalidate', etag: second.headers['etag'] });
  expect(first.body.data.variants[0].price).toEqual(euros(4000));

  await shop.done('put', `/price-lists/${list['id']}/entries`, { items: [{ sku, tiers: [{ minQuantity: 1, amount: 3000 }] }] });
  expect(await shop.shown(productId)).toMatchObject({ price: euros(3000) });
  await shop.done('delete', `/price-lists/${list['id']}`);
  expect(await shop.shown(productId)).toMatchObject({ price: euros(5000) });
});

test('no amount in any answer is anything but a whole number', async () => {
  const fractions = (value: unknown, path = ''): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const own = 'amount' in value && !Number.isSafeInteger((value as Json)['amount']) ? [path] : [];
    return [...own, ...Object.entries(value).flatMap(([name, inner]) => fractions(inner, `${path}/${name}`))];
  };
  await shop.done('post', '/exchange-rates', { base: 'EUR', quote: 'KWD', rate: '0.33425' });
  const { sku, productId } = await shop.given.variant({ prices: [{ currency: 'EUR', base: 1003, sale: 997, tiers: [{ minQuantity: 3, amount: 901 }] }], stock: 100 });

  for (const currency of ['EUR', 'KWD']) {
    const added = await shop.call('post', '/cart/items', { body: { sku, quantity: 7, currency } });
    const reads = await Promise.all([`/products/${productId}`, '/products?expand=variants', `/products/${productId}/variants`].map((path) => shop.call('get', `${path}${path.includes('?') ? '&' : '?'}currency=${currency}`)));
    for (const { body } of [added, ...reads]) expect(fractions(body)).toEqual([]);
  }
});
