import fc from 'fast-check';
import { bandProblems, cellProblems, contains } from '../../../src/fulfilment/shipping/bands.js';
import { goodsOf, groupsOf } from '../../../src/fulfilment/shipping/groups.js';
import { placeKeysOf, zoneFor, type Zone } from '../../../src/fulfilment/shipping/zones.js';

const zone = (code: string, places: Zone['places'], restOfWorld = false): Zone => ({ id: code, code, name: code, places, restOfWorld, version: 1, createdAt: new Date(0), updatedAt: new Date(0) });
const ZONES = [
  zone('world', [], true), zone('gb', [{ country: 'GB' }]), zone('eu', [{ country: 'DE' }, { country: 'FR' }, { country: 'ES' }]), zone('scotland', [{ country: 'GB', regions: ['SCT'] }]),
  zone('highlands', [{ country: 'GB', postcodes: [{ prefix: 'IV' }, { prefix: 'KW' }, { from: 'PA20', to: 'PA78' }] }]), zone('inverness', [{ country: 'GB', postcodes: [{ prefix: 'IV1' }] }]),
  zone('islands', [{ country: 'DE', postcodes: [{ from: '18565', to: '18565' }, { from: '25849', to: '25869' }] }, { country: 'ES', regions: ['IB', 'CN'] }]),
];

test.each([
  ['GB', undefined, 'SW1Y 4JH', 'gb'], ['GB', 'SCT', 'EH1 1AA', 'scotland'], ['GB', 'SCT', 'IV27 4HP', 'highlands'], ['GB', undefined, 'iv27 4hp', 'highlands'], ['GB', undefined, 'IV1 1AA', 'inverness'],
  ['GB', undefined, 'IV10 8SU', 'inverness'], ['GB', undefined, 'KW1 4YT', 'highlands'], ['GB', undefined, 'PA20 0AA', 'highlands'], ['GB', undefined, 'PA78 6SY', 'highlands'], ['GB', undefined, 'PA19 1AA', 'gb'],
  ['GB', undefined, 'PA79', 'gb'], ['GB', undefined, 'PA2', 'gb'], ['GB', undefined, '', 'gb'], ['GB', undefined, undefined, 'gb'], ['DE', undefined, '18565', 'islands'], ['DE', undefined, '18566', 'eu'],
  ['DE', undefined, '25848', 'eu'], ['DE', undefined, '25849', 'islands'], ['DE', undefined, '25869', 'islands'], ['DE', undefined, '25870', 'eu'], ['ES', 'IB', '07001', 'islands'], ['ES', 'MD', '28001', 'eu'],
  ['US', 'CA', '94103-1234', 'world'], ['IV', undefined, 'IV1', 'world'],
])('%s %s %s lies in %s', (country, region, postalCode, expected) => {
  expect(zoneFor(ZONES, { country, region, postalCode })?.code).toBe(expected);
  expect(zoneFor([...ZONES].reverse(), { country, region, postalCode })?.code).toBe(expected);
});

test('without a rest of the world some places lie nowhere', () => {
  expect(zoneFor(ZONES.slice(1), { country: 'US' })).toBeNull();
  expect(zoneFor([], { country: 'GB' })).toBeNull();
});

test('places are compared as they are meant, not as they are typed', () => {
  expect(placeKeysOf(zone('a', [{ country: 'GB', regions: ['SCT', 'WLS'], postcodes: [{ prefix: 'iv 1' }] }, { country: 'DE', postcodes: [{ from: '01-000', to: '01-999' }] }], true)))
    .toEqual(['GB-SCT IV1*', 'GB-WLS IV1*', 'DE 01000..01999', 'the rest of the world']);
});

describe('bands', () => {
  test.each([
    [[[0, 10], [10, null]], []], [[[10, null], [0, 10]], []], [[[0, 10], [11, null]], ['band_gap']], [[[0, 10], [9, null]], ['band_overlap']], [[[1, 10]], ['band_gap']], [[[0, null], [10, 20]], ['band_overlap']],
    [[[0, 0]], ['band_empty']], [[[5, 4]], ['band_empty']], [[[0, 10], [0, 10]], ['band_overlap']], [[[0, 10], [20, 30], [15, 25]], ['band_gap', 'band_overlap']], [[[0, 10]], []],
  ] as Array<[Array<[number, number | null]>, string[]]>)('%j: %j', (bands, codes) => {
    expect(bandProblems(bands.map(([from, to]) => ({ from, to }))).map(({ code }) => code)).toEqual(codes);
  });

  test('without problems hold every value exactly once, on every axis', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 70 }), (cuts, value) => {
      const ends = [0, ...cuts.sort((a, b) => a - b)];
      const bands = ends.map((from, at) => ({ from, to: ends[at + 1] ?? null }));
      expect(bandProblems(bands)).toEqual([]);
      for (const axis of ['weight', 'quantity', 'price'] as const) expect(bands.filter((band) => contains(band, value, axis))).toHaveLength(1);
    }));
  });
});

describe('a table', () => {
  const cell = (w: [number, number | null], p: [number, number | null], q: [number, number | null]) => ({ weight: { from: w[0], to: w[1] }, price: { from: p[0], to: p[1] }, quantity: { from: q[0], to: q[1] } });

  test('may not hold for one parcel twice, and may leave none out', () => {
    expect(cellProblems([cell([0, 5], [0, null], [0, null]), cell([5, null], [0, null], [0, null])])).toEqual([]);
    expect(cellProblems([cell([0, 5], [0, null], [0, null]), cell([4, null], [0, null], [0, null])]).map(({ code }) => code)).toEqual(['band_overlap']);
    expect(cellProblems([cell([0, 5], [0, 10], [0, null]), cell([5, null], [0, null], [0, null])]).map(({ code }) => code)).toEqual(['band_gap']);
    expect(cellProblems([cell([0, 5], [10, 10], [0, null])]).map(({ code }) => code)).toEqual(['band_empty']);
    expect(cellProblems([cell([1, 5], [0, null], [0, null])]).map(({ code }) => code)).toEqual(['band_gap']);
  });

  test('cut anywhere into a grid is whole, and with one row less or one twice it is not', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }).map((values) => [0, ...values.sort((a, b) => a - b), null]);
    fc.assert(fc.property(cuts, cuts, cuts, fc.nat(), (ws, ps, qs, pick) => {
      const ranges = (values: Array<number | null>) => values.slice(0, -1).map((from, at) => [from as number, values[at + 1]!] as [number, number | null]);
      const grid = ranges(ws).flatMap((w) => ranges(ps).flatMap((p) => ranges(qs).map((q) => cell(w, p, q))));
      const at = pick % grid.length;
      expect(cellProblems(grid)).toEqual([]);
      expect(cellProblems(grid.filter((_cell, n) => n !== at)).map(({ code }) => code)).toEqual(['band_gap']);
      expect(cellProblems([...grid, grid[at]!]).map(({ code }) => code)).toEqual(['band_overlap']);
    }), { numRuns: 60 });
  });
});

describe('groups by warehouse', () => {
  const eur = (amount: number) => ({ amount, currency: 'EUR' });

  test('spread quantities and money without losing a cent', () => {
    const groups = groupsOf([{ sku: 'A', quantity: 3, total: eur(1000) }, { sku: 'B', quantity: 1, total: eur(500) }, { sku: 'D', quantity: 9, requiresShipping: false }],
      [{ warehouseId: 'w1', lines: [{ sku: 'A', quantity: 2 }] }, { warehouseId: 'w2', lines: [{ sku: 'A', quantity: 1 }, { sku: 'B', quantity: 1 }] }]);

    expect(groups).toEqual([
      { warehouseId: 'w1', lines: [{ sku: 'A', quantity: 2, total: eur(667) }] },
      { warehouseId: 'w2', lines: [{ sku: 'A', quantity: 1, total: eur(333) }, { sku: 'B', quantity: 1, total: eur(500) }] },
    ]);
    expect(groups!.map(({ lines }) => goodsOf(lines, eur(1500)).amount)).toEqual([667, 833]);
    expect(goodsOf([{ sku: 'A', quantity: 1 }], eur(1500))).toEqual(eur(1500));
  });

  test('of a plan that speaks of other goods, or of fewer, are none', () => {
    expect(groupsOf([{ sku: 'SET', quantity: 1 }], [{ warehouseId: 'w1', lines: [{ sku: 'PART', quantity: 2 }] }])).toBeNull();
    expect(groupsOf([{ sku: 'A', quantity: 2 }], [{ warehouseId: 'w1', lines: [{ sku: 'A', quantity: 1 }] }])).toBeNull();
    expect(groupsOf([{ sku: 'A', quantity: 1 }], [])).toBeNull();
  });
});
