import { byPlace, planAllocation, serves } from './allocation.js';
import { addWorkingDays, daysUntil, shipDay } from './calendar.js';
import { sumBySku, type Available, type Destination, type Shortage } from './inventory.js';
import type { Warehouse } from './warehouses.js';

/** Where nobody said how long the road is. */
const USUAL_DAYS = 5;

export type PromisedLine = Readonly<{ sku: string; quantity: number }>;
/** What one warehouse sends, and when. Days are ISO dates. */
export type ParcelPromise = Readonly<{
  warehouseId: string; lines: readonly PromisedLine[]; shipsOn: string; deliversOn: string; transitDays: number;
  /** Not in stock yet: the days follow from when it is expected. */
  backordered: boolean;
}>;
/** What can be said of a delivery before it is ordered; a refusal says why. */
export type DeliveryPromise = Readonly<
  | { possible: true; shipsOn: string; deliversOn: string; minDays: number; maxDays: number; parcels: readonly ParcelPromise[] }
  | { possible: false; reason: 'region_not_served'; country: string; region?: string; message: string }
  | { possible: false; reason: 'insufficient_stock'; shortages: readonly Shortage[]; message: string }
>;

/** Units that do not lie anywhere yet, and from when they can be counted on. */
export type Expected = Readonly<{ sku: string; warehouseId: string; quantity: number; readyAt: Date }>;
type Question = {
  lines: readonly PromisedLine[]; stock: readonly Available[]; warehouses: readonly Warehouse[]; to: Destination; at: Date;
  /** How many units of a SKU could be back-ordered, where, and when they would come. */
  expected?: readonly Expected[];
};

/** What staff and shoppers are told when no warehouse sends there. */
export const unservedMessage = ({ country, region }: Destination): string =>
  `Nothing is sent to ${region === undefined ? country : `${country}-${region}`}: no warehouse serves it.`;

export const servedBy = (warehouses: readonly Warehouse[], to: Destination): Warehouse[] => warehouses.filter((warehouse) => serves(warehouse, to));

/** The day on which everything is there, from the warehouses that an order placed now would take it from. */
export function promiseOf({ lines, stock, warehouses, to, at, expected = [] }: Question): DeliveryPromise {
  const eligible = servedBy(warehouses, to);
  if (eligible.length === 0) return { possible: false, reason: 'region_not_served', ...given(to), message: unservedMessage(to) };
  const { now, later, shortages } = splitByStock(lines, stock, eligible, expected);
  if (shortages.length > 0) return { possible: false, reason: 'insufficient_stock', shortages, message: 'Not enough of it lies in the warehouses that send there.' };

  const { allocations } = planAllocation({ lines: now.map((line, n) => ({ ...line, lineId: String(n) })), stock, sites: eligible, ...to });
  const byId = new Map(eligible.map((warehouse) => [warehouse.id, warehouse]));
  const parcels = [
    ...groupByWarehouse(allocations).map(([warehouseId, sent]) => parcel(byId.get(warehouseId)!, sent, { to, readyAt: at, backordered: false })),
    ...later.map(({ sku, warehouseId, quantity, readyAt }) => parcel(byId.get(warehouseId)!, [{ sku, quantity }], { to, readyAt, backordered: true })),
  ];
  const last = parcels.reduce((a, b) => (b.deliversOn > a.deliversOn ? b : a));
  const days = parcels.map(({ warehouseId, deliversOn }) => daysUntil(byId.get(warehouseId)!, at, deliversOn));
  return {
    possible: true, shipsOn: parcels.reduce((a, b) => (b.shipsOn > a.shipsOn ? b : a)).shipsOn, deliversOn: last.deliversOn,
    minDays: Math.min(...days), maxDays: Math.max(...days), parcels,
  };
}

/** Units from stock where it reaches, the rest from what is expected. */
function splitByStock(lines: readonly PromisedLine[], stock: readonly Available[], eligible: readonly Warehouse[], expected: readonly Expected[]) {
  const ids = new Set(eligible.map(({ id }) => id));
  const now: PromisedLine[] = [];
  const later: Expected[] = [];
  const shortages: Shortage[] = [];
  for (const [sku, requested] of sumBySku(lines)) {
    const available = stock.filter((level) => level.sku === sku && ids.has(level.warehouseId)).reduce((all, level) => all + level.available, 0);
    let open = requested - Math.min(requested, available);
    if (requested > open) now.push({ sku, quantity: requested - open });
    for (const source of expected.filter((one) => one.sku === sku && ids.has(one.warehouseId))) {
      const quantity = Math.min(open, source.quantity);
      if (quantity > 0) later.push({ ...source, quantity });
      open -= quantity;
    }
    if (open > 0) shortages.push({ sku, requested, available: requested - open });
  }
  return { now, later, shortages };
}

type Sending = { to: Destination; readyAt: Date; backordered: boolean };
function parcel(warehouse: Warehouse, lines: readonly PromisedLine[], { to, readyAt, backordered }: Sending): ParcelPromise {
  const transitDays = byPlace(warehouse.shippingTimeEstimates, to) ?? USUAL_DAYS;
  const shipsOn = shipDay(warehouse, readyAt);
  return { warehouseId: warehouse.id, lines, shipsOn, deliversOn: addWorkingDays(warehouse, shipsOn, transitDays), transitDays, backordered };
}

function groupByWarehouse(allocations: ReadonlyArray<PromisedLine & { warehouseId: string }>): Array<[string, PromisedLine[]]> {
  const groups = new Map<string, PromisedLine[]>();
  for (const { warehouseId, sku, quantity } of allocations) groups.set(warehouseId, [...groups.get(warehouseId) ?? [], { sku, quantity }]);
  return [...groups];
}

const given = ({ country, region }: Destination) => ({ country, ...(region !== undefined && { region }) });
