/** What one warehouse has of one SKU. Units that belong to an order are reserved; the rest can be sold. */
export type LevelKey = Readonly<{ sku: string; warehouseId: string }>;
export type Level = LevelKey & Readonly<{
  productId: string; onHand: number; reserved: number; version: number;
  /** Follows its warehouse: stock of an inactive one is not for sale. */
  active: boolean;
  /** Overrides the warehouse's own; at or below it the level is low. */
  threshold?: number;
  lowSince?: Date;
  /** Units that are ordered and do not lie anywhere yet. */
  backordered?: number;
  backorder?: BackorderPolicy;
  preorder?: PreorderPolicy & Readonly<{ taken: number }>;
}>;

/** Up to so many units may be owed at a time; an order placed now is sent after so many days. */
export type BackorderPolicy = Readonly<{ ceiling: number; restockInDays: number }>;
/** So many units are sold before the goods exist, in all; those given back can be sold again. */
export type PreorderPolicy = Readonly<{ cap: number; shipsAt: Date }>;
export type Owing = 'backorder' | 'preorder';

export const MOVEMENT_TYPES = [
  'receipt', 'reservation', 'release', 'shipment', 'return', 'adjustment', 'transfer_in', 'transfer_out', 'write_off',
  'backorder', 'backorder_fill', 'backorder_release',
] as const;
export type MovementType = (typeof MOVEMENT_TYPES)[number];
export type StockChange = LevelKey & Readonly<{ type: MovementType; onHandDelta: number; reservedDelta: number }>;
/** What a movement happened for: `{ type: 'order', id }`. */
export type Cause = Readonly<{ type: string; id: string }>;

export type Site = Readonly<{
  id: string; priority: number; regionsServed: readonly string[]; costPerParcel?: number; location?: Readonly<{ country: string }>;
}>;
/** Where goods go. The part of the country counts when its code is known (SCT of GB-SCT). */
export type Destination = Readonly<{ country: string; region?: string | undefined }>;
export type OrderLine = Readonly<{ lineId: string; sku: string; quantity: number }>;
export type Allocation = OrderLine & Readonly<{ warehouseId: string }>;
export type Shortage = Readonly<{ sku: string; requested: number; available: number }>;
export type Available = LevelKey & Readonly<{ available: number }>;

const DAY_MS = 86_400_000;
/** What a level may still owe beyond its stock, and from when an order placed at that moment could be served. */
export function owingOf({ backordered = 0, backorder, preorder }: Level, at: Date): { kind: Owing; room: number; readyAt: Date } | null {
  if (preorder) return { kind: 'preorder', room: Math.max(0, preorder.cap - preorder.taken), readyAt: preorder.shipsAt > at ? preorder.shipsAt : at };
  if (backorder) return { kind: 'backorder', room: Math.max(0, backorder.ceiling - backordered), readyAt: new Date(at.getTime() + backorder.restockInDays * DAY_MS) };
  return null;
}

export const availableIn = ({ onHand, reserved }: Pick<Level, 'onHand' | 'reserved'>): number => onHand - reserved;
export const keyOf = ({ sku, warehouseId }: LevelKey): string => `${sku}\n${warehouseId}`;
/** Everybody locks in this order, so that two orders of the same goods never wait for each other. */
export const byKey = (a: LevelKey, b: LevelKey): number => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);

type Counters = Readonly<{ onHand: number; reserved: number }>;
/** The one rule of a level; nothing that breaks it is ever written. */
export const isSound = ({ onHand, reserved }: Counters): boolean => reserved >= 0 && reserved <= onHand;
export const changed = ({ onHand, reserved }: Counters, changes: ReadonlyArray<Pick<StockChange, 'onHandDelta' | 'reservedDelta'>>): Counters => ({
  onHand: changes.reduce((all, { onHandDelta }) => all + onHandDelta, onHand),
  reserved: changes.reduce((all, { reservedDelta }) => all + reservedDelta, reserved),
});

/** One alert per crossing: only the change that took the level from above its threshold to or below it says `crossed`. */
export function lowness(before: Counters, after: Counters, threshold: number | undefined): { low: boolean; crossed: boolean } {
  if (threshold === undefined) return { low: false, crossed: false };
  const low = availableIn(after) <= threshold;
  return { low, crossed: low && availableIn(before) > threshold };
}

export function sumBySku(lines: ReadonlyArray<{ sku: string; quantity: number }>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
}

/** A hold is what one cart has in one warehouse of one SKU, whichever of its lines asked for it. */
export type HeldLine = Readonly<{ lineId: string; quantity: number }>;
export type HoldState = 'held' | 'allocated' | 'shipped' | 'released' | 'expired';
export type Hold = LevelKey & Readonly<{
  id: string; orderId: string; cartId: string; lines: readonly HeldLine[];
  /** Still reserved. What was shipped or given back is counted beside it. */
  quantity: number; shipped: number; released: number; state: HoldState; expiresAt: Date | null;
}>;

export function holdsOf(allocations: readonly Allocation[]): Array<LevelKey & { lines: HeldLine[]; quantity: number }> {
  const holds = new Map<string, LevelKey & { lines: HeldLine[]; quantity: number }>();
  for (const { sku, warehouseId, lineId, quantity } of allocations) {
    const hold = holds.get(keyOf({ sku, warehouseId })) ?? { sku, warehouseId, lines: [], quantity: 0 };
    hold.lines.push({ lineId, quantity });
    hold.quantity += quantity;
    holds.set(keyOf(hold), hold);
  }
  return [...holds.values()].sort(byKey);
}

export type Taken = Readonly<{ hold: Hold; lineId: string; quantity: number }>;
export type NotHeld = Readonly<{ lineId: string; requested: number; held: number }>;

/** Finds the units of these lines among the holds, in their order; everything when no lines are named. */
export function takeFromHolds(holds: readonly Hold[], lines?: ReadonlyArray<HeldLine & { warehouseId?: string }>): { taken: Taken[]; notHeld: NotHeld[] } {
  if (!lines) return { taken: holds.flatMap((hold) => hold.lines.map((line) => ({ hold, ...line }))), notHeld: [] };
  const placeOf = (hold: Hold, lineId: string): string => `${hold.id}\n${lineId}`;
  const left = new Map(holds.flatMap((hold) => hold.lines.map((line) => [placeOf(hold, line.lineId), line.quantity] as const)));
  const taken: Taken[] = [];
  const notHeld: NotHeld[] = [];
  for (const { lineId, quantity, warehouseId } of lines) {
    let open = quantity;
    for (const hold of holds) {
      if (warehouseId !== undefined && hold.warehouseId !== warehouseId) continue;
      const place = placeOf(hold, lineId);
      const units = Math.min(open, left.get(place) ?? 0);
      if (units === 0) continue;
      taken.push({ hold, lineId, quantity: units });
      left.set(place, (left.get(place) ?? 0) - units);
      open -= units;
    }
    if (open > 0) notHeld.push({ lineId, requested: quantity, held: quantity - open });
  }
  return { taken, notHeld };
}

/** The hold without the units taken from it; it ends when none is left. A hold of which anything was shipped ends as shipped. */
export function withoutUnits(hold: Hold, taken: readonly HeldLine[], kind: 'shipped' | 'released', ended: HoldState): Hold {
  const gone = (lineId: string) => taken.filter((units) => units.lineId === lineId).reduce((all, { quantity }) => all + quantity, 0);
  const lines = hold.lines.map(({ lineId, quantity }) => ({ lineId, quantity: quantity - gone(lineId) })).filter(({ quantity }) => quantity > 0);
  const units = taken.reduce((all, { quantity }) => all + quantity, 0);
  const rest = { ...hold, lines, quantity: hold.quantity - units, [kind]: hold[kind] + units };
  if (rest.quantity > 0) return rest;
  return { ...rest, state: rest.shipped > 0 ? 'shipped' : ended };
}
