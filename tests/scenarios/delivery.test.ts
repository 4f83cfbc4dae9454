import { openDelivery, type Delivery } from '../fulfilment/shipping/delivery-world.js';
import { seeded } from '../support/random.js';
import { euros } from '../support/shop.js';

let shop: Delivery;
beforeAll(async () => { shop = await openDelivery(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(() => shop.close());

const show = async (id: string, owner: Record<string, string>, what = '') => (await shop.call('get', `/orders/${id}${what}`, { headers: owner })).body.data;
const mailsOf = async (type: RegExp, orderId: string) => (await shop.events()).filter((event) => event['aggregateId'] === orderId && type.test(String(event['type']))).map(({ type: name }) => String(name));

test('an order split over two warehouses leaves in two parcels, each followed to the door', async () => {
  const zone = (await shop.staff('post', '/shipping/zones', { code: 'gb', name: 'Britain', places: [{ country: 'GB' }] })).body.data;
  const method = await shop.staff('post', '/shipping/methods', { zoneId: zone.id, code: 'post', name: 'Post', rate: { kind: 'flat', prices: { EUR: 400 } }, estimate: { minDays: 1, maxDays: 2 } });
  const [lamp, sofa] = [await shop.given.variant({ price: 2000, stock: 3 }), await shop.given.variant({ price: 9000, stock: 0 })];
  await shop.stockAt(shop.second['id'], sofa.sku, 3);
  const { guest } = await shop.given.cart([lamp.sku, 2], sofa.sku);

  const [post] = (await shop.call('get', '/cart/shipping-methods', { headers: guest })).body.data.items;
  expect(post).toMatchObject({ code: 'post', price: euros(800), groups: [{ skus: [lamp.sku], price: euros(400) }, { skus: [sofa.sku], price: euros(400) }], estimate: { earliest: expect.any(String), latest: expect.any(String) } });
  const order = (await shop.order(guest, { shippingMethod: 'post', expectedTotal: euros(13_800) })).body.data;
  const owner = { 'x-order-token': order.orderToken as string };

  const { parcels } = await shop.send(order.id, 'LAMP1', 'SOFA1');
  expect(parcels).toHaveLength(2);
  expect(await show(order.id, owner)).toMatchObject({ fulfilmentStatus: 'shipped' });

  for (const [trackingNumber, at] of [['LAMP1', '2026-03-02T08:00:00Z'], ['SOFA1', '2026-03-03T08:00:00Z']] as const) await shop.tell({ trackingNumber, status: 'in_transit', at });
  await shop.tell({ trackingNumber: 'LAMP1', status: 'delivered', at: '2026-03-03T12:00:00Z' });
  await shop.runEvents();
  expect(await show(order.id, owner)).toMatchObject({ fulfilmentStatus: 'partially_delivered' });
  expect((await show(order.id, owner, '/shipments')).items.map(({ trackingNumber, status }: Record<string, string>) => [trackingNumber, status])).toEqual([['LAMP1', 'delivered'], ['SOFA1', 'in_transit']]);

  await shop.tell({ trackingNumber: 'SOFA1', status: 'out_for_delivery', at: '2026-03-05T07:00:00Z' });
  await shop.tell({ trackingNumber: 'SOFA1', status: 'delivered', at: '2026-03-05T12:00:00Z' });
  await shop.runEvents();
  expect(await show(order.id, owner)).toMatchObject({ fulfilmentStatus: 'delivered', items: [{ sku: lamp.sku, quantity: 2 }, { sku: sofa.sku, quantity: 1 }] });
  expect((await mailsOf(/^shipment\./, order.id)).sort()).toEqual(['shipment.delivered', 'shipment.delivered', 'shipment.in_transit', 'shipment.in_transit', 'shipment.out_for_delivery']);
  expect(await mailsOf(/^order\.delivered$/, order.id)).toEqual(['order.delivered']);
  expect(await shop.level(lamp.sku)).toEqual({ onHand: 1, reserved: 0 });
  await shop.staff('delete', `/shipping/methods/${method.body.data.id as string}`);
});

test('promise and order know the same warehouses: one SKU is split over those that send to the place, what lies elsewhere is short', async () => {
  const american = (await shop.staff('post', '/warehouses', { code: 'NYC', name: 'New York', location: { city: 'New York', country: 'US' }, regionsServed: ['US'] })).body.data;
  const { sku } = await shop.given.variant({ price: 1000, stock: 3 });
  await shop.stockAt(shop.second['id'], sku, 2);
  await shop.stockAt(american.id, sku, 9);
  const promise = async (quantity: number) => (await shop.call('get', `/delivery-promise?sku=${sku}&quantity=${quantity}&country=GB`)).body.data;
  const order = async (quantity: number) => shop.order((await shop.given.cart([sku, quantity])).guest, { shippingMethod: (await shop.call('get', '/cart/shipping-methods')).body.data.items[0].code });

  expect(await promise(6)).toMatchObject({ possible: false, reason: 'insufficient_stock', shortages: [{ sku, requested: 6, available: 5 }] });
  const orders = await shop.count('orders');
  expect((await order(6)).body).toMatchObject({ status: 409, code: 'insufficient_stock', lines: [{ sku, requested: 6, available: 5 }] });
  expect([await shop.count('orders'), await shop.count('stock_holds', { sku })]).toEqual([orders, 0]);

  const parcels = (await promise(5)).parcels.map(({ warehouseId, lines }: { warehouseId: string; lines: object[] }) => [warehouseId, lines]);
  expect(parcels).toEqual([[shop.warehouse['id'], [{ sku, quantity: 3 }]], [shop.second['id'], [{ sku, quantity: 2 }]]]);
  expect((await order(5)).status).toBe(201);
  const held = await shop.connection.collection('stock_levels').find({ sku }).toArray();
  expect(Object.fromEntries(held.map(({ warehouseId, reserved }) => [String(warehouseId), reserved]))).toMatchObject({ [shop.warehouse['id'] as string]: 3, [shop.second['id'] as string]: 2, [american.id]: 0 });
  expect((await order(1)).body).toMatchObject({ status: 409, code: 'insufficient_stock', lines: [{ sku, requested: 1, available: 0 }] });
});

test('an order that is picked up waits in the shop and leaves with whoever shows the code', async () => {
  const store = (await shop.staff('post', '/warehouses', { code: 'STORE', name: 'Covent Garden', location: { city: 'London', country: 'GB' }, pickup: true, priority: 300 })).body.data;
  const { sku } = await shop.given.variant({ price: 2500, stock: 0 });
  await shop.stockAt(store.id, sku, 1);
  const { guest } = await shop.given.cart(sku);

  const offered = (await shop.call('get', '/cart/shipping-methods', { headers: guest })).body.data.items;
  const pickup = offered.find(({ code }: { code: string }) => code === 'pickup');
  await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'pickup', pickupLocationId: pickup.locations[0].id } });
  const order = (await shop.order(guest, { shippingMethod: undefined, expectedTotal: euros(2500) })).body.data;
  const owner = { 'x-order-token': order.orderToken as string };
  const { code, state } = await show(order.id, owner, '/pickup');
  expect([order.status, state]).toEqual(['placed', 'waiting']);

  const taken = await Promise.all([1, 2].map(() => shop.staff('post', '/pickups/redemptions', { code, locationId: store.id })));

  expect(taken.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await show(order.id, owner)).toMatchObject({ fulfilmentStatus: 'delivered' });
  expect(await shop.level(sku).then(() => shop.connection.collection('stock_levels').findOne({ sku, warehouseId: store.id }))).toMatchObject({ onHand: 0, reserved: 0 });
  expect(await mailsOf(/^pickup\./, order.id)).toEqual(['pickup.collected']);
});

test('however an order is cut into parcels, every unit arrives in exactly one of them', async () => {
  const random = seeded(11);
  for (let round = 0; round < 3; round++) {
    const wanted = await Promise.all([3, 4, 2].map(async (quantity) => [(await shop.given.variant({ price: 100, stock: 9 })).sku, quantity] as [string, number]));
    const { order, owner } = await shop.placed(...wanted);
    const units = (order['items'] as Array<{ id: string; quantity: number }>).flatMap(({ id, quantity }) => Array.from({ length: quantity }, () => id));
    const parcels: string[][] = Array.from({ length: random.between(2, 5) }, () => []);
    for (const id of units) parcels[random.between(0, parcels.length - 1)]!.push(id);
    const numbers: string[] = [];
    for (const [at, held] of parcels.filter((parcel) => parcel.length > 0).entries()) {
      const trackingNumber = `CUT${round}${at}${order['number'] as string}`;
      const lines = [...new Set(held)].map((itemId) => ({ itemId, quantity: held.filter((id) => id === itemId).length }));
      const sent = await shop.staff('post', `/orders/${order['id'] as string}/fulfilments`, { lines, carrier: 'Post', trackingNumber, state: 'shipped' });
      expect(sent.status).toBe(201);
      numbers.push(trackingNumber);
    }
    expect((await shop.staff('post', `/orders/${order['id'] as string}/fulfilments`, { state: 'shipped' })).body).toMatchObject({ status: 409, code: 'units_not_fulfillable' });
    await shop.runEvents();

    await Promise.all([...numbers, ...numbers].map((trackingNumber) => shop.tell({ id: trackingNumber, trackingNumber, status: 'delivered', at: '2026-03-05T12:00:00Z' })));
    await shop.runEvents();

    expect(await show(order['id'], owner)).toMatchObject({ fulfilmentStatus: 'delivered' });
    const shipped = (await show(order['id'], owner, '/shipments')).items as Array<{ status: string; lines: Array<{ itemId: string; quantity: number }> }>;
    expect(shipped.map(({ status }) => status)).toEqual(numbers.map(() => 'delivered'));
    expect(shipped.flatMap(({ lines }) => lines.flatMap(({ itemId, quantity }) => Array.from({ length: quantity }, () => itemId))).sort()).toEqual([...units].sort());
    expect((await mailsOf(/^shipment\.delivered$/, order['id']))).toHaveLength(numbers.length);
  }
});
