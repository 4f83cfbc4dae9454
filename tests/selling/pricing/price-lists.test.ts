import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const group = (fields: Json = {}) => shop.done('post', '/customer-groups', { code: `g-${Math.random().toString(36).slice(2, 10)}`, name: 'Traders', ...fields });
const join = (groupId: string, customerId: string) => shop.done('put', `/customer-groups/${groupId}/customers/${customerId}`);

describe('a list for a group', () => {
  test('is the price of its customers in catalogue, cart and order, and of nobody else', async () => {
    const { sku, productId } = await shop.given.variant({ price: 2000 });
    const traders = await group();
    const list = await shop.givenList({ name: 'Traders 2026', groupIds: [traders['id']], entries: { [sku]: 1500 } });
    const [trader, other] = [await shop.givenCustomer(), await shop.givenCustomer()];
    await join(traders['id'] as string, trader.customerId);
    const source = { kind: 'price_list', id: list['id'], name: 'Traders 2026' };

    expect(await shop.shown(productId, trader.headers)).toMatchObject({ price: euros(1500), priceSource: source });
    expect(await shop.charged(sku, trader.headers)).toMatchObject({ unitPrice: euros(1500), priceSource: source });
    const ordered = await shop.order(trader.headers);
    expect(ordered.body.data.items[0]).toMatchObject({ unitPrice: euros(1500), priceSource: source });
    for (const headers of [other.headers, {}]) {
      expect(await shop.shown(productId, headers)).toMatchObject({ price: euros(2000) });
      expect(await shop.charged(sku, headers)).toMatchObject({ unitPrice: euros(2000), priceSource: { kind: 'base' } });
    }
  });

  test('a change of group prices an open cart anew at the next look, and says so', async () => {
    const { sku } = await shop.given.variant({ price: 2000 });
    const traders = await group();
    await shop.givenList({ groupIds: [traders['id']], entries: { [sku]: 1500 } });
    const customer = await shop.givenCustomer();
    await shop.charged(sku, customer.headers);

    await join(traders['id'] as string, customer.customerId);
    const inside = await shop.call('get', '/cart', { headers: customer.headers });
    await shop.done('delete', `/customer-groups/${traders['id']}/customers/${customer.customerId}`);
    const outside = await shop.call('get', '/cart', { headers: customer.headers });

    expect(inside.body.data).toMatchObject({ items: [{ unitPrice: euros(1500) }], totals: { grandTotal: euros(1500) }, problems: [{ code: 'price_changed', sku, before: euros(2000), after: euros(1500) }] });
    expect(outside.body.data).toMatchObject({ items: [{ unitPrice: euros(2000) }], totals: { grandTotal: euros(2000) }, problems: [] });
  });

  test('counts for the cart that a guest brings along when signing in', async () => {
    const { sku } = await shop.given.variant({ price: 2000 });
    const traders = await group();
    await shop.givenList({ groupIds: [traders['id']], entries: { [sku]: 1500 } });
    const customer = await shop.givenCustomer();
    await join(traders['id'] as string, customer.customerId);
    const { guest } = await shop.given.cart(sku);

    await shop.call('post', '/auth/login', { headers: guest, body: { email: customer.email, password: customer.password } });
    const cart = await shop.call('get', '/cart', { headers: customer.headers });

    expect(cart.body.data).toMatchObject({ items: [{ sku, unitPrice: euros(1500) }], totals: { grandTotal: euros(1500) }, problems: [] });
  });
});

test('a member of a company has its prices until the membership ends: then the next request has them no more', async () => {
  const { sku, productId } = await shop.given.variant({ price: 2000 });
  const company = await shop.done('post', '/companies', { name: 'Acme GmbH', vatId: 'de 123456789' });
  await shop.givenList({ companyIds: [company['id']], entries: { [sku]: 1200 } });
  const member = await shop.givenCustomer();

  await shop.done('put', `/companies/${company['id']}/members/${member.customerId}`);
  expect(await shop.shown(productId, member.headers)).toMatchObject({ price: euros(1200) });
  expect(await shop.container.customers.buyerOf({ userId: member.id })).toMatchObject({ companyId: company['id'], vatId: 'DE 123456789' });
  const other = await shop.done('post', '/companies', { name: 'Other' });
  expect((await shop.asStaff('put', `/companies/${other['id']}/members/${member.customerId}`)).body).toMatchObject({ status: 409, code: 'member_elsewhere' });
  expect((await shop.asStaff('delete', `/companies/${company['id']}`)).body).toMatchObject({ status: 409, code: 'company_has_members', members: 1 });

  await shop.done('delete', `/companies/${company['id']}/members/${member.customerId}`);
  expect(await shop.shown(productId, member.headers)).toMatchObject({ price: euros(2000) });
  expect(await shop.charged(sku, member.headers)).toMatchObject({ unitPrice: euros(2000) });
});

test('staff set what tax looks at, and every change of it is audited', async () => {
  const customer = await shop.givenCustomer();

  const changed = await shop.asStaff('patch', `/customers/${customer.customerId}`, { body: { vatId: 'GB123456789', taxExemption: 'diplomatic mission' } });
  const own = await shop.call('patch', '/customers/me', { headers: customer.headers, body: { taxExemption: 'I say so' } });
  const unknown = await shop.asStaff('patch', `/customers/${customer.customerId}`, { body: { groupIds: ['0123456789abcdef01234567'] } });

  expect(changed.body.data).toMatchObject({ vatId: 'GB123456789', taxExemption: 'diplomatic mission' });
  expect(await shop.container.customers.buyerOf({ userId: customer.id })).toEqual({ userId: customer.id, groupIds: [], companyId: null, channel: null, vatId: 'GB123456789', taxExemption: 'diplomatic mission' });
  expect(own.status).toBe(400);
  expect(unknown.body).toMatchObject({ status: 400, code: 'unknown_group' });
  expect(await shop.count('audit_entries', { action: 'customer.updated', subject: `customer:${customer.customerId}` })).toBe(1);
});

test('a list of a channel is for those who come with its key, signed in or not', async () => {
  const { sku, productId } = await shop.given.variant({ price: 2000 });
  await shop.givenList({ channels: ['outlet'], entries: { [sku]: 999 } });
  const key = await shop.asStaff('post', '/admin/api-keys', { body: { name: 'outlet app', kind: 'publishable', scopes: ['catalog:read', 'cart:read', 'cart:write', 'checkout:write'], channel: 'outlet' } });
  const outlet = { 'x-api-key': key.body.data.key as string };

  expect(key.body.data.channel).toBe('outlet');
  expect(await shop.shown(productId)).toMatchObject({ price: euros(2000) });
  expect(await shop.shown(productId, outlet)).toMatchObject({ price: euros(999) });
  const list = await shop.call('get', `/products?q=${encodeURIComponent(sku)}&per_page=1`, { headers: outlet });
  expect(list.body.data.items[0].price).toEqual({ from: euros(999), to: euros(999) });
  const added = await shop.call('post', '/cart/items', { headers: outlet, body: { sku } });
  expect(added.body.data).toMatchObject({ items: [{ unitPrice: euros(999) }], totals: { grandTotal: euros(999) } });
  const order = await shop.order({ ...outlet, 'x-cart-token': added.body.data.cartToken as string }, { expectedTotal: euros(999 + 490) });
  expect(order.body.data.items[0]).toMatchObject({ unitPrice: euros(999) });
});

test('lists have a period: catalogue and cart change with the minute it begins and ends, without a write', async () => {
  const { sku, productId } = await shop.given.variant({ price: 2000 });
  const start = Date.now() + 3_600_000;
  await shop.givenList({ kind: 'sale', startsAt: new Date(start).toISOString(), endsAt: new Date(start + 3_600_000).toISOString(), entries: { [sku]: 1700 } });

  const seen: Json[] = [];
  for (const offsetMs of [0, 3_660_000, 7_260_000]) {
    shop.clock.offsetMs = offsetMs;
    const [{ price, compareAtPrice = null }, { unitPrice }] = [await shop.shown(productId), await shop.charged(sku)];
    seen.push({ price: price.amount, compareAt: compareAtPrice?.amount ?? null, charged: unitPrice.amount });
  }
  shop.clock.offsetMs = 0;

  expect(seen).toEqual([{ price: 2000, compareAt: null, charged: 2000 }, { price: 1700, compareAt: 2000, charged: 1700 }, { price: 2000, compareAt: null, charged: 2000 }]);
  expect((await shop.asStaff('post', '/price-lists', { body: { name: 'x', currency: 'EUR', startsAt: '2026-02-01T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' } })).body).toMatchObject({ status: 400, code: 'ends_before_it_starts' });
});

test('the ladder that the catalogue shows is what the cart charges, for every quantity from 1 to 1,000 and as many as a line holds', async () => {
  const prices = [{ currency: 'EUR', base: 2000, sale: 1950, tiers: [{ minQuantity: 10, amount: 1900 }, { minQuantity: 250, amount: 1600 }] }];
  const { sku, productId } = await shop.given.variant({ prices, stock: 20_000 });
  const traders = await group();
  await shop.givenList({ priority: 1, groupIds: [traders['id']], entries: { [sku]: { 5: 1880, 100: 1700 } } });
  await shop.givenList({ priority: 2, groupIds: [traders['id']], entries: { [sku]: { 40: 1750, 500: 1500 } } });
  const trader = await shop.givenCustomer();
  await join(traders['id'] as string, trader.customerId);

  const { tiers } = await shop.shown(productId, trader.headers);
  const priceAt = (quantity: number): number => (tiers as Json[]).findLast(({ minQuantity }) => minQuantity <= quantity)!['price'].amount;
  const added = await shop.call('post', '/cart/items', { headers: trader.headers, body: { sku } });
  const itemId = added.body.data.items[0].id as string;
  const wrong: number[] = [];
  // The cart is asked around every step, and the pure resolver for all 1,000 in ladders.test.ts.
  for (const quantity of [1, 2, 4, 5, 6, 9, 10, 11, 39, 40, 41, 99, 100, 101, 249, 250, 251, 499, 500, 501, 999, 1000, 10_000]) {
    const set = await shop.call('put', `/cart/items/${itemId}`, { headers: trader.headers, body: { quantity } });
    if (set.body.data.items[0].unitPrice.amount !== priceAt(quantity) || set.body.data.totals.subtotal.amount !== priceAt(quantity) * quantity) wrong.push(quantity);
  }

  expect((tiers as Json[]).map(({ minQuantity, price }) => [minQuantity, price.amount])).toEqual([[1, 1950], [5, 1880], [40, 1750], [500, 1500]]);
  expect(wrong).toEqual([]);
});

describe('staff', () => {
  test('keep lists with versions, audit and pages of thousands of entries', async () => {
    const list = await shop.done('post', '/price-lists', { name: 'Large', currency: 'EUR', priority: 3 });
    const items = Array.from({ length: 2000 }, (_none, at) => ({ sku: `BULK-${String(at).padStart(5, '0')}`, tiers: [{ minQuantity: 10, amount: 90 + at }, { minQuantity: 1, amount: 100 + at }] }));
    const path = `/price-lists/${list['id']}`;

    expect(await shop.done('put', `${path}/entries`, { items })).toEqual({ changed: 2000, unchanged: 0 });
    expect(await shop.done('put', `${path}/entries`, { items: [{ sku: 'bulk-00007', tiers: [] }, ...items.slice(8, 10), { sku: 'BULK-00011', tiers: [{ minQuantity: 1, amount: 1 }] }] })).toEqual({ changed: 2, unchanged: 2 });
    const page = (await shop.asStaff('get', `${path}/entries?per_page=2&page=4`)).body.data;
    expect(page).toMatchObject({ total: 1999, pages: 1000, items: [{ sku: 'BULK-00006', tiers: [{ minQuantity: 1, amount: 106 }, { minQuantity: 10, amount: 96 }] }, { sku: 'BULK-00008' }] });
    expect((await shop.asStaff('get', `${path}/entries?q=bulk-0001`)).body.data.total).toBe(10);

    const stale = await shop.asStaff('put', path, { body: { name: 'x', currency: 'EUR' }, headers: { 'if-match': '"9"' } });
    const other = await shop.asStaff('put', path, { body: { name: 'x', currency: 'USD' } });
    const removed = await shop.asStaff('delete', path);
    expect([stale.status, other.body.code, removed.status]).toEqual([412, 'currency_is_fixed', 200]);
    expect(await shop.count('price_list_entries', { skuKey: /^bulk-/ })).toBe(0);
    expect((await shop.asStaff('get', path)).status).toBe(404);
    const changes = (await shop.asStaff('get', `${path}/changes?sku=BULK-00011`)).body.data;
    expect(changes).toMatchObject({ total: 2, items: [{ sku: 'bulk-00011', tiers: [{ minQuantity: 1, amount: 1 }] }, { tiers: [{ minQuantity: 1, amount: 111 }, { minQuantity: 10, amount: 101 }] }] });
    expect((await shop.asStaff('get', `${path}/changes?per_page=1`)).body.data).toMatchObject({ total: 2004, items: [{ list: null }] });
    expect(await shop.count('audit_entries', { subject: `price_list:${list['id']}` })).toBe(4);
  });

  test('are nobody else: a customer reads and changes none of it', async () => {
    const customer = await shop.givenCustomer();
    const refused = await Promise.all([
      shop.call('get', '/price-lists', { headers: customer.headers }), shop.call('post', '/price-lists', { headers: customer.headers, body: { name: 'x', currency: 'EUR' } }),
      shop.call('post', '/pricing/preview', { headers: customer.headers, body: { skus: ['A'] } }), shop.call('get', '/companies', { headers: customer.headers }),
      shop.call('post', '/customer-groups', { headers: customer.headers, body: { code: 'x', name: 'x' } }), shop.call('post', '/exchange-rates', { headers: customer.headers, body: { base: 'EUR', quote: 'USD', rate: '1' } }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });

  test('of 20 changes at once each is there, and the last of them is what counts', async () => {
    const { sku } = await shop.given.variant({ price: 5000 });
    const list = await shop.done('post', '/price-lists', { name: 'Raced', currency: 'EUR' });
    const replies = await Promise.all(Array.from({ length: 20 }, (_none, at) => shop.asStaff('put', `/price-lists/${list['id']}/entries`, { body: { items: [{ sku, tiers: [{ minQuantity: 1, amount: 1000 + at }] }] } })));

    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const stored = await shop.connection.collection('price_list_entries').findOne({ sku });
    expect((await shop.charged(sku))['unitPrice']).toEqual(euros(stored!['tiers'][0].amount));
    expect(await shop.count('price_list_changes', { skuKey: sku.toLowerCase() })).toBe(20);
    await shop.asStaff('delete', `/price-lists/${list['id']}`);
  });
});
