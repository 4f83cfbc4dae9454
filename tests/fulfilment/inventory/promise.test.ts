import { addWorkingDays, shipDay } from '../../../src/fulfilment/inventory/calendar.js';
import { promiseOf } from '../../../src/fulfilment/inventory/promise.js';
import type { Warehouse } from '../../../src/fulfilment/inventory/warehouses.js';
import { openStockRoom, type StockRoom } from './stock-room.js';

const warehouse = (id: string, more: Partial<Warehouse> = {}): Warehouse => ({
  id, code: id, name: id, location: { city: 'London', country: 'GB' }, regionsServed: ['GB'], shippingTimeEstimates: { GB: 2 }, priority: 1, active: true, version: 1,
  createdAt: new Date(0), updatedAt: new Date(0), ...more,
});
const london = { timeZone: 'Europe/London', cutoff: '14:00' };
const at = (time: string) => new Date(time);

describe('the day on which an order leaves', () => {
  test.each([
    { _case: 'before the cut-off: today', readyAt: '2026-11-24T13:59:00Z', day: '2026-11-24' },
    { _case: 'at the cut-off: tomorrow', readyAt: '2026-11-24T14:00:00Z', day: '2026-11-25' },
    { _case: 'in summer time the cut-off is an hour earlier in UTC', readyAt: '2026-07-07T13:00:00Z', day: '2026-07-08' },
    { _case: 'after the cut-off on a Friday: Monday', readyAt: '2026-11-27T15:00:00Z', day: '2026-11-30' },
    { _case: 'on a Sunday: Monday', readyAt: '2026-11-29T09:00:00Z', day: '2026-11-30' },
    { _case: 'over the holidays: when all of them are over', readyAt: '2026-12-24T15:00:00Z', day: '2026-12-29' },
  ])('$_case', ({ readyAt, day }) => {
    expect(shipDay({ ...london, holidays: ['2026-12-25', '2026-12-28'] }, at(readyAt))).toBe(day);
  });

  test.each([
    { _case: 'in the night an hour is left out, before it', cutoff: '02:00', readyAt: '2027-03-28T00:59:00Z', day: '2027-03-28' },
    { _case: 'in the night an hour is left out, behind it', cutoff: '02:00', readyAt: '2027-03-28T01:00:00Z', day: '2027-03-29' },
    { _case: 'the day after: the cut-off is that of the clock on the wall', cutoff: '14:00', readyAt: '2027-03-29T13:00:00Z', day: '2027-03-30' },
    { _case: 'an hour comes twice, the first time past the cut-off', cutoff: '01:45', readyAt: '2027-10-31T00:50:00Z', day: '2027-11-01' },
    { _case: 'the day after: an hour later in UTC again', cutoff: '14:00', readyAt: '2027-11-01T13:59:00Z', day: '2027-11-01' },
    { _case: 'before a leap day', cutoff: '14:00', readyAt: '2028-02-28T15:00:00Z', day: '2028-02-29' },
    { _case: 'on a leap day', cutoff: '14:00', readyAt: '2028-02-29T15:00:00Z', day: '2028-03-01' },
    { _case: 'in a year without one', cutoff: '14:00', readyAt: '2100-02-28T15:00:00Z', day: '2100-03-01' },
    { _case: 'when 32 bits of seconds are over', cutoff: '14:00', readyAt: '2038-01-19T03:14:08Z', day: '2038-01-19' },
  ])('when clocks and calendars do something: $_case', ({ cutoff, readyAt, day }) => {
    expect(shipDay({ timeZone: 'Europe/London', cutoff, workingDays: [1, 2, 3, 4, 5, 6, 7] }, at(readyAt))).toBe(day);
  });

  test('is a day where the warehouse is', () => {
    expect(shipDay({ timeZone: 'Asia/Tokyo', cutoff: '10:00' }, at('2026-11-23T23:30:00Z'))).toBe('2026-11-24');
    expect(shipDay({ timeZone: 'America/New_York', cutoff: '10:00' }, at('2026-11-24T02:00:00Z'))).toBe('2026-11-24');
  });

  test('a warehouse can work at weekends', () => {
    expect(shipDay({ workingDays: [1, 2, 3, 4, 5, 6, 7] }, at('2026-11-28T09:00:00Z'))).toBe('2026-11-28');
    expect(addWorkingDays({ workingDays: [1, 2, 3, 4, 5, 6, 7] }, '2026-11-28', 2)).toBe('2026-11-30');
  });

  test('working days on the road leave out weekends and holidays', () => {
    expect(addWorkingDays({ holidays: ['2026-12-25'] }, '2026-12-23', 3)).toBe('2026-12-29');
    expect(addWorkingDays({}, '2026-12-23', 0)).toBe('2026-12-23');
  });
});

describe('a promise', () => {
  const to = { country: 'GB' };
  const tuesday = at('2026-11-24T09:00:00Z');

  test('is that of the warehouse the order would be taken from', () => {
    const warehouses = [warehouse('A', { ...london, priority: 2 }), warehouse('B', { ...london, cutoff: '08:00', priority: 1 })];
    const stock = [{ sku: 'X', warehouseId: 'A', available: 5 }, { sku: 'X', warehouseId: 'B', available: 1 }];

    expect(promiseOf({ lines: [{ sku: 'X', quantity: 1 }], stock, warehouses, to, at: tuesday })).toMatchObject({ possible: true, shipsOn: '2026-11-25', deliversOn: '2026-11-27', minDays: 3, maxDays: 3 });
    expect(promiseOf({ lines: [{ sku: 'X', quantity: 3 }], stock, warehouses, to, at: tuesday })).toMatchObject({ possible: true, shipsOn: '2026-11-24', deliversOn: '2026-11-26', parcels: [{ warehouseId: 'A' }] });
  });

  test('of two parcels is that of the later one', () => {
    const warehouses = [warehouse('A', london), warehouse('B', { ...london, priority: 2, shippingTimeEstimates: { GB: 1, 'GB-NIR': 4 } })];
    const stock = [{ sku: 'X', warehouseId: 'A', available: 1 }, { sku: 'Y', warehouseId: 'B', available: 1 }];

    const promise = promiseOf({ lines: [{ sku: 'X', quantity: 1 }, { sku: 'Y', quantity: 1 }], stock, warehouses, to: { country: 'GB', region: 'NIR' }, at: tuesday });

    expect(promise).toMatchObject({ possible: true, deliversOn: '2026-11-30', minDays: 2, maxDays: 6, parcels: [{ warehouseId: 'A', deliversOn: '2026-11-26', transitDays: 2 }, { warehouseId: 'B', deliversOn: '2026-11-30', transitDays: 4 }] });
  });

  test('is refused with a reason where no warehouse sends', () => {
    expect(promiseOf({ lines: [{ sku: 'X', quantity: 1 }], stock: [{ sku: 'X', warehouseId: 'A', available: 5 }], warehouses: [warehouse('A')], to: { country: 'JP' }, at: tuesday }))
      .toEqual({ possible: false, reason: 'region_not_served', country: 'JP', message: 'Nothing is sent to JP: no warehouse serves it.' });
  });

  test('counts on no stock of warehouses that do not send there', () => {
    const warehouses = [warehouse('A'), warehouse('US', { regionsServed: ['US'] })];

    expect(promiseOf({ lines: [{ sku: 'X', quantity: 1 }], stock: [{ sku: 'X', warehouseId: 'US', available: 5 }], warehouses, to, at: tuesday }))
      .toMatchObject({ possible: false, reason: 'insufficient_stock', shortages: [{ sku: 'X', requested: 1, available: 0 }] });
  });

  test('beyond the stock follows from when goods are expected', () => {
    const expected = [{ sku: 'X', warehouseId: 'A', quantity: 5, readyAt: at('2026-12-08T09:00:00Z') }];

    expect(promiseOf({ lines: [{ sku: 'X', quantity: 3 }], stock: [{ sku: 'X', warehouseId: 'A', available: 1 }], warehouses: [warehouse('A', london)], to, at: tuesday, expected })).toMatchObject({
      possible: true, deliversOn: '2026-12-10',
      parcels: [{ backordered: false, deliversOn: '2026-11-26', lines: [{ sku: 'X', quantity: 1 }] }, { backordered: true, shipsOn: '2026-12-08', deliversOn: '2026-12-10', lines: [{ sku: 'X', quantity: 2 }] }],
    });
  });
});

describe('over HTTP', () => {
  let room: StockRoom;
  beforeAll(async () => { room = await openStockRoom(); });
  afterAll(() => room.close());
  afterEach(() => expect(room.defects.splice(0)).toEqual([]));

  test('a shopper asks when something arrives, and why it does not', async () => {
    const made = await room.staff('post', '/warehouses', {
      code: 'LON', name: 'London', location: { city: 'London', country: 'GB' }, regionsServed: ['GB'], shippingTimeEstimates: { GB: 2, '*': 9 },
      timeZone: 'Europe/London', cutoff: '14:00', holidays: ['2026-12-25'], workingDays: [1, 2, 3, 4, 5, 6, 7],
    });
    expect(made.status).toBe(201);
    expect((await room.staff('post', '/products', { name: 'X', status: 'active', variants: [{ sku: 'X', prices: [{ currency: 'EUR', base: 1000 }] }] })).status).toBe(201);
    await room.given.stock('X', { LON: 3 });
    room.clock.offsetMs = Date.parse('2026-12-24T15:00:00Z') - Date.now();

    const promise = await room.call('get', '/delivery-promise?sku=X&quantity=2&country=GB');
    const abroad = await room.call('get', '/delivery-promise?sku=X&country=JP');
    const tooMany = await room.call('get', '/delivery-promise?sku=X&quantity=4&country=GB');

    expect(promise.body.data).toEqual({
      possible: true, shipsOn: '2026-12-26', deliversOn: '2026-12-28', minDays: 4, maxDays: 4,
      parcels: [{ warehouseId: made.body.data.id, lines: [{ sku: 'X', quantity: 2 }], shipsOn: '2026-12-26', deliversOn: '2026-12-28', transitDays: 2, backordered: false }],
    });
    expect(abroad.body).toMatchObject({ message: 'Nothing is sent to JP: no warehouse serves it.', data: { possible: false, reason: 'region_not_served', country: 'JP' } });
    expect(tooMany.body.data).toMatchObject({ possible: false, reason: 'insufficient_stock', shortages: [{ sku: 'X', requested: 4, available: 3 }] });
    room.clock.offsetMs = 0;
  });

  test.each([
    { field: 'cutoff', value: '25:00' }, { field: 'timeZone', value: 'Mars/Olympus' }, { field: 'holidays', value: ['2026-02-30'] }, { field: 'workingDays', value: [] },
    { field: 'workingDays', value: [8] }, { field: 'regionsServed', value: ['GBR'] }, { field: 'costPerParcel', value: -1 },
  ])('a warehouse with a wrong $field is refused ($value)', async ({ field, value }) => {
    const reply = await room.staff('post', '/warehouses', { code: 'BAD', name: 'Bad', location: { city: 'London', country: 'GB' }, [field]: value });

    expect(reply.status).toBe(400);
    expect(reply.body.errors.every(({ pointer }: { pointer: string }) => pointer.startsWith(`#/body/${field}`))).toBe(true);
    expect(await room.count('warehouses', { code: 'BAD' })).toBe(0);
  });
});
