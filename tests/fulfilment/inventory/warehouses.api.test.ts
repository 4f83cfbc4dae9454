import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openStockRoom, type StockRoom } from './stock-room.js';

let room: StockRoom;
beforeAll(async () => { room = await openStockRoom(); });
afterAll(() => room.close());
afterEach(async () => {
  expect(room.defects.splice(0)).toEqual([]);
  expect(await room.violations()).toEqual([]);
});

const newCode = (): string => `W-${randomUUID().slice(0, 8).toUpperCase()}`;
const body = (more: object = {}) => ({ code: newCode(), name: 'Gateway', location: { city: 'London', country: 'GB' }, ...more });
const open = async (more: object = {}) => {
  const reply = await room.staff('post', '/warehouses', body(more));
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.body.data as { id: string; code: string; version: number };
};
const available = async (sku: string) => (await room.inventory.availabilityOf([sku])).get(sku)!.available;
const eventsOf = async (id: string) => (await room.events()).filter(({ aggregateId }) => aggregateId === id).map(({ type }) => type);

describe('opening a warehouse', () => {
  test('answers it whole, with what was left out filled in', async () => {
    const sent = body({
      location: { address: 'Ferry Lane', city: 'London', country: 'GB', lat: 51.5, lng: 0.2 }, regionsServed: ['GB', 'IE'],
      shippingTimeEstimates: { GB: 2, IE: 4 }, autoReorder: { enabled: true, threshold: 5 },
    });

    const reply = await room.staff('post', '/warehouses', sent);

    expect(reply.status).toBe(201);
    expect(reply.headers['location']).toBe(`/api/v1/warehouses/${reply.body.data.id}`);
    expect(reply.body.data).toEqual({ ...sent, id: expect.any(String), priority: 100, active: true, version: 1, createdAt: expect.any(String), updatedAt: expect.any(String) });
    expect((await room.staff('get', `/warehouses/${reply.body.data.id}`)).body.data).toEqual(reply.body.data);
    expect(await eventsOf(reply.body.data.id)).toEqual(['warehouse.created']);
  });

  test('gives it a level at 0 of every SKU, and of every SKU to come', async () => {
    const [old, fresh] = [`OLD-${newCode()}`, `NEW-${newCode()}`];
    await room.given.stock(old);

    const { id } = await open();
    await room.given.stock(fresh);

    const levels = (await room.staff('get', `/inventory?warehouse_id=${id}&per_page=100`)).body.data.items;
    for (const sku of [old, fresh]) {
      expect(levels.filter((level: { sku: string }) => level.sku === sku)).toMatchObject([{ onHand: 0, reserved: 0, available: 0, active: true }]);
    }
  });

  test('whose levels a crash left out makes them when the event is delivered', async () => {
    const sku = `SKU-${newCode()}`;
    await room.given.stock(sku);
    const { id } = await open();
    await room.connection.collection('stock_levels').deleteMany({ warehouseId: id });

    await room.runEvents();

    expect(await room.count('stock_levels', { warehouseId: id, sku, onHand: 0, reserved: 0 })).toBe(1);
  });

  test('whose level of a SKU is missing makes it when goods arrive', async () => {
    const sku = `SKU-${newCode()}`;
    await room.given.stock(sku);
    const { id } = await open();
    await room.runEvents();
    await room.connection.collection('stock_levels').deleteMany({ warehouseId: id });

    const shown = await room.staff('get', `/inventory/${sku}/${id}`);
    const received = await room.staff('put', `/inventory/${sku}/${id}`, { onHand: 4 }, { 'if-match': shown.headers['etag']! });

    expect(shown.body.data).toMatchObject({ onHand: 0, available: 0, active: true });
    expect(received.status).toBe(200);
    expect(await available(sku)).toBe(4);
  });

  test('with a code that is taken is refused, also twenty times at once', async () => {
    const sent = body();

    const replies = await Promise.all(Array.from({ length: 20 }, () => room.staff('post', '/warehouses', sent)));

    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(new Set(replies.filter(({ status }) => status === 409).map((reply) => reply.body.code))).toEqual(new Set(['warehouse_code_taken']));
    expect(await room.count('warehouses', { code: sent.code })).toBe(1);
  });

  test('names all wrong fields at once', async () => {
    const reply = await room.staff('post', '/warehouses', { code: 'no good', name: '', location: { country: 'gb' }, regionsServed: ['Europe'], shippingTimeEstimates: { GB: -1 } });

    expect(reply.status).toBe(400);
    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/body/code', '#/body/location/city', '#/body/location/country', '#/body/name', '#/body/regionsServed/0', '#/body/shippingTimeEstimates/GB',
    ]);
  });

  test('is for staff only', async () => {
    const customer = await givenUser(room);
    const sent = body();

    expect((await room.call('post', '/warehouses', { headers: customer.headers, body: sent })).status).toBe(403);
    expect(await room.count('warehouses', { code: sent.code })).toBe(0);
  });
});

describe('changing a warehouse', () => {
  test('compares the version that was read', async () => {
    const { id } = await open();

    const changed = await room.staff('patch', `/warehouses/${id}`, { name: 'Gateway II', priority: 3 }, { 'if-match': '"1"' });
    const stale = await room.staff('patch', `/warehouses/${id}`, { name: 'Gateway III' }, { 'if-match': '"1"' });

    expect(changed.body.data).toMatchObject({ name: 'Gateway II', priority: 3, version: 2 });
    expect([stale.status, stale.body.code]).toEqual([412, 'stale_version']);
    expect((await room.staff('get', `/warehouses/${id}`)).body.data.name).toBe('Gateway II');
  });

  test('to a code that is taken is refused', async () => {
    const [first, second] = [await open(), await open()];

    const reply = await room.staff('patch', `/warehouses/${second.id}`, { code: first.code });

    expect([reply.status, reply.body.code]).toEqual([409, 'warehouse_code_taken']);
  });

  test('that nobody knows is 404', async () => {
    const reply = await room.staff('patch', `/warehouses/${'f'.repeat(24)}`, { name: 'x' });

    expect([reply.status, reply.body.code]).toEqual([404, 'warehouse_not_found']);
  });

  test('takes its stock off sale and puts it back, and the version of what is available only rises', async () => {
    const sku = `SKU-${newCode()}`;
    const { id, code } = await open();
    await room.given.stock(sku, { [code]: 5 });
    const versions = [(await room.inventory.availabilityOf([sku])).get(sku)!.version];

    await room.staff('patch', `/warehouses/${id}`, { active: false });
    const closed = (await room.inventory.availabilityOf([sku])).get(sku)!;
    await expect(room.reserve([[sku, 1]])).rejects.toMatchObject({ code: 'insufficient_stock' });
    await room.staff('patch', `/warehouses/${id}`, { active: true });
    const reopened = (await room.inventory.availabilityOf([sku])).get(sku)!;

    versions.push(closed.version, reopened.version);
    expect([closed.available, reopened.available]).toEqual([0, 5]);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    expect(await eventsOf(id)).toEqual(['warehouse.created', 'warehouse.updated', 'stock.changed', 'warehouse.updated', 'stock.changed']);
  });

  test('whose process died before its levels followed sells nothing, and is finished by the event', async () => {
    const sku = `SKU-${newCode()}`;
    const { id, code } = await open();
    await room.given.stock(sku, { [code]: 5 });
    await room.staff('patch', `/warehouses/${id}`, { active: false });
    await room.connection.collection('stock_levels').updateMany({ warehouseId: id }, { $set: { active: true } });
    await expect(room.reserve([[sku, 1]])).rejects.toMatchObject({ code: 'insufficient_stock' });

    await room.runEvents();

    expect(await available(sku)).toBe(0);
  });
});

describe('closing a warehouse', () => {
  test('with stock in it is refused with the numbers, unless it is meant', async () => {
    const sku = `SKU-${newCode()}`;
    const { id, code } = await open();
    await room.given.stock(sku, { [code]: 5 });
    await room.reserve([[sku, 2]]);

    const refused = await room.staff('delete', `/warehouses/${id}`);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'warehouse_has_stock', warehouse: code, onHand: 5, reserved: 2 });
    expect(await available(sku)).toBe(3);

    const closed = await room.staff('delete', `/warehouses/${id}?force=true`);
    expect(closed.status).toBe(200);
    expect(closed.body.data).toMatchObject({ id, active: false, version: 2 });
    expect(await available(sku)).toBe(0);
    expect((await room.levels(sku)).find(({ onHand }) => onHand > 0)).toEqual({ onHand: 5, reserved: 2 });
  });

  test('that is empty needs no force, and it stays to be seen', async () => {
    const { id } = await open();

    expect((await room.staff('delete', `/warehouses/${id}`)).status).toBe(200);

    expect((await room.staff('get', `/warehouses/${id}`)).body.data.active).toBe(false);
    const listed = async (active: boolean) => ((await room.staff('get', `/warehouses?active=${active}&per_page=100`)).body.data.items as Array<{ id: string }>).some((one) => one.id === id);
    expect([await listed(true), await listed(false)]).toEqual([false, true]);
  });

  test('while orders come in leaves no unit promised twice', async () => {
    const sku = `SKU-${newCode()}`;
    const { id, code } = await open();
    await room.given.stock(sku, { [code]: 10 });

    const [orders] = await Promise.all([
      Promise.allSettled(Array.from({ length: 10 }, () => room.reserve([[sku, 1]]))), room.staff('delete', `/warehouses/${id}?force=true`),
    ]);

    const sold = orders.filter(({ status }) => status === 'fulfilled').length;
    expect((await room.levels(sku)).reduce((all, { reserved }) => all + reserved, 0)).toBe(sold);
    expect(await available(sku)).toBe(0);
  });
});
