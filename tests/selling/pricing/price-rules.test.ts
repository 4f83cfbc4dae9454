import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('a rule on stock moves the price while stock is low, in catalogue and cart alike, cached or not', async () => {
  const { sku, productId } = await shop.given.variant({ price: 1000, stock: 3 });
  const rule = await shop.givenRule({ name: 'Last ones', skus: [sku], stock: { max: 2 }, adjust: { kind: 'percent', bps: 3000 }, ceilingBps: 12_000 });
  const now = async () => { await shop.runEvents(); return [(await shop.shown(productId))['price'].amount, (await shop.charged(sku))['unitPrice'].amount]; };

  expect(await now()).toEqual([1000, 1000]);
  const { guest } = await shop.given.cart(sku);
  expect((await shop.order(guest)).status).toBe(201);
  expect(await now()).toEqual([1200, 1200]);
  expect((await shop.shown(productId))['priceSource']).toEqual({ kind: 'dynamic_rule', id: rule['id'], name: 'Last ones' });
  await shop.restock(sku, 5);
  expect(await now()).toEqual([1000, 1000]);
});

test('a rule on a category moves what is in the categories below it, in catalogue and cart alike', async () => {
  const category = async (name: string, parentId?: string) => (await shop.done('post', '/categories', { name, ...(parentId !== undefined && { parentId }) }))['id'] as string;
  const garden = await category('Garden');
  const chairs = await category('Chairs', await category('Furniture', garden));
  const made = async (categoryIds: string[]) => {
    const sku = `CAT-${categoryIds.length}-${Math.random().toString(36).slice(2, 8)}`.toUpperCase();
    const { id } = await shop.done('post', '/products', { name: sku, description: 'x', categoryIds, status: 'active', variants: [{ sku, prices: [{ currency: 'EUR', base: 1000 }] }] });
    await shop.restock(sku, 5);
    return { sku, productId: id as string };
  };
  const [chair, other] = [await made([chairs]), await made([])];
  await shop.givenRule({ name: 'Garden week', categoryIds: [garden], adjust: { kind: 'percent', bps: -1000 } });
  const both = async ({ sku, productId }: typeof chair) => [(await shop.shown(productId))['price'].amount, (await shop.charged(sku))['unitPrice'].amount];

  expect([await both(chair), await both(other)]).toEqual([[900, 900], [1000, 1000]]);
});

test('a rule on what competitors ask follows the feed, the newest observation whatever order it arrives in', async () => {
  const { sku, productId } = await shop.given.variant({ price: 1000 });
  await shop.givenRule({ skus: [sku], adjust: { kind: 'competitor', bps: -100 }, floorBps: 7000, rounding: { step: 10, ending: 9 } });
  const observed = (amount: number, minutesAgo: number) => shop.done('put', '/competitor-prices', { items: [{ sku, competitor: 'them', currency: 'EUR', amount, observedAt: new Date(Date.now() - minutesAgo * 60_000).toISOString() }] });

  expect((await shop.shown(productId))['price']).toEqual(euros(1000));
  await observed(900, 5);
  await observed(500, 10);
  expect((await shop.shown(productId))['price']).toEqual(euros(889));
  await observed(100, 0);
  expect((await shop.shown(productId))['price']).toEqual(euros(700));
  expect((await shop.asStaff('get', `/competitor-prices?sku=${sku}`)).body.data).toMatchObject({ total: 1, items: [{ competitor: 'them', amount: 100 }] });
});

test('a preview shows what a rule would do at another time and stock, and changes nothing', async () => {
  const { sku, productId } = await shop.given.variant({ price: 1000 });
  const rule = { name: 'Happy hour', skus: [sku], weekdays: [5], hours: { from: '17:00', to: '19:00' }, timeZone: 'Europe/Berlin', stock: { min: 50 }, adjust: { kind: 'percent', bps: -2000 }, floorBps: 8500, ceilingBps: 10_000 };
  const preview = async (fields: Json) => (await shop.asStaff('post', '/pricing/preview', { body: { skus: [sku, 'NO-SUCH'], ...fields } })).body.data as Json;
  const before = await shop.count('audit_entries');

  const friday = await preview({ rule, at: '2026-11-20T16:30:00Z', available: 50 });
  const thursday = await preview({ rule, at: '2026-11-19T16:30:00Z', available: 50 });
  const scarce = await preview({ rule, at: '2026-11-20T16:30:00Z' });

  expect(friday).toMatchObject({ unknown: ['NO-SUCH'], rules: expect.arrayContaining([{ id: 'draft', name: 'Happy hour', priority: 0 }]), items: [{ sku, usual: [{ price: euros(1000) }], ladder: [{ minQuantity: 1, price: euros(850), source: { kind: 'dynamic_rule', id: 'draft' } }] }] });
  expect([thursday, scarce].map(({ items }) => items[0].ladder[0].price)).toEqual([euros(1000), euros(1000)]);
  expect((await shop.shown(productId))['price']).toEqual(euros(1000));
  expect([await shop.count('price_rules', { name: 'Happy hour' }), await shop.count('audit_entries')]).toEqual([0, before]);
});

test('every change of a rule is audited with what it was and is, and an impossible one is refused', async () => {
  const rule = await shop.givenRule({ name: 'Audited', skus: ['X'], adjust: { kind: 'percent', bps: -100 } });
  const { id, version: _v, createdAt: _c, updatedAt: _u, ...fields } = rule;

  const changed = await shop.asStaff('put', `/price-rules/${id}`, { body: { ...fields, adjust: { kind: 'percent', bps: -200 } }, headers: { 'if-match': '"1"' } });
  const stale = await shop.asStaff('put', `/price-rules/${id}`, { body: fields, headers: { 'if-match': '"1"' } });
  const crossed = await shop.asStaff('post', '/price-rules', { body: { name: 'x', adjust: { kind: 'percent', bps: 0 }, floorBps: 100, ceilingBps: 99 } });
  await shop.done('delete', `/price-rules/${id}`);

  expect([changed.status, stale.status, crossed.status]).toEqual([200, 412, 400]);
  const trail = await shop.connection.collection('audit_entries').find({ subject: `price_rule:${id}` }).sort({ _id: 1 }).toArray();
  expect(trail.map(({ action, before, after }) => [action, before?.adjust.bps ?? null, after?.adjust.bps ?? null])).toEqual([
    ['price_rule.created', null, -100], ['price_rule.updated', -100, -200], ['price_rule.deleted', -200, null],
  ]);
});
