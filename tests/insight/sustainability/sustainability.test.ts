import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { scoresOfOldProducts } from '../../../src/shared/db/migrations/0009-scores-of-old-products.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { givenUser } from '../../support/given.js';
import { ADDRESS, euros } from '../../support/shop.js';

let shop: CardShop;
beforeAll(async () => { shop = await openCardShop({ env: { CARBON_OFFSET_PRICES: 'EUR:20,JPY:40' } }); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = (method: 'get' | 'post' | 'put' | 'patch', path: string, body?: object) => shop.call(method, path, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, ...(body && { body }) });
const BERLIN = { ...ADDRESS, city: 'Berlin', postalCode: '10115', country: 'DE' };
const CARD = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };
const FACTS = { recycledPercent: 50, carbonFootprint: { productionGrams: 4000, packagingGrams: 150 }, ecoMetrics: { recyclableComponents: ['legs'], sustainableMaterials: [], carbonOffset: true } };
const chair = async (price = 1200, sustainability: object | null = FACTS) => {
  const { sku, productId } = await shop.given.variant({ price, stock: 50 });
  const { id } = (await shop.call('get', `/products/${productId}/variants`)).body.data.items[0];
  expect((await staff('patch', `/products/${productId}/variants/${id as string}`, { weightGrams: 5000 })).status).toBe(200);
  expect((await staff('patch', `/products/${productId}`, { sustainability })).status).toBe(200);
  return { sku, productId };
};

test('products show their score, and lists are narrowed and sorted by it', async () => {
  const [good, bad, unknown] = [await chair(), await chair(1200, { footprintGrams: 90_000 }), await chair(1200, null)];
  const idsOf = async (query: string) => (await shop.call('get', `/products?${query}`)).body.data.items.map(({ id }: { id: string }) => id);

  // 50 x 10 / 14.15 = 35.34, + 10 + 10 + 5 = 60; 50 x 10 / 100 = 5.
  expect((await shop.call('get', `/products/${good.productId}`)).body.data).toMatchObject({ sustainabilityScore: 60, sustainability: FACTS });
  expect((await shop.call('get', `/products/${unknown.productId}`)).body.data).not.toHaveProperty('sustainabilityScore');
  expect(await idsOf('sort=-sustainabilityScore')).toEqual([good.productId, bad.productId, unknown.productId]);
  expect(await idsOf('sustainability_score[gte]=5&sort=sustainabilityScore')).toEqual([bad.productId, good.productId]);
  expect(await idsOf('sustainability_score[lte]=59')).toEqual([bad.productId]);
  expect(await idsOf('carbon_offset=true')).toEqual([good.productId]);
});

test('products from before there were scores get theirs by a migration, which changes nothing the second time', async () => {
  const { sku, productId } = await chair();
  const products = shop.connection.collection('products');
  const _id = new mongo.ObjectId(productId);
  await products.updateOne({ _id }, { $set: { sustainabilityScore: -1, isOffset: false } });
  await shop.connection.collection('variants').updateOne({ sku }, { $unset: { footprint: 1 } });
  const told: string[] = [];

  for (const _twice of [1, 2]) await scoresOfOldProducts.up({ connection: shop.connection, log: (line) => { told.push(line); } });

  expect(await products.findOne({ _id })).toMatchObject({ sustainabilityScore: 60, isOffset: true });
  expect((await shop.connection.collection('variants').findOne({ sku }))!['footprint']).toEqual({ productionGrams: 4000, packagingGrams: 150 });
  expect(told).toEqual(['products.sustainabilityScore computed for 1', 'products.sustainabilityScore computed for 0']);
});

test('an order has its footprint once it is placed; it stays what it was, and a return adds its way', async () => {
  const { sku, productId } = await chair();
  const { guest } = await shop.given.cart([sku, 2]);
  const order = (await shop.order(guest, { ...CARD, shippingAddress: BERLIN })).body.data;
  const owner = { 'x-order-token': order.orderToken as string };
  await shop.work();
  const first = (await shop.call('get', `/orders/${order.id}/footprint`, { headers: owner })).body.data;

  // 929 km from London: 10 kg x 904 km by lorry 919 g, x 25 km by van 160 g.
  expect(first).toMatchObject({ unit: 'gCO2e', factors: 'uk-gov-2025', to: 'DE', production: 8000, packaging: 300, transport: 1079, returns: 0, total: 9379, lines: [{ sku, km: 929, legs: [{ mode: 'hgv', km: 904 }, { mode: 'van', km: 25 }] }] });
  expect((await shop.call('get', `/orders/${order.id}/footprint`, { headers: (await givenUser(shop)).headers })).status).toBe(404);
  await staff('patch', `/products/${productId}`, { sustainability: null });
  expect((await shop.call('get', `/orders/${order.id}/footprint`, { headers: owner })).body.data).toEqual(first);

  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${order.id}/status`, { status });
  const [{ id: itemId }] = order.items;
  const { id } = (await staff('post', `/orders/${order.id}/returns`, { lines: [{ itemId, quantity: 1, reason: 'changed_mind' }] })).body.data;
  for (const [word, body] of [['receipts', { lines: [{ itemId, quantity: 1, condition: 'ok' }] }], ['inspection', {}], ['refund', {}]] as const) expect((await staff('post', `/returns/${id}/${word}`, body)).status).toBeLessThan(300);
  await shop.work();
  expect((await staff('get', `/orders/${order.id}/footprint`)).body.data).toMatchObject({ transport: 1079, returns: 539, total: 9379 + 539, returned: [{ returnId: id, grams: 539 }] });
  const report = await staff('get', '/sustainability/report?from=2020-01-01T00:00:00Z&to=2022-01-01T00:00:00Z');
  expect([report.status, report.body.data.items]).toEqual([200, []]);
});

test('the footprint of an order follows what is still ordered, by what was known when it was placed', async () => {
  const { sku, productId } = await chair();
  const order = (await shop.order((await shop.given.cart([sku, 3])).guest, { ...CARD, shippingAddress: BERLIN })).body.data;
  const [{ id: itemId }] = order.items;
  const footprint = async () => { await shop.work(); return (await staff('get', `/orders/${order.id}/footprint`)).body.data; };
  expect(await footprint()).toMatchObject({ production: 12_000, packaging: 450 });
  await staff('patch', `/products/${productId}`, { sustainability: null });

  expect((await staff('post', `/orders/${order.id}/cancellation`, { lines: [{ itemId, quantity: 1 }], reason: 'one less' })).status).toBe(200);
  expect(await footprint()).toMatchObject({ production: 8000, packaging: 300, transport: 1079, total: 9379, lines: [{ sku, quantity: 2 }] });
  expect((await staff('put', `/orders/${order.id}/status`, { status: 'cancelled' })).status).toBe(200);
  expect(await footprint()).toMatchObject({ total: 0, lines: [] });
});

test('an offset is a fee of its own, and goes back with the goods', async () => {
  const { sku } = await chair();
  const { guest } = await shop.given.cart([sku, 2]);
  await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: BERLIN } });

  // 9,379 g at 0.20 a kilogram: 1.8756 -> 1.88, of it 0.31 tax.
  const cart = await shop.call('put', '/cart/carbon-offset', { headers: guest, body: { offset: true } });
  expect(cart.body.data).toMatchObject({ carbonOffset: true, totals: { subtotal: euros(2400), feeTotal: euros(188) }, fees: [{ code: 'carbon_offset', amount: euros(188), tax: euros(31) }] });
  const order = (await shop.order(guest, { ...CARD, shippingAddress: BERLIN })).body.data;
  expect(order).toMatchObject({ fees: [{ code: 'carbon_offset', amount: euros(188) }], totals: { grandTotal: euros(2400 + 490 + 188) } });

  const cancel = (body: object) => staff('post', `/orders/${order.id}/cancellation`, { reason: 'not wanted', ...body });
  const twice = await Promise.all(Array.from({ length: 20 }, () => cancel({ lines: [{ itemId: order.items[0].id, quantity: 2 }] })));
  await shop.work();
  expect(twice.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(shop.simulator.refunds(order.id)).toEqual([2400 + 490 + 188]);
});

test('an offset goes back in parts as the goods do, to the cent, and never twice', async () => {
  const { sku } = await chair();
  const { guest } = await shop.given.cart([sku, 3]);
  await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: BERLIN } });
  const cart = await shop.call('put', '/cart/carbon-offset', { headers: guest, body: { offset: true } });
  const offset = cart.body.data.fees[0].amount.amount as number;
  const order = (await shop.order(guest, { ...CARD, shippingAddress: BERLIN })).body.data;
  await shop.work();
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${order.id}/status`, { status });
  const [{ id: itemId }] = order.items;
  const back = async (quantity: number) => {
    const before = (shop.simulator.refunds(order.id) as number[]).reduce((so, one) => so + one, 0);
    const { id } = (await staff('post', `/orders/${order.id}/returns`, { lines: [{ itemId, quantity, reason: 'changed_mind' }] })).body.data;
    for (const [word, body] of [['receipts', { lines: [{ itemId, quantity, condition: 'ok' }] }], ['inspection', {}]] as const) expect((await staff('post', `/returns/${id}/${word}`, body)).status).toBeLessThan(300);
    const refunds = await Promise.all(Array.from({ length: 10 }, () => staff('post', `/returns/${id}/refund`, {})));
    expect(refunds.filter(({ status }) => status < 300).length).toBeGreaterThan(0);
    await shop.work();
    return (shop.simulator.refunds(order.id) as number[]).reduce((so, one) => so + one, 0) - before;
  };

  const [first, second] = [await back(1), await back(2)];

  expect(offset).toBeGreaterThan(2);
  // With the last of the goods the delivery comes back as well.
  expect(first - 1200 + second - 2400).toBe(offset + 490);
  expect(Math.abs((first - 1200) * 3 - offset)).toBeLessThan(3);
});
