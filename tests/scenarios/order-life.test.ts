import { randomUUID } from 'node:crypto';
import { givenUser } from '../support/given.js';
import { openCardShop, type CardShop } from '../support/card-shop.js';
import { ADDRESS, euros } from '../support/shop.js';
import type { Simulator } from '../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  // Canada is told prices without tax, everybody else prices with it.
  shop = await openCardShop({ env: { NET_PRICE_COUNTRIES: 'CA' } });
  ({ simulator } = shop);
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = () => ({ headers: shop.keys.secret });
const CARD = { provider: 'simulator', method: 'card', token: 'ok' };
const post = (path: string, body: object = {}, headers: Record<string, string> = shop.keys.secret) => shop.call('post', path, { headers, body });
const put = (path: string, body: object) => shop.call('put', path, { ...staff(), body });
const show = async (id: string, headers: Record<string, string> = shop.keys.secret) => (await shop.call('get', `/orders/${id}`, { headers })).body.data;
const work = () => shop.work();
/** A signed-in customer buys these goods by card. */
const ada = async (...goods: Array<{ price: number; quantity: number; stock?: number }>) => {
  const user = await givenUser(shop);
  const skus: string[] = [];
  for (const { price, quantity, stock = 10 } of goods) {
    const { sku } = await shop.given.variant({ price, stock });
    await post('/cart/items', { sku, quantity }, user.headers);
    skus.push(sku);
  }
  const placed = await shop.call('post', '/orders', { headers: { ...user.headers, 'idempotency-key': randomUUID() }, body: { shippingAddress: ADDRESS, shippingMethod: 'standard', payment: CARD } });
  expect(placed.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
  return { user, skus, id: placed.body.data.id as string, items: placed.body.data.items.map(({ id }: { id: string }) => id) as string[] };
};

test('an order leaves in three parcels from two shipments, and each step is what the customer sees', async () => {
  const { user, id, items, skus } = await ada({ price: 1000, quantity: 3 }, { price: 250, quantity: 1 });
  const seen = async () => (await show(id, user.headers)).fulfilmentStatus;

  const first = (await post(`/orders/${id}/fulfilments`, { lines: [{ itemId: items[0], quantity: 2 }], carrier: 'DHL', parcels: [
    { trackingNumber: 'A1', lines: [{ itemId: items[0], quantity: 1 }] }, { trackingNumber: 'A2', lines: [{ itemId: items[0], quantity: 1 }] },
  ] })).body.data;
  expect(await seen()).toBe('unfulfilled');
  await post(`/orders/${id}/fulfilments/${first.id}/packing`);
  await post(`/orders/${id}/fulfilments/${first.id}/shipment`);
  expect(await seen()).toBe('partially_shipped');
  await post(`/orders/${id}/fulfilments/${first.id}/delivery`, { parcelIds: [first.parcels[0].id] });
  expect(await seen()).toBe('partially_delivered');
  const rest = (await post(`/orders/${id}/fulfilments`, { state: 'shipped', trackingNumber: 'B1' })).body.data;
  expect(rest.lines.map(({ itemId, quantity }: { itemId: string; quantity: number }) => [itemId, quantity])).toEqual([[items[0], 1], [items[1], 1]]);
  await post(`/orders/${id}/fulfilments/${first.id}/delivery`);
  await post(`/orders/${id}/fulfilments/${rest.id}/delivery`);

  expect(await seen()).toBe('delivered');
  expect((await shop.call('get', `/orders/${id}/fulfilments`, { headers: user.headers })).body.data.items.flatMap(({ parcels }: { parcels: Array<{ trackingNumber: string }> }) => parcels.map(({ trackingNumber }) => trackingNumber))).toEqual(['A1', 'A2', 'B1']);
  expect([await shop.level(skus[0]!), await shop.level(skus[1]!)]).toEqual([{ onHand: 7, reserved: 0 }, { onHand: 9, reserved: 0 }]);
});

test('a customer needs one unit less, and gets exactly its price and its points back; the rest is sent', async () => {
  const { user, id, items, skus } = await ada({ price: 999, quantity: 3 });

  const cancelled = await post(`/orders/${id}/cancellation`, { lines: [{ itemId: items[0], quantity: 1 }], reason: 'Two will do.' }, user.headers);
  expect(cancelled.body).toMatchObject({ message: 'These units are cancelled.', data: { status: 'placed', items: [{ units: { ordered: 3, cancelled: 1, allocated: 2 } }] } });
  await put(`/orders/${id}/status`, { status: 'shipped' });
  await work();

  expect(simulator.refunds(id)).toEqual([999]);
  expect(await show(id)).toMatchObject({ paymentStatus: 'partially_refunded', fulfilmentStatus: 'shipped', settlement: { due: euros(2 * 999 + 490) } });
  expect((await shop.call('get', '/customers/me/loyalty', { headers: user.headers })).body.data.points).toBe(29 - 9);
  expect(await shop.level(skus[0]!)).toEqual({ onHand: 8, reserved: 0 });
  expect((await post(`/orders/${id}/cancellation`, {}, user.headers)).body).toMatchObject({ status: 409, code: 'illegal_transition', allowed: ['delivered', 'completed'] });
});

test('of three that come back one is broken: two are sold again, the broken one is paid for in part', async () => {
  const { user, id, items, skus } = await ada({ price: 1500, quantity: 3 });
  for (const status of ['shipped', 'delivered']) await put(`/orders/${id}/status`, { status });

  const asked = (await post(`/orders/${id}/returns`, { lines: [{ itemId: items[0], quantity: 3, reason: 'changed_mind' }] }, user.headers)).body.data;
  await post(`/returns/${asked.id}/approval`);
  for (let i = 0; i < 3; i++) await post(`/returns/${asked.id}/receipts`, { receiptId: 'parcel-1', lines: [{ itemId: items[0], quantity: 2, condition: 'ok' }] });
  await post(`/returns/${asked.id}/receipts`, { receiptId: 'parcel-2', lines: [{ itemId: items[0], quantity: 1, condition: 'damaged' }] });
  await post(`/returns/${asked.id}/inspection`, { deductions: [{ itemId: items[0], amount: 500, reason: 'Dropped.' }] });
  const done = await post(`/returns/${asked.id}/refund`);
  await work();

  expect(done.body.data.settlement).toMatchObject({ lines: [{ quantity: 3, amount: euros(4500) }], shipping: euros(490), deductions: euros(500), refunded: euros(4490) });
  expect(simulator.refunds(id)).toEqual([4490]);
  expect(await shop.level(skus[0]!)).toEqual({ onHand: 9, reserved: 0 });
  expect(await show(id, user.headers)).toMatchObject({ returnStatus: 'returned', settlement: { due: euros(500) }, items: [{ units: { returned: 2, writtenOff: 1 } }] });
  expect((await shop.call('get', `/returns/${asked.id}`, { headers: user.headers })).body.data).toMatchObject({ state: 'refunded' });
});

test('a size too small is exchanged for a dearer one, and that for a cheaper one; each cent is accounted for', async () => {
  const { user, id, items } = await ada({ price: 2000, quantity: 1 });
  for (const status of ['shipped', 'delivered']) await put(`/orders/${id}/status`, { status });
  const [dearer, cheaper] = [await shop.given.variant({ price: 2600, stock: 1 }), await shop.given.variant({ price: 1100, stock: 1 })];
  const takeBack = async (returnId: string, itemId: string) => {
    await post(`/returns/${returnId}/receipts`, { lines: [{ itemId, quantity: 1, condition: 'ok' }] });
    await post(`/returns/${returnId}/inspection`);
    return post(`/returns/${returnId}/refund`);
  };

  const first = (await post(`/orders/${id}/exchanges`, { lines: [{ itemId: items[0], quantity: 1, reason: 'wrong_size' }], items: [{ sku: dearer.sku, quantity: 1 }] }, user.headers)).body.data;
  expect(first).toMatchObject({ difference: euros(600), replacementOrder: { status: 'pending', due: euros(600) } });
  await post(`/returns/${first.return.id}/approval`);
  const second = first.replacementOrder.id as string;
  expect((await post(`/orders/${second}/payments`, { payment: CARD }, { ...user.headers, 'idempotency-key': randomUUID() })).body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
  await takeBack(first.return.id, items[0]!);
  for (const status of ['shipped', 'delivered']) expect((await put(`/orders/${second}/status`, { status })).status).toBe(200);
  expect(simulator.charges(second)).toBe(1);

  const itemOfSecond = (await show(second)).items[0].id as string;
  const again = (await post(`/orders/${second}/exchanges`, { lines: [{ itemId: itemOfSecond, quantity: 1, reason: 'wrong_size' }], items: [{ sku: cheaper.sku, quantity: 1 }] })).body.data;
  expect(again).toMatchObject({ difference: euros(-1500), replacementOrder: { status: 'placed', due: euros(0) } });
  await takeBack(again.return.id, itemOfSecond);
  await work();

  const paid = 2000 + 490 + 600;
  const refunded = [...simulator.refunds(id), ...simulator.refunds(second)].reduce((so, amount) => so + amount, 0);
  // The postage went back with the goods of the first order.
  expect(paid - refunded).toBe(1100);
  expect((await put(`/orders/${again.replacementOrder.id}/status`, { status: 'shipped' })).status).toBe(200);
  expect([await shop.level(dearer.sku), await shop.level(cheaper.sku)]).toEqual([{ onHand: 1, reserved: 0 }, { onHand: 0, reserved: 0 }]);
});

test('a parcel is lost: the same goods are sent again; when they are broken as well, the money goes back without them', async () => {
  const { user, id, items, skus } = await ada({ price: 3000, quantity: 1 });
  await put(`/orders/${id}/status`, { status: 'shipped' });

  const lost = (await post(`/orders/${id}/claims`, { type: 'lost', lines: [{ itemId: items[0], quantity: 1 }], note: 'Nothing came.' }, user.headers)).body.data;
  const sentAgain = (await post(`/claims/${lost.id}/resolution`, { resolution: 'replacement' })).body.data.replacementOrderId as string;
  await put(`/orders/${sentAgain}/status`, { status: 'shipped' });
  await put(`/orders/${sentAgain}/status`, { status: 'delivered' });
  expect((await shop.call('get', '/orders', { headers: user.headers })).body.data.items.map((order: { id: string }) => order.id).sort()).toEqual([id, sentAgain].sort());

  const broken = (await post(`/orders/${sentAgain}/claims`, { type: 'damaged', lines: [{ itemId: (await show(sentAgain)).items[0].id, quantity: 1 }] }, user.headers)).body.data;
  expect((await post(`/claims/${broken.id}/resolution`, { resolution: 'refund' })).body.data).toMatchObject({ state: 'resolved', refunded: euros(3000) });
  await work();

  expect(simulator.refunds(id)).toEqual([3000]);
  expect(await show(sentAgain)).toMatchObject({ returnStatus: 'returned', items: [{ units: { shipped: 1, writtenOff: 1 } }] });
  expect(await shop.level(skus[0]!)).toEqual({ onHand: 8, reserved: 0 });
  expect((await shop.call('get', '/customers/me/loyalty', { headers: user.headers })).body.data.points).toBe(0);
});

test('at net prices, with a coupon and an automatic discount, each unit that goes back takes its tax along, and the last one closes at the cent', async () => {
  const running = async (body: object) => {
    const { id } = (await post('/promotions', body)).body.data;
    expect((await post(`/promotions/${id}/activation`)).status).toBe(200);
    return id as string;
  };
  const promotions = [
    await running({ name: 'Spring', trigger: 'automatic', class: 'product', effect: { type: 'percentage', rateBps: 500 } }),
    await running({ name: 'Ten', trigger: 'coupon', code: 'NET10', class: 'order', effect: { type: 'percentage', rateBps: 1000 } }),
  ];
  const user = await givenUser(shop);
  const skus = [(await shop.given.variant({ price: 999 })).sku, (await shop.given.variant({ price: 333 })).sku];
  for (const [at, sku] of skus.entries()) await post('/cart/items', { sku, quantity: 3 - at }, user.headers);
  await post('/cart/coupons', { code: 'NET10' }, user.headers);
  await shop.call('put', '/cart/addresses', { headers: user.headers, body: { shippingAddress: { ...ADDRESS, city: 'Toronto', region: 'ON', postalCode: 'M5V 2T6', country: 'CA' } } });
  const cart = (await shop.call('put', '/cart/shipping-method', { headers: user.headers, body: { code: 'standard' } })).body.data;

  // 2997 - 150 - 285 and 666 - 33 - 63, 20 % on each, and 490 + 98 for the post.
  expect(cart.totals).toEqual({ subtotal: euros(3663), discountTotal: euros(531), shippingTotal: euros(490), taxTotal: euros(512 + 114 + 98), grandTotal: euros(4346), taxIncluded: false });
  const buy = (expectedTotal: object) => shop.call('post', '/orders', { headers: { ...user.headers, 'idempotency-key': randomUUID() }, body: { payment: CARD, expectedTotal } });
  expect((await buy(euros(3622))).body).toMatchObject({ status: 409, code: 'cart_changed' });
  const { id, items, payment } = (await buy(euros(4346))).body.data;
  for (const promotion of promotions) await post(`/promotions/${promotion}/deactivation`);
  expect([payment.details.captured, items.map(({ lineTotal, tax }: Record<string, object>) => [lineTotal, tax])]).toEqual([euros(4346), [[euros(2562), euros(512)], [euros(570), euros(114)]]]);

  await post(`/orders/${id}/cancellation`, { lines: [{ itemId: items[1].id, quantity: 1 }] }, user.headers);
  await work();
  expect(simulator.refunds(id)).toEqual([342]);
  for (const status of ['shipped', 'delivered']) expect((await put(`/orders/${id}/status`, { status })).status).toBe(200);
  for (const itemId of [items[0].id, items[0].id, items[0].id, items[1].id]) {
    const { id: returnId } = (await post(`/orders/${id}/returns`, { lines: [{ itemId, quantity: 1, reason: 'changed_mind' }] }, user.headers)).body.data;
    await post(`/returns/${returnId}/approval`);
    await post(`/returns/${returnId}/receipts`, { lines: [{ itemId, quantity: 1, condition: 'ok' }] });
    await post(`/returns/${returnId}/inspection`);
    expect((await post(`/returns/${returnId}/refund`)).status).toBe(200);
    await work();
  }

  const refunds = simulator.refunds(id);
  expect(refunds.slice(0, 4)).toEqual([342, 1025, 1024, 1025]);
  expect([refunds.reduce((so, amount) => so + amount, 0), (await show(id)).settlement.due, (await show(id)).returnStatus]).toEqual([4346, euros(0), 'returned']);
  const documents = (await shop.call('get', `/orders/${id}/documents`, staff())).body.data.items as Array<{ kind: string; totals: { gross: { amount: number } } }>;
  expect(documents.reduce((so, { kind, totals: { gross } }) => so + (kind === 'invoice' ? gross.amount : -gross.amount), 0)).toBe(0);
  // What was paid is invoiced whole, and each refund has its credit note.
  expect(documents[0]).toMatchObject({ kind: 'invoice', totals: { gross: euros(4346) } });
});
