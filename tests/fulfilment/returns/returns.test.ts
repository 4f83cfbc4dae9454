import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
let second: { id: string };
beforeAll(async () => {
  shop = await openCardShop();
  ({ simulator } = shop);
  second = (await shop.call('post', '/warehouses', { headers: shop.keys.secret, body: { code: 'RET', name: 'Returns', location: { city: 'Leeds', country: 'GB' }, regionsServed: ['FR'] } })).body.data;
});
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const DAY_MS = 86_400_000;
const staff = () => ({ headers: shop.keys.secret });
const card = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };
const show = (id: string) => shop.show(id);
const settled = () => shop.work();
/** Bought, sent and delivered. */
const delivered = async (lines: Array<{ price: number; quantity: number }>, { body = card, headers }: { body?: object; headers?: Record<string, string> } = {}) => {
  const skus = await Promise.all(lines.map(async ({ price }) => (await shop.given.variant({ price, stock: 20 })).sku));
  for (const [at, sku] of headers ? skus.entries() : []) await shop.call('post', '/cart/items', { headers: headers!, body: { sku, quantity: lines[at]!.quantity } });
  const guest = headers ?? (await shop.given.cart(...skus.map((sku, at): [string, number] => [sku, lines[at]!.quantity]))).guest;
  const order = (await shop.order(guest, body as never)).body.data;
  for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${order.id}/status`, { ...staff(), body: { status } });
  return { id: order.id as string, skus, items: order.items.map(({ id }: { id: string }) => id) as string[], owner: headers ?? { 'x-order-token': order.orderToken as string } };
};
const ask = (id: string, lines: object[], headers: Record<string, string> = shop.keys.secret, more: object = {}) => shop.call('post', `/orders/${id}/returns`, { headers, body: { lines, ...more } });
const act = (id: string, word: string, body: object = {}, headers: Record<string, string> = shop.keys.secret) => shop.call('post', `/returns/${id}/${word}`, { headers, body });
const units = async (id: string) => (await show(id)).items.map((item: { units: object }) => item.units);
const changed = (itemId: string, quantity: number) => ({ itemId, quantity, reason: 'changed_mind' });
const through = async (returnId: string, lines: object[]) => {
  await act(returnId, 'receipts', { lines });
  await act(returnId, 'inspection');
  return act(returnId, 'refund');
};

describe('a return', () => {
  test('is asked for by the customer, approved, received, inspected and refunded', async () => {
    const { id, items, skus, owner } = await delivered([{ price: 1000, quantity: 3 }]);

    const asked = await ask(id, [changed(items[0]!, 2)], owner, { note: 'Too many.' });
    expect(asked.status).toBe(201);
    expect(asked.body.data).toMatchObject({ orderId: id, state: 'requested', number: expect.stringMatching(/^R-/), note: 'Too many.', lines: [{ itemId: items[0], sku: skus[0], quantity: 2, outstanding: 2 }] });
    expect(await show(id)).toMatchObject({ returnStatus: 'requested', items: [{ units: { returnRequested: 2 } }] });
    const returnId = asked.body.data.id as string;

    expect((await act(returnId, 'approval')).body.data).toMatchObject({ state: 'approved' });
    const first = await act(returnId, 'receipts', { receiptId: 'box-1', lines: [{ itemId: items[0], quantity: 1, condition: 'ok', warehouseId: second.id }] });
    expect(first.body.data).toMatchObject({ state: 'partially_received', lines: [{ restocked: 1, writtenOff: 0, outstanding: 1 }] });
    const last = await act(returnId, 'receipts', { receiptId: 'box-2', lines: [{ itemId: items[0], quantity: 1, condition: 'damaged' }] });
    expect(last.body.data).toMatchObject({ state: 'received', lines: [{ restocked: 1, writtenOff: 1, outstanding: 0 }] });
    expect(await units(id)).toMatchObject([{ returnRequested: 0, returned: 1, writtenOff: 1 }]);
    expect(await shop.connection.collection('stock_levels').findOne({ sku: skus[0], warehouseId: second.id })).toMatchObject({ onHand: 1 });
    expect(await shop.connection.collection('stock_levels').findOne({ sku: skus[0], warehouseId: shop.warehouse['id'] })).toMatchObject({ onHand: 17 });

    await act(returnId, 'inspection', { deductions: [{ itemId: items[0], amount: 150, reason: 'scratched' }] });
    const refunded = await act(returnId, 'refund');
    await settled();

    expect(refunded.body.data).toMatchObject({ state: 'refunded', settlement: { refunded: euros(1850), deductions: euros(150), fee: euros(0), shipping: euros(0), lines: [{ itemId: items[0], quantity: 2, amount: euros(2000) }] } });
    expect(simulator.refunds(id)).toEqual([1850]);
    expect(await show(id)).toMatchObject({ returnStatus: 'partially_returned', paymentStatus: 'partially_refunded', settlement: { credited: euros(2000), retained: euros(150), refunded: euros(1850), due: euros(1490 + 150) } });
    expect(await Promise.all(['requested', 'approved', 'partially_received', 'received', 'inspected', 'refunded'].map((word) => shop.count('outbox', { aggregateId: id, type: `return.${word}` })))).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('of everything closes the axis and gives the postage back with the last goods', async () => {
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 1 }, { price: 333, quantity: 1 }]);

    for (const item of items) {
      const { body } = await ask(id, [changed(item, 1)], owner);
      await act(body.data.id, 'approval');
      await through(body.data.id, [{ itemId: item, quantity: 1, condition: 'ok' }]);
    }
    await settled();

    expect(simulator.refunds(id).sort()).toEqual([1000, 333 + 490].sort());
    expect(await show(id)).toMatchObject({ returnStatus: 'returned', paymentStatus: 'refunded', settlement: { due: euros(0), shippingCredited: euros(490) } });
  });

  test('of a line unit by unit sums exactly to what was paid', async () => {
    const { id, items } = await delivered([{ price: 333, quantity: 3 }]);

    for (let i = 0; i < 3; i++) {
      const { body } = await ask(id, [changed(items[0]!, 1)]);
      await through(body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);
    }
    await settled();

    expect(simulator.refunds(id).reduce((so, amount) => so + amount, 0)).toBe(999 + 490);
  });

  test('takes back the points of what comes back', async () => {
    const ada = await givenUser(shop);
    const points = async () => (await shop.call('get', '/customers/me/loyalty', { headers: ada.headers })).body.data.points as number;
    const { id, items } = await delivered([{ price: 1000, quantity: 4 }], { headers: ada.headers });
    expect(await points()).toBe(40);

    const { body } = await ask(id, [changed(items[0]!, 1)], ada.headers);
    await act(body.data.id, 'approval');
    await through(body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);

    expect(await points()).toBe(30);
  });

  test('of what was never paid gives no money back', async () => {
    const { id, items } = await delivered([{ price: 1000, quantity: 2 }], { body: {} });

    const { body } = await ask(id, [changed(items[0]!, 1)]);
    const refunded = await through(body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);

    expect(refunded.body.data).toMatchObject({ state: 'refunded', settlement: { refunded: euros(0) } });
    expect(await show(id)).toMatchObject({ paymentStatus: 'pending', settlement: { credited: euros(1000), due: euros(1490) } });
  });

  test.each([{ word: 'rejection', body: { reason: 'Worn.' }, state: 'rejected' }, { word: 'cancellation', body: {}, state: 'cancelled' }])('that ends by $word leaves the units with the customer, who may ask again', async ({ word, body, state }) => {
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 1 }]);
    const asked = await ask(id, [changed(items[0]!, 1)], owner);

    const ended = await act(asked.body.data.id, word, body, word === 'cancellation' ? { ...shop.headers, ...owner } : shop.keys.secret);

    expect(ended.body.data).toMatchObject({ state });
    expect(await show(id)).toMatchObject({ returnStatus: 'none', items: [{ units: { returnRequested: 0 } }] });
    expect((await act(asked.body.data.id, 'approval')).body).toMatchObject({ status: 409, code: 'illegal_transition', state, allowed: [] });
    expect((await ask(id, [changed(items[0]!, 1)], owner)).status).toBe(201);
  });

  test('of which not everything came is closed by the inspection, and the rest can be asked for again', async () => {
    const { id, items } = await delivered([{ price: 1000, quantity: 3 }]);
    const { body } = await ask(id, [changed(items[0]!, 3)]);

    const refunded = await through(body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);

    expect(refunded.body.data).toMatchObject({ state: 'refunded', settlement: { refunded: euros(1000) }, lines: [{ restocked: 1, outstanding: 0 }] });
    expect(await units(id)).toMatchObject([{ returnRequested: 0, returned: 1 }]);
    expect((await ask(id, [changed(items[0]!, 2)])).status).toBe(201);
  });
});

describe('what is refused changes nothing', () => {
  test('more than the customer has', async () => {
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 2 }]);
    await ask(id, [changed(items[0]!, 1)], owner);
    const before = JSON.stringify(await show(id));

    expect((await ask(id, [changed(items[0]!, 2)], owner)).body).toMatchObject({ status: 409, code: 'units_not_returnable', lines: [{ itemId: items[0], requested: 2, returnable: 1 }] });
    expect((await ask(id, [changed('x', 1)], owner)).body).toMatchObject({ status: 400, code: 'item_not_in_order' });

    expect(JSON.stringify(await show(id))).toBe(before);
    expect(await shop.count('returns', { orderId: id })).toBe(1);
  });

  test('receiving more than is expected, to nowhere, or before the consent', async () => {
    const { id, items, owner, skus } = await delivered([{ price: 1000, quantity: 2 }]);
    const { body } = await ask(id, [changed(items[0]!, 1)], owner);
    const line = { itemId: items[0], quantity: 1, condition: 'ok' };

    expect((await act(body.data.id, 'receipts', { lines: [line] })).body).toMatchObject({ status: 409, code: 'illegal_transition', state: 'requested' });
    expect((await act(body.data.id, 'refund')).body).toMatchObject({ status: 409, code: 'illegal_transition', allowed: ['approved', 'rejected', 'cancelled'] });
    await act(body.data.id, 'approval');
    expect((await act(body.data.id, 'receipts', { lines: [{ ...line, quantity: 2 }] })).body).toMatchObject({ status: 409, code: 'units_not_expected', itemIds: [items[0]] });
    expect((await act(body.data.id, 'receipts', { lines: [{ ...line, warehouseId: id }] })).body).toMatchObject({ status: 400, code: 'warehouse_unknown' });

    expect(await shop.level(skus[0]!)).toEqual({ onHand: 18, reserved: 0 });
    expect(await units(id)).toMatchObject([{ returnRequested: 1, returned: 0, writtenOff: 0 }]);
  });

  test('a deduction of more than was paid', async () => {
    const { id, items } = await delivered([{ price: 1000, quantity: 2 }]);
    const { body } = await ask(id, [changed(items[0]!, 1)]);
    await act(body.data.id, 'receipts', { lines: [{ itemId: items[0], quantity: 1, condition: 'damaged' }] });

    expect((await act(body.data.id, 'inspection', { deductions: [{ itemId: items[0], amount: 1001, reason: 'x' }] })).body).toMatchObject({ status: 400, code: 'deduction_too_high', most: 1000 });
  });

  test("somebody else's order or return is 404", async () => {
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 1 }]);
    const { body } = await ask(id, [changed(items[0]!, 1)], owner);
    const stranger = await givenUser(shop);

    for (const headers of [stranger.headers, { 'x-order-token': 'guessed' }]) {
      expect((await ask(id, [changed(items[0]!, 1)], headers)).status).toBe(404);
      expect((await shop.call('get', `/orders/${id}/returns`, { headers })).status).toBe(404);
      expect((await shop.call('get', `/returns/${body.data.id}`, { headers })).status).toBe(404);
      expect((await act(body.data.id, 'cancellation', {}, headers)).status).toBe(404);
    }
    expect((await act(body.data.id, 'approval', {}, stranger.headers)).status).toBe(403);
    expect((await shop.call('get', `/returns/${body.data.id}`, { headers: owner })).body.data).toMatchObject({ state: 'requested' });
    expect((await shop.call('get', '/returns?state=requested', staff())).body.data.items.map((one: { id: string }) => one.id)).toContain(body.data.id);
  });
});

describe('the policy', () => {
  const change = async (body: object) => {
    const reply = await shop.call('put', '/return-policy', { ...staff(), body });
    expect(reply.status).toBe(200);
    await new Promise((resolve) => { setTimeout(resolve, 950); });
    return reply.body.data.version as number;
  };
  afterEach(async () => { await change({ windowDays: 14 }); });

  test('counts its days from the delivery, the last one to its end', async () => {
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 2 }]);

    shop.clock.offsetMs = 14 * DAY_MS;
    expect((await ask(id, [changed(items[0]!, 1)], owner)).status).toBe(201);
    shop.clock.offsetMs = 15 * DAY_MS;
    expect((await ask(id, [changed(items[0]!, 1)], owner)).body).toMatchObject({ status: 409, code: 'return_window_over', deadline: expect.stringMatching(/T23:59:59.999Z$/) });
    expect((await ask(id, [changed(items[0]!, 1)])).body).toMatchObject({ status: 409, code: 'return_window_over' });
    expect((await ask(id, [changed(items[0]!, 1)], shop.keys.secret, { outsidePolicy: true })).body.data).toMatchObject({ outsidePolicy: true, state: 'approved' });
  });

  test('has no last day before the delivery', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);
    const order = (await shop.order(guest)).body.data;
    await shop.call('put', `/orders/${order.id}/status`, { ...staff(), body: { status: 'shipped' } });
    shop.clock.offsetMs = 60 * DAY_MS;

    expect((await ask(order.id, [changed(order.items[0].id, 1)], { 'x-order-token': order.orderToken })).status).toBe(201);
  });

  test('of the day of the order counts, with its fee and its final sales', async () => {
    const final = await shop.given.variant({ price: 500 });
    const version = await change({ windowDays: 30, fee: { bps: 1000, fixed: [euros(100)] }, refundsShipping: false, autoApprove: true, finalSale: { productIds: [final.productId] } });
    const { guest } = await shop.given.cart(final.sku);
    const sold = (await shop.order(guest, card as never)).body.data;
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 2 }]);
    expect(sold).toMatchObject({ returnPolicyVersion: version, items: [{ finalSale: true }] });
    await change({ windowDays: 14 });

    await shop.call('put', `/orders/${sold.id}/status`, { ...staff(), body: { status: 'shipped' } });
    expect((await ask(sold.id, [changed(sold.items[0].id, 1)], { 'x-order-token': sold.orderToken })).body).toMatchObject({ status: 409, code: 'final_sale', itemIds: [sold.items[0].id] });
    expect((await ask(sold.id, [{ itemId: sold.items[0].id, quantity: 1, reason: 'damaged' }], { 'x-order-token': sold.orderToken })).status).toBe(201);

    shop.clock.offsetMs = 25 * DAY_MS;
    const asked = await ask(id, [changed(items[0]!, 1)], owner);
    expect(asked.body.data).toMatchObject({ state: 'approved', policyVersion: version });
    const charged = await through(asked.body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);
    expect(charged.body.data.settlement).toMatchObject({ fee: euros(200), refunded: euros(800) });
    const broken = await ask(id, [{ itemId: items[0]!, quantity: 1, reason: 'damaged' }], owner);
    expect((await through(broken.body.data.id, [{ itemId: items[0], quantity: 1, condition: 'damaged' }])).body.data.settlement).toMatchObject({ fee: euros(0), shipping: euros(0), refunded: euros(1000) });
  });

  test('excludes categories with all below them', async () => {
    const category = async (name: string, parentId?: string) => (await shop.call('post', '/categories', { ...staff(), body: { name, ...(parentId && { parentId }) } })).body.data.id as string;
    const above = await category('Underwear');
    const below = await category('Socks', above);
    await change({ windowDays: 14, finalSale: { categoryIds: [above] } });
    await shop.call('post', '/products', { ...staff(), body: { name: 'Sock', description: 'One.', categoryIds: [below], status: 'active', variants: [{ sku: 'SOCK', prices: [{ currency: 'EUR', base: 300 }] }] } });
    await shop.call('post', '/inventory/adjustments', { ...staff(), body: { sku: 'SOCK', warehouseId: shop.warehouse['id'], delta: 5, reason: 'given' } });
    const other = await shop.given.variant();

    const { guest } = await shop.given.cart('SOCK', other.sku);
    const order = (await shop.order(guest)).body.data;

    expect(order.items.map(({ sku, finalSale }: { sku: string; finalSale?: boolean }) => [sku, finalSale ?? false])).toEqual([['SOCK', true], [other.sku, false]]);
  });

  test('is changed by those who may, in versions, and never below the law', async () => {
    const before = (await shop.call('get', '/return-policy')).body.data;
    const support = await givenUser(shop, { roles: ['support'] });

    expect((await shop.call('put', '/return-policy', { headers: support.headers, body: { windowDays: 30 } })).status).toBe(403);
    expect((await shop.call('put', '/return-policy', { ...staff(), body: { windowDays: 7 } })).status).toBe(400);
    expect((await shop.call('put', '/return-policy', { headers: { ...shop.keys.secret, 'if-match': '"999.x"' }, body: { windowDays: 30 } })).status).toBe(412);
    const replies = await Promise.all(Array.from({ length: 10 }, () => shop.call('put', '/return-policy', { ...staff(), body: { windowDays: 30 } })));

    const won = replies.filter(({ status }) => status === 200).map(({ body }) => body.data.version);
    expect(new Set(won).size).toBe(won.length);
    expect(Math.max(...won)).toBe(before.version + won.length);
  });
});

describe('at the same moment', () => {
  test('30 who ask for one of 4 units get 4 returns', async () => {
    const { id, items, owner } = await delivered([{ price: 1000, quantity: 4 }]);

    const replies = await Promise.all(Array.from({ length: 30 }, () => ask(id, [changed(items[0]!, 1)], owner)));

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(replies.filter(({ status, body }) => status === 409 && body.code === 'units_not_returnable')).toHaveLength(26);
    expect(await units(id)).toMatchObject([{ returnRequested: 4 }]);
  });

  test('20 bookings of one receipt restock once, and 20 refunds pay once', async () => {
    const { id, items, skus } = await delivered([{ price: 1000, quantity: 2 }]);
    const { body } = await ask(id, [changed(items[0]!, 2)]);

    const booked = await Promise.all(Array.from({ length: 20 }, () => act(body.data.id, 'receipts', { receiptId: 'same', lines: [{ itemId: items[0], quantity: 2, condition: 'ok' }] })));
    expect(booked.every(({ status }) => status === 200)).toBe(true);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 20, reserved: 0 });
    expect(await shop.count('stock_movements', { sku: skus[0], type: 'return' })).toBe(1);

    await act(body.data.id, 'inspection');
    const paid = await Promise.all(Array.from({ length: 20 }, () => act(body.data.id, 'refund')));
    await settled();
    expect(paid.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    expect(simulator.refunds(id)).toEqual([2490]);
    expect(await show(id)).toMatchObject({ returnStatus: 'returned', paymentStatus: 'refunded' });
  });

  test('20 receipts of one unit each, of 5 expected, book 5', async () => {
    const { id, items, skus } = await delivered([{ price: 1000, quantity: 5 }]);
    const { body } = await ask(id, [changed(items[0]!, 5)]);

    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => act(body.data.id, 'receipts', { receiptId: `r${i}`, lines: [{ itemId: items[0], quantity: 1, condition: i % 2 === 0 ? 'ok' : 'damaged' }] })));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    const [after] = await units(id) as unknown as Array<{ returned: number; writtenOff: number; returnRequested: number }>;
    expect([after!.returned + after!.writtenOff, after!.returnRequested]).toEqual([5, 0]);
    expect(await shop.level(skus[0]!)).toEqual({ onHand: 15 + after!.returned, reserved: 0 });
  });
});
