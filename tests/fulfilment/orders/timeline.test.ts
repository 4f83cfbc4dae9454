import { randomInt } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';

let shop: CardShop;
beforeAll(async () => {
  shop = await openCardShop();
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

type Axes = Record<'status' | 'paymentStatus' | 'fulfilmentStatus' | 'returnStatus', string>;
type Entry = { at: string; actor: { type: string; id: string | null }; event: string; cause: string; before: Partial<Axes>; after: Partial<Axes> };
const AXES = ['status', 'paymentStatus', 'fulfilmentStatus', 'returnStatus'] as const;
const staff = () => ({ headers: shop.keys.secret });
const show = (id: string) => shop.show(id);
const timelineOf = async (id: string): Promise<Entry[]> => (await shop.call('get', `/orders/${id}/timeline`, staff())).body.data.items;
const bought = async (quantity: number, body: object = { payment: { provider: 'simulator', method: 'card', token: 'ok' } }) => {
  const { sku, productId } = await shop.given.variant({ stock: 20, price: 700 });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, body as never)).body.data;
  return { id: order.id as string, item: order.items[0].id as string, sku, productId, owner: { 'x-order-token': order.orderToken as string } };
};

/** Something that may happen to an order; most of it is refused most of the time. */
const ACTS: ReadonlyArray<(order: { id: string; item: string }) => Promise<unknown>> = [
  ({ id, item }) => shop.call('post', `/orders/${id}/fulfilments`, { ...staff(), body: { lines: [{ itemId: item, quantity: 1 }], state: ['pending', 'packed', 'shipped'][randomInt(3)] } }),
  ({ id, item }) => shop.call('post', `/orders/${id}/cancellation`, { ...staff(), body: { lines: [{ itemId: item, quantity: 1 }] } }),
  ({ id, item }) => shop.call('post', `/orders/${id}/returns`, { ...staff(), body: { lines: [{ itemId: item, quantity: 1, reason: 'other' }] } }),
  ({ id }) => shop.call('put', `/orders/${id}/status`, { ...staff(), body: { status: ['shipped', 'delivered', 'completed', 'cancelled'][randomInt(4)]! } }),
  async ({ id }) => {
    for (const { id: fulfilmentId } of (await shop.call('get', `/orders/${id}/fulfilments`, staff())).body.data.items) {
      await shop.call('post', `/orders/${id}/fulfilments/${fulfilmentId}/${['shipment', 'delivery', 'cancellation'][randomInt(3)]}`, { ...staff(), body: {} });
    }
  },
  async ({ id, item }) => {
    for (const { id: returnId } of (await shop.call('get', `/orders/${id}/returns`, staff())).body.data.items) {
      await shop.call('post', `/returns/${returnId}/receipts`, { ...staff(), body: { lines: [{ itemId: item, quantity: 1, condition: ['ok', 'damaged'][randomInt(2)]! }] } });
      await shop.call('post', `/returns/${returnId}/inspection`, { ...staff(), body: {} });
      if (randomInt(2) === 0) await shop.call('post', `/returns/${returnId}/refund`, { ...staff(), body: {} });
    }
  },
  () => shop.runEvents(),
];

test('whatever happens to an order, its timeline taken together is what it says, and each entry begins where the last one ended', async () => {
  for (let round = 0; round < 6; round++) {
    const order = await bought(1 + randomInt(4), round % 3 === 0 ? {} : undefined);
    for (let step = 0; step < 8; step++) await ACTS[randomInt(ACTS.length)]!(order);
    await shop.runEvents();

    const [now, timeline] = [await show(order.id), await timelineOf(order.id)];
    let so: Partial<Axes> = {};
    for (const { before, after, actor, event, cause } of timeline) {
      for (const [axis, value] of Object.entries(before)) expect({ event, axis, value }).toEqual({ event, axis, value: so[axis as keyof Axes] });
      expect([actor.type, cause]).toEqual([expect.stringMatching(/^(user|key|guest|system)$/), expect.stringMatching(/./)]);
      so = { ...so, ...after };
    }
    expect(so).toEqual(Object.fromEntries(AXES.map((axis) => [axis, now[axis]])));
  }
});

test('another try to pay is written down as well', async () => {
  const { id, owner } = await bought(1, { payment: { provider: 'simulator', method: 'card', token: 'declined' } });

  await shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': 'again' }, body: { payment: { provider: 'simulator', method: 'card', token: 'ok' } } });

  expect((await timelineOf(id)).map(({ event, after }) => [event, after.paymentStatus])).toEqual([
    ['order.created', 'pending'], ['order.payment_changed', 'failed'], ['order.payment_retried', 'pending'], ['order.placed', 'paid'],
  ]);
});

test('who did what, and to which units, is told', async () => {
  const support = await givenUser(shop, { roles: ['support'] });
  const { id, item, owner } = await bought(2);

  await shop.call('post', `/orders/${id}/cancellation`, { headers: owner, body: { lines: [{ itemId: item, quantity: 1 }], reason: 'One is enough.' } });
  await shop.call('post', `/orders/${id}/fulfilments`, { headers: support.headers, body: { state: 'shipped' } });

  const told = ['order.partially_cancelled', 'order.fulfilment_created', 'order.shipped'];
  expect((await timelineOf(id)).filter(({ event }) => told.includes(event))).toMatchObject([
    { event: 'order.partially_cancelled', cause: 'One is enough.', actor: { type: 'guest', id: null }, details: { lines: [{ itemId: item, quantity: 1 }], refunded: 700 } },
    { event: 'order.fulfilment_created', actor: { type: 'user', id: support.id } },
    { event: 'order.shipped', actor: { type: 'user', id: support.id }, before: { fulfilmentStatus: 'unfulfilled' }, after: { fulfilmentStatus: 'shipped' } },
  ]);
});

test('a product that is deleted leaves its orders as they were, byte for byte', async () => {
  const { id, productId, owner } = await bought(2);
  const before = [(await shop.call('get', `/orders/${id}`, { headers: owner })).text, (await shop.call('get', `/orders/${id}`, staff())).text];

  expect((await shop.call('delete', `/products/${productId}`, staff())).status).toBe(200);
  await shop.runEvents();

  expect([(await shop.call('get', `/orders/${id}`, { headers: owner })).text, (await shop.call('get', `/orders/${id}`, staff())).text]).toEqual(before);
});

describe('notes', () => {
  test('are kept by staff for staff, and change nothing of the order', async () => {
    const { id, owner } = await bought(1);
    const support = await givenUser(shop, { roles: ['support'] });
    const before = (await shop.call('get', `/orders/${id}`, { headers: owner })).text;

    const kept = await shop.call('post', `/orders/${id}/notes`, { headers: support.headers, body: { text: 'Called twice.' } });

    expect(kept.body.data).toMatchObject({ text: 'Called twice.', actor: { type: 'user', id: support.id } });
    expect((await shop.call('get', `/orders/${id}/notes`, { headers: support.headers })).body.data.items).toMatchObject([{ text: 'Called twice.' }]);
    expect((await shop.call('get', `/orders/${id}`, { headers: owner })).text).toBe(before);
    expect((await shop.call('get', `/orders/${id}/timeline`, { headers: owner })).text).not.toContain('Called twice.');
  });

  test('are not for customers', async () => {
    const { id, owner } = await bought(1);
    const customer = await givenUser(shop);

    expect((await shop.call('get', `/orders/${id}/notes`, { headers: owner })).status).toBe(401);
    expect((await shop.call('get', `/orders/${id}/notes`, { headers: customer.headers })).status).toBe(403);
    expect((await shop.call('post', `/orders/${id}/notes`, { headers: customer.headers, body: { text: 'x' } })).status).toBe(403);
    expect((await shop.call('post', `/orders/${'0'.repeat(24)}/notes`, { ...staff(), body: { text: 'x' } })).status).toBe(404);
  });
});
