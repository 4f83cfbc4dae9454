import { givenUser } from '../../support/given.js';
import { euros, openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const staff = (method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object, headers = {}) => shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body && { body }) });
let made = 0;
const zoneBody = (more: object = {}) => ({ code: `zone-${made += 1}`, name: 'A zone', ...more });
const given = {
  zone: async (more: object = {}) => (await staff('post', '/shipping/zones', zoneBody(more))).body.data,
  method: async (zoneId: string, more: object = {}) => {
    const reply = await staff('post', '/shipping/methods', { zoneId, code: `m-${made += 1}`, name: 'A method', rate: { kind: 'flat', prices: { EUR: 500 } }, ...more });
    if (reply.status !== 201) throw new Error(reply.text);
    return reply.body.data;
  },
};
const clear = async () => { await Promise.all(['shipping_zones', 'shipping_methods'].map((name) => shop.connection.collection(name).deleteMany({}))); await new Promise((go) => { setTimeout(go, 950); }); };

describe('zones', () => {
  test('are defined, shown, changed by who saw them last, and deleted', async () => {
    const sent = zoneBody({ places: [{ country: 'GB', regions: ['SCT'], postcodes: [{ prefix: 'IV' }] }] });
    const created = await staff('post', '/shipping/zones', sent);
    const path = `/shipping/zones/${created.body.data.id as string}`;

    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(`/api/v1${path}`);
    expect(created.body.data).toEqual({ ...sent, restOfWorld: false, id: expect.any(String), version: 1, createdAt: expect.any(String), updatedAt: expect.any(String) });
    const { etag } = (await staff('get', path)).headers;
    expect((await staff('patch', path, { name: 'Highlands' }, { 'if-match': etag! })).body.data).toMatchObject({ name: 'Highlands', version: 2, places: sent['places' as never] });
    expect((await staff('patch', path, { name: 'Late' }, { 'if-match': etag! })).body).toMatchObject({ status: 412, code: 'stale_version' });
    expect((await staff('get', '/shipping/zones?sort=-code')).body.data.items.map(({ name }: { name: string }) => name)).toContain('Highlands');
    expect((await staff('delete', path, undefined, { 'if-match': etag! })).status).toBe(412);
    expect((await staff('delete', path)).body.data).toEqual({ id: created.body.data.id });
    expect((await staff('get', path)).body).toMatchObject({ status: 404, code: 'shipping_zone_not_found' });
    expect(await shop.count('audit_entries', { action: /^shipping\.zone_/ })).toBe(3);
  });

  test('may not name the same place, however many try at once', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => staff('post', '/shipping/zones', zoneBody({ places: [{ country: 'SE' }, { country: 'NO', postcodes: [{ prefix: '0' }] }] }))));

    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(replies.find(({ status }) => status === 409)!.body.code).toBe('shipping_zones_overlap');
    expect(await shop.count('shipping_zones', { placeKeys: 'SE' })).toBe(1);
    expect((await staff('post', '/shipping/zones', zoneBody({ places: [{ country: 'NO' }] }))).status).toBe(201);
    expect((await staff('post', '/shipping/zones', { ...zoneBody(), code: replies.find(({ status }) => status === 201)!.body.data.code })).body.code).toBe('shipping_zone_code_taken');
  });

  test('with methods are not deleted, also while one is added', async () => {
    const rounds = await Promise.all(Array.from({ length: 10 }, async () => {
      const zone = await given.zone();
      const [added, deleted] = await Promise.all([
        staff('post', '/shipping/methods', { zoneId: zone.id, code: 'x', name: 'X', rate: { kind: 'flat', prices: { EUR: 1 } } }), staff('delete', `/shipping/zones/${zone.id as string}`),
      ]);
      return [added.status, deleted.status].join();
    }));

    expect(rounds.filter((round) => !['201,409', '404,200', '409,200', '404,409'].includes(round))).toEqual([]);
    const orphans = await shop.connection.collection('shipping_methods').aggregate([{ $lookup: { from: 'shipping_zones', let: { id: { $toObjectId: '$zoneId' } }, pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$id'] } } }], as: 'zone' } }, { $match: { zone: [] } }]).toArray();
    expect(orphans).toEqual([]);
  });

  test.each([
    ['a country of three letters', { places: [{ country: 'GBR' }] }], ['a range that goes down', { places: [{ country: 'DE', postcodes: [{ from: '20000', to: '10000' }] }] }],
    ['a range between lengths', { places: [{ country: 'DE', postcodes: [{ from: '100', to: '10000' }] }] }], ['a code in capitals', { code: 'EU' }], ['an unknown field', { color: 'red' }],
  ])('with %s are refused', async (_case, more) => {
    const before = await shop.count('shipping_zones');

    expect((await staff('post', '/shipping/zones', zoneBody(more))).body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(await shop.count('shipping_zones')).toBe(before);
  });

  test('are for staff with the right', async () => {
    const [support, operations] = [await givenUser(shop, { roles: ['support'] }), await givenUser(shop, { roles: ['operations'] })];

    expect((await shop.call('post', '/shipping/zones', { body: zoneBody() })).status).toBe(401);
    expect((await shop.call('post', '/shipping/zones', { headers: support.headers, body: zoneBody() })).body).toMatchObject({ status: 403, permission: 'shipping:write' });
    expect((await shop.call('post', '/shipping/zones', { headers: operations.headers, body: zoneBody() })).status).toBe(201);
    expect((await shop.call('get', '/shipping/zones', { headers: support.headers })).status).toBe(200);
  });
});

describe('methods', () => {
  test('are defined, changed and deleted with If-Match', async () => {
    const zone = await given.zone();
    const method = await given.method(zone.id, { freeFrom: { EUR: 5000 }, estimate: { minDays: 1, maxDays: 2 }, taxCategory: 'reduced' });
    const path = `/shipping/methods/${method.id as string}`;
    const { etag } = (await staff('get', path)).headers;

    expect(method).toMatchObject({ zoneId: zone.id, active: true, position: 0, freeFrom: { EUR: 5000 }, version: 1 });
    const changed = await staff('patch', path, { freeFrom: null, name: 'Post' }, { 'if-match': etag! });
    expect(changed.body.data).toMatchObject({ name: 'Post', version: 2, taxCategory: 'reduced' });
    expect(changed.body.data).not.toHaveProperty('freeFrom');
    expect((await staff('patch', path, { name: 'Late' }, { 'if-match': etag! })).status).toBe(412);
    expect((await staff('get', `/shipping/methods?zone_id=${zone.id as string}`)).body.data).toMatchObject({ total: 1, items: [{ id: method.id }] });
    expect((await staff('post', '/shipping/methods', { zoneId: zone.id, code: method.code, name: 'Twice', rate: method.rate })).body.code).toBe('shipping_method_code_taken');
    expect((await staff('delete', path)).status).toBe(200);
    expect((await staff('delete', path)).status).toBe(404);
  });

  test('of ten editors at once one wins', async () => {
    const zone = await given.zone();
    const method = await given.method(zone.id);
    const replies = await Promise.all(Array.from({ length: 10 }, (_unused, at) => staff('patch', `/shipping/methods/${method.id as string}`, { name: `Name ${at}` }, { 'if-match': '"1"' })));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 412 || status === 409)).toHaveLength(9);
    expect((await staff('get', `/shipping/methods/${method.id as string}`)).body.data.version).toBe(2);
  });

  const to = (from: number, end: number | null) => ({ from, to: end, prices: { EUR: 1 } });
  test.each([
    { _case: 'a gap', rate: { kind: 'weight', bands: [to(0, 1000), to(1500, null)] }, errors: [{ pointer: '#/body/rate/bands/1', code: 'band_gap', message: 'nothing covers 1000 to 1500' }] },
    { _case: 'an overlap', rate: { kind: 'price', currency: 'EUR', bands: [to(0, 1000), to(900, null)] }, errors: [{ pointer: '#/body/rate/bands/1', code: 'band_overlap' }] },
    { _case: 'a start above 0', rate: { kind: 'dimensions', bands: [to(1, null)] }, errors: [{ pointer: '#/body/rate/bands/0', code: 'band_gap' }] },
    { _case: 'a table that overlaps', rate: { kind: 'table', currency: 'EUR', rows: [{ prices: { EUR: 1 } }, { weight: { from: 0, to: 5 }, prices: { EUR: 1 } }] }, errors: [{ pointer: '#/body/rate/rows/1', code: 'band_overlap' }] },
    { _case: 'a table with a hole', rate: { kind: 'table', currency: 'EUR', rows: [{ weight: { from: 0, to: 5 }, prices: { EUR: 1 } }, { weight: { from: 5, to: null }, price: { from: 0, to: 9 }, prices: { EUR: 1 } }] }, errors: [{ pointer: '#/body/rate/rows/0', code: 'band_gap' }] },
    { _case: 'a fallback with a gap', rate: { kind: 'carrier', carrier: 'shippo', service: '*', fallback: { kind: 'weight', bands: [to(5, null)] } }, errors: [{ pointer: '#/body/rate/fallback/bands/0', code: 'band_gap' }] },
  ])('with $_case are refused, and every place is named', async ({ rate, errors }) => {
    const zone = await given.zone();
    const method = await given.method(zone.id);

    const created = await staff('post', '/shipping/methods', { zoneId: zone.id, code: 'new', name: 'New', rate });
    const changed = await staff('patch', `/shipping/methods/${method.id as string}`, { rate });

    expect(created.body).toMatchObject({ status: 400, code: 'rate_table_invalid', errors });
    expect(changed.body).toMatchObject({ status: 400, code: 'rate_table_invalid', errors });
    expect(await shop.count('shipping_methods', { zoneId: zone.id })).toBe(1);
    expect((await staff('get', `/shipping/methods/${method.id as string}`)).body.data.version).toBe(1);
  });

  test.each(['none', 'pickup', 'mixed'])('may not be called %s, which has a meaning of its own', async (code) => {
    const zone = await given.zone();
    expect((await staff('post', '/shipping/methods', { zoneId: zone.id, code, name: 'X', rate: { kind: 'flat', prices: { EUR: 1 } } })).body).toMatchObject({ status: 400, errors: [{ pointer: '#/body/code' }] });
  });
});

describe('a cart', () => {
  beforeEach(clear);
  afterAll(clear);
  const methodsOf = async (guest: Record<string, string>, query = '') => (await shop.call('get', `/cart/shipping-methods${query}`, { headers: guest })).body.data.items as Array<Record<string, never>>;

  test('is sent by the methods of the zone its address lies in', async () => {
    const { sku } = await shop.given.variant({ price: 1000 });
    const { guest } = await shop.given.cart(sku);
    expect((await methodsOf(guest)).map(({ code }) => code)).toEqual(['standard']);

    const [gb, scotland] = [await given.zone({ places: [{ country: 'GB' }] }), await given.zone({ places: [{ country: 'GB', regions: ['SCT'] }] })];
    await given.method(gb.id, { code: 'post', name: 'Post', position: 2 });
    await given.method(gb.id, { code: 'fast', name: 'Fast', position: 1, rate: { kind: 'flat', prices: { EUR: 900 } }, estimate: { minDays: 1, maxDays: 1 } });
    await given.method(scotland.id, { code: 'north', name: 'North', rate: { kind: 'flat', prices: { EUR: 1200 } } });

    expect((await methodsOf(guest)).map(({ code, price }) => [code, price])).toEqual([['fast', euros(900)], ['post', euros(500)]]);
    expect((await methodsOf(guest, '?country=GB&region=GB-SCT')).map(({ code }) => code)).toEqual(['north']);
    expect(await methodsOf(guest, '?country=US')).toEqual([]);
    const chosen = await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'fast' } });
    expect(chosen.body.data.totals).toMatchObject({ shippingTotal: euros(900), grandTotal: euros(1900) });
    expect((await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'standard' } })).body).toMatchObject({ status: 400, code: 'shipping_method_unknown', allowed: ['fast', 'post'] });
    const order = await shop.order(guest, { shippingMethod: 'post' });
    expect(order.body.data).toMatchObject({ shippingMethod: { code: 'post', name: 'Post', price: euros(500), source: 'table' }, shippingEstimated: false, totals: { grandTotal: euros(1500) } });
  });

  test('is weighed: 2 x 500 g and one gram more are two prices', async () => {
    const { sku, productId } = await shop.given.variant({ price: 100 });
    const { id } = (await shop.call('get', `/products/${productId}`)).body.data.variants[0];
    await staff('patch', `/products/${productId}/variants/${id as string}`, { weightGrams: 500 });
    const zone = await given.zone({ restOfWorld: true });
    await given.method(zone.id, { code: 'post', rate: { kind: 'weight', bands: [{ from: 0, to: 1000, prices: { EUR: 490 } }, { from: 1000, to: null, prices: { EUR: 690 } }] } });
    const { guest } = await shop.given.cart([sku, 2]);

    expect((await methodsOf(guest))[0]).toMatchObject({ code: 'post', price: euros(490) });
    await staff('patch', `/products/${productId}/variants/${id as string}`, { weightGrams: 501 });
    expect((await methodsOf(guest))[0]).toMatchObject({ code: 'post', price: euros(690) });
  });

  test('of nothing that is sent needs no method, and is ordered without one', async () => {
    const { sku, productId } = await shop.given.variant({ price: 1000 });
    const { id } = (await shop.call('get', `/products/${productId}`)).body.data.variants[0];
    await staff('patch', `/products/${productId}/variants/${id as string}`, { shipping: { requiresShipping: false } });
    const { guest } = await shop.given.cart(sku);

    expect(await methodsOf(guest)).toEqual([{ code: 'none', name: 'No delivery needed', price: euros(0), estimate: { minDays: 0, maxDays: 0 } }]);
    const order = await shop.order(guest, { shippingMethod: undefined });
    expect(order.status).toBe(201);
    expect(order.body.data).toMatchObject({ shippingMethod: { code: 'none', price: euros(0) }, totals: { shippingTotal: euros(0), grandTotal: euros(1000) } });
  });

  test('of something that is sent is not ordered without a method', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);
    expect((await shop.order(guest, { shippingMethod: undefined })).body).toMatchObject({ status: 400, errors: [{ pointer: '#/body/shippingMethod' }] });
  });

  test('is refused where no warehouse sends, with the reason', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);
    await staff('patch', `/warehouses/${shop.warehouse['id'] as string}`, { regionsServed: ['GB', 'IE'] });

    const refusal = { status: 400, code: 'region_not_served', country: 'FR', served: ['GB', 'IE'] };
    expect((await shop.call('get', '/cart/shipping-methods?country=FR', { headers: guest })).body).toMatchObject(refusal);
    expect((await shop.order(guest, { shippingAddress: { firstName: 'A', lastName: 'B', line1: 'C', city: 'Paris', postalCode: '75001', country: 'FR' } })).body).toMatchObject(refusal);
    expect(await shop.count('orders', { 'items.sku': sku })).toBe(0);
    expect((await methodsOf(guest, '?country=IE')).map(({ code }) => code)).toEqual(['standard']);
    await staff('patch', `/warehouses/${shop.warehouse['id'] as string}`, { regionsServed: [] });
  });

  test('is told when it arrives: cut-off, weekend and holiday counted, the days of the road or of the method', async () => {
    const { sku } = await shop.given.variant();
    const { guest } = await shop.given.cart(sku);
    const path = `/warehouses/${shop.warehouse['id'] as string}`;
    // A Thursday, 13:59 and 14:00 in London; the Friday after is a holiday.
    const at = (iso: string) => { shop.clock.offsetMs = Date.parse(iso) - Date.now(); };
    await staff('patch', path, { timeZone: 'Europe/London', cutoff: '14:00', holidays: ['2027-03-26'], shippingTimeEstimates: { GB: 2 } });

    at('2027-03-25T13:58:00Z');
    expect((await methodsOf(guest))[0]!['estimate']).toEqual({ minDays: 5, maxDays: 5, earliest: '2027-03-30', latest: '2027-03-30' });
    at('2027-03-25T14:00:30Z');
    expect((await methodsOf(guest))[0]!['estimate']).toEqual({ minDays: 6, maxDays: 6, earliest: '2027-03-31', latest: '2027-03-31' });
    const zone = await given.zone({ restOfWorld: true });
    await given.method(zone.id, { code: 'fast', estimate: { minDays: 1, maxDays: 3 } });
    expect((await methodsOf(guest))[0]).toMatchObject({ code: 'fast', estimate: { minDays: 5, maxDays: 7, earliest: '2027-03-30', latest: '2027-04-01' } });
    shop.clock.offsetMs = 0;
    await staff('patch', path, { cutoff: '23:59', holidays: [], shippingTimeEstimates: {} });
  });

  test('previews tell staff why a method is not offered', async () => {
    const zone = await given.zone({ places: [{ country: 'GB' }] });
    await given.method(zone.id, { code: 'letter', limits: { maxWeightGrams: 1000 } });
    await given.method(zone.id, { code: 'post', freeFrom: { EUR: 5000 } });
    await given.method(zone.id, { code: 'off', active: false });

    const reply = await staff('post', '/shipping/methods/preview', { country: 'GB', subtotal: euros(5000), lines: [{ quantity: 2, weightGrams: 600 }] });
    expect(reply.body.data).toEqual({
      zone: { id: zone.id, code: zone.code, name: 'A zone' }, measures: { weightGrams: 1200, quantity: 2, longestSideMm: 0 },
      methods: [{ code: 'letter', name: 'A method', refused: 'too_heavy', source: 'table' }, { code: 'post', name: 'A method', price: euros(0), source: 'table' }],
    });
    expect((await staff('post', '/shipping/methods/preview', { country: 'US', subtotal: euros(1), lines: [{ quantity: 1 }] })).body.data).toMatchObject({ zone: null, methods: [] });
  });
});
