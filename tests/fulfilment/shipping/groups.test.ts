import { ADDRESS, euros } from '../../support/shop.js';
import { startCarrierMock, type CarrierMock } from './carrier-mock.js';
import { openDelivery, type Delivery } from './delivery-world.js';
import { soon } from '../../support/soon.js';

let shop: Delivery;
let mock: CarrierMock;
let zone: { id: string };
beforeAll(async () => {
  mock = await startCarrierMock();
  shop = await openDelivery({ env: { EASYPOST_API_KEY: 'test', EASYPOST_API_BASE: mock.easypostUrl, CARRIER_TIMEOUT_MS: '300' } });
  zone = (await shop.staff('post', '/shipping/zones', { code: 'gb', name: 'Britain', places: [{ country: 'GB' }] })).body.data;
});
beforeEach(async () => {
  mock.reset();
  await shop.connection.collection('shipping_methods').deleteMany({});
});
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await mock.close();
});

const method = async (code: string, rate: object, more: object = {}) => {
  const reply = await shop.staff('post', '/shipping/methods', { zoneId: zone.id, code, name: code.toUpperCase(), rate, ...more });
  if (reply.status !== 201) throw new Error(reply.text);
};
const WEIGHT = { kind: 'weight', bands: [{ from: 0, to: 1000, prices: { EUR: 400 } }, { from: 1000, to: null, prices: { EUR: 900 } }] };
/** A lies only in London, B only in Manchester. */
const split = async () => {
  const [a, b] = [await shop.given.variant({ price: 1000, stock: 5 }), await shop.given.variant({ price: 2000, stock: 0 })];
  await shop.stockAt(shop.second['id'], b.sku, 5);
  await shop.describe(a.productId, { weightGrams: 600 });
  await shop.describe(b.productId, { weightGrams: 1500 });
  return [a.sku, b.sku] as const;
};
const running = async (body: object) => {
  const { id } = (await shop.staff('post', '/promotions', body)).body.data;
  const started = await shop.staff('post', `/promotions/${id as string}/activation`, {});
  if (started.status !== 200) throw new Error(started.text);
};
const methodsOf = async (guest: Record<string, string>) => (await shop.call('get', '/cart/shipping-methods', { headers: guest })).body.data.items;

test('a cart from two warehouses has a rate for each of them and one total', async () => {
  await method('post', WEIGHT);
  const [a, b] = await split();
  const { guest } = await shop.given.cart(a, b);

  const [offered] = await methodsOf(guest);
  expect(offered).toMatchObject({ code: 'post', name: 'POST', price: euros(1300), source: 'table' });
  expect(offered.groups).toEqual([
    { warehouseId: shop.warehouse['id'], code: 'post', name: 'POST', price: euros(400), skus: [a] }, { warehouseId: shop.second['id'], code: 'post', name: 'POST', price: euros(900), skus: [b] },
  ]);
  const order = (await shop.order(guest, { shippingMethod: 'post' })).body.data;
  expect(order).toMatchObject({ totals: { subtotal: euros(3000), shippingTotal: euros(1300), grandTotal: euros(4300) }, shippingMethod: { code: 'post', price: euros(1300), groups: offered.groups } });
  const held = await shop.connection.collection('stock_holds').find({ orderId: order.id }).toArray();
  expect(held.map(({ sku, warehouseId }) => [sku, warehouseId]).sort()).toEqual([[a, shop.warehouse['id']], [b, shop.second['id']]].sort());
});

test('each warehouse may send by a method of its own', async () => {
  await method('post', WEIGHT, { position: 1 });
  await method('fast', { kind: 'flat', prices: { EUR: 1500 } }, { position: 2 });
  const [a, b] = await split();
  const { guest } = await shop.given.cart(a, b);
  expect((await methodsOf(guest)).map(({ code, price }: { code: string; price: object }) => [code, price])).toEqual([['post', euros(1300)], ['fast', euros(3000)]]);

  const chosen = await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'post', groups: { [shop.second['id']]: 'fast' } } });
  expect(chosen.body.data).toMatchObject({ shippingMethod: 'post', totals: { shippingTotal: euros(1900), grandTotal: euros(4900) } });
  const order = (await shop.order(guest, { shippingMethod: undefined })).body.data;
  expect(order).toMatchObject({ shippingMethod: { code: 'mixed', name: 'POST + FAST', price: euros(1900), groups: [{ code: 'post', price: euros(400) }, { code: 'fast', price: euros(1500) }] }, totals: { shippingTotal: euros(1900) } });

  const again = await shop.given.cart(a, b);
  expect((await shop.call('put', '/cart/shipping-method', { headers: again.guest, body: { code: 'post', groups: { [shop.second['id']]: 'balloon' } } })).body).toMatchObject({ status: 400, code: 'shipping_method_unknown', allowed: ['post', 'fast'] });
});

test('a method that one of the warehouses cannot use is not offered for all', async () => {
  await method('letter', { kind: 'flat', prices: { EUR: 100 } }, { limits: { maxWeightGrams: 1000 }, position: 1 });
  await method('post', WEIGHT, { position: 2 });
  const [a, b] = await split();
  const [whole, mixed] = [await shop.given.cart(a), await shop.given.cart(a, b)];

  expect((await methodsOf(whole.guest)).map(({ code }: { code: string }) => code)).toEqual(['letter', 'post']);
  expect((await methodsOf(mixed.guest)).map(({ code }: { code: string }) => code)).toEqual(['post']);
  const chosen = await shop.call('put', '/cart/shipping-method', { headers: mixed.guest, body: { code: 'post', groups: { [shop.warehouse['id']]: 'letter' } } });
  expect(chosen.body.data.totals.shippingTotal).toEqual(euros(1000));
});

test('the threshold of free delivery looks at the whole cart, after its reductions', async () => {
  await method('post', WEIGHT, { freeFrom: { EUR: 3000 } });
  const [a, b] = await split();
  const { guest } = await shop.given.cart(a, b);
  expect((await methodsOf(guest))[0]).toMatchObject({ price: euros(0) });

  await running({ name: 'One cent', trigger: 'coupon', class: 'order', code: 'CENT', effect: { type: 'fixed', amounts: { EUR: 1 } } });
  const reduced = await shop.call('post', '/cart/coupons', { headers: guest, body: { code: 'CENT' } });
  expect(reduced.body.data.totals).toMatchObject({ subtotal: euros(3000), discountTotal: euros(1) });
  expect((await methodsOf(guest))[0]).toMatchObject({ price: euros(1300) });
  const order = (await shop.order(guest, { shippingMethod: 'post' })).body.data;
  expect(order.totals).toMatchObject({ discountTotal: euros(1), shippingTotal: euros(1300), grandTotal: euros(4299) });
});

test('what lies in one warehouse is one parcel, however many there are', async () => {
  await method('post', WEIGHT);
  const [a] = await split();
  const { guest } = await shop.given.cart([a, 2]);
  const [offered] = await methodsOf(guest);
  expect(offered).toMatchObject({ code: 'post', price: euros(900) });
  expect(offered).not.toHaveProperty('groups');
});

describe('a method that asks a carrier', () => {
  const CARRIER = { kind: 'carrier', carrier: 'easypost', service: 'Priority', markupBps: 1000, fallback: { kind: 'flat', prices: { EUR: 990 } } };
  const cart = async (weightGrams: number) => {
    const { sku, productId } = await shop.given.variant({ price: 1000 });
    await shop.describe(productId, { weightGrams });
    return shop.given.cart(sku);
  };

  test('costs what the carrier says, and something more', async () => {
    await method('courier', CARRIER);
    const { guest } = await cart(701);
    await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: ADDRESS } });

    expect((await methodsOf(guest))[0]).toMatchObject({ code: 'courier', price: euros(834), source: 'carrier' });
    const order = (await shop.order(guest, { shippingMethod: 'courier' })).body.data;
    expect(order).toMatchObject({ shippingMethod: { price: euros(834), source: 'carrier' }, shippingEstimated: false, totals: { shippingTotal: euros(834) } });
    expect(mock.requests).toHaveLength(1);
  });

  test('that does not answer in time costs what the table says, and the order says so', async () => {
    await method('courier', CARRIER);
    mock.behaviour.delayMs = 1200;
    const { guest } = await cart(702);

    const started = performance.now();
    expect((await methodsOf(guest))[0]).toMatchObject({ code: 'courier', price: euros(990), source: 'table_fallback' });
    expect(performance.now() - started).toBeLessThan(soon(2000));
    const order = (await shop.order(guest, { shippingMethod: 'courier' })).body.data;
    expect(order).toMatchObject({ status: 'placed', shippingMethod: { price: euros(990), source: 'table_fallback' }, shippingEstimated: true, totals: { grandTotal: euros(1990) } });
    expect((await shop.staff('get', `/orders/${order.id as string}`)).body.data.shippingEstimated).toBe(true);
  });
});
