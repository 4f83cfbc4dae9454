import { randomUUID } from 'node:crypto';
import { openStockRoom, type StockRoom } from './stock-room.js';

let room: StockRoom;
let one: string;
let two: string;
beforeAll(async () => {
  room = await openStockRoom();
  one = (await room.given.warehouse('ONE')).id;
  two = (await room.given.warehouse('TWO', { priority: 2 })).id;
});
afterAll(() => room.close());
afterEach(async () => {
  expect(room.defects.splice(0)).toEqual([]);
  expect(await room.violations()).toEqual([]);
});

const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;
const statusesOf = (replies: ReadonlyArray<{ status: number }>) => replies.map(({ status }) => status).sort();
const level = async (sku: string, warehouseId: string) => { const { onHand, reserved } = (await room.staff('get', `/inventory/${sku}/${warehouseId}`)).body.data; return [onHand, reserved]; };
const available = async (sku: string) => (await room.inventory.availabilityOf([sku])).get(sku)!.available;

describe('a transfer', () => {
  const send = (lines: object[], more: object = {}) => room.staff('post', '/inventory/transfers', { fromWarehouseId: one, toWarehouseId: two, lines, ...more });
  const arrive = (id: string, receiptId: string, lines: object[]) => room.staff('post', `/inventory/transfers/${id}/receipts`, { receiptId, lines });

  test('is planned, sent and received in parts; on the road its units are for sale nowhere', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const planned = await send([{ sku, quantity: 6 }], { ship: false });
    const { id } = planned.body.data.transfer;
    expect([planned.status, planned.body.data.transfer.state, await available(sku)]).toEqual([201, 'draft', 10]);

    await room.staff('post', `/inventory/transfers/${id}/shipment`);
    expect([await level(sku, one), await level(sku, two), await available(sku)]).toEqual([[4, 0], [0, 0], 4]);
    await expect(room.reserve([[sku, 5]])).rejects.toMatchObject({ code: 'insufficient_stock' });

    expect((await arrive(id, 'A', [{ sku, quantity: 4 }])).body.data).toMatchObject({ state: 'partially_received', lines: [{ sku, quantity: 6, received: 4 }] });
    expect([await level(sku, two), await available(sku)]).toEqual([[4, 0], 8]);
    expect((await arrive(id, 'B', [{ sku, quantity: 2 }])).body.data).toMatchObject({ state: 'received', closedAt: expect.any(String) });
    expect(await available(sku)).toBe(10);
    const rows = (await room.staff('get', `/inventory/movements?cause=${id}`)).body.data.items;
    expect(rows.map(({ type, onHandDelta }: { type: string; onHandDelta: number }) => [type, onHandDelta]).reverse()).toEqual([['transfer_out', -6], ['transfer_in', 4], ['transfer_in', 2]]);
  });

  test('is not sent with units that orders have, and takes in no more than is on the road', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    await room.reserve([[sku, 3]]);

    expect((await send([{ sku, quantity: 3 }])).body).toMatchObject({ status: 409, code: 'below_reserved' });
    expect(await level(sku, one)).toEqual([5, 3]);

    const { id } = (await send([{ sku, quantity: 2 }])).body.data.transfer;
    expect((await arrive(id, 'A', [{ sku, quantity: 3 }])).body).toMatchObject({ status: 409, code: 'over_receipt', lines: [{ sku, inTransit: 2, arriving: 3 }] });
    expect(await level(sku, two)).toEqual([0, 0]);
  });

  test('is received once per receipt and never beyond what was sent, whoever races', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const { id } = (await send([{ sku, quantity: 10 }])).body.data.transfer;

    const same = await Promise.all(Array.from({ length: 10 }, () => arrive(id, 'A', [{ sku, quantity: 4 }])));
    const others = await Promise.all(Array.from({ length: 10 }, (_, at) => arrive(id, `B${at}`, [{ sku, quantity: 3 }])));

    expect(statusesOf(same)).toEqual(Array(10).fill(200));
    expect(statusesOf(others)).toEqual([200, 200, ...Array(8).fill(409)]);
    expect(await level(sku, two)).toEqual([10, 0]);
  });

  test('that loses something is closed, and what was lost stays out of the stock', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const { id } = (await send([{ sku, quantity: 10 }])).body.data.transfer;
    await arrive(id, 'A', [{ sku, quantity: 9 }]);

    const closed = await room.staff('post', `/inventory/transfers/${id}/closure`, { reason: 'fell off the lorry' });

    expect(closed.body.data).toMatchObject({ state: 'closed', reason: 'fell off the lorry' });
    expect(await available(sku)).toBe(9);
    expect((await arrive(id, 'B', [{ sku, quantity: 1 }])).body).toMatchObject({ status: 409, code: 'illegal_transition', allowed: [] });
  });

  test('that has not left is sent or cancelled, one of the two', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 4 });
    const { id } = (await send([{ sku, quantity: 4 }], { ship: false })).body.data.transfer;

    const replies = await Promise.all([
      ...Array.from({ length: 4 }, () => room.staff('post', `/inventory/transfers/${id}/shipment`)), ...Array.from({ length: 4 }, () => room.staff('post', `/inventory/transfers/${id}/cancellation`)),
    ]);

    expect(statusesOf(replies)).toEqual([200, ...Array(7).fill(409)]);
    const { state } = (await room.staff('get', `/inventory/transfers/${id}`)).body.data;
    expect(await level(sku, one)).toEqual([state === 'in_transit' ? 0 : 4, 0]);
  });

  test('names a SKU with its quantity or lines, not both and not none', async () => {
    const both = await room.staff('post', '/inventory/transfers', { fromWarehouseId: one, toWarehouseId: two, sku: 'A', quantity: 1, lines: [{ sku: 'A', quantity: 1 }] });
    const none = await room.staff('post', '/inventory/transfers', { fromWarehouseId: one, toWarehouseId: two });

    expect([both.status, none.status]).toEqual([400, 400]);
  });

  test('that the ledger contradicts is named by the auditor', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 4 });
    const { id } = (await send([{ sku, quantity: 4 }])).body.data.transfer;
    const rows = room.connection.collection('stock_transfers');
    await rows.updateOne({ 'lines.sku': sku }, { $set: { 'lines.0.received': 1 } });

    expect(await room.violations()).toEqual([{ invariant: 'stock.transfers_equal_movements', subject: `transfer:${id}`, detail: `${sku}: on the road and in the ledger differ by -1` }]);
    await rows.updateOne({ 'lines.sku': sku }, { $set: { 'lines.0.received': 0 } });
  });
});

describe('a stock count', () => {
  const open = async (skus: string[], more: object = {}) => {
    const made = await room.staff('post', '/inventory/counts', { warehouseId: one, skus, ...more });
    expect(made.status).toBe(201);
    return made.body.data as { id: string; lines: object[] };
  };
  const count = (id: string, lines: object[]) => room.staff('put', `/inventory/counts/${id}/lines`, { lines });
  const book = (id: string) => room.staff('post', `/inventory/counts/${id}/posting`);

  test('says what was expected and found, and books the difference once', async () => {
    const [a, b, c] = [newSku(), newSku(), newSku()];
    for (const sku of [a, b, c]) await room.given.stock(sku, { ONE: 5 });
    const { id, lines } = await open([a, b, c]);
    expect(lines).toEqual([a, b, c].map((sku) => ({ sku, expected: 5, counted: null, difference: null })));

    expect((await count(id, [{ sku: a, counted: 7 }, { sku: b, counted: 4 }])).body.data.lines.map(({ difference }: { difference: number }) => difference)).toEqual([2, -1, null]);
    const replies = await Promise.all(Array.from({ length: 10 }, () => book(id)));

    expect(statusesOf(replies)).toEqual([200, ...Array(9).fill(409)]);
    expect([await level(a, one), await level(b, one), await level(c, one)]).toEqual([[7, 0], [4, 0], [5, 0]]);
    expect(await room.count('stock_movements', { 'cause.id': id })).toBe(2);
    expect((await count(id, [{ sku: a, counted: 1 }])).body).toMatchObject({ status: 409, code: 'count_closed', state: 'posted' });
  });

  test('is refused when goods came or went meanwhile; orders alone do not disturb it', async () => {
    const [a, b] = [newSku(), newSku()];
    for (const sku of [a, b]) await room.given.stock(sku, { ONE: 5 });
    const { id } = await open([a, b]);
    await count(id, [{ sku: a, counted: 6 }, { sku: b, counted: 6 }]);
    await room.reserve([[a, 2]]);
    // There and back again is a movement all the same.
    for (const delta of [1, -1]) await room.staff('post', '/inventory/adjustments', { sku: b, warehouseId: one, delta, reason: 'moved' });

    const refused = await book(id);

    expect([refused.status, refused.body.code, refused.body.skus]).toEqual([409, 'count_stale', [b]]);
    expect([await level(a, one), await level(b, one)]).toEqual([[5, 2], [5, 0]]);
    expect((await room.staff('post', `/inventory/counts/${id}/cancellation`)).body.data.state).toBe('cancelled');
  });

  test('can book its difference on what lies there then', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const { id } = await open([sku], { onMovement: 'relative' });
    await count(id, [{ sku, counted: 8 }]);
    const { orderId } = await room.reserve([[sku, 3]]);
    await room.ship(orderId, [{ lineId: 'line-1', quantity: 3 }]);

    await book(id);

    expect(await level(sku, one)).toEqual([5, 0]);
  });

  test('cannot take away what orders have', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    await room.reserve([[sku, 4]]);
    const { id } = await open([sku]);
    await count(id, [{ sku, counted: 3 }]);

    expect((await book(id)).body).toMatchObject({ status: 409, code: 'below_reserved' });
    expect([(await room.staff('get', `/inventory/counts/${id}`)).body.data.state, await level(sku, one)]).toEqual(['open', [5, 4]]);
  });
});

describe('goods that come back', () => {
  const lines = (sku: string, quantity: number, warehouseId = one) => [{ sku, warehouseId, quantity }];

  test('are restocked once under one key, at the site that was chosen', async () => {
    const sku = newSku();
    await room.given.stock(sku, {});
    const restock = () => room.inTransaction(() => room.inventory.restock({ key: `rma-${sku}`, cause: { type: 'return', id: 'rma' }, lines: lines(sku, 2, two) }));

    const results = await Promise.allSettled(Array.from({ length: 10 }, restock));
    const again = await restock();

    expect(results.filter((result) => result.status === 'fulfilled' && result.value)).toHaveLength(1);
    expect([again, await level(sku, one), await level(sku, two)]).toEqual([false, [0, 0], [2, 0]]);
  });

  test('are written off: what came back broken leaves no unit, what broke on the shelf takes one', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3 });

    await room.inTransaction(() => room.inventory.writeOff({ key: `a-${sku}`, cause: { type: 'return', id: sku }, lines: lines(sku, 2), reason: 'broken' }));
    expect(await level(sku, one)).toEqual([3, 0]);
    await room.inTransaction(() => room.inventory.writeOff({ key: `b-${sku}`, cause: { type: 'damage', id: sku }, lines: lines(sku, 1), fromStock: true }));
    expect(await room.inTransaction(() => room.inventory.writeOff({ key: `b-${sku}`, cause: { type: 'damage', id: sku }, lines: lines(sku, 1), fromStock: true }))).toBe(false);

    expect(await level(sku, one)).toEqual([2, 0]);
    const rows = (await room.staff('get', `/inventory/movements?cause=${sku}`)).body.data.items as Array<{ type: string; onHandDelta: number; reason?: string }>;
    expect(rows.map(({ type, onHandDelta }) => [type, onHandDelta]).reverse()).toEqual([['return', 2], ['write_off', -2], ['write_off', -1]]);
    expect((await room.staff('get', '/inventory/movements?type=write_off')).body.data.items).toHaveLength(2);
  });
});
