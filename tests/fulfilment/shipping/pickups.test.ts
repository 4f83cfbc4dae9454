import { randomUUID } from 'node:crypto';
import { ADDRESS, euros } from '../../support/shop.js';
import { givenUser } from '../../support/given.js';
import { openDelivery, type Delivery } from './delivery-world.js';

let shop: Delivery;
let store: { id: string };
beforeAll(async () => {
  shop = await openDelivery();
  store = (await shop.staff('post', '/warehouses', { code: 'STORE', name: 'Covent Garden', location: { address: '1 Long Acre', city: 'London', postalCode: 'WC2E 9LH', country: 'GB' }, pickup: true, priority: 300 })).body.data;
});
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(() => shop.close());

const level = async (sku: string, warehouseId: string) => {
  const found = await shop.connection.collection('stock_levels').findOne({ sku, warehouseId });
  return [found!['onHand'], found!['reserved']];
};
const goods = async ({ inStore = 5, elsewhere = 5 } = {}) => {
  const { sku } = await shop.given.variant({ price: 1000, stock: elsewhere });
  if (inStore > 0) await shop.stockAt(store.id, sku, inStore);
  return sku;
};
const fetched = async (sku: string, body: object = {}) => {
  const { guest } = await shop.given.cart(sku);
  return shop.order(guest, { shippingMethod: 'pickup', pickupLocationId: store.id, ...body });
};
const pickupOf = async (id: string, headers: object) => (await shop.call('get', `/orders/${id}/pickup`, { headers: headers as Record<string, string> })).body;
const redeem = (code: string, more: object = {}) => shop.staff('post', '/pickups/redemptions', { code, ...more });
const ready = async () => {
  const sku = await goods();
  const order = (await fetched(sku)).body.data;
  const owner = { 'x-order-token': order.orderToken as string };
  return { sku, id: order.id as string, owner, code: (await pickupOf(order.id, owner)).data.code as string };
};

test('is offered where a shop has everything, and costs nothing', async () => {
  const [both, onlyElsewhere] = [await goods(), await goods({ inStore: 0 })];
  const { guest } = await shop.given.cart([both, 5]);
  const methodsOf = async () => (await shop.call('get', '/cart/shipping-methods', { headers: guest })).body.data.items;
  const location = { id: store.id, code: 'STORE', name: 'Covent Garden', city: 'London', country: 'GB', address: '1 Long Acre' };

  expect((await methodsOf()).find(({ code }: { code: string }) => code === 'pickup')).toEqual({ code: 'pickup', name: 'Pick-up in store', price: euros(0), estimate: { minDays: 0, maxDays: 1 }, locations: [location] });
  const chosen = await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'pickup', pickupLocationId: store.id } });
  expect(chosen.body.data).toMatchObject({ shippingMethod: 'pickup', pickupLocationId: store.id, totals: { shippingTotal: euros(0), grandTotal: euros(5000) } });

  await shop.call('post', '/cart/items', { headers: guest, body: { sku: onlyElsewhere } });
  expect((await methodsOf()).map(({ code }: { code: string }) => code)).toEqual(['standard']);
  for (const pickupLocationId of [store.id, shop.warehouse['id'], '0'.repeat(24)]) {
    expect((await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'pickup', pickupLocationId } })).body).toMatchObject({ status: 400, code: 'pickup_location_unknown', allowed: [] });
  }
  expect((await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'standard' } })).body.data).not.toHaveProperty('pickupLocationId');
});

test('an order is taken from that shop and from nowhere else', async () => {
  const sku = await goods({ inStore: 1, elsewhere: 9 });

  const order = await fetched(sku);
  expect(order.body.data).toMatchObject({ status: 'placed', shippingMethod: { code: 'pickup', pickupLocationId: store.id, price: euros(0) }, totals: { grandTotal: euros(1000) } });
  expect([await level(sku, store.id), await level(sku, shop.warehouse['id'])]).toEqual([[1, 1], [9, 0]]);
  const late = await fetched(sku);
  expect(late.body).toMatchObject({ status: 409, code: 'insufficient_stock' });
  expect([await level(sku, store.id), await level(sku, shop.warehouse['id'])]).toEqual([[1, 1], [9, 0]]);
  expect(await shop.count('pickups', { _id: order.body.data.id })).toBe(1);
});

test('of ten who want the last two two get them', async () => {
  const sku = await goods({ inStore: 2, elsewhere: 50 });
  const carts = await Promise.all(Array.from({ length: 10 }, () => shop.given.cart(sku)));

  const replies = await Promise.all(carts.map(({ guest }) => shop.order(guest, { shippingMethod: 'pickup', pickupLocationId: store.id })));

  expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, ...Array.from({ length: 8 }, () => 409)]);
  expect([await level(sku, store.id), await level(sku, shop.warehouse['id'])]).toEqual([[2, 2], [50, 0]]);
});

test('the code is shown to the customer alone, and hands the goods over', async () => {
  const { sku, id, owner, code } = await ready();
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
  expect((await pickupOf(id, owner)).data).toEqual({ orderId: id, locationId: store.id, state: 'waiting', code });
  expect((await pickupOf(id, shop.keys.secret)).data).toMatchObject({ state: 'waiting', code: null });
  expect((await pickupOf(id, { 'x-order-token': 'somebody' })).status).toBe(404);

  const typed = `${code.slice(0, 5).toLowerCase()}-${code.slice(5).replace(/0/g, 'o')}`;
  const done = await redeem(typed, { locationId: store.id });

  expect(done.body.data).toMatchObject({ orderId: id, state: 'collected', collectedAt: expect.any(String) });
  expect((await shop.call('get', `/orders/${id}`, { headers: owner })).body.data).toMatchObject({ fulfilmentStatus: 'delivered' });
  expect(await level(sku, store.id)).toEqual([4, 0]);
  expect((await pickupOf(id, owner)).data).toMatchObject({ state: 'collected', code: null });
  expect(await shop.count('outbox', { type: 'pickup.collected', aggregateId: id })).toBe(1);
  const stored = JSON.stringify(await shop.connection.collection('pickups').findOne({ _id: id as never }));
  expect(stored).not.toContain(code);
});

test('thirty clerks at once: one hands it over', async () => {
  const { sku, id, code } = await ready();

  const replies = await Promise.all(Array.from({ length: 30 }, () => redeem(code)));

  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(replies.filter(({ status, body }) => status === 409 && body.code === 'pickup_code_used')).toHaveLength(29);
  expect(await level(sku, store.id)).toEqual([4, 0]);
  expect(await shop.count('fulfilments', { orderId: id })).toBe(1);
  expect(await shop.count('outbox', { type: 'pickup.collected', aggregateId: id })).toBe(1);
  expect((await redeem(code)).body).toMatchObject({ status: 409, code: 'pickup_code_used', collectedAt: expect.any(String) });
});

test('a code that is wrong, shown elsewhere, or of an order that was given up hands over nothing', async () => {
  const { sku, id, owner, code } = await ready();

  expect((await redeem('0000000000')).body).toMatchObject({ status: 404, code: 'pickup_code_unknown' });
  expect((await redeem(code, { locationId: shop.warehouse['id'] })).body).toMatchObject({ status: 409, code: 'wrong_pickup_location', locationId: store.id });
  await shop.call('post', `/orders/${id}/cancellation`, { headers: owner, body: {} });
  expect((await redeem(code)).body).toMatchObject({ status: 409, code: 'pickup_not_ready' });
  expect((await pickupOf(id, owner)).data).toMatchObject({ state: 'waiting', code: null });
  expect(await level(sku, store.id)).toEqual([5, 0]);
});

test('goods that staff has packed already are handed over as they are', async () => {
  const { id, code, owner } = await ready();
  const packed = await shop.staff('post', `/orders/${id}/fulfilments`, { state: 'packed' });
  expect(packed.status).toBe(201);

  expect((await redeem(code)).status).toBe(200);
  expect((await shop.call('get', `/orders/${id}`, { headers: owner })).body.data.fulfilmentStatus).toBe('delivered');
  expect(await shop.count('fulfilments', { orderId: id })).toBe(1);
});

test('a crash between the code and the goods is made good by the worker', async () => {
  const { sku, id, owner } = await ready();
  await shop.connection.collection('pickups').updateOne({ _id: id as never }, { $set: { state: 'collecting', claimedAt: new Date(Date.now() - 30_000), claimedBy: { type: 'user', id: null } } });

  for (const { name, run } of shop.container.schedules) if (name === 'finish-pickups') await run(new AbortController().signal);

  expect((await pickupOf(id, owner)).data.state).toBe('collected');
  expect((await shop.call('get', `/orders/${id}`, { headers: owner })).body.data.fulfilmentStatus).toBe('delivered');
  expect(await level(sku, store.id)).toEqual([4, 0]);
});

test('is for staff who may write orders, and for orders that are picked up', async () => {
  const { code } = await ready();
  const sku = await goods();
  const sent = (await fetched(sku, { shippingMethod: 'standard', pickupLocationId: undefined })).body.data;

  expect((await shop.call('post', '/pickups/redemptions', { body: { code } })).status).toBe(401);
  expect((await shop.call('post', '/pickups/redemptions', { headers: (await givenUser(shop)).headers, body: { code } })).status).toBe(403);
  expect((await pickupOf(sent.id, { 'x-order-token': sent.orderToken })).code).toBe('pickup_not_found');
  expect((await fetched(sku, { pickupLocationId: undefined })).body).toMatchObject({ status: 400, code: 'pickup_location_unknown' });
  expect((await fetched(sku, { shippingAddress: ADDRESS, key: randomUUID() })).status).toBe(201);
});

test('a set is picked up where all of its parts lie', async () => {
  const [seat, leg] = [await goods({ inStore: 1, elsewhere: 5 }), await goods({ inStore: 4, elsewhere: 5 })];
  const product = await shop.staff('post', '/products', {
    name: 'Stool', description: 'A set.', categoryIds: [], status: 'active',
    variants: [{ sku: `SET-${seat}`, prices: [{ currency: 'EUR', base: 3000 }], components: [{ sku: seat, quantity: 1 }, { sku: leg, quantity: 4 }] }],
  });
  expect(product.status).toBe(201);
  await shop.runEvents();
  const { guest } = await shop.given.cart(`SET-${seat}`);
  const order = (await shop.order(guest, { shippingMethod: 'pickup', pickupLocationId: store.id })).body.data;
  const owner = { 'x-order-token': order.orderToken as string };
  expect([await level(seat, store.id), await level(leg, store.id)]).toEqual([[1, 1], [4, 4]]);
  expect((await redeem((await pickupOf(order.id, owner)).data.code)).status).toBe(200);
  expect([await level(seat, store.id), await level(leg, store.id)]).toEqual([[0, 0], [0, 0]]);
  expect((await shop.call('get', `/orders/${order.id as string}`, { headers: owner })).body.data.fulfilmentStatus).toBe('delivered');

  const next = await shop.given.cart(`SET-${seat}`);
  expect((await shop.call('get', '/cart/shipping-methods', { headers: next.guest })).body.data.items.map(({ code }: { code: string }) => code)).toEqual(['standard']);
});

test('an order that staff drafts for somebody is fetched with a code like any other', async () => {
  const sku = await goods();
  const draft = await shop.staff('post', '/orders/drafts', { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'pickup', pickupLocationId: store.id, lines: [{ sku, quantity: 2 }] });
  expect(draft.body.data).toMatchObject({ shippingMethod: 'pickup', pickupLocationId: store.id, totals: { shippingTotal: euros(0), grandTotal: euros(2000) } });

  const placed = await shop.call('post', `/orders/drafts/${draft.body.data.id}/complete`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: { payment: { provider: 'offline' } } });
  const owner = { 'x-order-token': placed.body.data.orderToken as string };
  const { code } = (await pickupOf(placed.body.data.id, owner)).data as { code: string };

  expect(await level(sku, store.id)).toEqual([5, 2]);
  expect((await redeem(code)).body.data).toMatchObject({ state: 'collected', orderId: placed.body.data.id });
  expect([await level(sku, store.id), (await redeem(code)).status]).toEqual([[3, 0], 409]);
});

test('a draft without a shop to fetch it from is refused as at checkout, and becomes no order', async () => {
  const sku = await goods();
  const draft = await shop.staff('post', '/orders/drafts', { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'pickup', lines: [{ sku, quantity: 1 }] });

  const refused = await shop.call('post', `/orders/drafts/${draft.body.data.id}/complete`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: { payment: { provider: 'offline' } } });

  expect([refused.status, refused.body.code]).toEqual([400, 'pickup_location_unknown']);
  expect(await level(sku, store.id)).toEqual([5, 0]);
});
