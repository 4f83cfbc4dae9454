import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop();
  ({ simulator } = shop);
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
const settled = async () => {
  for (let i = 0; i < 2; i++) for (const { run } of shop.container.schedules) await run(new AbortController().signal);
  await shop.runEvents();
};
const delivered = async (price: number, quantity: number, body: object = card) => {
  const { sku } = await shop.given.variant({ price, stock: 20 });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, body as never)).body.data;
  for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${order.id}/status`, { ...staff(), body: { status } });
  return { id: order.id as string, sku, item: order.items[0].id as string, owner: { 'x-order-token': order.orderToken as string } };
};
const swap = (id: string, item: string, sku: string, { headers = shop.keys.secret, quantity = 1, ...more }: { headers?: Record<string, string>; quantity?: number } & Record<string, unknown> = {}) =>
  shop.call('post', `/orders/${id}/exchanges`, { headers, body: { lines: [{ itemId: item, quantity, reason: 'wrong_size' }], items: [{ sku, quantity }], ...more } });
const act = (path: string, body: object = {}, headers: Record<string, string> = shop.keys.secret) => shop.call('post', path, { headers, body });
const receive = (returnId: string, item: string, quantity = 1) => act(`/returns/${returnId}/receipts`, { lines: [{ itemId: item, quantity, condition: 'ok' }] });
const pay = (id: string, headers: Record<string, string>, token = 'ok') => shop.call('post', `/orders/${id}/payments`, { headers: { ...headers, 'idempotency-key': randomUUID() }, body: { payment: { ...card.payment, token } } });
const status = (id: string, word: string) => shop.call('put', `/orders/${id}/status`, { ...staff(), body: { status: word } });

describe('an exchange for something dearer', () => {
  test('keeps the goods at once, is paid first, waits for what comes back, and moves no other money', async () => {
    const { id, item, owner, sku } = await delivered(1000, 2);
    const dearer = await shop.given.variant({ price: 1600, stock: 3 });

    const asked = await swap(id, item, dearer.sku, { headers: owner });
    expect(asked.status).toBe(201);
    const { return: goods, replacementOrder } = asked.body.data;
    expect(asked.body.data).toMatchObject({ state: 'open', worth: euros(1000), price: euros(1600), difference: euros(600), return: { state: 'requested' }, replacementOrder: { status: 'pending', due: euros(600), expiresAt: expect.any(String) } });
    expect(await shop.level(dearer.sku)).toEqual({ onHand: 3, reserved: 1 });
    await act(`/returns/${goods.id}/approval`);

    const paid = await pay(replacementOrder.id, owner);
    expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', holds: ['awaiting_return'], origin: { type: 'exchange', id: asked.body.data.id, orderId: id } });
    expect(simulator.paymentsOf(replacementOrder.id).map(({ amount }) => amount)).toEqual([600].map(() => expect.anything()));
    expect((await status(replacementOrder.id, 'shipped')).body).toMatchObject({ status: 409, allowed: ['cancelled'] });
    expect((await act(`/orders/${replacementOrder.id}/fulfilments`)).body).toMatchObject({ status: 409, code: 'order_not_sendable', holds: ['awaiting_return'] });

    await receive(goods.id, item);
    expect(await show(replacementOrder.id)).toMatchObject({ holds: [] });
    await act(`/returns/${goods.id}/inspection`);
    expect((await act(`/returns/${goods.id}/refund`)).body.data).toMatchObject({ settlement: { carried: euros(1000), refunded: euros(0) } });
    expect((await status(replacementOrder.id, 'shipped')).status).toBe(200);
    await settled();

    expect((await shop.call('get', `/exchanges/${asked.body.data.id}`, { headers: owner })).body.data).toMatchObject({ state: 'completed' });
    expect([simulator.refunds(id), simulator.refunds(replacementOrder.id)]).toEqual([[], []]);
    expect([await shop.level(sku), await shop.level(dearer.sku)]).toEqual([{ onHand: 19, reserved: 0 }, { onHand: 2, reserved: 0 }]);
    expect(await show(id)).toMatchObject({ paymentStatus: 'paid', returnStatus: 'partially_returned', settlement: { credited: euros(1000), due: euros(1490) } });
  });

  test('that is not paid in time gives the goods free and leaves the others where they are', async () => {
    const { id, item, owner } = await delivered(1000, 1);
    const dearer = await shop.given.variant({ price: 1600, stock: 1 });
    const { body } = await swap(id, item, dearer.sku);
    expect((await shop.order((await shop.given.cart(dearer.sku)).guest)).body).toMatchObject({ status: 409, code: 'insufficient_stock' });

    shop.clock.offsetMs = DAY_MS + 60_000;
    await settled();

    expect(await show(body.data.replacementOrder.id)).toMatchObject({ status: 'expired' });
    expect((await shop.call('get', `/exchanges/${body.data.id}`, { headers: owner })).body.data).toMatchObject({ state: 'cancelled', return: { state: 'cancelled' } });
    expect(await show(id)).toMatchObject({ returnStatus: 'none', settlement: { credited: euros(0) } });
    expect(await shop.level(dearer.sku)).toEqual({ onHand: 1, reserved: 0 });
  });

  test('that was not paid although the goods came back is refunded like any return', async () => {
    const { id, item } = await delivered(1000, 1);
    const dearer = await shop.given.variant({ price: 1600, stock: 1 });
    const { body } = await swap(id, item, dearer.sku);
    await receive(body.data.return.id, item);
    await act(`/returns/${body.data.return.id}/inspection`);
    expect((await act(`/returns/${body.data.return.id}/refund`)).body).toMatchObject({ status: 409, code: 'exchange_not_settled', reason: 'unpaid' });

    shop.clock.offsetMs = DAY_MS + 60_000;
    await settled();
    expect((await act(`/returns/${body.data.return.id}/refund`)).body.data).toMatchObject({ state: 'refunded', settlement: { carried: euros(0), refunded: euros(1490) } });
    await settled();

    expect(simulator.refunds(id)).toEqual([1490]);
  });
});

describe('an exchange for something cheaper', () => {
  test('sends it once the goods have come, and the difference goes back', async () => {
    const { id, item, owner } = await delivered(1000, 1);
    const cheaper = await shop.given.variant({ price: 400, stock: 2 });

    const { body } = await swap(id, item, cheaper.sku);
    expect(body.data).toMatchObject({ difference: euros(-600), return: { state: 'approved' }, replacementOrder: { status: 'placed', due: euros(0) } });
    expect(await show(body.data.replacementOrder.id)).toMatchObject({ paymentStatus: 'none', holds: ['awaiting_return'], settlement: { prepaid: euros(400), due: euros(0) } });
    expect(await shop.level(cheaper.sku)).toEqual({ onHand: 2, reserved: 1 });

    await receive(body.data.return.id, item);
    await act(`/returns/${body.data.return.id}/inspection`);
    await act(`/returns/${body.data.return.id}/refund`);
    await settled();

    // The postage of the first order goes back as well: nothing of it is left with its customer.
    expect(simulator.refunds(id)).toEqual([600 + 490]);
    expect((await shop.call('get', `/exchanges/${body.data.id}`, { headers: owner })).body.data).toMatchObject({ state: 'completed' });
    expect((await status(body.data.replacementOrder.id, 'shipped')).status).toBe(200);
  });

  test('whose goods are returned in their turn brings back what the first ones were paid, and no more', async () => {
    const { id, item, owner } = await delivered(1000, 1);
    const other = await shop.given.variant({ price: 700, stock: 2 });
    const { body } = await swap(id, item, other.sku);
    await receive(body.data.return.id, item);
    await act(`/returns/${body.data.return.id}/inspection`);
    await act(`/returns/${body.data.return.id}/refund`);
    const replacement = body.data.replacementOrder.id;
    for (const word of ['shipped', 'delivered']) await status(replacement, word);
    const again = (await show(replacement)).items[0].id;

    const asked = await shop.call('post', `/orders/${replacement}/returns`, { headers: shop.keys.secret, body: { lines: [{ itemId: again, quantity: 1, reason: 'other' }] } });
    await receive(asked.body.data.id, again);
    await act(`/returns/${asked.body.data.id}/inspection`);
    expect((await act(`/returns/${asked.body.data.id}/refund`)).body.data).toMatchObject({ settlement: { refunded: euros(700) } });
    await settled();

    expect(simulator.refunds(id).sort()).toEqual([300 + 490, 700].sort());
    expect(await show(id)).toMatchObject({ paymentStatus: 'refunded' });
    expect((await shop.call('get', `/orders/${replacement}`, { headers: owner })).status).toBe(200);
  });

  test('that staff sends in advance needs no goods first; once sent it cannot be given up', async () => {
    const { id, item } = await delivered(1000, 1);
    const other = await shop.given.variant({ price: 1000, stock: 2 });
    const { body } = await swap(id, item, other.sku, { inAdvance: true });

    expect((await status(body.data.replacementOrder.id, 'shipped')).status).toBe(200);
    expect((await act(`/exchanges/${body.data.id}/cancellation`)).body).toMatchObject({ status: 409, code: 'illegal_transition' });
    expect((await shop.call('get', `/exchanges/${body.data.id}`, staff())).body.data).toMatchObject({ state: 'open', return: { state: 'approved' } });
  });
});

describe('an exchange that comes to nothing', () => {
  test.each([{ _case: 'given up by its customer' }, { _case: 'refused by staff' }, { _case: 'cancelled with its order' }])('$_case leaves everything as it was', async ({ _case }) => {
    const { id, item, owner, sku } = await delivered(1000, 1);
    const other = await shop.given.variant({ price: 800, stock: 2 });
    const { body } = await swap(id, item, other.sku, { headers: owner });

    if (_case.startsWith('given')) expect((await act(`/exchanges/${body.data.id}/cancellation`, {}, owner)).body.data).toMatchObject({ state: 'cancelled' });
    if (_case.startsWith('refused')) expect((await act(`/returns/${body.data.return.id}/rejection`, { reason: 'Worn.' })).status).toBe(200);
    if (_case.startsWith('cancelled')) expect((await act(`/orders/${body.data.replacementOrder.id}/cancellation`)).status).toBe(200);
    await settled();

    expect((await shop.call('get', `/exchanges/${body.data.id}`, staff())).body.data).toMatchObject({ state: 'cancelled', replacementOrder: { status: 'cancelled' } });
    expect(await show(id)).toMatchObject({ returnStatus: 'none', paymentStatus: 'paid', items: [{ units: { returnRequested: 0 } }], settlement: { credited: euros(0) } });
    expect([await shop.level(sku), await shop.level(other.sku), simulator.refunds(id)]).toEqual([{ onHand: 19, reserved: 0 }, { onHand: 2, reserved: 0 }, []]);
  });

  test('after the goods were taken back pays their worth back, once', async () => {
    const { id, item } = await delivered(1000, 1);
    const other = await shop.given.variant({ price: 800, stock: 2 });
    const { body } = await swap(id, item, other.sku);
    await receive(body.data.return.id, item);
    await act(`/returns/${body.data.return.id}/inspection`);
    await act(`/returns/${body.data.return.id}/refund`);

    await Promise.all(Array.from({ length: 10 }, () => act(`/orders/${body.data.replacementOrder.id}/cancellation`)));
    await settled();

    expect(simulator.refunds(id).sort()).toEqual([200 + 490, 800].sort());
    expect(await show(id)).toMatchObject({ paymentStatus: 'refunded' });
    expect(await shop.level(other.sku)).toEqual({ onHand: 2, reserved: 0 });
  });
});

describe('what is refused changes nothing', () => {
  test('goods that are not there, not sold, or not the customer\'s to exchange', async () => {
    const { id, item, owner } = await delivered(1000, 1);
    const gone = await shop.given.variant({ price: 800, stock: 0 });
    const stranger = await givenUser(shop);

    expect((await swap(id, item, gone.sku, { headers: owner })).body).toMatchObject({ status: 409, code: 'insufficient_stock' });
    expect((await swap(id, item, 'NO-SUCH-SKU', { headers: owner })).body).toMatchObject({ status: 409, code: 'cart_not_orderable' });
    expect((await swap(id, item, gone.sku, { headers: stranger.headers })).status).toBe(404);
    const inPairs = await shop.given.variant({ price: 800, stock: 4 });
    const { id: variantId } = (await shop.call('get', `/products/${inPairs.productId}`)).body.data.variants[0];
    expect((await shop.call('patch', `/products/${inPairs.productId}/variants/${variantId as string}`, { ...staff(), body: { quantityRule: { minimum: 2, step: 2 } } })).status).toBe(200);
    expect((await swap(id, item, inPairs.sku, { headers: owner })).body).toMatchObject({ status: 409, code: 'cart_not_orderable', problems: [{ code: 'quantity_not_permitted', reason: 'below_minimum', permitted: [2] }] });
    shop.clock.offsetMs = 20 * DAY_MS;
    const there = await shop.given.variant({ price: 800, stock: 1 });
    expect((await swap(id, item, there.sku, { headers: owner })).body).toMatchObject({ status: 409, code: 'return_window_over' });

    expect(await show(id)).toMatchObject({ returnStatus: 'none' });
    expect([await shop.count('exchanges', { orderId: id }), await shop.count('returns', { orderId: id }), await shop.count('orders', { 'origin.orderId': id })]).toEqual([0, 0, 0]);
    expect(await shop.level(there.sku)).toEqual({ onHand: 1, reserved: 0 });
  });
});

test('20 who exchange the same unit for the last of another make one exchange', async () => {
  const { id, item, owner } = await delivered(1000, 1);
  const other = await shop.given.variant({ price: 900, stock: 1 });

  const replies = await Promise.all(Array.from({ length: 20 }, () => swap(id, item, other.sku, { headers: owner })));

  expect(replies.map(({ status: code }) => code).sort()).toEqual([201, ...Array(19).fill(409)]);
  expect(await shop.level(other.sku)).toEqual({ onHand: 1, reserved: 1 });
  expect(await shop.count('orders', { 'origin.orderId': id })).toBe(1);
});
