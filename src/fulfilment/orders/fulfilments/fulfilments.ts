import { awaitsSending, type Order, type OrderItem } from '../orders.js';

export const FULFILMENT_STATES = ['pending', 'packed', 'shipped', 'delivered', 'cancelled'] as const;
export type FulfilmentState = (typeof FULFILMENT_STATES)[number];

export type UnitsOfItem = Readonly<{ itemId: string; quantity: number }>;
/** Null where the stock is not kept as this SKU (the parts of a bundle): it leaves from wherever it is held. */
export type FulfilmentLine = UnitsOfItem & Readonly<{ sku: string; warehouseId: string | null }>;
export type Tracking = Readonly<{ carrier?: string; trackingNumber?: string; trackingUrl?: string }>;
export type Parcel = Tracking & Readonly<{ id: string; lines: readonly UnitsOfItem[]; deliveredAt: Date | null }>;
/** Goods of one order that leave together, in one or more parcels. */
export type Fulfilment = Readonly<{
  id: string; orderId: string; state: FulfilmentState; lines: readonly FulfilmentLine[]; parcels: readonly Parcel[];
  createdAt: Date; packedAt: Date | null; shippedAt: Date | null; deliveredAt: Date | null; cancelledAt: Date | null; version: number;
}>;

const MOVES: Readonly<Record<FulfilmentState, readonly FulfilmentState[]>> = {
  pending: ['packed', 'shipped', 'cancelled'], packed: ['shipped', 'cancelled'], shipped: ['delivered'], delivered: [], cancelled: [],
};
export const nextStates = ({ state }: Pick<Fulfilment, 'state'>): readonly FulfilmentState[] => MOVES[state];
export const isOpen = ({ state }: Pick<Fulfilment, 'state'>): boolean => state === 'pending' || state === 'packed';

export const unitsIn = (lines: readonly UnitsOfItem[], itemId: string): number => lines.reduce((so, line) => (line.itemId === itemId ? so + line.quantity : so), 0);
/** Units of an item in these fulfilments. */
export const unitsOf = (fulfilments: readonly Fulfilment[], itemId: string): number => fulfilments.reduce((so, { lines }) => so + unitsIn(lines, itemId), 0);

/** Units that can be put into another parcel: in stock for this order, and in no open one. */
export const freeUnits = (item: OrderItem, open: readonly Fulfilment[]): number => (awaitsSending(item) ? 0 : item.units.allocated - unitsOf(open, item.id));

/** What the order holds where, by line. */
export type Held = Readonly<{ warehouseId: string; sku: string; lines: ReadonlyArray<{ lineId: string; quantity: number }> }>;
type Place = { warehouseId: string; left: number };

/** Where units of each item wait that no open fulfilment has claimed. */
function freePlaces({ items }: Pick<Order, 'items'>, held: readonly Held[], open: readonly Fulfilment[]): Map<string, Place[]> {
  const claimed = (itemId: string, warehouseId: string) => open.flatMap(({ lines }) => lines)
    .reduce((so, line) => (line.itemId === itemId && line.warehouseId === warehouseId ? so + line.quantity : so), 0);
  return new Map(items.map((item) => {
    const sites = new Map<string, number>();
    for (const hold of held.filter(({ sku }) => sku === item.sku)) {
      const units = hold.lines.reduce((so, line) => (line.lineId === item.id ? so + line.quantity : so), 0);
      if (units > 0) sites.set(hold.warehouseId, (sites.get(hold.warehouseId) ?? 0) + units);
    }
    return [item.id, [...sites].map(([warehouseId, units]) => ({ warehouseId, left: units - claimed(item.id, warehouseId) })).filter(({ left }) => left > 0)];
  }));
}

export type Planned = Readonly<{ lines: FulfilmentLine[]; missing: ReadonlyArray<UnitsOfItem & { available: number }> }>;
type Plan = Readonly<{ order: Pick<Order, 'items'>; held: readonly Held[]; open: readonly Fulfilment[]; wanted: readonly UnitsOfItem[]; warehouseId?: string | undefined }>;

/** Finds the units: all from one warehouse when one has them all, else from as few as they lie in. */
export function planLines({ order, held, open, wanted, warehouseId }: Plan): Planned {
  const places = freePlaces(order, held, open);
  const sites = [...new Set([...places.values()].flat().map((place) => place.warehouseId))];
  const hasAll = (site: string) => wanted.every(({ itemId, quantity }) => (places.get(itemId) ?? []).some((place) => place.warehouseId === site && place.left >= quantity));
  const preferred = warehouseId ?? sites.find(hasAll);
  const lines: FulfilmentLine[] = [];
  const missing: Array<UnitsOfItem & { available: number }> = [];
  for (const { itemId, quantity } of wanted) {
    const item = order.items.find(({ id }) => id === itemId)!;
    const placed = take(item, quantity, places.get(itemId) ?? [], preferred, warehouseId !== undefined);
    const available = Math.min(freeUnits(item, open), placed.reduce((so, line) => so + line.quantity, 0));
    if (available < quantity) missing.push({ itemId, quantity, available: Math.max(0, available) });
    lines.push(...placed);
  }
  return { lines, missing };
}

function take({ id: itemId, sku }: OrderItem, quantity: number, places: Place[], preferred: string | undefined, only: boolean): FulfilmentLine[] {
  if (places.length === 0) return only ? [] : [{ itemId, sku, quantity, warehouseId: null }];
  const ranked = [...places].sort((a, b) => Number(b.warehouseId === preferred) - Number(a.warehouseId === preferred) || b.left - a.left);
  const taken: FulfilmentLine[] = [];
  let wanted = quantity;
  for (const place of only ? ranked.filter(({ warehouseId }) => warehouseId === preferred) : ranked) {
    const units = Math.min(wanted, place.left);
    if (units === 0) continue;
    place.left -= units;
    wanted -= units;
    taken.push({ itemId, sku, quantity: units, warehouseId: place.warehouseId });
  }
  return taken;
}

/** Where units of an item lie that none of these parcels claims. */
export function unclaimedPlaces(item: Pick<OrderItem, 'id' | 'sku'>, quantity: number, held: readonly Held[], open: readonly Fulfilment[]): Array<{ lineId: string; quantity: number; warehouseId?: string }> {
  const claimed = open.flatMap(({ lines }) => lines).filter((line) => line.itemId === item.id);
  const places = new Map<string, number>();
  for (const hold of held.filter(({ sku }) => sku === item.sku)) {
    const units = hold.lines.reduce((so, line) => (line.lineId === item.id ? so + line.quantity : so), 0);
    places.set(hold.warehouseId, (places.get(hold.warehouseId) ?? 0) + units);
  }
  let left = quantity;
  const taken = [...places].map(([warehouseId, units]) => {
    const free = units - claimed.filter((line) => line.warehouseId === warehouseId).reduce((so, line) => so + line.quantity, 0);
    const part = Math.min(left, Math.max(0, free));
    left -= part;
    return { lineId: item.id, quantity: part, warehouseId };
  }).filter((place) => place.quantity > 0);
  return left > 0 ? [...taken, { lineId: item.id, quantity: left }] : taken;
}

/** Without a wish: one parcel a warehouse. */
export function parcelsByWarehouse(lines: readonly FulfilmentLine[]): UnitsOfItem[][] {
  const sites = [...new Set(lines.map(({ warehouseId }) => warehouseId))];
  return sites.map((site) => lines.filter(({ warehouseId }) => warehouseId === site).map(({ itemId, quantity }) => ({ itemId, quantity })));
}

/** Items whose units the parcels do not hold exactly once. */
export function unevenItems(lines: readonly UnitsOfItem[], parcels: ReadonlyArray<readonly UnitsOfItem[]>): string[] {
  const ids = new Set([...lines, ...parcels.flat()].map(({ itemId }) => itemId));
  return [...ids].filter((itemId) => unitsIn(lines, itemId) !== unitsIn(parcels.flat(), itemId));
}

/** A fulfilment without some of its units, the last parcels first; parcels and fulfilments that hold nothing any more are dropped and cancelled. */
export function withoutUnits(fulfilment: Fulfilment, { itemId, quantity }: UnitsOfItem, now: Date): Fulfilment {
  const lines = lessOf(fulfilment.lines, itemId, quantity);
  let left = quantity;
  const parcels = [...fulfilment.parcels].reverse().map((parcel) => {
    const gone = Math.min(left, unitsIn(parcel.lines, itemId));
    left -= gone;
    return { ...parcel, lines: lessOf(parcel.lines, itemId, gone) };
  }).reverse().filter((parcel) => parcel.lines.length > 0);
  return { ...fulfilment, lines, parcels, ...(lines.length === 0 && { state: 'cancelled' as const, cancelledAt: now }) };
}

function lessOf<L extends UnitsOfItem>(lines: readonly L[], itemId: string, quantity: number): L[] {
  let left = quantity;
  return [...lines].reverse().map((line) => {
    const gone = line.itemId === itemId ? Math.min(left, line.quantity) : 0;
    left -= gone;
    return { ...line, quantity: line.quantity - gone };
  }).reverse().filter((line) => line.quantity > 0);
}
