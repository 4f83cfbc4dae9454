import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { ADDRESS, euros, openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const show = (id: string, headers: Record<string, string>) => shop.call('get', `/orders/${id}`, { headers });

describe('an order paid on delivery', () => {
  test('is placed at once, with copies of everything and its stock reserved', async () => {
    const { sku, productId } = await shop.given.variant({ price: 1999, stock: 10 });
    const { guest } = await shop.given.cart([sku, 2]);

    const reply = await shop.order(guest, { notes: 'Ring twice.' });

    expect(reply.status).toBe(201);
    expect(reply.headers['location']).toBe(`/api/v1/orders/${reply.body.data.id}`);
    expect(reply.body.data).toMatchObject({
      number: expect.stringMatching(/^K-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/), status: 'placed', paymentStatus: 'pending', fulfilmentStatus: 'unfulfilled', returnStatus: 'none',
      holds: [], email: 'ada@example.com', currency: 'EUR', orderToken: expect.any(String), notes: 'Ring twice.',
      items: [{ productId, sku, quantity: 2, productName: `Name of ${sku}`, unitPrice: euros(1999), discount: euros(0), tax: euros(666), lineTotal: euros(3998) }],
      totals: { subtotal: euros(3998), discountTotal: euros(0), shippingTotal: euros(490), taxTotal: euros(748), grandTotal: euros(4488), taxIncluded: true },
      shippingAddress: ADDRESS, billingAddress: ADDRESS, shippingMethod: { code: 'standard', name: 'Standard delivery', price: euros(490) },
      payment: { provider: 'offline', method: 'cash_on_delivery', status: 'pending', nextAction: null },
    });
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 2 });
    const types = (await shop.events()).filter((event) => event['aggregateId'] === reply.body.data.id).map((event) => event['type']);
    expect(types).toEqual(['order.created', 'order.placed']);
  });

  test('is the same order byte for byte when the request is sent again', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);
    const key = randomUUID();

    const first = await shop.order(guest, { key });
    const again = await shop.order(guest, { key });
    const other = await shop.order(guest, { key, notes: 'another body' });

    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, first.text, 'true']);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 1 });
  });

  test('with another key on the same cart is still that order', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);

    const first = await shop.order(guest);
    const second = await shop.order(guest);

    expect([second.status, second.body.data.id]).toEqual([200, first.body.data.id]);
  });

  test('does not change when the product does', async () => {
    const { sku, productId } = await shop.given.variant({ price: 1000 });
    const { guest } = await shop.given.cart(sku);
    const { body } = await shop.order(guest);
    const owner = { 'x-order-token': body.data.orderToken };
    const before = (await show(body.data.id, owner)).text;

    await shop.call('patch', `/products/${productId}`, { headers: shop.keys.secret, body: { name: 'Renamed' } });
    await shop.call('delete', `/products/${productId}`, { headers: shop.keys.secret });

    expect((await show(body.data.id, owner)).text).toBe(before);
  });
});

describe('an order is refused', () => {
  const refused = async (guest: Record<string, string>, body: object) => {
    const counts = async () => [await shop.count('orders'), await shop.count('outbox'), await shop.count('payments'), await shop.count('carts', { state: 'completed' })];
    const before = await counts();
    const reply = await shop.order(guest, body);
    expect(await counts()).toEqual(before);
    return reply;
  };

  test('without a key, and says how to send one', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);

    const reply = await shop.call('post', '/orders', { headers: guest, body: { payment: { provider: 'offline' } } });

    expect(reply.body).toMatchObject({ status: 400, code: 'idempotency_key_required' });
  });

  test('for an empty cart', async () => {
    expect((await refused({}, {})).body).toMatchObject({ status: 400, code: 'cart_empty' });
  });

  test('when more is wanted than there is, naming every short line', async () => {
    const [a, b] = [await shop.given.variant({ stock: 1 }), await shop.given.variant({ stock: 0 })];
    const { guest } = await shop.given.cart([a.sku, 3], [b.sku, 1]);

    const reply = await refused(guest, {});

    expect(reply.body).toMatchObject({ status: 409, code: 'insufficient_stock' });
    expect(reply.body.lines).toEqual(expect.arrayContaining([{ sku: a.sku, requested: 3, available: 1 }, { sku: b.sku, requested: 1, available: 0 }]));
    expect(await shop.level(a.sku)).toEqual({ onHand: 1, reserved: 0 });
  });

  test('when the total is not what the customer saw, with the new breakdown', async () => {
    const { sku } = await shop.given.variant({ price: 1000 });
    const { guest } = await shop.given.cart(sku);

    const stale = await refused(guest, { expectedTotal: euros(1000) });
    const agreed = await shop.order(guest, { expectedTotal: euros(1490) });

    expect(stale.body).toMatchObject({ status: 409, code: 'cart_changed', totals: { grandTotal: euros(1490) }, expectedTotal: euros(1000) });
    expect(agreed.status).toBe(201);
  });

  test('when the price has changed since it was shown, until the new one is agreed to', async () => {
    const { sku, productId } = await shop.given.variant({ price: 1000 });
    const { guest } = await shop.given.cart(sku);
    const variant = (await shop.call('get', `/products/${productId}/variants`, { headers: shop.keys.secret })).body.data.items[0];
    await shop.call('put', `/products/${productId}/variants/${variant.id}`, { headers: { ...shop.keys.secret, 'if-match': `"${variant.version}"` }, body: { sku, prices: [{ currency: 'EUR', base: 1100 }] } });

    const silent = await refused(guest, {});
    const agreed = await shop.order(guest, { expectedTotal: euros(1590) });

    expect(silent.body).toMatchObject({ status: 409, code: 'cart_changed', problems: [{ code: 'price_changed', before: euros(1000), after: euros(1100) }] });
    expect([agreed.status, agreed.body.data.totals.grandTotal]).toEqual([201, euros(1590)]);
  });

  test.each([
    { _case: 'an unknown shipping method', body: { shippingMethod: 'pigeon' }, code: 'shipping_method_unknown' },
    { _case: 'a country that does not exist', body: { shippingAddress: { ...ADDRESS, country: 'XX' } }, code: 'country_unknown' },
    { _case: 'an unknown payment provider', body: { payment: { provider: 'barter' } }, code: 'payment_provider_unknown' },
    { _case: 'an unknown payment method', body: { payment: { provider: 'offline', method: 'shells' } }, code: 'payment_method_unknown' },
    { _case: 'a card number as token', body: { payment: { provider: 'simulator', method: 'card', token: '4242 4242 4242 4242' } }, code: 'card_number_refused' },
    { _case: 'a price from outside', body: { totals: {} }, code: 'invalid_request' },
    { _case: 'an address with many mistakes', body: { shippingAddress: { firstName: 5 } }, code: 'invalid_request' },
  ])('for $_case', async ({ body, code }) => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);

    const reply = await refused(guest, body);

    expect(reply.body).toMatchObject({ status: 400, code });
    expect(reply.text).not.toContain('4242');
  });
});

describe('who may see an order', () => {
  test('its guest by token, staff, and nobody else', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);
    const { id, orderToken } = (await shop.order(guest)).body.data;
    const other = await givenUser(shop);

    expect((await show(id, { 'x-order-token': orderToken })).status).toBe(200);
    expect((await show(id, shop.keys.secret)).status).toBe(200);
    for (const headers of [{}, { 'x-order-token': 'guessed' }, other.headers]) expect((await show(id, headers)).body).toMatchObject({ status: 404, code: 'order_not_found' });
  });

  test('its customer, in lists of their own only; staff filters by every axis', async () => {
    const [ada, bob] = [await givenUser(shop), await givenUser(shop)];
    const { sku } = await shop.given.variant();
    await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku } });
    const { id } = (await shop.order(ada.headers)).body.data;

    const ids = async (path: string, headers: Record<string, string>) => (await shop.call('get', path, { headers })).body.data?.items?.map((order: { id: string }) => order.id);
    expect(await ids('/orders', ada.headers)).toEqual([id]);
    expect(await ids('/orders', bob.headers)).toEqual([]);
    expect(await ids(`/orders/user/${ada.id}`, ada.headers)).toEqual([id]);
    expect((await shop.call('get', `/orders/user/${ada.id}`, { headers: bob.headers })).status).toBe(404);
    expect(await ids(`/orders?user_id=${ada.id}&status=placed&payment_status=pending&fulfilment_status=unfulfilled`, shop.keys.secret)).toEqual([id]);
    expect(await ids(`/orders?user_id=${ada.id}&status=cancelled`, shop.keys.secret)).toEqual([]);
    expect((await shop.call('get', '/orders')).body).toMatchObject({ status: 401, code: 'authentication_required' });
    expect((await shop.call('get', '/orders?status=lost', { headers: shop.keys.secret })).status).toBe(400);
  });
});
