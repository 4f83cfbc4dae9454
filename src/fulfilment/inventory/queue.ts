import { eligibleSites, planAllocation } from './allocation.js';
import { availableIn, owingOf, type Allocation, type Available, type Destination, type Level, type OrderLine, type Shortage, type Site } from './inventory.js';

/**
 * What can be sold of each level now. Units that lie there belong to those first who are waiting for them, wherever they
 * ordered: of a SKU as many are set aside as are owed, of the levels that owe them first.
 */
export function sellableStock(levels: readonly Level[]): Available[] {
  const stock = levels.map((level) => ({ sku: level.sku, warehouseId: level.warehouseId, available: availableIn(level) }));
  const owing = levels.filter(({ backordered = 0 }) => backordered > 0);
  for (const { sku, warehouseId, backordered = 0 } of owing) {
    let open = backordered;
    const own = stock.filter((level) => level.sku === sku).sort((a, b) => Number(b.warehouseId === warehouseId) - Number(a.warehouseId === warehouseId));
    for (const level of own) {
      const units = Math.min(open, Math.max(0, level.available));
      level.available -= units;
      open -= units;
    }
  }
  return stock;
}

type Wanted = { lines: readonly OrderLine[]; levels: readonly Level[]; sites: readonly Site[]; at: Date } & Destination;
type Plan = { allocations: Allocation[]; shortages: Shortage[] };

/** From stock what is there; beyond it what may be owed; both by those that serve the place. All lines or none. */
export function planReservation({ lines, levels, sites, at, ...to }: Wanted): Plan {
  const stock = sellableStock(levels);
  const plan = planAllocation({ lines, stock, sites, ...to });
  if (plan.shortages.length === 0) return plan;

  const sets = new Set(lines.filter(({ each }) => each !== undefined).map(({ sku }) => sku));
  const ranked = eligibleSites(sites, to);
  const owers = new Map(plan.shortages.map(({ sku }) => [sku, sets.has(sku) ? [] : owersOf(sku, levels, ranked, at)]));
  const short = plan.shortages.flatMap((shortage): Shortage[] => {
    const backorderable = owers.get(shortage.sku)!.reduce((all, { room }) => all + room, 0);
    if (shortage.available + backorderable >= shortage.requested) return [];
    return [{ ...shortage, ...(backorderable > 0 && { backorderable }) }];
  });
  if (short.length > 0) return { allocations: [], shortages: short };

  const { fromStock, owed } = splitLines(lines, new Map(plan.shortages.map(({ sku, available }) => [sku, available])), owers);
  return { shortages: [], allocations: [...planAllocation({ lines: fromStock, stock, sites, ...to }).allocations, ...owed] };
}

type Ower = { warehouseId: string; kind: 'backorder' | 'preorder'; room: number; readyAt: Date };

function owersOf(sku: string, levels: readonly Level[], ranked: readonly Site[], at: Date): Ower[] {
  return ranked.flatMap(({ id }) => {
    const level = levels.find((one) => one.sku === sku && one.warehouseId === id);
    const owing = level && owingOf(level, at);
    return owing && owing.room > 0 ? [{ warehouseId: id, ...owing }] : [];
  });
}

/** The first lines get what is there. */
function splitLines(lines: readonly OrderLine[], available: Map<string, number>, owers: ReadonlyMap<string, readonly Ower[]>) {
  const rooms = new Map([...owers].map(([sku, rows]) => [sku, rows.map((row) => ({ ...row }))]));
  const fromStock: OrderLine[] = [];
  const owed: Allocation[] = [];
  for (const line of lines) {
    const left = available.get(line.sku);
    if (left === undefined) { fromStock.push(line); continue; }
    const quantity = Math.min(left, line.quantity);
    available.set(line.sku, left - quantity);
    if (quantity > 0) fromStock.push({ ...line, quantity });
    let open = line.quantity - quantity;
    for (const ower of rooms.get(line.sku) ?? []) {
      const units = Math.min(open, ower.room);
      if (units === 0) continue;
      owed.push({ lineId: line.lineId, sku: line.sku, quantity: units, warehouseId: ower.warehouseId, backordered: true, owing: ower.kind, readyAt: ower.readyAt });
      ower.room -= units;
      open -= units;
    }
  }
  return { fromStock, owed };
}

/** Beyond the stock: how many units of a SKU can be ordered now, and from when they could be sent. */
export type Backorderable = Readonly<{ kind: 'backorder' | 'preorder'; quantity: number; restockInDays?: number; shipsAt?: Date }>;

export function backorderableOf(levels: readonly Level[], at: Date): Backorderable | null {
  const open = levels.flatMap((level) => {
    const owing = owingOf(level, at);
    return owing && owing.room > 0 ? [{ ...owing, restockInDays: level.backorder?.restockInDays, shipsAt: level.preorder?.shipsAt }] : [];
  }).sort((a, b) => a.readyAt.getTime() - b.readyAt.getTime());
  const [first] = open;
  if (!first) return null;
  return {
    kind: first.kind, quantity: open.reduce((all, { room }) => all + room, 0),
    ...(first.kind === 'backorder' ? { restockInDays: first.restockInDays! } : { shipsAt: first.shipsAt! }),
  };
}
