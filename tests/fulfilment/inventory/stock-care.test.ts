import { randomUUID } from 'node:crypto';
import { openStockRoom, type StockRoom } from './stock-room.js';

let room: StockRoom;
let one: string;
beforeAll(async () => {
  room = await openStockRoom();
  one = (await room.given.warehouse('ONE', { autoReorder: { enabled: true, threshold: 3 } })).id;
  await room.given.warehouse('TWO', { priority: 2 });
});
afterAll(() => room.close());
afterEach(() => expect(room.defects.splice(0)).toEqual([]));

const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;
const alerts = async (sku: string) => (await room.events()).filter(({ type, aggregateId }) => type === 'stock.low' && aggregateId === sku).map(({ data }) => data);
const set = (items: Array<{ sku: string; warehouse: string; onHand: number }>) => room.inventory.setLevels(items, { cause: { type: 'import', id: 'job-1' } });

describe('low stock', () => {
  test('is told once when a level falls to its threshold, and again only after it rose above it by the margin', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    expect(await alerts(sku)).toEqual([]);

    const { orderId } = await room.reserve([[sku, 2]]);
    const second = await room.reserve([[sku, 1]]);
    expect(await alerts(sku)).toEqual([{ sku, productId: `product-of-${sku}`, warehouseId: one, available: 3, threshold: 3 }]);

    await room.release(orderId);
    const third = await room.reserve([[sku, 1]]);
    expect(await alerts(sku)).toHaveLength(1);
    for (const order of [second, third]) await room.release(order.orderId);
    await room.reserve([[sku, 4]]);
    expect((await alerts(sku)).map((data) => (data as { available: number }).available)).toEqual([3, 1]);
  });

  test('is told once by fifty buyers at once', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 30 });

    await Promise.allSettled(Array.from({ length: 50 }, () => room.reserve([[sku, 1]])));

    expect(await alerts(sku)).toHaveLength(1);
    expect(await room.violations()).toEqual([]);
  });

  test('is not told for a SKU that is new, nor while it fills up', async () => {
    const sku = newSku();
    await room.given.stock(sku);

    await room.staff('post', '/inventory/receipts', { receiptId: `R-${sku}`, warehouseId: one, lines: [{ sku, quantity: 2 }] });

    expect(await alerts(sku)).toEqual([]);
  });

  test('follows a threshold of the level before that of the warehouse', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const etag = async () => ({ 'if-match': (await room.staff('get', `/inventory/${sku}/${one}`)).headers['etag']! });

    const own = await room.staff('put', `/inventory/${sku}/${one}`, { onHand: 10, threshold: 8 }, await etag());
    await room.reserve([[sku, 2]]);
    expect(own.body.data.threshold).toBe(8);
    expect(await alerts(sku)).toMatchObject([{ available: 8, threshold: 8 }]);

    const back = await room.staff('put', `/inventory/${sku}/${one}`, { onHand: 10, threshold: null }, await etag());
    expect(back.body.data).not.toHaveProperty('threshold');
    await room.reserve([[sku, 5]]);
    expect((await alerts(sku)).at(-1)).toMatchObject({ available: 3, threshold: 3 });
  });

  test('can be listed, and leaves the list when goods arrive', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    const listed = async () => ((await room.staff('get', '/inventory?low=true&per_page=100')).body.data.items as Array<{ sku: string; lowSince: string }>).filter((level) => level.sku === sku);

    await room.reserve([[sku, 4]]);
    expect(await listed()).toMatchObject([{ sku, warehouseId: one, available: 1, lowSince: expect.any(String) }]);

    await room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: 10, reason: 'found' });
    expect(await listed()).toEqual([]);
  });

  test('that a dead process did not tell of is told by the schedule, once', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 2 });
    await room.connection.collection('stock_levels').updateOne({ sku, warehouseId: one }, { $set: { lowSince: new Date(), lowUnannounced: true } });
    const schedule = room.inventory.schedules.find(({ name }) => name === 'announceLowStock')!;

    await Promise.all([schedule.run(new AbortController().signal), schedule.run(new AbortController().signal)]);

    expect(await alerts(sku)).toEqual([{ sku, productId: `product-of-${sku}`, warehouseId: one, available: 2, threshold: 3 }]);
  });
});

describe('setting many levels', () => {
  test('changes what differs, by id or code of the warehouse, and the same list again changes nothing', async () => {
    const [a, b] = [newSku(), newSku()];
    await room.given.stock(a);
    await room.given.stock(b, { TWO: 4 });
    const list = [{ sku: a, warehouse: 'ONE', onHand: 5 }, { sku: a, warehouse: 'TWO', onHand: 1 }, { sku: b, warehouse: one, onHand: 2 }, { sku: b, warehouse: 'TWO', onHand: 4 }];

    expect(await set(list)).toEqual({ changed: 3, unchanged: 1, changedSkus: [a, a, b], refused: [] });
    const movements = await room.count('stock_movements');
    const events = await room.count('outbox');
    expect(await set(list)).toEqual({ changed: 0, unchanged: 4, changedSkus: [], refused: [] });

    expect([await room.count('stock_movements'), await room.count('outbox')]).toEqual([movements, events]);
    const onHand = async (sku: string) => (await room.levels(sku)).map((level) => level.onHand);
    expect([await onHand(a), await onHand(b)]).toEqual([[5, 1], [2, 4]]);
    const told = (await room.events()).filter(({ type, aggregateId }) => type === 'stock.changed' && aggregateId === 'job-1').at(-1);
    expect((told?.['data'] as { skus: string[] }).skus.sort()).toEqual([a, b].sort());
  });

  test('sets what it can and names the rest', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    await room.reserve([[sku, 3]]);

    const result = await set([
      { sku, warehouse: 'ONE', onHand: 2 }, { sku, warehouse: 'TWO', onHand: 7 }, { sku: 'GHOST', warehouse: 'ONE', onHand: 1 }, { sku, warehouse: 'NOWHERE', onHand: 1 },
    ]);

    expect(result).toEqual({ changed: 1, unchanged: 0, changedSkus: [sku], refused: [
      { sku: 'GHOST', warehouse: 'ONE', onHand: 1, code: 'sku_not_found' }, { sku, warehouse: 'NOWHERE', onHand: 1, code: 'warehouse_not_found' },
      { sku, warehouse: 'ONE', onHand: 2, code: 'below_reserved', reserved: 3 },
    ] });
    expect(await room.levels(sku)).toEqual([{ onHand: 5, reserved: 3 }, { onHand: 7, reserved: 0 }]);
  });

  test('takes the last row when one is named twice', async () => {
    const sku = newSku();
    await room.given.stock(sku);

    await set([{ sku, warehouse: 'ONE', onHand: 5 }, { sku, warehouse: one, onHand: 6 }]);

    expect(await room.levels(sku)).toEqual([{ onHand: 6, reserved: 0 }, { onHand: 0, reserved: 0 }]);
  });

  test('of 1,000 takes few round trips, and twice at once is as good as once', async () => {
    const skus = Array.from({ length: 500 }, newSku);
    await room.inTransaction(() => room.inventory.createLevels(skus.map((sku) => ({ sku, productId: 'p' }))));
    const list = skus.flatMap((sku, n) => [{ sku, warehouse: 'ONE', onHand: n + 1 }, { sku, warehouse: 'TWO', onHand: 2 }]);
    let commands = 0;
    const count = ({ commandName }: { commandName: string }) => { if (commandName !== 'hello' && commandName !== 'ping') commands += 1; };
    const client = room.connection.getClient();
    client.on('commandStarted', count);

    expect(await set(list)).toMatchObject({ changed: 1000, unchanged: 0, refused: [] });
    client.off('commandStarted', count);

    expect(commands).toBeLessThan(40);
    const twice = await Promise.all([set(list.map((item) => ({ ...item, onHand: item.onHand + 1 }))), set(list.map((item) => ({ ...item, onHand: item.onHand + 1 })))]);
    expect(twice.map(({ changed, unchanged }) => changed + unchanged)).toEqual([1000, 1000]);
    expect(twice[0]!.changed + twice[1]!.changed).toBe(1000);
    expect(await room.violations()).toEqual([]);
  });

  test('for new SKUs only leaves alone what ever had stock, and a dry run changes nothing', async () => {
    const [fresh, sold] = [newSku(), newSku()];
    await room.given.stock(fresh);
    await room.given.stock(sold, { ONE: 1 });
    const { orderId } = await room.reserve([[sold, 1]]);
    await room.ship(orderId, [{ lineId: 'line-1', quantity: 1 }]);
    const list = [fresh, sold].map((sku) => ({ sku, warehouse: 'ONE', onHand: 9 }));
    const setNew = (dryRun: boolean) => room.inventory.setLevels(list, { cause: { type: 'import', id: 'job-2' }, onlyNew: true, dryRun });

    const foreseen = await setNew(true);
    expect(await room.levels(fresh)).toEqual([{ onHand: 0, reserved: 0 }, { onHand: 0, reserved: 0 }]);
    const done = await setNew(false);

    expect(foreseen).toEqual({ changed: 1, unchanged: 1, changedSkus: [fresh], refused: [] });
    expect(done).toEqual(foreseen);
    expect([(await room.levels(fresh))[0]!.onHand, (await room.levels(sold))[0]!.onHand]).toEqual([9, 0]);
  });

  test('makes new SKUs known once, however often they are made', async () => {
    const sku = newSku();

    const make = () => room.inTransaction(() => room.inventory.createLevels([{ sku, productId: 'p' }, { sku, productId: 'p' }]));
    await make();
    await make();

    expect(await room.levels(sku)).toEqual([{ onHand: 0, reserved: 0 }, { onHand: 0, reserved: 0 }]);
  });
});

describe('the auditor', () => {
  const planted = async (collection: string, filter: object, change: object): Promise<Array<{ invariant: string; subject: string; detail: string }>> => {
    const rows = room.connection.collection(collection);
    const before = await rows.findOne(filter);
    await rows.updateOne({ _id: before!._id }, change);
    const found = await room.violations();
    await rows.replaceOne({ _id: before!._id }, before!);
    return found;
  };

  test('is content with what happened here', async () => {
    expect(await room.violations()).toEqual([]);
  });

  test('names every kind of harm that is done by hand', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    const { orderId } = await room.reserve([[sku, 2]]);
    const subject = `stock:${sku}@${one}`;

    expect(await planted('stock_levels', { sku, warehouseId: one }, { $inc: { onHand: 1 } })).toEqual([
      { invariant: 'stock.level_equals_movements', subject, detail: 'movements differ by -1 on hand, 0 reserved' }]);
    expect(await planted('stock_levels', { sku, warehouseId: one }, { $set: { reserved: 6 } })).toEqual([
      { invariant: 'stock.reserved_within_on_hand', subject, detail: '6 reserved of 5 on hand' },
      { invariant: 'stock.level_equals_movements', subject, detail: 'movements differ by 0 on hand, -4 reserved' },
      { invariant: 'stock.reserved_equals_holds', subject, detail: 'holds differ from reserved by -4' }]);
    expect(await planted('stock_holds', { orderId }, { $unset: { active: 1 } })).toEqual([
      { invariant: 'stock.reserved_equals_holds', subject, detail: 'holds differ from reserved by -2' },
      { invariant: 'stock.holds_are_whole', subject: `order:${orderId}`, detail: `hold of ${sku} is allocated with 2 units` }]);
    expect(await planted('stock_holds', { orderId }, { $set: { quantity: 1 } })).toEqual([
      { invariant: 'stock.reserved_equals_holds', subject, detail: 'holds differ from reserved by -1' },
      { invariant: 'stock.holds_are_whole', subject: `order:${orderId}`, detail: `hold of ${sku} is allocated with 1 units` }]);
    expect(await planted('stock_movements', { 'cause.id': orderId }, { $inc: { reservedDelta: 1 } })).toEqual([
      { invariant: 'stock.level_equals_movements', subject, detail: 'movements differ by 0 on hand, 1 reserved' }]);
    expect(await room.violations()).toEqual([]);
  });

  test('names what is owed in one place and not in the other', async () => {
    const sku = newSku();
    await room.given.stock(sku, {});
    await room.staff('patch', `/inventory/${sku}/${one}`, { backorder: { ceiling: 5, restockInDays: 1 } });
    const { orderId } = await room.reserve([[sku, 2]]);
    const subject = `stock:${sku}@${one}`;

    expect(await planted('stock_levels', { sku, warehouseId: one }, { $inc: { backordered: 1 } })).toEqual([
      { invariant: 'stock.level_equals_movements', subject, detail: 'movements differ by 0 on hand, 0 reserved, -1 owed' },
      { invariant: 'stock.reserved_equals_holds', subject, detail: 'holds differ from reserved by 0, -1 owed' }]);
    expect(await planted('stock_holds', { orderId }, { $unset: { backordered: 1 } })).toEqual([
      { invariant: 'stock.reserved_equals_holds', subject, detail: 'holds differ from reserved by 0, -2 owed' },
      { invariant: 'stock.holds_are_whole', subject: `order:${orderId}`, detail: `hold of ${sku} is allocated with 0 units` }]);
    expect(await planted('stock_levels', { sku, warehouseId: one }, { $set: { backordered: -1 } })).toContainEqual(
      { invariant: 'stock.reserved_within_on_hand', subject, detail: '0 reserved of 0 on hand, -1 owed' });
  });
});
