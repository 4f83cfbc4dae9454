import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { ADDRESS, euros } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop();
  ({ simulator } = shop);
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const CARD = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };
const staff = (method: 'get' | 'post', path: string, body?: object, headers: Record<string, string> = {}) => shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body && { body }) });
const bought = async (body: object = CARD, { price = 1000, quantity = 2, stock = 10 } = {}) => {
  const { sku } = await shop.given.variant({ price, stock });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, body)).body.data;
  await shop.runEvents();
  return { sku, id: order.id as string, itemId: order.items[0].id as string, version: order.version as number, owner: { 'x-order-token': order.orderToken as string } };
};
const show = async (id: string) => (await staff('get', `/orders/${id}`)).body.data;
const preview = (id: string, ...operations: object[]) => staff('post', `/orders/${id}/edits`, { operations, reason: 'Asked by phone' });
const confirm = (id: string, editId: string) => staff('post', `/orders/${id}/edits/${editId}/confirm`);
const edit = async (id: string, ...operations: object[]) => {
  const previewed = await preview(id, ...operations);
  expect(previewed.status).toBe(201);
  const confirmed = await confirm(id, previewed.body.data.id);
  await shop.runEvents();
  return confirmed;
};
const quantity = (itemId: string, units: number) => ({ op: 'change_quantity', itemId, quantity: units });
const pay = (id: string, owner: Record<string, string>, token = 'ok') => shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': randomUUID() }, body: { payment: { provider: 'simulator', method: 'card', token } } });
const moved = async (id: string) => {
  const payments = (await staff('get', `/orders/${id}/payments`)).body.data.items as Array<{ captured: { amount: number }; refunded: { amount: number } }>;
  return payments.map(({ captured, refunded }) => [captured.amount, refunded.amount]).reverse();
};

describe('a preview', () => {
  test('says what the order would be and what it costs, and writes neither stock nor money', async () => {
    const { id, sku, itemId } = await bought();
    const other = await shop.given.variant({ price: 500 });
    const before = await show(id);

    const { status, body } = await preview(id, quantity(itemId, 3), { op: 'add_line', sku: other.sku, quantity: 2 });

    expect(status).toBe(201);
    expect(body.data).toMatchObject({
      state: 'previewed', orderVersion: before.version, preview: { before: euros(2490), after: euros(4490), difference: euros(2000), additional: euros(2000), refund: euros(0) },
      items: [{ id: itemId, quantity: 3, lineTotal: euros(3000) }, { sku: other.sku, quantity: 2, lineTotal: euros(1000) }], totals: { grandTotal: euros(4490) },
    });
    expect([await show(id), await shop.level(sku), await shop.level(other.sku), await moved(id)]).toEqual([before, { onHand: 10, reserved: 2 }, { onHand: 10, reserved: 0 }, [[2490, 0]]]);
  });

  test('refuses what cannot be, and says at which operation', async () => {
    const { id, itemId } = await bought();
    const refusals: Array<[object[], string]> = [
      [[quantity('nothing', 1)], '#/body/operations/0'], [[quantity(itemId, 3), { op: 'remove_line', itemId }], '#/body/operations/1'],
      [[{ op: 'change_address', shippingAddress: { ...ADDRESS, country: 'FR' } }], '#/body/operations/0'], [[{ op: 'apply_discount', amount: { amount: 1, currency: 'USD' }, reason: 'wrong' }], '#/body/operations/0'],
    ];
    for (const [operations, pointer] of refusals) {
      const { body } = await preview(id, ...operations);
      expect(body).toMatchObject({ status: 400, code: 'line_not_editable', errors: [{ pointer }] });
    }
    expect((await preview(id, { op: 'add_line', sku: 'NOT-THERE', quantity: 1 })).body).toMatchObject({ status: 409, code: 'cart_not_orderable' });
    expect((await preview(id, { op: 'fly' })).status).toBe(400);
    expect(await shop.count('order_edits', { orderId: id })).toBe(0);
  });

  test('is for staff, and units that were sent stay', async () => {
    const { id, itemId } = await bought();
    const customer = await givenUser(shop);
    expect((await shop.call('post', `/orders/${id}/edits`, { headers: customer.headers, body: { operations: [quantity(itemId, 1)], reason: 'mine' } })).body).toMatchObject({ status: 403, permission: 'orders:write' });

    await shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status: 'shipped' } });

    expect((await preview(id, quantity(itemId, 1))).body).toMatchObject({ status: 400, code: 'line_not_editable', errors: [{ pointer: '#/body/operations/0', message: '2 units of this line were sent already and can only be returned.' }] });
    expect((await preview(id, quantity(itemId, 3))).status).toBe(201);
  });
});

describe('confirming', () => {
  test('a dearer order reserves more and asks for the difference, which is one more charge', async () => {
    const { id, sku, itemId, owner } = await bought();

    const { body } = await edit(id, quantity(itemId, 5));
    expect(body.data).toMatchObject({ paymentStatus: 'partially_paid', outstanding: euros(3000), totals: { grandTotal: euros(5490) } });
    expect([await shop.level(sku), await moved(id)]).toEqual([{ onHand: 10, reserved: 5 }, [[2490, 0]]]);

    const paid = await pay(id, owner);
    await shop.runEvents();

    expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect((await show(id)).outstanding).toBeUndefined();
    expect([await moved(id), simulator.charges(id)]).toEqual([[[2490, 0], [3000, 0]], 2]);
    // Another payment of it is no declined one to whoever looks for fraud.
    expect(await shop.container.orders.risk.slice(null, new Date(0), new Date(Date.now() + 60_000), 100)).toContainEqual(expect.objectContaining({ id, attempts: 1 }));
    expect((await pay(id, owner)).body).toMatchObject({ status: 409, code: 'order_not_payable' });
  });

  test('a cheaper order gives back stock and money', async () => {
    const { id, sku, itemId } = await bought(CARD, { quantity: 4 });

    const { body } = await edit(id, quantity(itemId, 1));

    expect(body.data.totals.grandTotal).toEqual(euros(1490));
    expect([await shop.level(sku), await moved(id)]).toEqual([{ onHand: 10, reserved: 1 }, [[4490, 3000]]]);
  });

  test('adding and taking back again is no charge, no refund, and the order as it was', async () => {
    const { id, sku, itemId } = await bought();
    const other = await shop.given.variant({ price: 777 });
    const before = await show(id);

    await edit(id, { op: 'add_line', sku: other.sku, quantity: 3 });
    const added = (await show(id)).items.find((item: { sku: string }) => item.sku === other.sku);
    await edit(id, { op: 'remove_line', itemId: added.id });
    await edit(id, quantity(itemId, 7));
    await edit(id, quantity(itemId, 2));

    const after = await show(id);
    expect([after.totals, after.items, after.paymentStatus, after.outstanding]).toEqual([before.totals, before.items, 'paid', undefined]);
    expect([await moved(id), simulator.charges(id), await shop.level(sku), await shop.level(other.sku)]).toEqual([[[2490, 0]], 1, { onHand: 10, reserved: 2 }, { onHand: 10, reserved: 0 }]);
  });

  test('twenty times at once changes the order once', async () => {
    const { id, sku, itemId } = await bought();
    const editId = (await preview(id, quantity(itemId, 3))).body.data.id as string;

    const replies = await Promise.all(Array.from({ length: 20 }, () => confirm(id, editId)));

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect([await shop.level(sku), (await show(id)).totals.grandTotal, await shop.count('outbox', { type: 'order.edited', aggregateId: id })]).toEqual([{ onHand: 10, reserved: 3 }, euros(3490), 1]);
  });

  test('of two previews of the same order only the first confirmed one counts', async () => {
    const { id, itemId, sku } = await bought();
    const [one, two] = [await preview(id, quantity(itemId, 3)), await preview(id, quantity(itemId, 4))];

    const replies = await Promise.all([confirm(id, one.body.data.id), confirm(id, two.body.data.id)]);

    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(replies.find(({ status }) => status === 409)!.body.code).toMatch(/order_edit_stale|concurrent_change/);
    expect((await shop.level(sku)).reserved).toBe((await show(id)).items[0].quantity);
  });

  test('what the stock cannot give changes nothing', async () => {
    const { id, itemId, sku } = await bought(CARD, { stock: 3 });
    const before = await show(id);
    const editId = (await preview(id, quantity(itemId, 4))).body.data.id as string;

    expect((await confirm(id, editId)).body).toMatchObject({ status: 409, code: 'insufficient_stock' });

    expect([await show(id), await shop.level(sku), (await staff('get', `/orders/${id}/edits/${editId}`)).body.data.state]).toEqual([before, { onHand: 3, reserved: 2 }, 'previewed']);
  });

  test('an order that is paid on delivery simply costs another amount', async () => {
    const { id, itemId } = await bought({ payment: { provider: 'offline' } });

    const { body } = await edit(id, quantity(itemId, 3), { op: 'apply_discount', rateBps: 1000, reason: 'Late delivery' }, { op: 'change_address', shippingAddress: { ...ADDRESS, line1: '1 New Street' } });

    expect(body.data).toMatchObject({ paymentStatus: 'pending', totals: { discountTotal: euros(300), grandTotal: euros(3190) }, shippingAddress: { line1: '1 New Street' }, payment: { details: { amount: euros(3190) } } });
    const captured = await staff('post', `/orders/${id}/captures`, {}, { 'idempotency-key': randomUUID() });
    expect([captured.status, captured.body.data.amount]).toEqual([201, euros(3190)]);
    expect((await show(id)).paymentStatus).toBe('paid');
  });

  test('a declined payment of the difference leaves the order placed, and the next card pays it', async () => {
    const { id, itemId, owner } = await bought();
    await edit(id, quantity(itemId, 3));

    expect((await pay(id, owner, 'declined')).body.data).toMatchObject({ status: 'placed', paymentStatus: 'partially_paid', outstanding: euros(1000) });
    const replies = await Promise.all(Array.from({ length: 5 }, () => pay(id, owner)));

    expect(replies.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    await shop.runEvents();
    expect([await moved(id).then((all) => all.reduce((so, [captured]) => so + captured!, 0)), (await show(id)).paymentStatus]).toEqual([3490, 'paid']);
  });

  test('of the points: what became cheaper earned none, and goods that come back later take the points that they earned', async () => {
    const user = await givenUser(shop);
    const { sku } = await shop.given.variant({ price: 1000 });
    await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 4 } });
    const { id, items: [item] } = (await shop.order(user.headers, CARD)).body.data;
    const points = async () => (await shop.call('get', '/customers/me/loyalty', { headers: user.headers })).body.data.points;
    expect(await points()).toBe(40);

    await edit(id, quantity(item.id, 2));
    expect(await points()).toBe(20);
    await edit(id, quantity(item.id, 3));
    expect(await points()).toBe(20);
    await edit(id, quantity(item.id, 2));
    expect(await points()).toBe(20);
    await staff('post', `/orders/${id as string}/cancellation`, { reason: 'One is enough', lines: [{ itemId: item.id, quantity: 1 }] });
    expect(await points()).toBe(10);
    await staff('post', `/orders/${id as string}/cancellation`, { reason: 'None at all' });
    expect(await points()).toBe(0);
  });

  test('of the points and the timeline: who did it and why', async () => {
    const { id, itemId } = await bought();
    await edit(id, quantity(itemId, 1));

    const timeline = (await staff('get', `/orders/${id}/timeline`)).body.data.items;
    expect(timeline.find(({ event }: { event: string }) => event === 'order.edited')).toMatchObject({ cause: 'Asked by phone', actor: { type: 'key' } });
    expect((await staff('get', `/admin/audit?subject=order:${id}&action=order.edited`)).body.data.items).toHaveLength(1);
    expect((await staff('get', `/orders/${id}/edits`)).body.data.items).toMatchObject([{ state: 'confirmed', preview: { refund: euros(1000) } }]);
  });
});
