import { filledBy, holdsOf, movedOff, takeFromHolds, withoutUnits, type Hold } from '../../../src/fulfilment/inventory/holds.js';
import { changed, isSound, lowMargin, lowness } from '../../../src/fulfilment/inventory/inventory.js';

const hold = (id: string, lines: Record<string, number>, more: Partial<Hold> = {}): Hold => ({
  id, orderId: 'o', cartId: 'c', sku: 'X', warehouseId: 'A', lines: Object.entries(lines).map(([lineId, quantity]) => ({ lineId, quantity })),
  quantity: Object.values(lines).reduce((all, n) => all + n, 0), shipped: 0, released: 0, state: 'allocated', expiresAt: null, ...more,
});

describe('a level', () => {
  test('never reserves more than is there, nor less than nothing', () => {
    expect([{ onHand: 0, reserved: 0 }, { onHand: 2, reserved: 2 }].every(isSound)).toBe(true);
    expect([{ onHand: 1, reserved: 2 }, { onHand: 1, reserved: -1 }, { onHand: -1, reserved: -1 }, { onHand: 0, reserved: 0, backordered: -1 }].some(isSound)).toBe(false);
  });

  test('adds up its changes', () => {
    expect(changed({ onHand: 5, reserved: 1 }, { onHandDelta: 2, reservedDelta: 1 })).toEqual({ onHand: 7, reserved: 2 });
    expect(changed({ onHand: 5, reserved: 1, backordered: 3 }, { onHandDelta: 0, reservedDelta: 2, backorderedDelta: -2 })).toEqual({ onHand: 5, reserved: 3, backordered: 1 });
  });

  test.each([
    { _case: 'falls to its threshold', before: 6, after: 5, threshold: 5, low: true, crossed: true },
    { _case: 'falls far below it', before: 6, after: 0, threshold: 5, low: true, crossed: true },
    { _case: 'is low already', before: 5, after: 4, threshold: 5, low: true, crossed: false },
    { _case: 'rises but stays low', before: 0, after: 5, threshold: 5, low: true, crossed: false },
    { _case: 'rises above it', before: 5, after: 6, threshold: 5, low: false, crossed: false },
    { _case: 'has no threshold', before: 1, after: 0, threshold: undefined, low: false, crossed: false },
  ])('that $_case', ({ before, after, threshold, low, crossed }) => {
    expect(lowness({ onHand: before, reserved: 0 }, { onHand: after, reserved: 0 }, threshold)).toEqual({ low, crossed });
  });
});

test.each([
  { percent: 10, threshold: 3, margin: 1, units: [4, 3, 4, 3, 5, 3], alerts: 2 }, { percent: 10, threshold: 100, margin: 10, units: [101, 100, 110, 99, 111, 100], alerts: 2 }, { percent: 0, threshold: 3, margin: 0, units: [4, 3, 4, 3], alerts: 2 },
])('what is low stays so within $percent % above $threshold', ({ percent, threshold, margin, units, alerts }) => {
  let lowSince: { lowSince?: Date } = {};
  let told = 0;
  for (const [at, onHand] of units.slice(1).entries()) {
    const { low, crossed } = lowness({ onHand: units[at]!, reserved: 0, ...lowSince }, { onHand, reserved: 0 }, threshold, lowMargin(threshold, percent));
    lowSince = low ? { lowSince: new Date() } : {};
    told += Number(crossed);
  }

  expect([lowMargin(threshold, percent), told]).toEqual([margin, alerts]);
});

describe('holds', () => {
  test('are one per SKU and warehouse, and remember which line has how many', () => {
    const holds = holdsOf([
      { lineId: '2', sku: 'Y', quantity: 1, warehouseId: 'A' }, { lineId: '1', sku: 'X', quantity: 2, warehouseId: 'B' },
      { lineId: '1', sku: 'X', quantity: 1, warehouseId: 'A' }, { lineId: '3', sku: 'X', quantity: 4, warehouseId: 'A' },
    ]);

    expect(holds).toEqual([
      { sku: 'X', warehouseId: 'A', quantity: 5, lines: [{ lineId: '1', quantity: 1 }, { lineId: '3', quantity: 4 }] },
      { sku: 'X', warehouseId: 'B', quantity: 2, lines: [{ lineId: '1', quantity: 2 }] },
      { sku: 'Y', warehouseId: 'A', quantity: 1, lines: [{ lineId: '2', quantity: 1 }] },
    ]);
  });

  test('give the units of a line in their order, across warehouses', () => {
    const [first, second] = [hold('1', { a: 2, b: 1 }), hold('2', { a: 3 }, { warehouseId: 'B' })];

    expect(takeFromHolds([first, second], [{ lineId: 'a', quantity: 4 }])).toEqual({
      taken: [{ hold: first, lineId: 'a', quantity: 2, backordered: 0 }, { hold: second, lineId: 'a', quantity: 2, backordered: 0 }], notHeld: [],
    });
    expect(takeFromHolds([first, second], [{ lineId: 'a', quantity: 1, warehouseId: 'B' }]).taken).toEqual([{ hold: second, lineId: 'a', quantity: 1, backordered: 0 }]);
  });

  test('give everything when no line is named', () => {
    expect(takeFromHolds([hold('1', { a: 2, b: 1 })]).taken.map(({ lineId, quantity }) => [lineId, quantity])).toEqual([['a', 2], ['b', 1]]);
  });

  test('say what they do not have, counting a line named twice together', () => {
    const { notHeld } = takeFromHolds([hold('1', { a: 2 })], [{ lineId: 'a', quantity: 2 }, { lineId: 'a', quantity: 1 }, { lineId: 'z', quantity: 1 }]);

    expect(notHeld).toEqual([{ lineId: 'a', requested: 1, held: 0 }, { lineId: 'z', requested: 1, held: 0 }]);
  });

  test('count what left them and end with the last unit', () => {
    const whole = hold('1', { a: 2, b: 1 });
    const partly = withoutUnits(whole, [{ hold: whole, lineId: 'a', quantity: 1, backordered: 0 }], 'shipped', 'shipped');
    expect(partly).toMatchObject({ quantity: 2, shipped: 1, released: 0, state: 'allocated', lines: [{ lineId: 'a', quantity: 1 }, { lineId: 'b', quantity: 1 }] });

    expect(withoutUnits(partly, takeFromHolds([partly]).taken, 'released', 'released')).toMatchObject({ quantity: 0, shipped: 1, released: 2, state: 'shipped', lines: [] });
    expect(withoutUnits(hold('1', { a: 2 }), takeFromHolds([hold('1', { a: 2 })]).taken, 'released', 'expired')).toMatchObject({ quantity: 0, released: 2, state: 'expired' });
  });
});

describe('holds of what is not there yet', () => {
  const waiting = hold('1', { a: 1 }, { lines: [{ lineId: 'a', quantity: 1, backordered: 3 }, { lineId: 'b', quantity: 0, backordered: 2 }], quantity: 1, backordered: 5, queued: 7 });

  test('keep both beside each other', () => {
    const readyAt = new Date(0);
    expect(holdsOf([{ lineId: 'a', sku: 'X', quantity: 1, warehouseId: 'A' }, { lineId: 'a', sku: 'X', quantity: 3, warehouseId: 'A', backordered: true, owing: 'backorder', readyAt }]))
      .toEqual([{ sku: 'X', warehouseId: 'A', quantity: 1, backordered: 3, owing: 'backorder', readyAt, lines: [{ lineId: 'a', quantity: 1, backordered: 3 }] }]);
  });

  test('give up first what is only owed, and ship none of it', () => {
    expect(takeFromHolds([waiting], [{ lineId: 'a', quantity: 4 }], { owed: true }).taken).toEqual([{ hold: waiting, lineId: 'a', quantity: 1, backordered: 3 }]);
    expect(takeFromHolds([waiting], [{ lineId: 'a', quantity: 2 }]).notHeld).toEqual([{ lineId: 'a', requested: 2, held: 1 }]);
  });

  test('of several warehouses give up everything that is owed before anything that lies there', () => {
    const lying = hold('2', { a: 2 }, { warehouseId: 'B' });

    expect(takeFromHolds([lying, waiting], [{ lineId: 'a', quantity: 4 }], { owed: true }).taken).toEqual([{ hold: waiting, lineId: 'a', quantity: 0, backordered: 3 }, { hold: lying, lineId: 'a', quantity: 1, backordered: 0 }]);
  });

  test('are filled line by line, and move off to where the goods are', () => {
    expect(filledBy(waiting, 4)).toMatchObject({ hold: { quantity: 5, backordered: 1, lines: [{ lineId: 'a', quantity: 4 }, { lineId: 'b', quantity: 1, backordered: 1 }] }, lines: [{ lineId: 'a', quantity: 3 }, { lineId: 'b', quantity: 1 }] });
    expect(movedOff(waiting, 5).hold).toMatchObject({ quantity: 1, state: 'allocated', lines: [{ lineId: 'a', quantity: 1 }] });
    expect(movedOff(hold('1', {}, { lines: [{ lineId: 'b', quantity: 0, backordered: 2 }], backordered: 2 }), 2).hold).toMatchObject({ quantity: 0, state: 'released', lines: [] });
  });
});

describe('holds of a set', () => {
  const [lens, cap] = [hold('1', {}, { sku: 'LENS', lines: [{ lineId: 'a', quantity: 2, each: 1 }], quantity: 2 }), hold('2', {}, { sku: 'CAP', lines: [{ lineId: 'a', quantity: 4, each: 2 }], quantity: 4 })];

  test('give of each component what belongs to so many sets', () => {
    expect(takeFromHolds([lens, cap], [{ lineId: 'a', quantity: 1 }])).toEqual({ notHeld: [], taken: [{ hold: lens, lineId: 'a', quantity: 1, backordered: 0 }, { hold: cap, lineId: 'a', quantity: 2, backordered: 0 }] });
    expect(takeFromHolds([lens, cap], [{ lineId: 'a', quantity: 3 }]).notHeld).toEqual([{ lineId: 'a', requested: 3, held: 2 }]);
  });
});
