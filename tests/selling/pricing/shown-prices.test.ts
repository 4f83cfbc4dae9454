import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop(); });
beforeEach(() => { shop.clock.offsetMs = 0; });
afterEach(async () => {
  for (const { id } of (await shop.asStaff('get', '/price-rules?per_page=100')).body.data.items as Json[]) await shop.done('delete', `/price-rules/${id}`);
  for (const { id } of (await shop.asStaff('get', '/price-lists?per_page=100')).body.data.items as Json[]) await shop.done('delete', `/price-lists/${id}`);
  await shop.runEvents();
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(() => shop.close());

const DAY_MS = 86_400_000;
const look = () => shop.container.schedules.find(({ name }) => name === 'showPrices')!.run(new AbortController().signal);
/** Days later, and the catalogue has been looked at. */
const onDay = async (days: number) => { shop.clock.offsetMs = days * DAY_MS; await look(); };
const idsOf = async (query: string, ids: readonly string[]) => ((await shop.call('get', `/products?per_page=100&${query}`)).body.data.items as Json[]).map(({ id }) => id as string).filter((id) => ids.includes(id));
const changeRule = async ({ id, version: _v, createdAt: _c, updatedAt: _u, ...fields }: Json, change: Json) => (await shop.asStaff('put', `/price-rules/${id}`, { body: { ...fields, ...change }, headers: { 'if-match': '*' } })).body.data as Json;
const priorOf = async (productId: string, headers: Record<string, string> = {}) => {
  const { id } = await shop.shown(productId, headers);
  const { reduction } = (await shop.call('get', `/products/${productId}/variants/${id}/prior-price`, { headers })).body.data as { reduction: Json | null };
  return reduction && [reduction['price'].amount, reduction['lowestPrior'].amount];
};

test('lists are filtered and sorted by what a passer-by pays: by rules, public lists and rates, and again as entered when they end', async () => {
  const [cheap, middle, dear] = [await shop.given.variant({ price: 11_000 }), await shop.given.variant({ price: 12_000 }), await shop.given.variant({ price: 13_000 })];
  const ids = [cheap, middle, dear].map(({ productId }) => productId);
  expect(await idsOf('sort=price', ids)).toEqual(ids);

  const rule = await shop.givenRule({ skus: [dear.sku], adjust: { kind: 'percent', bps: -5_000 } });
  await shop.givenList({ entries: { [cheap.sku]: 20_000 } });
  await shop.done('post', '/exchange-rates', { base: 'EUR', quote: 'USD', rate: '2' });
  await shop.runEvents();

  expect(await idsOf('sort=price', ids)).toEqual([dear, middle, cheap].map(({ productId }) => productId));
  expect(await idsOf('sort=-price', ids)).toEqual([cheap, middle, dear].map(({ productId }) => productId));
  expect(await idsOf('price[gte]=6000&price[lte]=7000', ids)).toEqual([dear.productId]);
  expect(await idsOf('price[gte]=10500&price[lte]=11500', ids)).toEqual([]);
  expect(await idsOf('currency=USD&price[gte]=13000&price[lte]=13000', ids)).toEqual([dear.productId]);
  expect((await shop.call('get', '/products?per_page=1&price[lte]=7000&price[gte]=6000')).body.data).toMatchObject({ total: 1, items: [{ price: { from: euros(6_500), to: euros(6_500) } }] });

  await shop.done('delete', `/price-rules/${rule['id']}`);
  await shop.runEvents();
  expect(await idsOf('price[gte]=6000&price[lte]=7000', ids)).toEqual([]);
  expect(await idsOf('price[gte]=13000&price[lte]=13000', ids)).toEqual([dear.productId]);
});

test('a rule by the clock counts in filters from its hour on, one on stock with the sale that crosses it, and a new product with the next look', async () => {
  const { sku, productId } = await shop.given.variant({ price: 31_000, stock: 3 });
  await shop.givenRule({ skus: [sku], startsAt: new Date(Date.now() + DAY_MS).toISOString(), adjust: { kind: 'percent', bps: -1_000 } });
  const low = await shop.given.variant({ price: 32_000, stock: 3 });
  await shop.givenRule({ skus: [low.sku], stock: { max: 2 }, adjust: { kind: 'percent', bps: 1_000 } });
  await shop.runEvents();
  const found = (amount: number, ids: string[]) => idsOf(`price[gte]=${amount}&price[lte]=${amount}`, ids);
  expect([await found(31_000, [productId]), await found(32_000, [low.productId])]).toEqual([[productId], [low.productId]]);

  const { guest } = await shop.given.cart(low.sku);
  expect((await shop.order(guest)).status).toBe(201);
  await shop.runEvents();
  expect(await found(35_200, [low.productId])).toEqual([low.productId]);
  const searched = async (amount: number) => {
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    const { items, facets } = (await shop.call('get', `/search?price[gte]=${amount}&price[lte]=${amount}&facets=brand&per_page=100`)).body.data as { items: Json[]; facets: Json[] };
    return [items.filter(({ id }) => id === productId).length, facets.length];
  };
  expect((await searched(31_000))[0]).toBe(1);
  await onDay(2);
  expect(await found(27_900, [productId])).toEqual([productId]);
  expect([(await searched(27_900))[0], (await searched(31_000))[0]]).toEqual([1, 0]);

  await shop.givenRule({ adjust: { kind: 'percent', bps: -2_000 } });
  await shop.runEvents();
  const late = await shop.given.variant({ price: 41_000 });
  await look();
  expect(await found(32_800, [late.productId])).toEqual([late.productId]);
  expect(await look()).toBe(0);
});

test('80, raised to 100 by a rule, then cut to 90: what was asked in the 30 days before the cut was 80', async () => {
  const { sku, productId } = await shop.given.variant({ price: 80 });
  await onDay(40);
  const rule = await shop.givenRule({ skus: [sku], adjust: { kind: 'percent', bps: 2_500 } });
  await look();
  expect((await shop.shown(productId))['price']).toEqual(euros(100));
  await onDay(60);
  await changeRule(rule, { adjust: { kind: 'percent', bps: 1_250 } });
  await look();

  expect((await shop.shown(productId))['price']).toEqual(euros(90));
  expect(await priorOf(productId)).toEqual([90, 80]);
  await onDay(300);
  expect(await priorOf(productId)).toEqual([90, 80]);
});

test('a price that a rule had lowered counts when a sale follows, in the channel and currency of the rule only', async () => {
  const { sku, productId } = await shop.given.variant({ price: 1000, prices: [{ currency: 'EUR', base: 1000 }, { currency: 'USD', base: 1500 }] });
  const key = await shop.asStaff('post', '/admin/api-keys', { body: { name: 'outlet', kind: 'publishable', scopes: ['catalog:read'], channel: 'outlet' } });
  const outlet = { 'x-api-key': key.body.data.key as string };
  await onDay(5);
  const rule = await shop.givenRule({ skus: [sku], channels: ['outlet'], adjust: { kind: 'amount', amounts: { EUR: -300 } } });
  await look();
  await onDay(10);
  await shop.done('delete', `/price-rules/${rule['id']}`);
  await look();
  await onDay(20);
  const { id } = await shop.shown(productId);
  await shop.asStaff('put', `/products/${productId}/variants/${id}`, { body: { prices: [{ currency: 'EUR', base: 1000, sale: 900 }, { currency: 'USD', base: 1500, sale: 1400 }] }, headers: { 'if-match': '*' } });

  expect(await shop.shown(productId)).toMatchObject({ price: euros(900), lowestPrior30Days: euros(1000) });
  expect(await shop.shown(productId, outlet)).toMatchObject({ price: euros(900), lowestPrior30Days: euros(700) });
  expect((await shop.shown(productId, outlet, '?currency=USD'))['lowestPrior30Days']).toEqual({ amount: 1500, currency: 'USD' });
  const rows = await shop.connection.collection('price_history').find({ sku, kind: 'moved' }).sort({ _id: 1 }).toArray();
  expect(rows.map(({ currency, channel, before, after }) => [currency, channel, before, after])).toEqual([['EUR', 'outlet', null, 700], ['EUR', 'outlet', 700, null]]);
});

test('a look writes a level once, whoever looks how often', async () => {
  const { sku } = await shop.given.variant({ price: 5_000 });
  await shop.givenRule({ skus: [sku], adjust: { kind: 'percent', bps: -1_000 } });
  await look();
  for (let time = 0; time < 3; time++) await look();
  await shop.runEvents();

  expect(await shop.count('price_history', { sku, kind: 'moved' })).toBe(1);
});
