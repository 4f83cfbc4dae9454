import { givenUser } from '../../support/given.js';
import { euros, openShop, type Shop } from '../../support/shop.js';
import { TEN_PERCENT, promotionWords } from './promotion-shop.js';

let shop: Shop;
let words: ReturnType<typeof promotionWords>;
beforeAll(async () => {
  shop = await openShop();
  words = promotionWords(shop);
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const audits = (id: string) => shop.connection.collection('audit_entries').find({ subject: `promotion:${id}` }).sort({ _id: 1 }).toArray();

test('a promotion is a draft, runs, stops, runs again and is archived; each step is audited', async () => {
  const made = await words.staff.create(TEN_PERCENT);
  expect(made.status).toBe(201);
  expect(made.headers['location']).toBe(`/api/v1/promotions/${made.body.data.id}`);
  const { id } = made.body.data;
  expect(made.body.data).toMatchObject({
    ...TEN_PERCENT, state: 'draft', phase: 'off', priority: 100, combinesWith: ['product', 'order', 'shipping'], startsAt: null, endsAt: null, appliesTo: {}, conditions: {}, limits: {}, activatedAt: null, version: 1,
  });

  const steps = [];
  for (const step of ['activation', 'activation', 'deactivation', 'activation']) steps.push((await words.staff.post(`/${id}/${step}`)).body.data);
  const archived = await words.staff.delete(`/${id}`);
  const late = await words.staff.post(`/${id}/activation`);

  expect(steps.map(({ state, phase, version }) => [state, phase, version])).toEqual([['active', 'running', 2], ['active', 'running', 2], ['inactive', 'off', 3], ['active', 'running', 4]]);
  expect([archived.status, archived.body.data.state]).toEqual([200, 'archived']);
  expect([late.status, late.body.code, late.body.state, late.body.requested]).toEqual([409, 'illegal_promotion_state', 'archived', 'active']);
  expect((await words.staff.put(id, TEN_PERCENT)).body.code).toBe('illegal_promotion_state');
  expect((await audits(id)).map(({ action }) => action)).toEqual(['promotion.created', 'promotion.active', 'promotion.inactive', 'promotion.active', 'promotion.archived']);
});

test('every wrong field is named at once', async () => {
  const shapes = await words.staff.create({ name: '', trigger: 'magic', class: 'order', effect: { type: 'percentage', rateBps: 10_001 }, limits: { uses: 0 }, combinesWith: ['everything'], surprise: true });
  expect(shapes.status).toBe(400);
  expect(shapes.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(
    ['#/body/combinesWith/0', '#/body/effect/rateBps', '#/body/limits/uses', '#/body/name', '#/body/surprise', '#/body/trigger']);

  const meanings = await words.staff.create({
    ...TEN_PERCENT, startsAt: '2026-12-01T00:00:00Z', endsAt: '2026-11-01T00:00:00Z', limits: { budget: { XXY: 1 } }, conditions: { quantity: { min: 3, max: 2 }, subtotal: { min: { EUR: 2 }, max: { EUR: 1 } } },
    effect: { type: 'tiered', by: 'quantity', rateBps: 100, tiers: [{ minSubtotal: { EUR: 1 }, rateBps: 100, amounts: { EUR: 1 } }] },
  });
  expect(meanings.status).toBe(400);
  expect(meanings.body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).sort()).toEqual([
    '#/body/conditions/quantity/max number_min', '#/body/conditions/subtotal/max/EUR number_min', '#/body/effect/rateBps object_unknown', '#/body/effect/tiers/0 object_xor',
    '#/body/effect/tiers/0/minQuantity any_required', '#/body/effect/tiers/0/minSubtotal object_unknown', '#/body/endsAt date_greater', '#/body/limits/budget/XXY string_currency',
  ]);
});

test.each([
  { _case: 'percentage without a rate', body: { effect: { type: 'percentage' } }, pointer: '#/body/effect/rateBps' },
  { _case: 'fixed without amounts', body: { effect: { type: 'fixed' } }, pointer: '#/body/effect/amounts' },
  { _case: 'an amount off each unit of an order', body: { effect: { type: 'fixed', amounts: { EUR: 1 }, perUnit: true } }, pointer: '#/body/class' },
  { _case: 'shipping that reduces the order', body: { effect: { type: 'shipping', rateBps: 10_000 } }, pointer: '#/body/class' },
  { _case: 'a percentage of shipping that is none', body: { class: 'shipping' }, pointer: '#/body/class' },
  { _case: 'shipping of some lines', body: { class: 'shipping', effect: { type: 'shipping', rateBps: 1 }, appliesTo: { skus: ['A'] } }, pointer: '#/body/appliesTo' },
  { _case: 'buy X get Y of an order', body: { effect: { type: 'buy_x_get_y', rateBps: 1, buy: { quantity: 1 }, get: { quantity: 1 } } }, pointer: '#/body/class' },
  { _case: 'hours of no place', body: { conditions: { schedule: { timeZone: 'Mars/Olympus' } } }, pointer: '#/body/conditions/schedule/timeZone' },
  { _case: 'hours that are none', body: { conditions: { schedule: { timeZone: 'UTC', from: '09:00', to: '09:00' } } }, pointer: '#/body/conditions/schedule/to' },
])('refused: $_case', async ({ body, pointer }) => {
  const before = await shop.count('promotions');

  const reply = await words.staff.create({ ...TEN_PERCENT, ...body });

  expect([reply.status, reply.body.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, [pointer]]);
  expect(await shop.count('promotions')).toBe(before);
});

test('a change names the version it was made on, or is refused', async () => {
  const { id } = (await words.staff.create(TEN_PERCENT)).body.data;
  const read = await words.staff.get(`/${id}`);
  const changed = await words.staff.put(id, { ...TEN_PERCENT, name: 'Renamed', description: 'Why' }, read.headers['etag']);

  const stale = await words.staff.put(id, { ...TEN_PERCENT, name: 'Lost' }, read.headers['etag']);

  expect([changed.status, changed.body.data.name, changed.body.data.version]).toEqual([200, 'Renamed', 2]);
  expect([stale.status, stale.body.code]).toEqual([412, 'stale_version']);
  const replaced = await words.staff.put(id, TEN_PERCENT);
  expect([replaced.body.data.name, replaced.body.data.description]).toEqual(['Ten percent', undefined]);
  expect((await words.staff.put('0'.repeat(24), TEN_PERCENT)).body.code).toBe('promotion_not_found');
});

test('limits rise and fall but not below what is used, and none comes after the first order', async () => {
  const limited = await words.running({ ...TEN_PERCENT, code: 'MOVING', limits: { uses: 2, budget: { EUR: 1000 } } });
  const open = await words.running({ ...TEN_PERCENT, code: 'OPEN' });
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'MOVING');
  expect((await shop.order(guest)).status).toBe(201);

  const lower = await words.staff.put(limited.id, { ...TEN_PERCENT, limits: { uses: 5, budget: { EUR: 99 } } });
  expect([lower.status, lower.body.code, lower.body.uses, lower.body.spent]).toEqual([409, 'limit_below_use', 1, { EUR: 100 }]);
  expect((await words.counter(limited.id))).toMatchObject({ limit: 2, budget: { EUR: 1000 } });
  expect((await words.staff.put(limited.id, { ...TEN_PERCENT, limits: { uses: 1 } })).status).toBe(200);
  expect((await words.staff.put(limited.id, TEN_PERCENT)).status).toBe(200);
  expect(await words.counter(limited.id)).toMatchObject({ uses: 1, limit: null, budget: null });
  for (const limits of [{ uses: 5 }, { perCustomer: 1 }]) {
    const late = await words.staff.put(open.id, { ...TEN_PERCENT, limits });
    expect([late.status, late.body.code]).toEqual([409, 'promotion_in_use']);
  }
});

test('10,000 codes at once, listed by page, exported as CSV, and none of them twice', async () => {
  const { id } = await words.running(TEN_PERCENT);

  const added = await words.staff.post(`/${id}/codes`, { count: 10_000, prefix: 'BF-', length: 10 });

  expect([added.status, added.body.data.created]).toEqual([201, 10_000]);
  expect(await shop.count('promotion_codes', { promotionId: id, maxUses: 1, uses: 0, batchId: added.body.data.batchId })).toBe(10_000);
  const page = (await words.staff.get(`/${id}/codes?per_page=100&page=100&batch_id=${added.body.data.batchId}`)).body.data;
  expect([page.total, page.pages, page.items.length]).toEqual([10_000, 100, 100]);
  const { text, headers } = await words.staff.get(`/${id}/codes/export`);
  const rows = text.trimEnd().split('\n');
  expect([headers['content-type'], rows[0], rows.length]).toEqual(['text/csv; charset=utf-8', 'code,max_uses,uses,active,created_at', 10_001]);
  expect(rows[1]).toMatch(/^BF-[2-9A-HJ-NP-Z]{10},1,0,true,\d{4}-/);
  expect(new Set(rows.map((row) => row.split(',')[0])).size).toBe(10_001);
});

test('codes: all or none, and only for coupons', async () => {
  const first = await words.running(TEN_PERCENT);
  const second = await words.running(TEN_PERCENT);
  await words.staff.post(`/${first.id}/codes`, { codes: ['TAKEN'] });
  const automatic = (await words.staff.create({ ...TEN_PERCENT, trigger: 'automatic' })).body.data;

  const taken = await words.staff.post(`/${second.id}/codes`, { codes: ['FRESH', 'taken'] });
  const neither = await words.staff.post(`/${second.id}/codes`, {});
  const wrong = await words.staff.post(`/${automatic.id}/codes`, { count: 1 });
  const created = await words.staff.create({ ...TEN_PERCENT, code: 'Taken' });

  expect([taken.status, taken.body.code, taken.body.codes]).toEqual([409, 'coupon_code_taken', ['TAKEN']]);
  expect([neither.status, neither.body.errors[0].code]).toEqual([400, 'object_xor']);
  expect([wrong.status, wrong.body.code]).toEqual([400, 'not_a_coupon_promotion']);
  expect([created.status, created.body.code]).toEqual([409, 'coupon_code_taken']);
  expect((await words.staff.get(`/${second.id}/codes`)).body.data.items).toEqual([]);
  expect((await words.staff.post(`/${'0'.repeat(24)}/codes`, { count: 1 })).status).toBe(404);
});

test('a code that is withdrawn is unknown from then on', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'LEAKED' });
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'LEAKED');

  const withdrawn = await words.staff.delete(`/${id}/codes/leaked`);

  expect([withdrawn.status, withdrawn.body.data.active]).toEqual([200, false]);
  expect((await words.cart(guest)).refusedCoupons).toMatchObject([{ code: 'LEAKED', reason: 'unknown' }]);
  expect((await words.addCoupon(guest, 'LEAKED')).status).toBe(400);
  expect((await words.staff.delete(`/${id}/codes/other`)).body.code).toBe('coupon_not_found');
});

test('the report counts orders, customers, codes and days; the list names the orders', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, limits: { uses: 10, budget: { EUR: 5000, JPY: 900 } } });
  await words.staff.post(`/${id}/codes`, { codes: ['ONE-1', 'TWO-2', 'THREE-3'] });
  const { sku } = await shop.given.variant({ price: 1000 });
  const orders = [];
  for (const [code, email] of [['ONE-1', 'a@example.com'], ['TWO-2', 'a@example.com'], ['THREE-3', 'b@example.com']]) {
    const { guest } = await shop.given.cart(sku);
    await words.addCoupon(guest, code!);
    orders.push((await shop.order(guest, { email })).body.data.id);
  }
  await shop.call('post', `/orders/${orders[2]}/cancellation`, { headers: shop.keys.secret, body: {} });

  const today = new Date().toISOString().slice(0, 10);
  expect(await words.usage(id)).toEqual({
    uses: 2, returned: 1, limit: 10, left: 8, customers: 1, spent: [euros(200)], budget: [euros(5000), { amount: 900, currency: 'JPY' }], codes: { total: 3, used: 2 },
    days: [{ day: today, uses: 2, spent: [euros(200)] }],
  });
  const listed = (await words.staff.get(`/${id}/redemptions`)).body.data;
  expect(listed.items.map(({ orderId, code, state }: Record<string, string>) => [orderId, code, state])).toEqual([[orders[2], 'THREE-3', 'returned'], [orders[1], 'TWO-2', 'held'], [orders[0], 'ONE-1', 'held']]);
});

test('lists by state and trigger, newest first', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, name: 'Listed', trigger: 'automatic', conditions: { countries: ['FR'] } });

  const { items } = (await words.staff.get('?state=active&trigger=automatic')).body.data;

  expect(items.map(({ name }: { name: string }) => name)).toEqual(['Listed']);
  await words.stop(id);
});

test('support may look, only whoever holds promotions:write may change', async () => {
  const support = await givenUser(shop, { roles: ['support'] });

  expect((await shop.call('get', '/promotions', { headers: support.headers })).status).toBe(200);
  const refused = await shop.call('post', '/promotions', { headers: support.headers, body: TEN_PERCENT });
  expect([refused.status, refused.body.code]).toEqual([403, 'missing_permission']);
});

test('a category means everything below it, wherever it is moved', async () => {
  const category = async (name: string, parentId?: string) => (await shop.call('post', '/categories', { headers: shop.keys.secret, body: { name, ...(parentId !== undefined && { parentId }) } })).body.data.id as string;
  const clothes = await category('Clothes');
  const shoes = await category('Shoes', clothes);
  const product = await shop.call('post', '/products', { headers: shop.keys.secret, body: { name: 'Boots', description: 'Boots.', categoryIds: [shoes], status: 'active', variants: [{ sku: 'BOOTS', prices: [{ currency: 'EUR', base: 10_000, sale: 8000 }] }] } });
  expect(product.status).toBe(201);
  const on = { trigger: 'automatic', class: 'product', effect: { type: 'percentage', rateBps: 1000 } };
  const all = await words.running({ ...on, name: 'Clothes', appliesTo: { categoryIds: [clothes] } });
  const notSale = await words.running({ ...on, name: 'Clothes that are not on sale', appliesTo: { categoryIds: [clothes], excludeSaleItems: true } });

  const simulated = (await words.staff.post('/simulate', { cart: { currency: 'EUR', country: 'GB', items: [{ sku: 'BOOTS', quantity: 1 }] } })).body.data;

  for (const { id } of [all, notSale]) await words.stop(id);
  expect(simulated.items).toMatchObject([{ sku: 'BOOTS', unitPrice: euros(8000), discount: euros(800) }]);
  expect(simulated.explanation.map(({ name, reason }: Record<string, string>) => [name, reason])).toEqual([['Clothes', 'applied'], ['Clothes that are not on sale', 'nothing_to_reduce']]);
});

test('a simulation shows what a draft would do beside those that run, and writes nothing', async () => {
  const automatic = await words.running({ ...TEN_PERCENT, name: 'Runs', trigger: 'automatic', class: 'product' });
  const { sku } = await shop.given.variant({ price: 2000 });
  const collections = await shop.connection.listCollections();
  const counts = () => Promise.all(collections.map(async ({ name }) => [name, await shop.count(name)]));
  const before = await counts();

  const reply = await words.staff.post('/simulate', {
    promotion: { ...TEN_PERCENT, name: 'Draft', class: 'shipping', effect: { type: 'shipping', rateBps: 5000 } },
    cart: { currency: 'EUR', country: 'GB', shippingPrice: 490, coupons: ['nobody'], items: [{ sku, quantity: 2 }, { sku: 'HYPOTHETICAL', quantity: 1, unitPrice: 999 }] },
  });
  const alone = await words.staff.post('/simulate', { withActive: false, cart: { currency: 'EUR', country: 'GB', items: [{ sku, quantity: 2 }] } });
  const after = await counts();

  await words.stop(automatic.id);
  expect(reply.status).toBe(200);
  expect(reply.body.data).toMatchObject({ subtotal: euros(4999), discountTotal: euros(500), shipping: { price: euros(490), discount: euros(245), total: euros(245) }, total: euros(4744) });
  expect(reply.body.data.explanation.map(({ name, code, result, reason }: Record<string, string>) => [name || code, result, reason])).toEqual([['Runs', 'applied', 'applied'], ['Draft', 'applied', 'applied'], ['NOBODY', 'refused', 'unknown']]);
  expect(alone.body.data).toMatchObject({ total: euros(4000), explanation: [], shipping: null });
  expect(after).toEqual(before);
  const unpriced = await words.staff.post('/simulate', { cart: { currency: 'EUR', country: 'GB', items: [{ sku: 'NOWHERE', quantity: 1 }] } });
  expect([unpriced.status, unpriced.body.errors[0].pointer]).toEqual([400, '#/body/cart/items/0/unitPrice']);
});
