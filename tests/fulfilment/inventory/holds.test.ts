import { randomUUID } from 'node:crypto';
import { later } from '../../../src/shared/clock.js';
import { createKeyedQueue } from '../../../src/shared/keyed-queue.js';
import { openStockRoom, outcomes, type StockRoom } from './stock-room.js';
import { soon } from '../../support/soon.js';

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

const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;
const units = (levels: ReadonlyArray<{ onHand: number; reserved: number }>) => levels.map(({ onHand, reserved }) => [onHand, reserved]);
const moves = async (orderId: string) => (await room.connection.collection('stock_movements').find({ 'cause.id': orderId }).sort({ _id: 1 }).toArray())
  .map(({ type, onHandDelta, reservedDelta, onHandAfter, reservedAfter, reason }) => ({ type, onHandDelta, reservedDelta, onHandAfter, reservedAfter, ...(reason !== undefined && { reason }) }));

describe('reserving', () => {
  test('takes the units, holds them for the order and writes down why', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3, TWO: 2 });

    const { orderId, allocations } = await room.reserve([[sku, 4]]);

    expect(allocations).toEqual([{ lineId: 'line-1', sku, warehouseId: one, quantity: 3 }, { lineId: 'line-1', sku, warehouseId: two, quantity: 1 }]);
    expect(units(await room.levels(sku))).toEqual([[3, 3], [2, 1]]);
    expect(await room.inventory.holdsOf(orderId)).toMatchObject([
      { sku, warehouseId: one, quantity: 3, state: 'allocated', expiresAt: null, lines: [{ lineId: 'line-1', quantity: 3 }] },
      { sku, warehouseId: two, quantity: 1, state: 'allocated', expiresAt: null, lines: [{ lineId: 'line-1', quantity: 1 }] },
    ]);
    expect(await moves(orderId)).toEqual([
      { type: 'reservation', onHandDelta: 0, reservedDelta: 3, onHandAfter: 3, reservedAfter: 3 },
      { type: 'reservation', onHandDelta: 0, reservedDelta: 1, onHandAfter: 2, reservedAfter: 1 },
    ]);
    const { available, byWarehouse } = (await room.inventory.availabilityOf([sku])).get(sku)!;
    expect({ available, byWarehouse: byWarehouse.map((level) => level.available) }).toEqual({ available: 1, byWarehouse: [0, 1] });
  });

  test('takes four round trips, however many lines', async () => {
    const skus = Array.from({ length: 10 }, newSku);
    for (const sku of skus) await room.given.stock(sku, { ONE: 5 });
    await room.reserve([[skus[0]!, 1]]);
    const commands: string[] = [];
    const client = room.connection.getClient();
    // The list of warehouses is read once a second for all orders together.
    const listen = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }) => {
      if (command['find'] !== 'warehouses') commands.push(commandName);
    };
    client.on('commandStarted', listen);

    await room.reserve(skus.map((sku) => [sku, 1]));
    client.off('commandStarted', listen);

    expect(commands.slice(0, 5)).toEqual(['find', 'update', 'insert', 'insert', 'commitTransaction']);
  });

  test('refuses all lines when some are short, names every one of them, and changes nothing', async () => {
    const [a, b, c] = [newSku(), newSku(), newSku()];
    await room.given.stock(a, { ONE: 5 });
    await room.given.stock(b, { ONE: 1, TWO: 1 });
    await room.given.stock(c);
    const events = await room.count('outbox');

    await expect(room.reserve([[a, 1], [b, 2], [b, 1], [c, 1]], { orderId: 'short' })).rejects.toMatchObject({
      code: 'insufficient_stock', status: 409, facts: { lines: [{ sku: b, requested: 3, available: 2 }, { sku: c, requested: 1, available: 0 }] },
    });

    expect(units(await room.levels(a))).toEqual([[5, 0], [0, 0]]);
    expect(await room.count('stock_holds', { orderId: 'short' })).toBe(0);
    expect(await moves('short')).toEqual([]);
    expect(await room.count('outbox')).toBe(events);
  });

  test('of a SKU that nobody knows is a shortage', async () => {
    await expect(room.reserve([['GHOST', 1]])).rejects.toMatchObject({ code: 'insufficient_stock', facts: { lines: [{ sku: 'GHOST', requested: 1, available: 0 }] } });
  });

  test('leaves nothing behind when the order fails afterwards', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3 });

    await expect(room.inTransaction(async () => {
      await room.inventory.reserve({ orderId: 'failed', cartId: 'c', to: { country: 'GB' }, expiresAt: null, lines: [{ lineId: '1', sku, quantity: 2 }] });
      throw new Error('the order failed');
    })).rejects.toThrow('the order failed');

    expect(units(await room.levels(sku))).toEqual([[3, 0], [0, 0]]);
    expect(await room.count('stock_holds', { orderId: 'failed' })).toBe(0);
  });

  test('outside a transaction is a defect, not a sale', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3 });

    await expect(room.inventory.reserve({ orderId: 'o', cartId: 'c', to: { country: 'GB' }, expiresAt: null, lines: [{ lineId: '1', sku, quantity: 1 }] }))
      .rejects.toThrow('outside a transaction');

    expect(units(await room.levels(sku))).toEqual([[3, 0], [0, 0]]);
  });

  test('twice for one cart holds once', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const cartId = randomUUID();

    const counted = await outcomes(Array.from({ length: 20 }, () => room.reserve([[sku, 1]], { cartId })));

    expect(counted).toEqual({ ok: 1, concurrent_change: 19 });
    expect(units(await room.levels(sku))).toEqual([[10, 1], [0, 0]]);
  });

  test('again after its hold has ended is a new hold of the same cart', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 1 });
    const cartId = randomUUID();
    const { orderId } = await room.reserve([[sku, 1]], { cartId });
    await room.release(orderId);

    await room.reserve([[sku, 1]], { cartId, orderId });

    expect((await room.inventory.holdsOf(orderId)).map(({ state }) => state)).toEqual(['released', 'allocated']);
    expect(units(await room.levels(sku))).toEqual([[1, 1], [0, 0]]);
  });
});

describe('buyers at once', () => {
  test('100 buyers of 40 units: 40 get one, 60 hear why not', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 25, TWO: 15 });

    const counted = await outcomes(Array.from({ length: 100 }, () => room.reserve([[sku, 1]])));

    expect(counted).toEqual({ ok: 40, insufficient_stock: 60 });
    expect(units(await room.levels(sku))).toEqual([[25, 25], [15, 15]]);
    expect(await room.count('stock_holds', { sku, active: true })).toBe(40);
  });

  test('200 buyers of 50 units, taking turns in the queue of their process: 50 get one', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 50 });
    const queue = createKeyedQueue();

    const counted = await outcomes(Array.from({ length: 200 }, () => queue.run([sku], () => room.reserve([[sku, 1]]))));

    expect(counted).toEqual({ ok: 50, insufficient_stock: 150 });
    expect(units(await room.levels(sku))).toEqual([[50, 50], [0, 0]]);
  });

  test('two buyers of two units, one in each of two warehouses: one gets both, nobody gets half', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 1, TWO: 1 });

    const counted = await outcomes([room.reserve([[sku, 2]]), room.reserve([[sku, 2]])]);

    expect(counted).toEqual({ ok: 1, insufficient_stock: 1 });
    expect(units(await room.levels(sku))).toEqual([[1, 1], [1, 1]]);
  });

  test('of two SKUs named in opposite order do not stop each other', async () => {
    const [a, b] = [newSku(), newSku()];
    await room.given.stock(a, { ONE: 15 });
    await room.given.stock(b, { ONE: 15 });
    const started = performance.now();

    const counted = await outcomes(Array.from({ length: 24 }, (_, n) => room.reserve(n % 2 === 0 ? [[a, 1], [b, 1]] : [[b, 1], [a, 1]])));

    expect(counted).toEqual({ ok: 15, insufficient_stock: 9 });
    expect(performance.now() - started).toBeLessThan(soon(10_000));
  });

  test('the last unit goes to whoever comes when somebody gives it back', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 1 });
    const { orderId } = await room.reserve([[sku, 1]]);

    await expect(room.reserve([[sku, 1]])).rejects.toMatchObject({ code: 'insufficient_stock' });
    await room.release(orderId);

    await expect(room.reserve([[sku, 1]])).resolves.toBeDefined();
  });
});

describe('giving back', () => {
  test('happens once, however often it is asked for at once', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3, TWO: 2 });
    const { orderId } = await room.reserve([[sku, 5]]);

    const given = await Promise.all(Array.from({ length: 20 }, () => room.release(orderId)));

    expect(given.filter((allocations) => allocations.length > 0)).toHaveLength(1);
    expect(units(await room.levels(sku))).toEqual([[3, 0], [2, 0]]);
    expect((await moves(orderId)).filter(({ type }) => type === 'release')).toHaveLength(2);
    expect((await room.inventory.holdsOf(orderId)).map(({ state, released }) => [state, released])).toEqual([['released', 3], ['released', 2]]);
  });

  test('of some units of a line keeps the rest', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3, TWO: 2 });
    const { orderId } = await room.reserve([[sku, 5]]);

    const given = await room.release(orderId, { lines: [{ lineId: 'line-1', quantity: 3 }] });

    expect(given).toEqual([{ lineId: 'line-1', sku, warehouseId: two, quantity: 2 }, { lineId: 'line-1', sku, warehouseId: one, quantity: 1 }]);
    expect(units(await room.levels(sku))).toEqual([[3, 2], [2, 0]]);
  });

  test('of more than is held is refused and changes nothing', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 3 });
    const { orderId } = await room.reserve([[sku, 2]]);

    await expect(room.release(orderId, { lines: [{ lineId: 'line-1', quantity: 3 }] })).rejects.toMatchObject({
      code: 'units_not_held', status: 409, facts: { orderId, lines: [{ lineId: 'line-1', requested: 3, held: 2 }] },
    });

    expect(units(await room.levels(sku))).toEqual([[3, 2], [0, 0]]);
  });

  test('because the time was over says so', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 1 });
    const { orderId } = await room.reserve([[sku, 1]], { expiresAt: new Date() });

    await room.release(orderId, { cause: 'expired' });

    expect((await room.inventory.holdsOf(orderId)).map(({ state }) => state)).toEqual(['expired']);
    expect((await moves(orderId)).at(-1)).toEqual({ type: 'release', onHandDelta: 0, reservedDelta: -1, onHandAfter: 1, reservedAfter: 0, reason: 'expired' });
  });
});

describe('shipping', () => {
  test('lowers what is on hand and what is reserved together, and ends the hold with its last unit', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    const { orderId } = await room.reserve([[sku, 3]]);

    await room.ship(orderId, [{ lineId: 'line-1', quantity: 1 }]);
    expect(units(await room.levels(sku))).toEqual([[4, 2], [0, 0]]);
    await room.ship(orderId, [{ lineId: 'line-1', quantity: 2 }]);

    expect(units(await room.levels(sku))).toEqual([[2, 0], [0, 0]]);
    expect(await room.inventory.holdsOf(orderId)).toMatchObject([{ state: 'shipped', quantity: 0, shipped: 3, released: 0 }]);
  });

  test('is refused before the order is placed', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 5 });
    const { orderId } = await room.reserve([[sku, 1]], { expiresAt: later(new Date(), 60_000) });

    await expect(room.ship(orderId, [{ lineId: 'line-1', quantity: 1 }])).rejects.toMatchObject({ code: 'units_not_held' });

    expect(units(await room.levels(sku))).toEqual([[5, 1], [0, 0]]);
  });

  test('and giving back at once: each unit goes one way only', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 10 });
    const orders = await Promise.all(Array.from({ length: 10 }, () => room.reserve([[sku, 1]])));

    const counted = await Promise.all(orders.map(async ({ orderId }) => {
      const [shipped, released] = await Promise.allSettled([room.ship(orderId, [{ lineId: 'line-1', quantity: 1 }]), room.release(orderId)]);
      return [shipped.status === 'fulfilled', released.status === 'fulfilled' && released.value.length > 0];
    }));

    const shipped = counted.filter(([ship]) => ship).length;
    expect(counted.every(([ship, release]) => ship !== release)).toBe(true);
    expect(units(await room.levels(sku))).toEqual([[10 - shipped, 0], [0, 0]]);
  });

  test('of goods that come back puts them on the shelf again', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 2 });
    const { orderId } = await room.reserve([[sku, 2]]);
    await room.ship(orderId, [{ lineId: 'line-1', quantity: 2 }]);

    await room.inTransaction(() => room.inventory.restock({ cause: { type: 'return', id: 'rma-1' }, lines: [{ sku, warehouseId: one, quantity: 1 }] }));

    expect(units(await room.levels(sku))).toEqual([[1, 0], [0, 0]]);
    expect(await moves('rma-1')).toEqual([{ type: 'return', onHandDelta: 1, reservedDelta: 0, onHandAfter: 1, reservedAfter: 0 }]);
  });
});

describe('time to pay', () => {
  test('is over for holds that nobody made permanent', async () => {
    const [a, b] = [newSku(), newSku()];
    await room.given.stock(a, { ONE: 5 });
    await room.given.stock(b, { ONE: 5 });
    const soon = later(new Date(), -1_000);
    const first = await room.reserve([[a, 1]], { expiresAt: soon });
    const second = await room.reserve([[b, 1]], { expiresAt: soon });
    const placed = await room.reserve([[a, 1]], { expiresAt: soon });
    const extended = await room.reserve([[a, 1]], { expiresAt: soon });

    expect(await room.inTransaction(() => room.inventory.makePermanent(placed.orderId))).toBe(1);
    expect(await room.inTransaction(() => room.inventory.makePermanent(placed.orderId))).toBe(0);
    expect(await room.inTransaction(() => room.inventory.extend(extended.orderId, later(new Date(), 60_000)))).toBe(1);

    expect(await room.inventory.findExpiredOrders({ skus: [a] })).toEqual([first.orderId]);
    expect((await room.inventory.findExpiredOrders()).sort()).toEqual([first.orderId, second.orderId].sort());
    expect(await room.inventory.holdsOf(placed.orderId)).toMatchObject([{ state: 'allocated', expiresAt: null }]);
    await room.release(first.orderId, { cause: 'expired' });
    await room.release(second.orderId, { cause: 'expired' });
  });
});

describe('whoever listens to stock', () => {
  test('hears of every change after it has committed, and of none that was rolled back', async () => {
    const sku = newSku();
    await room.given.stock(sku, { ONE: 2 });
    const heard: Array<[string, number]> = [];
    room.inventory.onChange(async (skus) => {
      for (const changed of skus.filter((name) => name === sku)) heard.push([changed, (await room.inventory.availabilityOf([sku])).get(sku)!.available]);
    });

    const { orderId } = await room.reserve([[sku, 2]]);
    await room.reserve([[sku, 1]]).catch(() => {});
    await room.release(orderId);

    expect(heard).toEqual([[sku, 0], [sku, 2]]);
  });
});

describe('a warehouse that closes', () => {
  test('gets back what was taken from it, and sells none of it', async () => {
    const sku = newSku();
    const closing = await room.given.warehouse('CLOSING', { priority: 0, regionsServed: ['IE'] });
    await room.given.stock(sku, { CLOSING: 2 });
    const { orderId } = await room.reserve([[sku, 2]], { country: 'IE' });
    expect((await room.staff('delete', `/warehouses/${closing.id}?force=true`)).status).toBe(200);

    await room.release(orderId);

    const level = await room.connection.collection('stock_levels').findOne({ sku, warehouseId: closing.id });
    expect(level).toMatchObject({ onHand: 2, reserved: 0, active: false });
    expect((await room.inventory.availabilityOf([sku])).get(sku)!.available).toBe(0);
    await expect(room.reserve([[sku, 1]], { country: 'IE' })).rejects.toMatchObject({ code: 'insufficient_stock' });
  });
});
