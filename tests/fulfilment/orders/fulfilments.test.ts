import { randomInt } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
let second: { id: string };
beforeAll(async () => {
  shop = await openShop();
  second = (await shop.call('post', '/warehouses', { headers: shop.keys.secret, body: { code: 'MAN', name: 'Manchester', location: { city: 'Manchester', country: 'GB' }, regionsServed: ['GB'] } })).body.data;
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

type Line = { itemId: string; quantity: number };
const staff = () => ({ headers: shop.keys.secret });
const placed = async (...quantities: number[]) => {
  const skus = await Promise.all(quantities.map(async (quantity) => (await shop.given.variant({ stock: quantity + 5 })).sku));
  const { guest } = await shop.given.cart(...skus.map((sku, at): [string, number] => [sku, quantities[at]!]));
  const order = (await shop.order(guest)).body.data;
  return { id: order.id as string, skus, items: order.items.map(({ id }: { id: string }) => id) as string[], owner: { 'x-order-token': order.orderToken as string } };
};
const send = (id: string, body: object) => shop.call('post', `/orders/${id}/fulfilments`, { ...staff(), body });
const act = (id: string, fulfilmentId: string, word: string, body: object = {}) => shop.call('post', `/orders/${id}/fulfilments/${fulfilmentId}/${word}`, { ...staff(), body });
const show = async (id: string) => (await shop.call('get', `/orders/${id}`, staff())).body.data;
const units = async (id: string) => (await show(id)).items.map((item: { units: object }) => item.units);

describe('a fulfilment', () => {
  test('goes from pending to packed, shipped and delivered, and the order with it', async () => {
    const { id, items, skus } = await placed(3);

    const made = await send(id, { lines: [{ itemId: items[0], quantity: 2 }], carrier: 'DHL', trackingNumber: 'JD-1' });
    expect(made.status).toBe(201);
    expect(made.body.data).toMatchObject({
      orderId: id, state: 'pending', warehouseId: shop.warehouse['id'], lines: [{ itemId: items[0], quantity: 2, sku: skus[0] }],
      parcels: [{ carrier: 'DHL', trackingNumber: 'JD-1', lines: [{ itemId: items[0], quantity: 2 }] }],
    });
    expect(made.headers['location']).toBe(`/api/v1/orders/${id}/fulfilments/${made.body.data.id}`);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 8, reserved: 3 });

    expect((await act(id, made.body.data.id, 'packing')).body.data).toMatchObject({ state: 'packed' });
    expect(await show(id)).toMatchObject({ fulfilmentStatus: 'unfulfilled' });
    expect((await act(id, made.body.data.id, 'shipment')).body.data).toMatchObject({ state: 'shipped' });
    expect(await show(id)).toMatchObject({ fulfilmentStatus: 'partially_shipped' });
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 6, reserved: 1 });
    expect(await units(id)).toMatchObject([{ allocated: 1, shipped: 2, delivered: 0 }]);

    expect((await act(id, made.body.data.id, 'delivery')).body.data).toMatchObject({ state: 'delivered' });
    expect(await show(id)).toMatchObject({ fulfilmentStatus: 'partially_delivered' });
    await send(id, { state: 'shipped' });
    const [, last] = (await shop.call('get', `/orders/${id}/fulfilments`, staff())).body.data.items;
    await act(id, last.id, 'delivery');

    expect(await show(id)).toMatchObject({ status: 'placed', fulfilmentStatus: 'delivered', deliveredAt: expect.any(String) });
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 5, reserved: 0 });
    expect(await Promise.all(['order.shipped', 'order.delivered', 'fulfilment.shipped', 'fulfilment.delivered'].map((type) => shop.count('outbox', { aggregateId: id, type })))).toEqual([1, 1, 2, 2]);
  });

  test('of several parcels is delivered parcel by parcel; the same news twice is one', async () => {
    const { id, items } = await placed(3);
    const { body } = await send(id, {
      lines: [{ itemId: items[0], quantity: 3 }], state: 'shipped',
      parcels: [{ trackingNumber: 'P-1', lines: [{ itemId: items[0], quantity: 1 }] }, { trackingNumber: 'P-2', lines: [{ itemId: items[0], quantity: 2 }] }],
    });
    const [first] = body.data.parcels;

    for (let i = 0; i < 2; i++) await act(id, body.data.id, 'delivery', { parcelIds: [first.id] });
    expect(await units(id)).toMatchObject([{ shipped: 3, delivered: 1 }]);
    expect(await shop.container.orders.fulfilments.deliverTracked('P-2', { type: 'system', id: null })).toBe(true);
    expect(await shop.container.orders.fulfilments.deliverTracked('P-2', { type: 'system', id: null })).toBe(true);
    expect(await shop.container.orders.fulfilments.deliverTracked('unknown', { type: 'system', id: null })).toBe(false);

    expect(await show(id)).toMatchObject({ fulfilmentStatus: 'delivered' });
    expect(await shop.count('outbox', { aggregateId: id, type: 'parcel.delivered' })).toBe(2);
  });

  test('that is cancelled gives its units free for another', async () => {
    const { id, items, skus } = await placed(2);
    const { body } = await send(id, { lines: [{ itemId: items[0], quantity: 2 }] });

    expect((await send(id, { lines: [{ itemId: items[0], quantity: 1 }] })).body).toMatchObject({ status: 409, code: 'units_not_fulfillable', lines: [{ itemId: items[0], requested: 1, available: 0 }] });
    await act(id, body.data.id, 'cancellation');

    expect(await shop.level(skus[0]!)).toEqual({ onHand: 7, reserved: 2 });
    expect((await act(id, body.data.id, 'shipment')).body).toMatchObject({ status: 409, code: 'illegal_transition', state: 'cancelled', allowed: [] });
    expect((await send(id, {})).body.data.lines).toMatchObject([{ itemId: items[0], quantity: 2 }]);
  });

  test('takes its tracking later, for all parcels or one', async () => {
    const { id, items } = await placed(2);
    const { body } = await send(id, { parcels: [1, 1].map((quantity) => ({ lines: [{ itemId: items[0], quantity }] })) });
    const path = `/orders/${id}/fulfilments/${body.data.id}`;

    await shop.call('patch', path, { ...staff(), body: { carrier: 'UPS' } });
    await shop.call('patch', path, { ...staff(), body: { trackingNumber: '1Z', trackingUrl: 'https://ups.example.com/1Z', parcelId: body.data.parcels[1].id } });

    expect((await shop.call('get', path, staff())).body.data.parcels).toMatchObject([{ carrier: 'UPS' }, { carrier: 'UPS', trackingNumber: '1Z', trackingUrl: 'https://ups.example.com/1Z' }]);
  });
});

describe('what is refused changes nothing', () => {
  test.each([
    { _case: 'an item of no order', body: () => ({ lines: [{ itemId: 'nothing', quantity: 1 }] }), status: 400, code: 'item_not_in_order' },
    { _case: 'more units than there are', body: (item: string) => ({ lines: [{ itemId: item, quantity: 3 }] }), status: 409, code: 'units_not_fulfillable' },
    { _case: 'the same units in two lines', body: (item: string) => ({ lines: [{ itemId: item, quantity: 2 }, { itemId: item, quantity: 1 }] }), status: 409, code: 'units_not_fulfillable' },
    { _case: 'a warehouse that has none of them', body: (item: string) => ({ lines: [{ itemId: item, quantity: 1 }], warehouseId: second.id }), status: 409, code: 'units_not_fulfillable' },
    { _case: 'parcels that hold more', body: (item: string) => ({ lines: [{ itemId: item, quantity: 1 }], parcels: [{ lines: [{ itemId: item, quantity: 2 }] }] }), status: 400, code: 'parcels_do_not_fit' },
    { _case: 'parcels that hold less', body: (item: string) => ({ lines: [{ itemId: item, quantity: 2 }], parcels: [{ lines: [{ itemId: item, quantity: 1 }] }] }), status: 400, code: 'parcels_do_not_fit' },
  ])('$_case is $status $code', async ({ body, status, code }) => {
    const { id, items } = await placed(2);
    const before = JSON.stringify(await show(id));

    expect((await send(id, body(items[0]!))).body).toMatchObject({ status, code });

    expect(JSON.stringify(await show(id))).toBe(before);
    expect(await shop.count('fulfilments', { orderId: id })).toBe(0);
  });

  test('an order that is cancelled is not sent', async () => {
    const { id } = await placed(1);
    await shop.call('post', `/orders/${id}/cancellation`, { ...staff(), body: {} });

    expect((await send(id, {})).body).toMatchObject({ status: 409, code: 'order_not_sendable', orderStatus: 'cancelled' });
  });

  test('a customer reads their own, and nobody else anything', async () => {
    const { id, owner } = await placed(1);
    const { body } = await send(id, {});
    const stranger = await givenUser(shop);

    expect((await shop.call('get', `/orders/${id}/fulfilments`, { headers: owner })).body.data.items).toHaveLength(1);
    for (const path of [`/orders/${id}/fulfilments`, `/orders/${id}/fulfilments/${body.data.id}`]) {
      expect((await shop.call('get', path, { headers: stranger.headers })).status).toBe(404);
      expect((await shop.call('get', path)).status).toBe(404);
    }
    expect((await shop.call('post', `/orders/${id}/fulfilments`, { headers: owner, body: {} })).status).toBe(401);
    expect((await shop.call('post', `/orders/${id}/fulfilments`, { headers: stranger.headers, body: {} })).status).toBe(403);
  });
});

test('units that lie in two warehouses leave in a parcel each', async () => {
  const { sku } = await shop.given.variant({ stock: 2 });
  await shop.call('post', '/inventory/adjustments', { ...staff(), body: { sku, warehouseId: second.id, delta: 3, reason: 'given' } });
  const { guest } = await shop.given.cart([sku, 5]);
  const order = (await shop.order(guest)).body.data;

  const { body } = await send(order.id, { state: 'shipped' });

  expect(body.data).toMatchObject({ warehouseId: null, state: 'shipped' });
  expect(body.data.lines.map((line: { warehouseId: string; quantity: number }) => [line.warehouseId, line.quantity]).sort()).toEqual([[shop.warehouse['id'], 2], [second.id, 3]].sort());
  expect(body.data.parcels).toHaveLength(2);
  expect(await show(order.id)).toMatchObject({ fulfilmentStatus: 'shipped' });
});

test('any partition of the units reaches delivered, and no unit is in two parcels', async () => {
  for (let round = 0; round < 6; round++) {
    const wanted = [1 + randomInt(4), 1 + randomInt(4)];
    const { id, items, skus } = await placed(...wanted);
    const left: Line[] = items.map((itemId, at) => ({ itemId, quantity: wanted[at]! }));
    while (left.some(({ quantity }) => quantity > 0)) {
      const lines = left.map(({ itemId, quantity }) => ({ itemId, quantity: randomInt(quantity + 1) })).filter(({ quantity }) => quantity > 0);
      if (lines.length === 0) continue;
      const made = await send(id, { lines, state: randomInt(2) === 0 ? 'shipped' : 'pending' });
      expect(made.status).toBe(201);
      for (const line of lines) left.find(({ itemId }) => itemId === line.itemId)!.quantity -= line.quantity;
      if (made.body.data.state === 'pending') await act(id, made.body.data.id, 'shipment');
      if (randomInt(2) === 0) await act(id, made.body.data.id, 'delivery');
    }
    for (const { id: fulfilmentId, state } of (await shop.call('get', `/orders/${id}/fulfilments`, staff())).body.data.items) if (state === 'shipped') await act(id, fulfilmentId, 'delivery');

    expect(await show(id)).toMatchObject({ fulfilmentStatus: 'delivered' });
    for (const sku of skus) expect(await shop.level(sku)).toEqual({ onHand: 5, reserved: 0 });
  }
});

describe('at the same moment', () => {
  test('of 30 who want the same 10 units 10 get them', async () => {
    const { id, items, skus } = await placed(10);

    const replies = await Promise.all(Array.from({ length: 30 }, () => send(id, { lines: [{ itemId: items[0], quantity: 1 }], state: 'shipped' })));

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(replies.filter(({ status, body }) => status === 409 && body.code === 'units_not_fulfillable')).toHaveLength(20);
    expect(await shop.count('fulfilments', { orderId: id })).toBe(10);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 5, reserved: 0 });
  });

  test('20 shipments of one fulfilment send it once, and 20 deliveries count once', async () => {
    const { id, skus } = await placed(2);
    const { body } = await send(id, {});

    const shipped = await Promise.all(Array.from({ length: 20 }, () => act(id, body.data.id, 'shipment')));
    expect(shipped.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 5, reserved: 0 });

    const arrived = await Promise.all(Array.from({ length: 20 }, () => act(id, body.data.id, 'delivery')));
    expect(arrived.every(({ status }) => status === 200)).toBe(true);
    expect(await units(id)).toMatchObject([{ shipped: 2, delivered: 2 }]);
    expect(await shop.count('outbox', { aggregateId: id, type: 'order.delivered' })).toBe(1);
  });

  test('sending the rest by status and by parcel never sends a unit twice', async () => {
    const { id, skus } = await placed(6);

    await Promise.all([
      ...Array.from({ length: 6 }, () => send(id, { lines: [{ itemId: '', quantity: 1 }].map((line) => ({ ...line, itemId: 'x' })), state: 'shipped' })),
      ...Array.from({ length: 6 }, async () => send(id, { state: 'shipped' })),
      ...Array.from({ length: 6 }, () => shop.call('put', `/orders/${id}/status`, { ...staff(), body: { status: 'shipped' } })),
    ]);

    expect(await units(id)).toMatchObject([{ shipped: 6, allocated: 0 }]);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 5, reserved: 0 });
  });
});
