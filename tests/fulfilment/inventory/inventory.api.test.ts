import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openStockRoom, type StockRoom } from './stock-room.js';

let room: StockRoom;
let one: string;
let two: string;
beforeAll(async () => {
  room = await openStockRoom();
  one = (await room.given.warehouse('ONE', { priority: 1 })).id;
  two = (await room.given.warehouse('TWO', { priority: 2 })).id;
});
afterAll(() => room.close());
afterEach(async () => {
  expect(room.defects.splice(0)).toEqual([]);
  expect(await room.violations()).toEqual([]);
});

const NOWHERE = 'f'.repeat(24);
const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;
async function stocked(onHand: Record<string, number> = { ONE: 10 }): Promise<string> {
  const sku = newSku();
  await room.given.stock(sku, onHand);
  return sku;
}
const put = (sku: string, warehouseId: string, body: object, ifMatch?: string) =>
  room.staff('put', `/inventory/${sku}/${warehouseId}`, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
const etagOf = async (sku: string, warehouseId: string) => (await room.staff('get', `/inventory/${sku}/${warehouseId}`)).headers['etag']!;
const versionIn = (etag: string): string => etag.split('.')[0]!;
const movements = async (sku: string) => (await room.staff('get', `/inventory/movements?sku=${sku}`)).body.data.items as Array<Record<string, unknown>>;
const eventsOf = async (sku: string) => (await room.events()).filter(({ type, data }) => type === 'stock.changed' && (data as { skus: string[] }).skus.includes(sku));
const onHand = async (sku: string) => (await room.levels(sku)).map((level) => level.onHand);

describe('reading stock', () => {
  test('of a SKU shows every warehouse and the sum', async () => {
    const sku = await stocked({ ONE: 10, TWO: 3 });
    await room.reserve([[sku, 4]]);

    const reply = await room.staff('get', `/inventory/${sku}`);

    expect(reply.status).toBe(200);
    expect(reply.body.data).toMatchObject({
      sku, productId: `product-of-${sku}`, onHand: 13, reserved: 4, available: 9, inStock: true,
      levels: [{ warehouseId: one, onHand: 10, reserved: 4, available: 6, active: true }, { warehouseId: two, onHand: 3, reserved: 0, available: 3 }],
    });
  });

  test('lists levels by SKU and by warehouse, in pages', async () => {
    const sku = await stocked({ ONE: 1, TWO: 2 });

    const bySku = await room.staff('get', `/inventory?sku=${sku}`);
    const byBoth = await room.staff('get', `/inventory?sku=${sku}&warehouse_id=${two}`);
    const paged = await room.staff('get', `/inventory?warehouse_id=${one}&per_page=1`);

    expect(bySku.body.data).toMatchObject({ total: 2, items: [{ sku, warehouseId: one, onHand: 1 }, { sku, warehouseId: two, onHand: 2 }] });
    expect(byBoth.body.data.items).toEqual([{ sku, productId: `product-of-${sku}`, warehouseId: two, active: true, onHand: 2, reserved: 0, available: 2, version: 2 }]);
    expect(paged.body.data.items).toHaveLength(1);
    expect(paged.body.data.total).toBeGreaterThan(0);
  });

  test.each([
    { _case: 'a SKU nobody knows', path: () => '/inventory/GHOST', code: 'sku_not_found' },
    { _case: 'its level', path: () => `/inventory/GHOST/${one}`, code: 'sku_not_found' },
    { _case: 'a warehouse nobody knows', path: () => `/inventory/GHOST/${NOWHERE}`, code: 'warehouse_not_found' },
  ])('of $_case is 404 by name', async ({ path, code }) => {
    const reply = await room.staff('get', path());

    expect([reply.status, reply.body.code]).toEqual([404, code]);
  });

  test('is for staff and servers only', async () => {
    const customer = await givenUser(room);
    const sku = await stocked();

    expect((await room.call('get', '/inventory')).status).toBe(401);
    expect((await room.call('get', '/inventory', { headers: customer.headers })).status).toBe(403);
    const written = await room.call('post', '/inventory/adjustments', { headers: customer.headers, body: { sku, warehouseId: one, delta: 1, reason: 'mine' } });
    expect([written.status, written.body.code]).toEqual([403, 'missing_permission']);
    expect(await onHand(sku)).toEqual([10, 0]);
  });
});

describe('counting a level', () => {
  test('sets what is on hand, with the version that was counted against', async () => {
    const sku = await stocked();

    const reply = await put(sku, one, { onHand: 7 }, await etagOf(sku, one));

    expect(reply.status).toBe(200);
    expect(reply.body.data).toMatchObject({ sku, warehouseId: one, onHand: 7, reserved: 0, available: 7 });
    expect(versionIn(reply.headers['etag']!)).toBe(versionIn(await etagOf(sku, one)));
    expect((await movements(sku))[0]).toMatchObject({ type: 'adjustment', onHandDelta: -3, reservedDelta: 0, onHandAfter: 7, cause: { type: 'count' }, actor: { type: 'key' } });
    expect((await eventsOf(sku)).at(-1)?.['data']).toEqual({ skus: [sku], productIds: [`product-of-${sku}`] });
  });

  test('takes the version of a list as well', async () => {
    const sku = await stocked();
    const { version } = (await room.staff('get', `/inventory?sku=${sku}&warehouse_id=${one}`)).body.data.items[0];

    expect((await put(sku, one, { onHand: 1 }, `"${version}"`)).status).toBe(200);
  });

  test.each([
    { _case: 'without If-Match', ifMatch: undefined, status: 428, code: 'if_match_required' },
    { _case: 'with an old version', ifMatch: '"1"', status: 412, code: 'stale_version' },
    { _case: 'with a tag that is not ours', ifMatch: '"abc"', status: 412, code: 'stale_version' },
  ])('$_case is refused and changes nothing', async ({ ifMatch, status, code }) => {
    const sku = await stocked();
    const before = (await eventsOf(sku)).length;

    const reply = await put(sku, one, { onHand: 99 }, ifMatch);

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(await onHand(sku)).toEqual([10, 0]);
    expect(await eventsOf(sku)).toHaveLength(before);
    expect(await movements(sku)).toHaveLength(1);
  });

  test('below what orders reserved is refused with the numbers', async () => {
    const sku = await stocked();
    await room.reserve([[sku, 4]]);

    const reply = await put(sku, one, { onHand: 3 }, await etagOf(sku, one));

    expect(reply.status).toBe(409);
    expect(reply.body).toMatchObject({ code: 'below_reserved', sku, warehouseId: one, onHand: 10, reserved: 4, wanted: 3 });
    expect(await room.levels(sku)).toEqual([{ onHand: 10, reserved: 4 }, { onHand: 0, reserved: 0 }]);
  });

  test('by twenty people at once from the same sheet: one is heard, the others are told', async () => {
    const sku = await stocked();
    const etag = await etagOf(sku, one);

    const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => put(sku, one, { onHand: 20 + n }, etag)));

    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    const winner = replies.find(({ status }) => status === 200)!;
    expect(await onHand(sku)).toEqual([winner.body.data.onHand, 0]);
    expect(await movements(sku)).toHaveLength(2);
  });

  test.each([
    { _case: 'fewer than none', body: { onHand: -1 }, pointers: ['#/body/onHand'] },
    { _case: 'half a unit', body: { onHand: 1.5 }, pointers: ['#/body/onHand'] },
    { _case: 'a number as text', body: { onHand: '5' }, pointers: ['#/body/onHand'] },
    { _case: 'what orders reserve', body: { onHand: 5, reserved: 0 }, pointers: ['#/body/reserved'] },
  ])('to $_case is 400', async ({ body, pointers }) => {
    const sku = await stocked();

    const reply = await put(sku, one, body, await etagOf(sku, one));

    expect(reply.status).toBe(400);
    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect(await onHand(sku)).toEqual([10, 0]);
  });
});

describe('adjusting', () => {
  test('adds a difference, with its reason and reference', async () => {
    const sku = await stocked();

    const reply = await room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: -2, reason: 'Broken in storage', reference: 'CASE-7' });

    expect(reply.status).toBe(201);
    expect(reply.headers['location']).toBe(`/api/v1/inventory/${sku}/${one}`);
    expect(reply.body.data).toMatchObject({ onHand: 8, available: 8 });
    expect((await movements(sku))[0]).toMatchObject({ type: 'adjustment', onHandDelta: -2, reason: 'Broken in storage', cause: { type: 'adjustment', id: 'CASE-7' } });
    const audited = await room.connection.collection('audit_entries').find({ subject: `stock:${sku}` }).toArray();
    expect(audited.map(({ action }) => action)).toEqual(['inventory.adjusted']);
  });

  test('below what orders reserved is refused and changes nothing', async () => {
    const sku = await stocked();
    await room.reserve([[sku, 9]]);
    const before = (await eventsOf(sku)).length;

    const reply = await room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: -2, reason: 'x' });

    expect([reply.status, reply.body.code, reply.body.reserved]).toEqual([409, 'below_reserved', 9]);
    expect(await room.levels(sku)).toEqual([{ onHand: 10, reserved: 9 }, { onHand: 0, reserved: 0 }]);
    expect(await eventsOf(sku)).toHaveLength(before);
  });

  test('forty corrections at once, up and down, all count', async () => {
    const sku = await stocked({ ONE: 100 });

    const replies = await Promise.all(Array.from({ length: 40 }, (_, n) =>
      room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: n % 2 === 0 ? 3 : -2, reason: 'counted' })));

    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect(await onHand(sku)).toEqual([120, 0]);
    expect(await room.count('stock_movements', { sku })).toBe(41);
  });

  test('and buyers at once: who was served is covered, who was not hears 409', async () => {
    const sku = await stocked({ ONE: 10 });

    const [buyers, staff] = await Promise.all([
      Promise.allSettled(Array.from({ length: 15 }, () => room.reserve([[sku, 1]]))),
      Promise.all(Array.from({ length: 10 }, () => room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: -1, reason: 'lost' }))),
    ]);

    const sold = buyers.filter(({ status }) => status === 'fulfilled').length;
    const lost = staff.filter(({ status }) => status === 201).length;
    expect(staff.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(sold + lost).toBe(10);
    expect(await room.levels(sku)).toEqual([{ onHand: 10 - lost, reserved: sold }, { onHand: 0, reserved: 0 }]);
  });

  test('under one Idempotency-Key happens once', async () => {
    const sku = await stocked();
    const send = () => room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: 5, reason: 'found' }, { 'idempotency-key': sku });

    const replies = await Promise.all(Array.from({ length: 10 }, send));

    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(await onHand(sku)).toEqual([15, 0]);
    const again = await send();
    expect([again.status, again.headers['idempotent-replayed'], again.body.data.onHand]).toEqual([201, 'true', 15]);
  });

  test.each([
    { _case: 'an unknown SKU', body: () => ({ sku: 'GHOST', warehouseId: one }), code: 'sku_not_found' },
    { _case: 'an unknown warehouse', body: () => ({ sku: 'GHOST', warehouseId: NOWHERE }), code: 'warehouse_not_found' },
  ])('$_case is 404 by name', async ({ body, code }) => {
    const reply = await room.staff('post', '/inventory/adjustments', { ...body(), delta: 1, reason: 'x' });

    expect([reply.status, reply.body.code]).toEqual([404, code]);
  });

  test('by nothing is 400', async () => {
    const sku = await stocked();

    const reply = await room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: 0, reason: '' });

    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['#/body/delta', '#/body/reason']);
  });
});

describe('transferring', () => {
  test('moves units, and the two movements name each other', async () => {
    const sku = await stocked({ ONE: 10, TWO: 1 });

    const reply = await room.staff('post', '/inventory/transfers', { sku, fromWarehouseId: one, toWarehouseId: two, quantity: 4 });

    expect(reply.status).toBe(201);
    expect(reply.body.data).toMatchObject({ from: { warehouseId: one, onHand: 6 }, to: { warehouseId: two, onHand: 5 } });
    const moved = (await room.staff('get', `/inventory/movements?cause=${reply.body.data.transferId}&sort=id`)).body.data.items;
    expect(moved.map(({ type, onHandDelta }: Record<string, unknown>) => [type, onHandDelta])).toEqual([['transfer_out', -4], ['transfer_in', 4]]);
  });

  test('of more than can be spared is refused and moves nothing', async () => {
    const sku = await stocked();
    await room.reserve([[sku, 8]]);

    const reply = await room.staff('post', '/inventory/transfers', { sku, fromWarehouseId: one, toWarehouseId: two, quantity: 3 });

    expect([reply.status, reply.body.code]).toEqual([409, 'below_reserved']);
    expect(await onHand(sku)).toEqual([10, 0]);
  });

  test('back and forth at once keeps every unit', async () => {
    const sku = await stocked({ ONE: 20, TWO: 20 });

    const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => room.staff('post', '/inventory/transfers',
      n % 2 === 0 ? { sku, fromWarehouseId: one, toWarehouseId: two, quantity: 1 } : { sku, fromWarehouseId: two, toWarehouseId: one, quantity: 1 })));

    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect(await onHand(sku)).toEqual([20, 20]);
  });

  test('to itself is 400', async () => {
    const sku = await stocked();

    const reply = await room.staff('post', '/inventory/transfers', { sku, fromWarehouseId: one, toWarehouseId: one, quantity: 1 });

    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([{ pointer: '#/body/toWarehouseId', code: 'any_invalid', message: '"toWarehouseId" must be another warehouse' }]);
  });
});

describe('receiving', () => {
  const receipt = (receiptId: string, sku: string, quantity = 5) => ({ receiptId, warehouseId: one, lines: [{ sku, quantity }] });

  test('books every line, the same SKU together', async () => {
    const [a, b] = [await stocked(), await stocked()];

    const reply = await room.staff('post', '/inventory/receipts', { receiptId: `R-${a}`, warehouseId: two, lines: [{ sku: a, quantity: 2 }, { sku: b, quantity: 1 }, { sku: a, quantity: 3 }] });

    expect(reply.status).toBe(201);
    expect(reply.body.data).toMatchObject({ receiptId: `R-${a}`, warehouseId: two, lines: [{ sku: a, quantity: 5 }, { sku: b, quantity: 1 }] });
    expect([await onHand(a), await onHand(b)]).toEqual([[10, 5], [10, 1]]);
    expect((await movements(a))[0]).toMatchObject({ type: 'receipt', onHandDelta: 5, cause: { type: 'receipt', id: `R-${a}` } });
  });

  test('the same receipt ten times at once books it once and answers the same', async () => {
    const sku = await stocked();

    const replies = await Promise.all(Array.from({ length: 10 }, () => room.staff('post', '/inventory/receipts', receipt(`R-${sku}`, sku))));

    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(201);
    expect(await onHand(sku)).toEqual([15, 0]);
    expect(await movements(sku)).toHaveLength(2);
    expect(await room.count('stock_receipts', { _id: `R-${sku}` as never })).toBe(1);
  });

  test('under a used id with other lines is refused', async () => {
    const sku = await stocked();
    await room.staff('post', '/inventory/receipts', receipt(`R-${sku}`, sku));

    const reply = await room.staff('post', '/inventory/receipts', receipt(`R-${sku}`, sku, 6));

    expect([reply.status, reply.body.code, reply.body.receiptId]).toEqual([409, 'receipt_id_reused', `R-${sku}`]);
    expect(await onHand(sku)).toEqual([15, 0]);
  });

  test('an unknown SKU among others books none of them', async () => {
    const sku = await stocked();

    const reply = await room.staff('post', '/inventory/receipts', { receiptId: `R-${sku}`, warehouseId: one, lines: [{ sku, quantity: 1 }, { sku: 'GHOST', quantity: 1 }] });

    expect(reply.body).toMatchObject({ status: 404, code: 'sku_not_found', skus: ['GHOST'] });
    expect(await onHand(sku)).toEqual([10, 0]);
    expect(await room.count('stock_receipts', { _id: `R-${sku}` as never })).toBe(0);
  });
});

describe('movements', () => {
  test('can be walked by cursor, filtered by what, where and why', async () => {
    const sku = await stocked();
    const { orderId } = await room.reserve([[sku, 1]]);
    await room.release(orderId);
    await room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: 1, reason: 'x' });
    const list = async (query: string) => (await room.staff('get', `/inventory/movements?${query}`)).body.data;
    const types = (page: { items: Array<{ type: string }> }) => page.items.map(({ type }) => type);

    const first = await list(`sku=${sku}&cursor=&per_page=3`);
    const second = await list(`sku=${sku}&cursor=${first.next_cursor}&per_page=3`);

    expect([types(first), types(second), second.next_cursor]).toEqual([['adjustment', 'release', 'reservation'], ['adjustment'], null]);
    expect(types(await list(`cause=${orderId}`))).toEqual(['release', 'reservation']);
    expect(types(await list(`sku=${sku}&type=release`))).toEqual(['release']);
    expect(types(await list(`sku=${sku}&warehouse_id=${two}`))).toEqual([]);
  });

  test('nobody can change or delete', async () => {
    expect((await room.staff('delete', '/inventory/movements')).status).toBe(404);
    expect((await room.staff('patch', '/inventory/movements')).status).toBe(404);
  });
});
