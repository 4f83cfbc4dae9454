import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop(); });
beforeEach(() => { shop.clock.offsetMs = 0; });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const DAY_MS = 86_400_000;
const afterDays = (days: number) => { shop.clock.offsetMs = days * DAY_MS; };
const setPrices = async (productId: string, prices: Json[]) => {
  const { id } = await shop.shown(productId);
  const reply = await shop.asStaff('put', `/products/${productId}/variants/${id}`, { body: { prices }, headers: { 'if-match': '*' } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
};
const priorOf = async (productId: string, headers: Record<string, string> = {}, query = '') => {
  const { price, compareAtPrice = null, lowestPrior30Days = null } = await shop.shown(productId, headers, query);
  return [price.amount, compareAtPrice?.amount ?? null, lowestPrior30Days?.amount ?? null];
};

test('80, then 100, then cut to 90: what was asked in the 30 days before the cut was 80', async () => {
  const { productId } = await shop.given.variant({ price: 80 });
  afterDays(40);
  await setPrices(productId, [{ currency: 'EUR', base: 100 }]);
  expect(await priorOf(productId)).toEqual([100, null, null]);
  afterDays(60);
  await setPrices(productId, [{ currency: 'EUR', base: 100, sale: 90 }]);

  expect(await priorOf(productId)).toEqual([90, 100, 80]);
  // Later looks do not move the window: it ends with the cut.
  afterDays(200);
  expect(await priorOf(productId)).toEqual([90, 100, 80]);
  const list = await shop.call('get', '/products?expand=variants&per_page=1');
  expect(list.body.data.items[0].variants[0]).toMatchObject({ price: euros(90), lowestPrior30Days: euros(80) });
});

test('a sale list counts in its own channel and currency only, and is itself part of the history of the next', async () => {
  const { sku, productId } = await shop.given.variant({ price: 1000, prices: [{ currency: 'EUR', base: 1000 }, { currency: 'USD', base: 1500 }] });
  const key = await shop.asStaff('post', '/admin/api-keys', { body: { name: 'outlet', kind: 'publishable', scopes: ['catalog:read'], channel: 'outlet' } });
  const outlet = { 'x-api-key': key.body.data.key as string };
  afterDays(5);
  const first = await shop.givenList({ kind: 'sale', channels: ['outlet'], entries: { [sku]: 700 } });
  expect([await priorOf(productId), await priorOf(productId, outlet)]).toEqual([[1000, null, null], [700, 1000, 1000]]);
  afterDays(10);
  await shop.done('delete', `/price-lists/${first['id']}`);
  afterDays(20);
  await shop.givenList({ kind: 'sale', entries: { [sku]: 900 } });

  expect([await priorOf(productId), await priorOf(productId, outlet)]).toEqual([[900, 1000, 1000], [900, 1000, 700]]);
  expect(await priorOf(productId, outlet, '?currency=USD')).toEqual([1500, null, null]);
});

test('a converted price is shown with the converted lowest', async () => {
  const { productId } = await shop.given.variant({ price: 800 });
  await shop.done('post', '/exchange-rates', { base: 'EUR', quote: 'GBP', rate: '0.5' });
  afterDays(1);
  await setPrices(productId, [{ currency: 'EUR', base: 1000 }]);
  afterDays(2);
  await setPrices(productId, [{ currency: 'EUR', base: 1000, sale: 900 }]);

  expect(await priorOf(productId, {}, '?currency=GBP')).toEqual([450, 500, 400]);
});

test('every change of base, sale, wholesale and of a quantity is in the history of the variant', async () => {
  const { productId } = await shop.given.variant({ price: 1000 });
  await setPrices(productId, [{ currency: 'EUR', base: 1000, sale: 900, wholesale: 500, tiers: [{ minQuantity: 10, amount: 800 }] }]);
  await setPrices(productId, [{ currency: 'EUR', base: 1000, tiers: [{ minQuantity: 10, amount: 700 }] }]);
  const { id } = await shop.shown(productId);

  const page = (await shop.asStaff('get', `/products/${productId}/variants/${id}/price-history?per_page=50&sort=at`)).body.data as Json;
  const changes = (page['items'] as Json[]).map(({ kind, minQuantity, before, after }) => JSON.stringify([kind, ...(minQuantity ? [minQuantity] : []), before, after]));
  expect(changes.sort()).toEqual([
    '["base",null,1000]', '["sale",900,null]', '["sale",null,900]', '["tier",10,800,700]', '["tier",10,null,800]', '["wholesale",500,null]', '["wholesale",null,500]',
  ]);
});
