import { ADDRESS, openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});

const staff = (method: 'get' | 'post' | 'patch' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const policy = (sku: string, body: object) => staff('patch', `/inventory/${sku}/${shop.warehouse['id']}`, body);
const show = async (id: string) => (await staff('get', `/orders/${id}`)).body.data;
const units = async (id: string) => { const { backordered, allocated, cancelled, shipped } = (await show(id)).items[0].units; return { backordered, allocated, cancelled, shipped }; };
const filledEvents = async () => (await shop.events()).filter(({ type }) => type === 'order.backorder_filled').map(({ aggregateId, data }) => ({ orderId: aggregateId as string, ...(data as { lines: Array<{ quantity: number }>; backordered: number }) }));
async function given(body: object, stock = 0) {
  const { sku } = await shop.given.variant({ stock });
  expect((await policy(sku, body)).status).toBe(200);
  return sku;
}
async function order(sku: string, quantity: number) {
  const { guest } = await shop.given.cart([sku, quantity]);
  const reply = await shop.order(guest);
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return reply.body.data as { id: string; orderToken: string; fulfilmentStatus: string; items: Array<{ id: string }> };
}

test('what is sold out is ordered all the same, filled first in first out as goods arrive, and sent', async () => {
  const sku = await given({ backorder: { ceiling: 10, restockInDays: 14 } }, 1);
  const product = await shop.call('get', `/products/${(await staff('get', `/inventory/${sku}`)).body.data.productId}`);
  expect(product.body.data.variants[0]).toMatchObject({ available: 1, backorderable: { kind: 'backorder', quantity: 10, restockInDays: 14 } });

  const [ada, bob, eve] = [await order(sku, 3), await order(sku, 2), await order(sku, 4)];

  expect([ada, bob, eve].map(({ fulfilmentStatus }) => fulfilmentStatus)).toEqual(['backordered', 'backordered', 'backordered']);
  expect([await units(ada.id), await units(bob.id), await units(eve.id)]).toEqual([
    { backordered: 2, allocated: 1, cancelled: 0, shipped: 0 }, { backordered: 2, allocated: 0, cancelled: 0, shipped: 0 }, { backordered: 4, allocated: 0, cancelled: 0, shipped: 0 },
  ]);
  const refused = await staff('put', `/orders/${ada.id}/status`, { status: 'shipped' });
  expect([refused.status, refused.body.allowed]).toEqual([409, ['cancelled']]);

  await staff('post', '/inventory/receipts', { receiptId: `R-${sku}`, warehouseId: shop.warehouse['id'], lines: [{ sku, quantity: 3 }] });

  expect((await filledEvents()).map(({ orderId, lines, backordered }) => [orderId, lines[0]!.quantity, backordered])).toEqual([[ada.id, 2, 0], [bob.id, 1, 1]]);
  expect([(await show(ada.id)).fulfilmentStatus, (await show(bob.id)).fulfilmentStatus]).toEqual(['unfulfilled', 'backordered']);
  expect((await staff('put', `/orders/${ada.id}/status`, { status: 'shipped' })).body.data.fulfilmentStatus).toBe('shipped');

  const cancelled = await shop.call('post', `/orders/${bob.id}/cancellation`, { headers: { 'x-order-token': bob.orderToken }, body: {} });
  expect(cancelled.body.data).toMatchObject({ status: 'cancelled', items: [{ units: { backordered: 0, allocated: 0, cancelled: 2 } }] });
  // The unit that Bob had goes to Eve.
  expect(await units(eve.id)).toEqual({ backordered: 3, allocated: 1, cancelled: 0, shipped: 0 });

  await staff('post', '/inventory/adjustments', { sku, warehouseId: shop.warehouse['id'], delta: 5, reason: 'found' });

  expect(await units(eve.id)).toEqual({ backordered: 0, allocated: 4, cancelled: 0, shipped: 0 });
  expect((await staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ onHand: 6, reserved: 4, backordered: 0, available: 2 });
  const timeline = (await staff('get', `/orders/${eve.id}/timeline`)).body.data.items;
  expect(timeline.map(({ event }: { event: string }) => event)).toEqual(['order.placed', 'order.backorder_filled', 'order.backorder_filled']);
});

test('a cart says what can be ordered, and checkout refuses what it says cannot', async () => {
  const sku = await given({ backorder: { ceiling: 2, restockInDays: 3 } }, 1);
  const fits = await shop.given.cart([sku, 3]);
  const tooMany = await shop.given.cart([sku, 4]);

  expect(fits['problems']).toEqual([]);
  expect(tooMany['problems']).toMatchObject([{ code: 'insufficient_stock', sku, requested: 4, available: 3 }]);
  const refused = await shop.order(tooMany.guest);
  expect([refused.status, refused.body.code, refused.body.lines]).toEqual([409, 'insufficient_stock', [{ sku, requested: 4, available: 1, backorderable: 2 }]]);
  expect((await shop.order(fits.guest)).status).toBe(201);
  expect((await staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ backordered: 2, reserved: 1 });
});

test('a promise for what is not there follows from when it is expected', async () => {
  const preorder = await given({ preorder: { cap: 5, shipsAt: '2027-03-01T09:00:00Z' } });

  const promise = await shop.call('get', `/delivery-promise?sku=${preorder}&country=GB`);
  const tooMany = await shop.call('get', `/delivery-promise?sku=${preorder}&quantity=6&country=GB`);

  expect(promise.body.data).toMatchObject({ possible: true, shipsOn: '2027-03-01', parcels: [{ backordered: true }] });
  expect(tooMany.body.data).toMatchObject({ possible: false, reason: 'insufficient_stock' });
});

test('60 buyers at once of a pre-order of 20: 20 orders, and each unit given back is sold to the next', async () => {
  const sku = await given({ preorder: { cap: 20, shipsAt: '2027-03-01T00:00:00Z' } });
  const carts = await Promise.all(Array.from({ length: 60 }, () => shop.given.cart(sku)));

  const replies = await Promise.all(carts.map(({ guest }) => shop.order(guest)));

  expect(replies.map(({ status }) => status).sort()).toEqual([...Array(20).fill(201), ...Array(40).fill(409)]);
  const [won] = replies.filter(({ status }) => status === 201);
  await shop.call('post', `/orders/${won!.body.data.id}/cancellation`, { headers: { 'x-order-token': won!.body.data.orderToken }, body: {} });
  const [next, last] = [await shop.given.cart(sku), await shop.given.cart(sku)];
  expect([(await shop.order(next.guest)).status, (await shop.order(last.guest)).status]).toEqual([201, 409]);
  expect((await staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ onHand: 0, reserved: 0, backordered: 20 });
});

test('an order that nobody pays gives up what it is owed', async () => {
  const sku = await given({ backorder: { ceiling: 3, restockInDays: 3 } });
  const { guest } = await shop.given.cart([sku, 3]);
  const { body } = await shop.order(guest, { payment: { provider: 'offline', method: 'cash_on_delivery' }, shippingAddress: ADDRESS });
  expect(await units(body.data.id)).toMatchObject({ backordered: 3 });

  const cancelled = await staff('put', `/orders/${body.data.id}/status`, { status: 'cancelled' });

  expect(cancelled.body.data.items[0].units).toMatchObject({ backordered: 0, cancelled: 3 });
  expect((await staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ backordered: 0, backorderable: { quantity: 3 } });
});
