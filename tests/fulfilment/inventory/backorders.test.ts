import { randomUUID } from 'node:crypto';
import { createKeyedQueue } from '../../../src/shared/keyed-queue.js';
import { openStockRoom, outcomes, type StockRoom } from './stock-room.js';

let room: StockRoom;
let one: string;
let two: string;
const filled: Array<{ orderId: string; lines: ReadonlyArray<{ lineId: string; quantity: number }> }> = [];
beforeAll(async () => {
  room = await openStockRoom();
  one = (await room.given.warehouse('ONE')).id;
  two = (await room.given.warehouse('TWO', { priority: 2 })).id;
  room.inventory.onBackorderFilled(async (units) => { filled.push(units); });
});
afterAll(() => room.close());
afterEach(async () => {
  filled.length = 0;
  expect(room.defects.splice(0)).toEqual([]);
  expect(await room.violations()).toEqual([]);
});

const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;
const policy = (sku: string, body: object, warehouseId = one) => room.staff('patch', `/inventory/${sku}/${warehouseId}`, body);
const level = async (sku: string, warehouseId = one) => {
  const found = await room.connection.collection('stock_levels').findOne({ sku, warehouseId });
  return { onHand: found!['onHand'] as number, reserved: found!['reserved'] as number, backordered: (found!['backordered'] ?? 0) as number };
};
const arrive = (sku: string, delta: number, warehouseId = one) => room.staff('post', '/inventory/adjustments', { sku, warehouseId, delta, reason: 'found' });
const given = async (sku: string, onHand: Record<string, number>, body: object) => {
  await room.given.stock(sku, onHand);
  expect((await policy(sku, body)).status).toBe(200);
};
/** As checkout does: buyers of one SKU take turns in a process, the levels decide all the same. */
const queue = createKeyedQueue();
const buy = (sku: string) => queue.run([sku], () => room.reserve([[sku, 1]]));

describe('an order beyond the stock', () => {
  test('takes what is there and is owed the rest, each with rows of its own in the ledger', async () => {
    const sku = newSku();
    await given(sku, { ONE: 2 }, { backorder: { ceiling: 5, restockInDays: 14 } });

    const { orderId, allocations } = await room.reserve([[sku, 5]]);

    expect(allocations).toEqual([
      { lineId: 'line-1', sku, warehouseId: one, quantity: 2 },
      { lineId: 'line-1', sku, warehouseId: one, quantity: 3, backordered: true, owing: 'backorder', readyAt: expect.any(Date) },
    ]);
    expect(allocations[1]!.readyAt!.getTime() - Date.now()).toBeGreaterThan(14 * 86_400_000 - 60_000);
    expect(await level(sku)).toEqual({ onHand: 2, reserved: 2, backordered: 3 });
    const rows = await room.connection.collection('stock_movements').find({ 'cause.id': orderId }).sort({ _id: 1 }).toArray();
    expect(rows.map(({ type, reservedDelta, backorderedDelta, backorderedAfter }) => ({ type, reservedDelta, backorderedDelta, backorderedAfter }))).toEqual([
      { type: 'reservation', reservedDelta: 2, backorderedDelta: undefined, backorderedAfter: undefined }, { type: 'backorder', reservedDelta: 0, backorderedDelta: 3, backorderedAfter: 3 },
    ]);
  });

  test('is refused as a whole above the ceiling, and says how much could be ordered', async () => {
    const sku = newSku();
    await given(sku, { ONE: 1 }, { backorder: { ceiling: 2, restockInDays: 1 } });

    await expect(room.reserve([[sku, 4]])).rejects.toMatchObject({ code: 'insufficient_stock', facts: { lines: [{ sku, requested: 4, available: 1, backorderable: 2 }] } });

    expect(await level(sku)).toEqual({ onHand: 1, reserved: 0, backordered: 0 });
  });

  test('of 100 buyers at once, a ceiling of 20 lets 20 in', async () => {
    const sku = newSku();
    await given(sku, {}, { backorder: { ceiling: 20, restockInDays: 3 } });

    expect(await outcomes(Array.from({ length: 100 }, () => buy(sku)))).toEqual({ ok: 20, insufficient_stock: 80 });

    expect(await level(sku)).toEqual({ onHand: 0, reserved: 0, backordered: 20 });
  });

  test('without taking turns the level still decides: never more than the ceiling', async () => {
    const sku = newSku();
    await given(sku, {}, { backorder: { ceiling: 3, restockInDays: 3 } });

    const { ok } = await outcomes(Array.from({ length: 10 }, () => room.reserve([[sku, 1]])));

    expect(ok).toBeGreaterThan(0);
    expect(ok).toBeLessThanOrEqual(3);
    expect((await level(sku)).backordered).toBe(ok);
  });

  test('of 300 buyers at once, a pre-order cap of 100 lets exactly 100 in; one given back can be sold again, one filled cannot', async () => {
    const sku = newSku();
    await given(sku, {}, { preorder: { cap: 100, shipsAt: '2027-03-01T00:00:00Z' } });

    const orders: string[] = [];
    const results = await outcomes(Array.from({ length: 300 }, () => buy(sku).then(({ orderId }) => { orders.push(orderId); })));

    expect(results).toEqual({ ok: 100, insufficient_stock: 200 });
    expect(await level(sku)).toEqual({ onHand: 0, reserved: 0, backordered: 100 });

    await arrive(sku, 30);
    expect(await level(sku)).toEqual({ onHand: 30, reserved: 30, backordered: 70 });
    expect(await outcomes([buy(sku)])).toEqual({ insufficient_stock: 1 });
    await room.release(orders.at(-1)!);
    expect(await outcomes([buy(sku), buy(sku)])).toEqual({ ok: 1, insufficient_stock: 1 });
    expect(await level(sku)).toEqual({ onHand: 30, reserved: 30, backordered: 70 });
  });

  test('is given up with the order: what was owed is owed no more', async () => {
    const sku = newSku();
    await given(sku, { ONE: 2 }, { backorder: { ceiling: 5, restockInDays: 14 } });
    const { orderId } = await room.reserve([[sku, 5]], { expiresAt: new Date() });

    await Promise.allSettled([1, 2, 3].map(() => room.release(orderId, { cause: 'expired' })));

    expect(await level(sku)).toEqual({ onHand: 2, reserved: 0, backordered: 0 });
    expect(await room.inventory.holdsOf(orderId)).toMatchObject([{ state: 'expired', quantity: 0, released: 5 }]);
  });

  test('of which some units are given back loses those first that are only owed', async () => {
    const sku = newSku();
    await given(sku, { ONE: 2 }, { backorder: { ceiling: 5, restockInDays: 14 } });
    const { orderId } = await room.reserve([[sku, 5]]);

    await room.release(orderId, { lines: [{ lineId: 'line-1', quantity: 4 }] });

    expect(await level(sku)).toEqual({ onHand: 2, reserved: 1, backordered: 0 });
  });
});

describe('goods that arrive', () => {
  test('go to those who wait, the first of them first, and to nobody else', async () => {
    const sku = newSku();
    await given(sku, {}, { backorder: { ceiling: 20, restockInDays: 3 } });
    const waiting: string[] = [];
    for (const quantity of [2, 3, 1]) waiting.push((await room.reserve([[sku, quantity]])).orderId);
    await policy(sku, { backorder: null });

    await room.staff('post', '/inventory/receipts', { receiptId: `R-${sku}`, warehouseId: one, lines: [{ sku, quantity: 4 }] });

    expect(filled).toEqual([{ orderId: waiting[0], lines: [{ lineId: 'line-1', quantity: 2 }] }, { orderId: waiting[1], lines: [{ lineId: 'line-1', quantity: 2 }] }]);
    expect(await level(sku)).toEqual({ onHand: 4, reserved: 4, backordered: 2 });
    expect(await outcomes([room.reserve([[sku, 1]])])).toEqual({ insufficient_stock: 1 });

    await arrive(sku, 5);
    expect(filled.slice(2)).toEqual([{ orderId: waiting[1], lines: [{ lineId: 'line-1', quantity: 1 }] }, { orderId: waiting[2], lines: [{ lineId: 'line-1', quantity: 1 }] }]);
    expect(await level(sku)).toEqual({ onHand: 9, reserved: 6, backordered: 0 });
    expect((await room.inventory.availabilityOf([sku])).get(sku)).toMatchObject({ available: 3, backorderable: null });
    expect((await room.ship(waiting[1]!, [{ lineId: 'line-1', quantity: 3 }]))[0]!.quantity).toBe(3);
  });

  test.each([
    { _case: 'a transfer', bring: async (sku: string) => room.staff('post', '/inventory/transfers', { sku, fromWarehouseId: two, toWarehouseId: one, quantity: 2 }) },
    { _case: 'a return', bring: async (sku: string) => room.inTransaction(() => room.inventory.restock({ key: sku, cause: { type: 'return', id: 'rma' }, lines: [{ sku, warehouseId: one, quantity: 2 }] })) },
    { _case: 'a cancelled order', bring: async (_sku: string, first: string) => room.release(first) },
    { _case: 'an import', bring: async (sku: string) => room.inventory.setLevels([{ sku, warehouse: 'ONE', onHand: 4 }], { cause: { type: 'import', id: 'job' } }) },
  ])('by $_case', async ({ _case, bring }) => {
    const sku = newSku();
    await given(sku, { ONE: 2 }, { backorder: { ceiling: 20, restockInDays: 3 } });
    const first = await room.reserve([[sku, 2]]);
    const second = await room.reserve([[sku, 2]]);
    if (_case === 'a transfer') await arrive(sku, 0 + 2, two).then(() => {});

    await bring(sku, first.orderId);

    expect(filled).toEqual([{ orderId: second.orderId, lines: [{ lineId: 'line-1', quantity: 2 }] }]);
    expect((await level(sku)).backordered).toBe(0);
  });

  test('in another warehouse serve those who ordered from the first all the same', async () => {
    const sku = newSku();
    await given(sku, { ONE: 1 }, { backorder: { ceiling: 20, restockInDays: 3 } });
    const { orderId } = await room.reserve([[sku, 4]]);

    await arrive(sku, 2, two);

    expect(filled).toEqual([{ orderId, lines: [{ lineId: 'line-1', quantity: 2 }] }]);
    expect([await level(sku), await level(sku, two)]).toEqual([{ onHand: 1, reserved: 1, backordered: 1 }, { onHand: 2, reserved: 2, backordered: 0 }]);
    await arrive(sku, 1, two);
    expect((await room.inventory.holdsOf(orderId)).filter(({ quantity }) => quantity > 0).map(({ warehouseId, quantity }) => [warehouseId, quantity])).toEqual([[one, 1], [two, 3]]);
    expect((await room.ship(orderId, [{ lineId: 'line-1', quantity: 4 }])).map(({ quantity }) => quantity)).toEqual([1, 3]);
  });

  test('that a dead process left are given out by the schedule, each once by several workers', async () => {
    const sku = newSku();
    await given(sku, {}, { backorder: { ceiling: 20, restockInDays: 3 } });
    const { orderId } = await room.reserve([[sku, 3]]);
    await room.connection.collection('stock_levels').updateOne({ sku, warehouseId: one }, { $inc: { onHand: 2 } });
    await room.connection.collection('stock_movements').insertOne({
      sku, warehouseId: one, type: 'receipt', onHandDelta: 2, reservedDelta: 0, onHandAfter: 2, reservedAfter: 0, cause: { type: 'receipt', id: 'dead' }, actor: { type: 'system', id: null }, at: new Date(),
    });
    const schedule = room.inventory.schedules.find(({ name }) => name === 'fillBackorders')!;

    await Promise.all([1, 2, 3].map(() => schedule.run(new AbortController().signal)));

    expect(await room.inventory.holdsOf(orderId)).toMatchObject([{ quantity: 2, backordered: 1 }]);
    expect(await level(sku)).toEqual({ onHand: 2, reserved: 2, backordered: 1 });
  });

  test('while orders are placed and given up at once: nothing is lost, nobody is served twice', async () => {
    const sku = newSku();
    await given(sku, { ONE: 5 }, { backorder: { ceiling: 30, restockInDays: 3 } });
    const orders: string[] = [];

    await Promise.allSettled([
      ...Array.from({ length: 40 }, () => buy(sku).then(({ orderId }) => { orders.push(orderId); })),
      ...Array.from({ length: 6 }, async () => { await arrive(sku, 3); }),
      ...Array.from({ length: 5 }, async () => { const orderId = orders.shift(); if (orderId) await room.release(orderId); }),
    ]);
    await room.inventory.schedules.find(({ name }) => name === 'fillBackorders')!.run(new AbortController().signal);

    const holds = await room.connection.collection('stock_holds').aggregate([{ $match: { sku, active: true } }, { $group: { _id: null, units: { $sum: { $add: ['$quantity', { $ifNull: ['$backordered', 0] }] } } } }]).toArray();
    const { onHand, reserved, backordered } = await level(sku);
    expect(holds[0]!['units']).toBe(reserved + backordered);
    expect([onHand, backordered]).toEqual([23, Math.max(0, reserved + backordered - 23)]);
  });
});

describe('the policy of a level', () => {
  test('is one of the two, and keeps count of what was sold in advance', async () => {
    const sku = newSku();
    await given(sku, {}, { preorder: { cap: 3, shipsAt: '2027-03-01T00:00:00Z' } });
    await room.reserve([[sku, 2]]);

    const both = await policy(sku, { backorder: { ceiling: 1, restockInDays: 1 } });
    const raised = await policy(sku, { preorder: { cap: 5, shipsAt: '2027-04-01T00:00:00Z' } });

    expect([both.status, both.body.code]).toEqual([409, 'two_policies']);
    expect(raised.body.data.preorder).toEqual({ cap: 5, shipsAt: '2027-04-01T00:00:00.000Z', taken: 2 });
    expect((await room.staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ available: 0, backordered: 2, backorderable: { kind: 'preorder', quantity: 3, shipsAt: '2027-04-01T00:00:00.000Z' } });
    expect((await policy(sku, { preorder: null, backorder: { ceiling: 4, restockInDays: 2 } })).status).toBe(200);
    expect((await room.staff('get', `/inventory/${sku}`)).body.data.backorderable).toEqual({ kind: 'backorder', quantity: 2, restockInDays: 2 });
  });

  test.each([
    { body: {}, pointer: '#/body' }, { body: { backorder: { ceiling: -1, restockInDays: 1 } }, pointer: '#/body/backorder/ceiling' },
    { body: { preorder: { cap: 1 } }, pointer: '#/body/preorder/shipsAt' },
  ])('is refused when it is not valid: $pointer', async ({ body, pointer }) => {
    const sku = newSku();
    await room.given.stock(sku, {});

    const reply = await policy(sku, body);

    expect([reply.status, reply.body.errors[0].pointer]).toEqual([400, pointer]);
  });
});
