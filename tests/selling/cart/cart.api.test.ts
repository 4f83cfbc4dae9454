import { MAX_QUANTITY_PER_LINE } from '../../../src/shared/quantity-rule.js';
import { givenUser } from '../../support/given.js';
import { euros, openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const add = (body: object, headers: Record<string, string> = {}) => shop.call('post', '/cart/items', { headers, body });
const stored = (id: string) => shop.connection.collection('carts').findOne({ _id: new (shop.connection.base.Types.ObjectId)(id) });

describe('adding to a cart', () => {
  test('opens a cart and answers it whole, with the token that owns it', async () => {
    const { sku, productId } = await shop.given.variant({ price: 1999 });

    const reply = await add({ sku, quantity: 3 });

    expect(reply.status).toBe(201);
    expect(reply.headers['location']).toBe('/api/v1/cart');
    expect(reply.body.data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{24}$/), cartToken: expect.stringMatching(/^[\w-]{32}$/), currency: 'EUR',
      items: [{ id: expect.any(String), sku, productId, quantity: 3, unitPrice: euros(1999), lineTotal: euros(5997) }],
      coupons: [], problems: [], version: 1,
      totals: { subtotal: euros(5997), discountTotal: euros(0), shippingTotal: euros(0), taxTotal: euros(999), grandTotal: euros(5997), taxIncluded: true },
    });
    expect(JSON.stringify(await stored(reply.body.data.id))).not.toContain(reply.body.data.cartToken);
  });

  test('twenty times at the same moment loses nothing', async () => {
    const { sku } = await shop.given.variant({ stock: 100 });
    const { guest, id } = await shop.given.cart(sku);

    const replies = await Promise.all(Array.from({ length: 20 }, () => add({ sku, quantity: 1 }, guest)));

    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(await stored(id)).toMatchObject({ lineItems: [{ sku, quantity: 21 }], version: 21 });
  });

  test.each([
    { _case: 'a SKU that does not exist', body: { sku: 'NOPE' }, status: 400, code: 'variant_not_sellable' },
    { _case: 'more than a line can hold', body: { quantity: MAX_QUANTITY_PER_LINE }, status: 400, code: 'quantity_limit_exceeded' },
    { _case: 'a fractional quantity', body: { quantity: 1.5 }, status: 400, code: 'invalid_request' },
    { _case: 'a quantity as text', body: { quantity: '2' }, status: 400, code: 'invalid_request' },
    { _case: 'a price of the caller', body: { price: 1 }, status: 400, code: 'invalid_request' },
  ])('refuses $_case and changes nothing', async ({ body, status, code }) => {
    const { sku } = await shop.given.variant();
    const { guest, id } = await shop.given.cart(sku);
    const [before, events] = [await stored(id), await shop.count('outbox')];

    const reply = await add({ sku, ...body }, guest);

    expect(reply.type).toBe('application/problem+json');
    expect(reply.body).toMatchObject({ status, code });
    expect(await stored(id)).toEqual(before);
    expect(await shop.count('outbox')).toBe(events);
  });

  test('names every wrong field at once', async () => {
    const reply = await add({ sku: 5, quantity: -1, price: 1 });

    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['#/body/price', '#/body/quantity', '#/body/sku']);
  });

  test('refuses a draft, and a SKU without a price in the currency of the cart', async () => {
    const draft = await shop.given.variant({ status: 'draft' });
    const dollars = await shop.given.variant({ prices: [{ currency: 'USD', base: 500 }] });
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);

    expect((await add({ sku: draft.sku })).body).toMatchObject({ status: 400, code: 'variant_not_sellable' });
    expect((await add({ sku: dollars.sku }, guest)).body).toMatchObject({ status: 409, code: 'currency_mismatch', currency: 'EUR' });
  });

  test('opens a cart in a currency that the product is sold in, when the usual one is not', async () => {
    const { sku } = await shop.given.variant({ prices: [{ currency: 'USD', base: 500 }] });

    const reply = await add({ sku });

    expect(reply.body.data).toMatchObject({ currency: 'USD', items: [{ unitPrice: { amount: 500, currency: 'USD' } }] });
    expect((await add({ sku, currency: 'EUR' })).body).toMatchObject({ status: 409, code: 'currency_mismatch' });
  });

  test('refuses the token of no cart and opens none', async () => {
    const { sku } = await shop.given.variant();
    const before = await shop.count('carts');

    const reply = await add({ sku }, { 'x-cart-token': 'guessed' });

    expect(reply.body).toMatchObject({ status: 404, code: 'cart_not_found' });
    expect(await shop.count('carts')).toBe(before);
  });

  test('with an Idempotency-Key acts once, however often it is sent', async () => {
    const { sku } = await shop.given.variant({ stock: 100 });
    const { guest, id } = await shop.given.cart(sku);

    const replies = await Promise.all(Array.from({ length: 12 }, () => add({ sku, quantity: 2 }, { ...guest, 'idempotency-key': 'once' })));

    expect(new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(await stored(id)).toMatchObject({ lineItems: [{ quantity: 3 }] });
    expect((await add({ sku, quantity: 3 }, { ...guest, 'idempotency-key': 'once' })).body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });
});

describe('reading a cart', () => {
  test('never writes, however often it is read beside a change', async () => {
    const { sku } = await shop.given.variant({ stock: 100 });
    const { guest, id } = await shop.given.cart(sku);

    await Promise.all([...Array.from({ length: 50 }, () => shop.call('get', '/cart', { headers: guest })), add({ sku }, guest)]);

    expect(await stored(id)).toMatchObject({ version: 2 });
  });

  test('without a token is an empty cart that is nowhere stored', async () => {
    const before = await shop.count('carts');

    const reply = await shop.call('get', '/cart');

    expect(reply.body.data).toMatchObject({ id: null, items: [], problems: [], version: 0 });
    expect(await shop.count('carts')).toBe(before);
  });

  test('lists every problem with today\'s figures', async () => {
    const [dearer, gone, short] = [await shop.given.variant({ price: 1000 }), await shop.given.variant(), await shop.given.variant({ stock: 2 })];
    const { guest } = await shop.given.cart(dearer.sku, gone.sku, [short.sku, 5]);
    await shop.call('patch', `/products/${gone.productId}`, { headers: shop.keys.secret, body: { status: 'archived' } });
    const variants = await shop.call('get', `/products/${dearer.productId}/variants`, { headers: shop.keys.secret });
    const variant = variants.body.data.items[0];
    const tag = `"${variant.version}"`;
    await shop.call('put', `/products/${dearer.productId}/variants/${variant.id}`, { headers: { ...shop.keys.secret, 'if-match': tag }, body: { sku: dearer.sku, prices: [{ currency: 'EUR', base: 1200 }] } });

    const { body } = await shop.call('get', '/cart', { headers: guest });

    expect(body.data.problems).toEqual([
      { code: 'price_changed', sku: dearer.sku, itemId: expect.any(String), before: euros(1000), after: euros(1200) },
      { code: 'gone', sku: gone.sku, itemId: expect.any(String), requested: 1, available: 0 },
      { code: 'insufficient_stock', sku: short.sku, itemId: expect.any(String), requested: 5, available: 2 },
    ]);
    expect(body.data.items[0].unitPrice).toEqual(euros(1200));
  });
});

test.each([{ quantity: 7, left: [7] }, { quantity: 0, left: [] }])('setting a line to $quantity leaves $left', async ({ quantity, left }) => {
  const { sku } = await shop.given.variant();
  const { guest, items } = await shop.given.cart(sku);

  const reply = await shop.call('put', `/cart/items/${items[0]!.id}`, { headers: guest, body: { quantity } });

  expect(reply.status).toBe(200);
  expect(reply.body.data.items.map((item: { quantity: number }) => item.quantity)).toEqual(left);
});

test('a line that is not there is 404; so is the cart of somebody else', async () => {
  const { sku } = await shop.given.variant();
  const { guest, items } = await shop.given.cart(sku);
  const other = await shop.given.cart(sku);

  const path = `/cart/items/${items[0]!.id}`;
  expect((await shop.call('put', path, { headers: other.guest, body: { quantity: 2 } })).body).toMatchObject({ status: 404, code: 'line_item_not_found' });
  expect((await shop.call('delete', '/cart/items/0e4b1f66-8a9c-4d46-9a59-7f54d9f46a40', { headers: guest })).body).toMatchObject({ status: 404, code: 'line_item_not_found' });
  expect((await shop.call('get', '/cart', { headers: { 'x-cart-token': 'guessed' } })).status).toBe(404);
});

test('a shipping method and an address are kept and priced', async () => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);

  const methods = await shop.call('get', '/cart/shipping-methods?country=DE', { headers: guest });
  const chosen = await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'standard' } });
  const unknown = await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'pigeon' } });

  expect(methods.body.data.items).toEqual([{ code: 'standard', name: 'Standard delivery', price: euros(490), estimate: { minDays: expect.any(Number), maxDays: expect.any(Number), earliest: expect.any(String), latest: expect.any(String) } }]);
  expect(chosen.body.data.totals).toMatchObject({ subtotal: euros(1000), shippingTotal: euros(490), grandTotal: euros(1490) });
  expect(unknown.body).toMatchObject({ status: 400, code: 'shipping_method_unknown', allowed: ['standard'] });
});

test('emptying a cart keeps its token', async () => {
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);

  expect((await shop.call('delete', '/cart', { headers: guest })).body.data).toMatchObject({ items: [], version: 2 });
  expect((await add({ sku }, guest)).body.data).toMatchObject({ items: [{ sku, quantity: 1 }], version: 3 });
});

describe('what is sold in certain quantities only', () => {
  const RULE = { minimum: 6, maximum: 30, step: 6 };
  const given = async (quantityRule: object | null = RULE, { stock = 100, tiers = [] as object[] } = {}) => {
    const { sku, productId } = await shop.given.variant({ stock, prices: [{ currency: 'EUR', base: 100, ...(tiers.length > 0 && { tiers }) }] });
    const [{ id: variantId }] = (await shop.call('get', `/products/${productId}/variants`)).body.data.items;
    const change = (rule: object | null) => shop.call('patch', `/products/${productId}/variants/${variantId}`, { headers: shop.keys.secret, body: { quantityRule: rule } });
    expect((await change(quantityRule)).status).toBe(200);
    return { sku, productId, change };
  };
  const merged = async (from: Record<string, string>, user: Record<string, string>) => (await shop.call('post', '/cart/merge', { headers: { ...user, ...from }, body: {} })).body.data;

  test.each([
    { _case: 'too few', quantity: 5, reason: 'below_minimum', permitted: [6] },
    { _case: 'between two steps', quantity: 13, reason: 'not_a_step', permitted: [12, 18] },
    { _case: 'too many', quantity: 36, reason: 'above_maximum', permitted: [30] },
  ])('is refused as $_case, with the nearest quantities, and nothing changes', async ({ quantity, reason, permitted }) => {
    const { sku } = await given();
    const { guest, id } = await shop.given.cart([sku, 12]);
    const { itemId, before } = { itemId: (await shop.call('get', '/cart', { headers: guest })).body.data.items[0].id as string, before: await stored(id) };

    const set = await shop.call('put', `/cart/items/${itemId}`, { headers: guest, body: { quantity } });
    const fresh = await add({ sku, quantity });
    const more = await add({ sku, quantity: 1 }, guest);

    for (const { body } of [set, fresh]) expect(body).toMatchObject({ status: 400, code: 'quantity_not_permitted', sku, requested: quantity, reason, permitted, ...RULE, errors: [{ pointer: '#/body/quantity' }] });
    expect(more.body).toMatchObject({ status: 400, requested: 13, permitted: [12, 18] });
    expect(await stored(id)).toEqual(before);
  });

  test('stands in the problems when the rule comes later, and checkout refuses for that reason alone', async () => {
    const { sku, change, productId } = await given(null);
    const { guest } = await shop.given.cart([sku, 7]);
    await change(RULE);

    const problem = { code: 'quantity_not_permitted', sku, requested: 7, reason: 'not_a_step', permitted: [6, 12], ...RULE };
    expect((await shop.call('get', '/cart', { headers: guest })).body.data.problems).toMatchObject([problem]);
    expect((await shop.call('get', `/products/${productId}`)).body.data.variants[0].quantityRule).toEqual(RULE);
    expect((await shop.order(guest)).body).toMatchObject({ status: 409, code: 'cart_not_orderable', problems: [problem] });
    expect(await shop.level(sku)).toMatchObject({ reserved: 0 });

    await change(null);
    expect((await shop.order(guest)).status).toBe(201);
  });

  test('merges to the largest quantity that is permitted and there, and costs what its quantity costs', async () => {
    const { sku } = await given(RULE, { stock: 29, tiers: [{ minQuantity: 12, amount: 80 }] });
    const user = await givenUser(shop);
    await add({ sku, quantity: 12 }, user.headers);
    const { guest } = await shop.given.cart([sku, 18]);

    const { items, report } = await merged(guest, user.headers);

    expect(items).toMatchObject([{ sku, quantity: 24, unitPrice: euros(80), lineTotal: euros(1920) }]);
    expect(report).toMatchObject([{ sku, requested: 18, merged: 12, reason: 'stock' }]);
    const limited = await given({ maximum: 5 });
    await add({ sku: limited.sku, quantity: 4 }, user.headers);
    expect((await merged((await shop.given.cart([limited.sku, 4])).guest, user.headers)).report).toMatchObject([{ requested: 4, merged: 1, reason: 'limit' }]);
  });

  test('needs a rule by which something can be ordered', async () => {
    const { change } = await given();
    for (const rule of [{ minimum: 5, maximum: 4 }, { minimum: 7, maximum: 11, step: 6 }, { step: 10_001 }, { step: 0 }, {}]) expect((await change(rule)).body).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ pointer: expect.stringContaining('#/body/quantityRule') }] });
  });
});
