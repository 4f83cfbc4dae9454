import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop({ env: { SHIPPING_FLAT_RATES: 'EUR:490,USD:600,CHF:700,GBP:500' } }); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const dollars = (amount: number) => ({ amount, currency: 'USD' });
const addRate = (quote: string, rate: string, fields: Json = {}) => shop.done('post', '/exchange-rates', { base: 'EUR', quote, rate, ...fields });

test('an explicit price stands; else the price is converted, ends as its currency does, and names its rate in catalogue, cart and order', async () => {
  const rate = await addRate('USD', '1.0850');
  await shop.done('put', '/currency-roundings/USD', { rounding: { step: 100, ending: 99 } });
  const converted = await shop.given.variant({ price: 2000 });
  const explicit = await shop.given.variant({ prices: [{ currency: 'EUR', base: 2000 }, { currency: 'USD', base: 2500 }] });
  const source = { kind: 'converted', id: rate['id'], name: '1 EUR = 1.0850 USD', from: { kind: 'base' } };

  // 20.00 EUR are 21.70 USD, and 21.99 is nearer than 20.99.
  expect(await shop.shown(converted.productId, {}, '?currency=USD')).toMatchObject({ price: dollars(2199), priceSource: source });
  expect((await shop.shown(explicit.productId, {}, '?currency=USD'))['price']).toEqual(dollars(2500));
  const list = await shop.call('get', '/products?currency=USD&per_page=2');
  expect((list.body.data.items as Json[]).map(({ price }) => price.from)).toEqual([dollars(2500), dollars(2199)]);

  const added = await shop.call('post', '/cart/items', { body: { sku: converted.sku, quantity: 2, currency: 'USD' } });
  expect(added.body.data).toMatchObject({ currency: 'USD', items: [{ unitPrice: dollars(2199), priceSource: source }], totals: { subtotal: dollars(4398) } });
  const order = await shop.order({ 'x-cart-token': added.body.data.cartToken as string });
  expect(order.body.data).toMatchObject({ currency: 'USD', items: [{ unitPrice: dollars(2199), priceSource: source }], totals: { grandTotal: dollars(4398 + 600) } });
  const stored = await shop.connection.collection('orders').findOne({ number: order.body.data.number });
  expect(stored!['items'][0].priceSource).toEqual(source);
});

test('a rate is only followed by another: the new one counts from its moment on, and an open cart says what changed', async () => {
  await addRate('CHF', '1');
  const { sku, productId } = await shop.given.variant({ price: 1003 });
  const added = await shop.call('post', '/cart/items', { body: { sku, currency: 'CHF' } });
  const guest = { 'x-cart-token': added.body.data.cartToken as string };

  await addRate('CHF', '0.9', { effectiveFrom: new Date(Date.now() + 3_600_000).toISOString() });
  expect((await shop.shown(productId, {}, '?currency=CHF'))['price']).toEqual({ amount: 1003, currency: 'CHF' });
  shop.clock.offsetMs = 3_700_000;
  const later = await shop.shown(productId, {}, '?currency=CHF');
  const cart = await shop.call('get', '/cart', { headers: guest });
  shop.clock.offsetMs = 0;
  await shop.done('put', '/currency-roundings/CHF', { rounding: { step: 5, ending: 0 } });

  expect(later['price']).toEqual({ amount: 903, currency: 'CHF' });
  expect(cart.body.data.problems).toEqual([{ code: 'price_changed', sku, itemId: expect.any(String), before: { amount: 1003, currency: 'CHF' }, after: { amount: 903, currency: 'CHF' } }]);
  expect((await shop.shown(productId, {}, '?currency=CHF'))['price']).toEqual({ amount: 1005, currency: 'CHF' });
  const past = await shop.asStaff('post', '/exchange-rates', { body: { base: 'EUR', quote: 'CHF', rate: '2', effectiveFrom: '2020-01-01T00:00:00Z' } });
  expect(past.body).toMatchObject({ status: 400, code: 'rate_in_the_past' });
  expect((await shop.asStaff('get', '/exchange-rates?base=EUR&quote=CHF')).body.data).toMatchObject({ total: 2, items: [{ rate: '0.9' }, { rate: '1' }] });
  expect((await shop.asStaff('post', '/exchange-rates', { body: { base: 'EUR', quote: 'CHF', rate: '0.0' } })).status).toBe(400);
});

test('switching the currency of a cart prices every line in it, or is refused and changes nothing', async () => {
  await addRate('USD', '2');
  await shop.done('put', '/currency-roundings/USD', { rounding: null });
  const [a, b] = [await shop.given.variant({ price: 1000 }), await shop.given.variant({ prices: [{ currency: 'EUR', base: 500 }, { currency: 'USD', base: 777 }] })];
  const { guest, version } = await shop.given.cart([a.sku, 2], b.sku) as Json;
  await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'standard' } });

  const switched = await shop.call('put', '/cart/currency', { headers: guest, body: { currency: 'USD' } });
  expect(switched.body.data).toMatchObject({
    currency: 'USD', problems: [], items: [{ unitPrice: dollars(2000), lineTotal: dollars(4000) }, { unitPrice: dollars(777) }],
    totals: { subtotal: dollars(4777), shippingTotal: dollars(600), grandTotal: dollars(5377) }, version: version + 2,
  });
  const refused = await shop.call('put', '/cart/currency', { headers: guest, body: { currency: 'SEK' } });
  expect(refused.body).toMatchObject({ status: 409, code: 'currency_mismatch', currency: 'SEK' });
  expect((await shop.call('get', '/cart', { headers: guest })).body.data).toMatchObject({ currency: 'USD', version: version + 2 });
  const back = await shop.call('put', '/cart/currency', { headers: guest, body: { currency: 'EUR' } });
  expect(back.body.data).toMatchObject({ currency: 'EUR', totals: { subtotal: euros(2500), shippingTotal: euros(490) } });
  expect((await shop.call('put', '/cart/currency', { body: { currency: 'EUR' } })).status).toBe(404);
});
