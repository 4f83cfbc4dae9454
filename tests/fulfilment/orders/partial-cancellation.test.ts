import fc from 'fast-check';
import { creditLines, creditedOf, grossOf } from '../../../src/fulfilment/orders/credits.js';
import type { Order } from '../../../src/fulfilment/orders/orders.js';
import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop({ env: { ORDER_CANCELLATION_WINDOW_SECONDS: '600' } });
  ({ simulator } = shop);
});
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = () => ({ headers: shop.keys.secret });
const card = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };
const bought = async (lines: Array<{ price: number; quantity: number }>, body: object = card, headers?: Record<string, string>) => {
  const skus = await Promise.all(lines.map(async ({ price }) => (await shop.given.variant({ price, stock: 20 })).sku));
  for (const [at, sku] of headers ? skus.entries() : []) await shop.call('post', '/cart/items', { headers: headers!, body: { sku, quantity: lines[at]!.quantity } });
  const guest = headers ?? (await shop.given.cart(...skus.map((sku, at): [string, number] => [sku, lines[at]!.quantity]))).guest;
  const order = (await shop.order(guest, body as never)).body.data;
  return { id: order.id as string, skus, items: order.items.map(({ id }: { id: string }) => id) as string[], owner: headers ?? { 'x-order-token': order.orderToken as string } };
};
const cancel = (id: string, lines: object[], headers: Record<string, string> = shop.keys.secret) => shop.call('post', `/orders/${id}/cancellation`, { headers, body: { lines, reason: 'not needed' } });
const show = (id: string) => shop.show(id);
const settled = () => shop.work();

describe('cancelling units', () => {
  test('frees exactly those, refunds what they were paid, and touches no other line', async () => {
    const { id, items, skus, owner } = await bought([{ price: 1000, quantity: 3 }, { price: 333, quantity: 2 }]);

    const { status, body } = await cancel(id, [{ itemId: items[0], quantity: 1 }], owner);
    expect([status, body.data.items[0].units, body.data.items[1].units]).toMatchObject([200, { cancelled: 1, allocated: 2 }, { cancelled: 0, allocated: 2 }]);
    await settled();

    expect(await shop.level(skus[0]!)).toEqual({ onHand: 20, reserved: 2 });
    expect(await shop.level(skus[1]!)).toEqual({ onHand: 20, reserved: 2 });
    expect(simulator.refunds(id)).toEqual([1000]);
    expect(await show(id)).toMatchObject({ status: 'placed', paymentStatus: 'partially_refunded', settlement: { credited: euros(1000), refunded: euros(1000), due: euros(2666 + 490) } });
    expect(await shop.count('outbox', { aggregateId: id, type: 'order.partially_cancelled' })).toBe(1);
  });

  test('one by one comes to what the line cost, and the last of all cancels the order with its postage', async () => {
    const { id, items } = await bought([{ price: 999, quantity: 3 }]);

    for (let i = 0; i < 2; i++) expect((await cancel(id, [{ itemId: items[0], quantity: 1 }])).status).toBe(200);
    const last = await cancel(id, [{ itemId: items[0], quantity: 1 }]);
    expect(last.body.data).toMatchObject({ status: 'cancelled' });
    await settled();

    expect(simulator.refunds(id).sort()).toEqual([999, 999, 999 + 490].sort());
    expect(await show(id)).toMatchObject({ paymentStatus: 'refunded', settlement: { due: euros(0) } });
  });

  test('that were never paid gives nothing back, and the order costs less', async () => {
    const { id, items } = await bought([{ price: 1000, quantity: 2 }], {});

    await cancel(id, [{ itemId: items[0], quantity: 1 }]);

    expect(await show(id)).toMatchObject({ paymentStatus: 'pending', settlement: { credited: euros(1000), refunded: euros(0), due: euros(1490) } });
  });

  test('takes their points back, pro rata, and those of the rest with the rest', async () => {
    const ada = await givenUser(shop);
    const points = async () => (await shop.call('get', '/customers/me/loyalty', { headers: ada.headers })).body.data.points as number;
    const { id, items } = await bought([{ price: 1000, quantity: 3 }, { price: 550, quantity: 1 }], card, ada.headers);
    expect(await points()).toBe(35);

    await cancel(id, [{ itemId: items[0], quantity: 1 }]);
    expect(await points()).toBe(35 - 9);
    await cancel(id, [{ itemId: items[0], quantity: 1 }]);
    expect(await points()).toBe(35 - 19);
    await cancel(id, [{ itemId: items[0], quantity: 1 }, { itemId: items[1], quantity: 1 }]);

    expect(await points()).toBe(0);
  });

  test('that were sent is refused, and so is more than there is; nothing changes then', async () => {
    const { id, items } = await bought([{ price: 1000, quantity: 2 }]);
    await shop.call('post', `/orders/${id}/fulfilments`, { ...staff(), body: { lines: [{ itemId: items[0], quantity: 1 }], state: 'shipped' } });
    const before = JSON.stringify(await show(id));

    expect((await cancel(id, [{ itemId: items[0], quantity: 2 }])).body).toMatchObject({ status: 409, code: 'units_not_cancellable', lines: [{ itemId: items[0], requested: 2, cancellable: 1 }] });
    expect((await cancel(id, [{ itemId: 'x', quantity: 1 }])).body).toMatchObject({ status: 400, code: 'item_not_in_order' });

    expect(JSON.stringify(await show(id))).toBe(before);
    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }])).body.data).toMatchObject({ status: 'placed', fulfilmentStatus: 'shipped' });
  });

  test('takes them out of a parcel that is not packed, for customers; out of a packed one only for staff', async () => {
    const { id, items, owner, skus } = await bought([{ price: 1000, quantity: 3 }]);
    const { body } = await shop.call('post', `/orders/${id}/fulfilments`, { ...staff(), body: { lines: [{ itemId: items[0], quantity: 3 }] } });
    const path = `/orders/${id}/fulfilments/${body.data.id}`;

    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }], owner)).status).toBe(200);
    expect((await shop.call('get', path, staff())).body.data).toMatchObject({ state: 'pending', lines: [{ quantity: 2 }], parcels: [{ lines: [{ quantity: 2 }] }] });
    await shop.call('post', `${path}/packing`, { ...staff(), body: {} });

    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }], owner)).body).toMatchObject({ status: 409, code: 'cancellation_closed', reason: 'packed' });
    expect((await shop.call('post', `/orders/${id}/cancellation`, { headers: owner, body: {} })).body).toMatchObject({ status: 409, code: 'cancellation_closed', reason: 'packed' });
    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }])).status).toBe(200);
    expect((await shop.call('post', `${path}/shipment`, { ...staff(), body: {} })).body.data.lines).toMatchObject([{ quantity: 1 }]);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 19, reserved: 0 });
  });

  test('is for customers only as long as the shop allows, for staff at any time', async () => {
    const { id, items, owner } = await bought([{ price: 1000, quantity: 2 }]);
    shop.clock.offsetMs = 601_000;

    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }], owner)).body).toMatchObject({ status: 409, code: 'cancellation_closed', reason: 'window_over' });
    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }])).status).toBe(200);
  });

  test('of somebody else is 404', async () => {
    const { id, items } = await bought([{ price: 1000, quantity: 2 }]);
    const stranger = await givenUser(shop);

    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }], stranger.headers)).status).toBe(404);
    expect((await cancel(id, [{ itemId: items[0], quantity: 1 }], { 'x-order-token': 'guessed' })).status).toBe(404);
  });
});

describe('at the same moment', () => {
  test('30 who cancel one of 5 units cancel 5, and 5 refunds are paid', async () => {
    const { id, items, skus } = await bought([{ price: 777, quantity: 5 }, { price: 100, quantity: 1 }]);

    const replies = await Promise.all(Array.from({ length: 30 }, () => cancel(id, [{ itemId: items[0], quantity: 1 }])));
    await settled();

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(25);
    expect(simulator.refunds(id)).toEqual(Array(5).fill(777));
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 20, reserved: 0 });
  });

  test('sending and cancelling share the units without a remainder', async () => {
    const { id, items, skus } = await bought([{ price: 500, quantity: 10 }]);

    const replies = await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 === 0
      ? cancel(id, [{ itemId: items[0], quantity: 1 }])
      : shop.call('post', `/orders/${id}/fulfilments`, { ...staff(), body: { lines: [{ itemId: items[0], quantity: 1 }], state: 'shipped' } }))));
    await settled();

    const cancelled = replies.filter(({ status }) => status === 200).length;
    const sent = replies.filter(({ status }) => status === 201).length;
    expect([cancelled + sent, replies.filter(({ status }) => status === 409).length]).toEqual([10, 20]);
    expect((await show(id)).items[0].units).toMatchObject({ cancelled, shipped: sent, allocated: 0 });
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 20 - sent, reserved: 0 });
    // Where nothing was sent at all, the last unit ends the order, and the postage goes back with it.
    expect(simulator.refunds(id).reduce((so, amount) => so + amount, 0)).toBe(500 * cancelled + (cancelled === 10 ? 490 : 0));
  });
});

test('however the units of a line are credited, the credits add up to what it cost', () => {
  const order = (gross: number, quantity: number, taxIncluded: boolean, tax: number) => ({
    currency: 'EUR', totals: { taxIncluded }, items: [{ id: 'a', quantity, lineTotal: euros(gross), tax: euros(tax), units: {} }, { id: 'b', quantity: 1, lineTotal: euros(7), tax: euros(1), units: {} }],
  }) as unknown as Order;
  fc.assert(fc.property(fc.nat(1_000_000), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), fc.boolean(), fc.nat(5000), (gross, parts, taxIncluded, tax) => {
    const quantity = parts.reduce((so, part) => so + part, 0);
    let items = order(gross, quantity, taxIncluded, tax).items;
    const amounts = parts.map((part) => {
      const credited = creditLines({ items, totals: order(gross, quantity, taxIncluded, tax).totals }, [{ itemId: 'a', quantity: part }]);
      items = credited.items;
      return credited.credits[0]!.amount;
    });
    const paid = grossOf(items[0]!, taxIncluded).amount;
    expect(amounts.every((amount) => amount >= 0)).toBe(true);
    expect(amounts.reduce((so, amount) => so + amount, 0)).toBe(paid);
    expect(creditedOf({ items, currency: 'EUR' }).amount).toBe(paid);
    expect(items[1]!.credited).toBeUndefined();
  }));
});
