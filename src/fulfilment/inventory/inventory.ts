/** What one warehouse has of one SKU. Units that belong to an order are reserved; the rest can be sold. */
export type LevelKey = Readonly<{ sku: string; warehouseId: string }>;
export type Level = LevelKey & Readonly<{
  productId: string; onHand: number; reserved: number; version: number;
  /** Follows its warehouse: stock of an inactive one is not for sale. */
  active: boolean;
  /** Overrides the warehouse's own; at or below it the level is low. */
  threshold?: number;
  lowSince?: Date;
  /** Rises whenever something physical comes or goes, and not with orders. */
  moves?: number;
  /** Units that are ordered and do not lie anywhere yet. */
  backordered?: number;
  backorder?: BackorderPolicy;
  reorder?: ReorderPolicy;
  /** Since when so little is left that more should be ordered. */
  reorderSince?: Date;
  preorder?: PreorderPolicy & Readonly<{ taken: number }>;
}>;

/** Up to so many units may be owed at a time; an order placed now is sent after so many days. */
export type BackorderPolicy = Readonly<{ ceiling: number; restockInDays: number }>;
/** So many units are sold before the goods exist, in all; those given back can be sold again. */
export type PreorderPolicy = Readonly<{ cap: number; shipsAt: Date }>;
export type Owing = 'backorder' | 'preorder';
/** When only `point` units are left for sale, `quantity` more are ordered, or as many as it takes to have `upTo`. */
export type ReorderPolicy = Readonly<{ point: number; quantity?: number; upTo?: number }>;

export const MOVEMENT_TYPES = [
  'receipt', 'reservation', 'release', 'shipment', 'return', 'adjustment', 'transfer_in', 'transfer_out', 'write_off',
  'backorder', 'backorder_fill', 'backorder_release',
] as const;
export type MovementType = (typeof MOVEMENT_TYPES)[number];
export type StockChange = LevelKey & Readonly<{
  type: MovementType; onHandDelta: number; reservedDelta: number; backorderedDelta?: number;
  /** By which policy units are owed; of pre-orders it is counted how many were sold in all. */
  owing?: Owing;
}>;
/** What a movement happened for: `{ type: 'order', id }`. */
export type Cause = Readonly<{ type: string; id: string }>;

export type Site = Readonly<{
  id: string; priority: number; regionsServed: readonly string[]; costPerParcel?: number; location?: Readonly<{ country: string }>;
}>;
/** Where goods go. The part of the country counts when its code is known (SCT of GB-SCT). */
export type Destination = Readonly<{ country: string; region?: string | undefined }>;
/** `each`: so many of the SKU are in one unit of the line, which is a set of several SKUs then. */
export type OrderLine = Readonly<{ lineId: string; sku: string; quantity: number; each?: number }>;
export type Allocation = OrderLine & Readonly<{ warehouseId: string; backordered?: true; owing?: Owing; readyAt?: Date }>;
/** `backorderable`: so many more could have been ordered before they exist. */
export type Shortage = Readonly<{ sku: string; requested: number; available: number; backorderable?: number }>;
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

type Counters = Readonly<{ onHand: number; reserved: number; backordered?: number }>;
/** The one rule of a level; nothing that breaks it is ever written. */
export const isSound = ({ onHand, reserved, backordered = 0 }: Counters): boolean => reserved >= 0 && reserved <= onHand && backordered >= 0;
export function changed({ onHand, reserved, backordered = 0 }: Counters, change: Pick<StockChange, 'onHandDelta' | 'reservedDelta' | 'backorderedDelta'>): Counters {
  const { onHandDelta, reservedDelta, backorderedDelta = 0 } = change;
  return { onHand: onHand + onHandDelta, reserved: reserved + reservedDelta, ...(backordered + backorderedDelta !== 0 && { backordered: backordered + backorderedDelta }) };
}

/** What could be sold if everybody who waits were served: less than nothing while units are owed. */
export const netOf = ({ onHand, reserved, backordered = 0 }: Counters): number => onHand - reserved - backordered;

export function reorderQuantity({ quantity, upTo }: ReorderPolicy, net: number): number {
  return Math.max(1, quantity ?? (upTo ?? 0) - net);
}

/** Only the change that took the level to its point from above is the crossing. */
export function reorderDue(before: Counters, after: Counters, policy: ReorderPolicy | undefined): { low: boolean; crossed: boolean } {
  if (!policy) return { low: false, crossed: false };
  const low = netOf(after) <= policy.point;
  return { low, crossed: low && netOf(before) > policy.point };
}

/**
 * One alert per crossing: only the change that took the level from above its threshold to or below it says `crossed`. What is low stays so until it is
 * above the threshold by `margin`: a unit that comes and goes alerts nobody again.
 */
export function lowness(before: Counters & Pick<Level, 'lowSince'>, after: Counters, threshold: number | undefined, margin = 0): { low: boolean; crossed: boolean } {
  if (threshold === undefined) return { low: false, crossed: false };
  const wasLow = before.lowSince !== undefined;
  const low = availableIn(after) <= threshold + (wasLow ? margin : 0);
  return { low, crossed: low && !wasLow && availableIn(before) > threshold };
}

/** Of a threshold, in units: so much percent of it and at least one; none at 0 %. */
export const lowMargin = (threshold: number, percent: number): number => (percent === 0 ? 0 : Math.max(1, Math.ceil((threshold * percent) / 100)));

export function sumBySku(lines: ReadonlyArray<{ sku: string; quantity: number }>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
}

