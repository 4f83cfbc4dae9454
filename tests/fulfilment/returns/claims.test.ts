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
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = () => ({ headers: shop.keys.secret });
const show = (id: string) => shop.show(id);
const settled = () => shop.work();
const sent = async (price: number, quantity: number, stock = 20) => {
  const { sku } = await shop.given.variant({ price, stock });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, { payment: { provider: 'simulator', method: 'card', token: 'ok' } })).body.data;
  await shop.call('put', `/orders/${order.id}/status`, { ...staff(), body: { status: 'shipped' } });
  return { id: order.id as string, sku, item: order.items[0].id as string, owner: { 'x-order-token': order.orderToken as string } };
};
const claim = (id: string, item: string, { type = 'lost', quantity = 1, headers = shop.keys.secret }: { type?: string; quantity?: number; headers?: Record<string, string> } = {}) =>
  shop.call('post', `/orders/${id}/claims`, { headers, body: { type, lines: [{ itemId: item, quantity }] } });
const act = (path: string, body: object = {}, headers: Record<string, string> = shop.keys.secret) => shop.call('post', path, { headers, body });

describe('a claim', () => {
  test('of lost goods is settled with money at once', async () => {
    const { id, item, owner, sku } = await sent(1000, 3);

    const made = await claim(id, item, { quantity: 2, headers: owner });
    expect(made.body.data).toMatchObject({ state: 'requested', type: 'lost', lines: [{ itemId: item, quantity: 2 }] });
    expect(await show(id)).toMatchObject({ returnStatus: 'requested' });
    const resolved = await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'refund' });
    await settled();

    expect(resolved.body.data).toMatchObject({ state: 'resolved', resolution: 'refund', withReturn: false, refunded: euros(2000), returnId: null });
    expect(simulator.refunds(id)).toEqual([2000]);
    expect(await show(id)).toMatchObject({ returnStatus: 'partially_returned', items: [{ units: { shipped: 3, writtenOff: 2, returnRequested: 0, returned: 0 } }], settlement: { credited: euros(2000) } });
    expect(await shop.level(sku)).toEqual({ onHand: 17, reserved: 0 });
  });

  test('is settled with the same goods again, free of charge, which can be returned for what the first ones were paid', async () => {
    const { id, item, owner, sku } = await sent(1000, 1);

    const made = await claim(id, item, { headers: owner });
    const { body } = await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'replacement' });
    await settled();

    expect(body.data).toMatchObject({ state: 'resolved', withReturn: false, refunded: euros(0), replacementOrderId: expect.any(String) });
    const replacement = await show(body.data.replacementOrderId);
    expect(replacement).toMatchObject({ status: 'placed', paymentStatus: 'none', holds: [], origin: { type: 'claim', orderId: id }, items: [{ sku, quantity: 1, unitPrice: euros(1000) }], totals: { grandTotal: euros(1000) }, settlement: { prepaid: euros(1000), due: euros(0) } });
    expect(await shop.level(sku)).toEqual({ onHand: 19, reserved: 1 });
    expect(simulator.refunds(id)).toEqual([]);

    for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${replacement.id}/status`, { ...staff(), body: { status } });
    const asked = await act(`/orders/${replacement.id}/returns`, { lines: [{ itemId: replacement.items[0].id, quantity: 1, reason: 'other' }] }, owner);
    await act(`/returns/${asked.body.data.id}/approval`);
    await act(`/returns/${asked.body.data.id}/receipts`, { lines: [{ itemId: replacement.items[0].id, quantity: 1, condition: 'ok' }] });
    await act(`/returns/${asked.body.data.id}/inspection`);
    expect((await act(`/returns/${asked.body.data.id}/refund`)).body.data).toMatchObject({ settlement: { refunded: euros(1000) } });
    await settled();
    expect(simulator.refunds(id)).toEqual([1000]);
  });

  test('of damaged goods that have to come back is refunded when they have, without a fee', async () => {
    const { id, item, sku } = await sent(1000, 2);
    const made = await claim(id, item, { type: 'damaged' });

    const accepted = await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'refund', withReturn: true });
    expect(accepted.body.data).toMatchObject({ state: 'accepted', returnId: expect.any(String), refunded: euros(0) });
    const { returnId } = accepted.body.data;
    expect((await shop.call('get', `/returns/${returnId}`, staff())).body.data).toMatchObject({ state: 'approved', cause: { type: 'claim', id: made.body.data.id } });
    await act(`/returns/${returnId}/receipts`, { lines: [{ itemId: item, quantity: 1, condition: 'damaged' }] });
    await act(`/returns/${returnId}/inspection`);
    await act(`/returns/${returnId}/refund`);
    await settled();

    expect((await shop.call('get', `/claims/${made.body.data.id}`, staff())).body.data).toMatchObject({ state: 'resolved', refunded: euros(1000) });
    expect(simulator.refunds(id)).toEqual([1000]);
    expect(await show(id)).toMatchObject({ items: [{ units: { writtenOff: 1, returned: 0 } }] });
    expect(await shop.level(sku)).toEqual({ onHand: 18, reserved: 0 });
  });

  test('of wrong goods is replaced at once while they come back, and no money moves', async () => {
    const { id, item, sku } = await sent(1000, 1);
    const made = await claim(id, item, { type: 'wrong_item' });

    const { body } = await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'replacement', withReturn: true });
    expect(await show(body.data.replacementOrderId)).toMatchObject({ status: 'placed', holds: [] });
    await act(`/returns/${body.data.returnId}/receipts`, { lines: [{ itemId: item, quantity: 1, condition: 'ok' }] });
    await act(`/returns/${body.data.returnId}/inspection`);
    expect((await act(`/returns/${body.data.returnId}/refund`)).body.data).toMatchObject({ settlement: { carried: euros(1000) } });
    await settled();

    // Nothing of the order is left with its customer, so that its postage goes back.
    expect(simulator.refunds(id)).toEqual([490]);
    expect(await shop.level(sku)).toEqual({ onHand: 20, reserved: 1 });
    expect((await shop.call('get', `/claims/${made.body.data.id}`, staff())).body.data).toMatchObject({ state: 'resolved' });
  });

  test.each([{ word: 'rejection', body: { reason: 'It was signed for.' }, state: 'rejected' }, { word: 'cancellation', body: {}, state: 'cancelled' }])('that ends by $word changes nothing', async ({ word, body, state }) => {
    const { id, item, owner } = await sent(1000, 1);
    const made = await claim(id, item, { headers: owner });

    expect((await act(`/claims/${made.body.data.id}/${word}`, body, word === 'cancellation' ? owner : shop.keys.secret)).body.data).toMatchObject({ state });
    expect((await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'refund' })).body).toMatchObject({ status: 409, code: 'claim_not_open' });
    expect(await show(id)).toMatchObject({ returnStatus: 'none', items: [{ units: { returnRequested: 0, writtenOff: 0 } }], settlement: { credited: euros(0) } });
    expect((await claim(id, item, { headers: owner })).status).toBe(201);
  });
});

describe('what is refused changes nothing', () => {
  test('a replacement of which there is no stock, and units that were claimed before', async () => {
    const { id, item, sku } = await sent(1000, 1, 1);
    const made = await claim(id, item);

    expect((await claim(id, item)).body).toMatchObject({ status: 409, code: 'units_not_returnable', lines: [{ returnable: 0 }] });
    expect((await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'replacement' })).body).toMatchObject({ status: 409, code: 'insufficient_stock' });

    expect((await shop.call('get', `/claims/${made.body.data.id}`, staff())).body.data).toMatchObject({ state: 'requested' });
    expect(await show(id)).toMatchObject({ items: [{ units: { returnRequested: 1, writtenOff: 0 } }] });
    expect(await shop.level(sku)).toEqual({ onHand: 0, reserved: 0 });
  });

  test('somebody else\'s claim is 404, and only staff settles', async () => {
    const { id, item, owner } = await sent(1000, 1);
    const made = await claim(id, item, { headers: owner });
    const stranger = await givenUser(shop);

    expect((await claim(id, item, { headers: stranger.headers })).status).toBe(404);
    expect((await shop.call('get', `/claims/${made.body.data.id}`, { headers: stranger.headers })).status).toBe(404);
    expect((await act(`/claims/${made.body.data.id}/cancellation`, {}, stranger.headers)).status).toBe(404);
    expect((await act(`/claims/${made.body.data.id}/resolution`, { resolution: 'refund' }, owner)).status).toBe(401);
    expect((await shop.call('get', '/claims?state=requested', staff())).body.data.items.map((one: { id: string }) => one.id)).toContain(made.body.data.id);
    expect((await shop.call('get', `/orders/${id}/claims`, { headers: owner })).body.data.items).toHaveLength(1);
  });
});

test('20 who settle one claim, half with money and half with goods, settle it once', async () => {
  const { id, item, sku } = await sent(1000, 1);
  const made = await claim(id, item);

  const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => act(`/claims/${made.body.data.id}/resolution`, { resolution: i % 2 === 0 ? 'refund' : 'replacement' })));
  await settled();

  expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  const replaced = await shop.count('orders', { 'origin.orderId': id });
  expect([replaced, simulator.refunds(id).length]).toEqual(replaced === 1 ? [1, 0] : [0, 1]);
  expect((await shop.level(sku)).reserved).toBe(replaced);
});

test('whatever staff do that moves money of an order, a return or a claim leaves one entry in the audit log; what a customer does leaves none', async () => {
  const user = await givenUser(shop, { roles: ['admin'] });
  const entries = () => shop.connection.collection('audit_entries').find({ 'actor.id': user.id }).toArray();
  const did = async (method: 'post' | 'put', path: string, body: object = {}) => {
    const before = (await entries()).length;
    const answer = await shop.call(method, path, { headers: user.headers, body });
    const left = (await entries()).slice(before).map(({ action, subject }) => `${action as string} ${(subject as string).split(':')[0]!}`);
    return { data: answer.body.data, left: [answer.status < 300, ...left] };
  };
  const { id, item, owner } = await sent(1000, 5);
  const { sku } = await shop.given.variant({ price: 1000 });
  const placed = async (quantity: number) => (await shop.order((await shop.given.cart([sku, quantity])).guest)).body.data as { id: string; orderToken: string; items: [{ id: string }] };
  const [order, status, theirs] = [await placed(2), await placed(1), await placed(1)];
  const claimed = async () => (await claim(id, item, { headers: owner })).body.data.id as string;
  const [asked, refused, wanted, mine] = [await claimed(), await claimed(), await claimed(), await claimed()];
  const goods = (await act(`/orders/${id}/returns`, { lines: [{ itemId: item, quantity: 1, reason: 'changed_mind' }] })).body.data as { id: string };
  await act(`/returns/${goods.id}/receipts`, { lines: [{ itemId: item, quantity: 1, condition: 'ok' }] });

  expect([
    (await did('post', `/orders/${order.id}/cancellation`, { lines: [{ itemId: order.items[0].id, quantity: 1 }] })).left,
    (await did('post', `/orders/${order.id}/cancellation`)).left,
    (await did('put', `/orders/${status.id}/status`, { status: 'shipped' })).left,
    (await did('post', `/returns/${goods.id}/inspection`)).left,
    (await did('post', `/returns/${goods.id}/refund`)).left,
    (await did('post', `/claims/${asked}/resolution`, { resolution: 'refund' })).left,
    (await did('post', `/claims/${refused}/rejection`, { reason: 'not ours' })).left,
    (await did('post', `/claims/${wanted}/cancellation`)).left,
  ]).toEqual([
    [true, 'order.units_cancelled order'], [true, 'order.cancelled order'], [true, 'order.status_changed order'], [true, 'return.inspected return'], [true, 'return.refunded return'],
    [true, 'claim.resolved claim'], [true, 'claim.rejected claim'], [true, 'claim.cancelled claim'],
  ]);

  const before = await shop.count('audit_entries');
  expect((await act(`/claims/${mine}/cancellation`, {}, owner)).status).toBe(200);
  expect((await shop.call('post', `/orders/${theirs.id}/cancellation`, { headers: { 'x-order-token': theirs.orderToken }, body: {} })).status).toBe(200);
  expect(await shop.count('audit_entries')).toBe(before);
  await settled();
});
