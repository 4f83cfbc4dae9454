import { planAllocation, serves } from '../../../src/fulfilment/inventory/allocation.js';
import type { Allocation, Available, OrderLine, Site } from '../../../src/fulfilment/inventory/inventory.js';
import { seeded } from '../../support/random.js';

const site = (id: string, priority: number, regionsServed: string[] = ['GB']): Site => ({ id, priority, regionsServed });
const stock = (sku: string, units: Record<string, number>): Available[] => Object.entries(units).map(([warehouseId, available]) => ({ sku, warehouseId, available }));
const line = (lineId: string, sku: string, quantity: number): OrderLine => ({ lineId, sku, quantity });
const short = (allocations: readonly Allocation[]) => allocations.map(({ lineId, warehouseId, quantity }) => `${lineId} ${quantity} from ${warehouseId}`);
const plan = (lines: OrderLine[], available: Available[], sites: Site[], country = 'GB') => planAllocation({ lines, stock: available, sites, country });

describe('which warehouse sends what', () => {
  const sites = [site('A', 1), site('B', 2), site('C', 3, ['US'])];

  test('the preferred one, when it has everything', () => {
    expect(short(plan([line('1', 'X', 2)], stock('X', { A: 5, B: 5 }), sites).allocations)).toEqual(['1 2 from A']);
  });

  test('one further down, when it saves a parcel', () => {
    const { allocations } = plan([line('1', 'X', 2), line('2', 'Y', 1)], [...stock('X', { A: 5, B: 5 }), ...stock('Y', { B: 1 })], sites);

    expect(short(allocations)).toEqual(['1 2 from B', '2 1 from B']);
  });

  test('3 + 2 units over two sites take both', () => {
    expect(short(plan([line('1', 'X', 5)], stock('X', { A: 3, B: 2 }), sites).allocations)).toEqual(['1 3 from A', '1 2 from B']);
  });

  test('those that serve the country come first, even when that makes a parcel more', () => {
    expect(short(plan([line('1', 'X', 5)], stock('X', { A: 3, B: 2, C: 9 }), sites).allocations)).toEqual(['1 3 from A', '1 2 from B']);
    expect(short(plan([line('1', 'X', 5)], stock('X', { A: 3, B: 2, C: 9 }), sites, 'US').allocations)).toEqual(['1 5 from C']);
  });

  test('a far one sends only what the near ones lack', () => {
    expect(short(plan([line('1', 'X', 7)], stock('X', { A: 3, B: 2, C: 9 }), sites).allocations)).toEqual(['1 3 from A', '1 2 from B', '1 2 from C']);
  });

  test('a line is not split when one of the chosen can take it whole', () => {
    const { allocations } = plan([line('1', 'X', 4), line('2', 'Y', 2)], [...stock('X', { A: 2, B: 4 }), ...stock('Y', { A: 2 })], sites);

    expect(short(allocations)).toEqual(['1 4 from B', '2 2 from A']);
  });

  test('the same SKU on several lines counts together', () => {
    const lines = [line('1', 'X', 1), line('2', 'X', 1)];

    expect(plan(lines, stock('X', { A: 1 }), sites)).toEqual({ allocations: [], shortages: [{ sku: 'X', requested: 2, available: 1 }] });
    expect(short(plan(lines, stock('X', { A: 1, B: 1 }), sites).allocations)).toEqual(['1 1 from A', '2 1 from B']);
  });

  test('nothing is planned when anything is short, and every shortage is named', () => {
    const { allocations, shortages } = plan([line('1', 'X', 2), line('2', 'Y', 1), line('3', 'Z', 3)], [...stock('X', { A: 5 }), ...stock('Z', { A: 1, B: 1 })], sites);

    expect(allocations).toEqual([]);
    expect(shortages).toEqual([{ sku: 'Y', requested: 1, available: 0 }, { sku: 'Z', requested: 3, available: 2 }]);
  });

  test('a warehouse that names no region, or all, serves everybody', () => {
    expect(serves(site('A', 1, []), 'JP')).toBe(true);
    expect(serves(site('A', 1, ['*']), 'JP')).toBe(true);
    expect(serves(site('A', 1, ['GB']), 'JP')).toBe(false);
  });
});

/** Every way to choose the sites, tried one by one: what is best is defined here, not found cleverly. */
function bestByForce(needs: Map<string, number>, available: Available[], sites: Site[], country: string) {
  const ranked = [...sites].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  const has = (sku: string, id: string) => available.find((level) => level.sku === sku && level.warehouseId === id)?.available ?? 0;
  let best: { far: number; parcels: number } | null = null;
  for (let chosen = 1; chosen < 2 ** ranked.length; chosen++) {
    const picked = ranked.filter((_, at) => (chosen & (2 ** at)) > 0);
    let far = 0;
    let possible = true;
    for (const [sku, need] of needs) {
      const near = picked.filter((s) => serves(s, country)).reduce((all, s) => all + has(sku, s.id), 0);
      const total = picked.reduce((all, s) => all + has(sku, s.id), 0);
      if (total < need) possible = false;
      far += Math.max(0, need - near);
    }
    if (possible && (!best || far < best.far || (far === best.far && picked.length < best.parcels))) best = { far, parcels: picked.length };
  }
  return best;
}

test('equals the best of all ways in 1,000 random orders', () => {
  const random = seeded(20_261_121);
  let planned = 0;
  for (let round = 0; round < 1000; round++) {
    const sites = Array.from({ length: random.between(1, 5) }, (_, at) => site(`S${at}`, random.between(1, 3), random.between(0, 2) === 0 ? ['US'] : ['GB']));
    const skus = ['X', 'Y', 'Z'].slice(0, random.between(1, 3));
    const available = skus.flatMap((sku) => sites.map(({ id }) => ({ sku, warehouseId: id, available: random.between(0, 4) })));
    const lines = Array.from({ length: random.between(1, 4) }, (_, at) => line(`L${at}`, skus[random.between(0, skus.length - 1)]!, random.between(1, 4)));
    const needs = new Map<string, number>();
    for (const { sku, quantity } of lines) needs.set(sku, (needs.get(sku) ?? 0) + quantity);

    const { allocations, shortages } = plan(lines, available, sites);
    const best = bestByForce(needs, available, sites, 'GB');

    expect(shortages.length > 0).toBe(best === null);
    if (!best) continue;
    planned += 1;
    const far = allocations.filter(({ warehouseId }) => !serves(sites.find(({ id }) => id === warehouseId)!, 'GB')).reduce((all, { quantity }) => all + quantity, 0);
    expect({ far, parcels: new Set(allocations.map(({ warehouseId }) => warehouseId)).size }).toEqual(best);
    for (const { lineId, quantity } of lines) {
      expect(allocations.filter((a) => a.lineId === lineId).reduce((all, a) => all + a.quantity, 0)).toBe(quantity);
    }
    for (const level of available) {
      const taken = allocations.filter((a) => a.sku === level.sku && a.warehouseId === level.warehouseId).reduce((all, a) => all + a.quantity, 0);
      expect(taken).toBeLessThanOrEqual(level.available);
    }
  }
  expect(planned).toBeGreaterThan(300);
});

test('forty warehouses with one unit each still answer at once', () => {
  const sites = Array.from({ length: 40 }, (_, at) => site(`S${String(at).padStart(2, '0')}`, at));
  const available = sites.map(({ id }) => ({ sku: 'X', warehouseId: id, available: 1 }));
  const started = performance.now();

  const { allocations } = plan([line('1', 'X', 25)], available, sites);

  expect(performance.now() - started).toBeLessThan(500);
  expect(allocations).toHaveLength(25);
  expect(new Set(allocations.map(({ warehouseId }) => warehouseId)).size).toBe(25);
});
