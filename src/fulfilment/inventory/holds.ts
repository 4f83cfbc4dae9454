import { byKey, keyOf, type Allocation, type LevelKey, type Owing } from './inventory.js';

/** Units of one line; `backordered` are those that do not lie anywhere yet, `each` as in the line. */
export type HeldLine = Readonly<{ lineId: string; quantity: number; backordered?: number; each?: number }>;
export type HoldState = 'held' | 'allocated' | 'shipped' | 'released' | 'expired';
/** A hold is what one cart has in one warehouse of one SKU, whichever of its lines asked for it. */
export type Hold = LevelKey & Readonly<{
  id: string; orderId: string; cartId: string; lines: readonly HeldLine[];
  /** Still reserved. What was shipped or given back is counted beside it. */
  quantity: number; shipped: number; released: number; state: HoldState; expiresAt: Date | null;
  /** Still owed, by which policy, and from when they can be counted on. `queued` orders those who wait for one level. */
  backordered?: number; owing?: Owing; readyAt?: Date; queued?: number;
}>;
type Held = LevelKey & Pick<Hold, 'quantity' | 'owing' | 'readyAt'> & { lines: HeldLine[]; backordered?: number };

export const owedOf = ({ backordered = 0 }: { backordered?: number }): number => backordered;

export function holdsOf(allocations: readonly Allocation[]): Held[] {
  const holds = new Map<string, Held>();
  for (const allocation of allocations) {
    const { sku, warehouseId, lineId, quantity, each, backordered } = allocation;
    const hold = holds.get(keyOf({ sku, warehouseId })) ?? { sku, warehouseId, lines: [], quantity: 0 };
    holds.set(keyOf(hold), backordered ? withOwed(hold, allocation) : { ...hold, lines: [...hold.lines, { lineId, quantity, ...(each !== undefined && { each }) }], quantity: hold.quantity + quantity });
  }
  return [...holds.values()].sort(byKey);
}

function withOwed(hold: Held, { lineId, quantity, owing, readyAt }: Allocation): Held {
  const line = hold.lines.find((one) => one.lineId === lineId);
  const owed = { ...(line ?? { lineId, quantity: 0 }), backordered: quantity };
  return {
    ...hold, lines: line ? hold.lines.map((one) => (one === line ? owed : one)) : [...hold.lines, owed],
    backordered: owedOf(hold) + quantity, ...(owing && { owing }), ...(readyAt && { readyAt }),
  };
}

/** Units of a line in one hold: reserved ones, and such that are only owed. */
export type Taken = Readonly<{ hold: Hold; lineId: string; quantity: number; backordered: number }>;
export type NotHeld = Readonly<{ lineId: string; requested: number; held: number }>;
type Wanted = Readonly<{ lineId: string; quantity: number; warehouseId?: string | undefined }>;

/** Finds the units of these lines among the holds, in their order; everything when no lines are named. What is only owed goes first when `owed` says so. */
export function takeFromHolds(holds: readonly Hold[], lines?: readonly Wanted[], { owed = false } = {}): { taken: Taken[]; notHeld: NotHeld[] } {
  if (!lines) return { taken: holds.flatMap((hold) => hold.lines.map(({ lineId, quantity, backordered = 0 }) => ({ hold, lineId, quantity, backordered }))), notHeld: [] };
  const placeOf = (hold: Hold, lineId: string): string => `${hold.id}\n${lineId}`;
  const left = new Map<string, { quantity: number; backordered: number }>(holds.flatMap((hold) => hold.lines.map((line) => [placeOf(hold, line.lineId), { quantity: line.quantity, backordered: owed ? owedOf(line) : 0 }] as const)));
  const taken: Array<{ hold: Hold; lineId: string; quantity: number; backordered: number }> = [];
  const notHeld: NotHeld[] = [];
  const take = (kind: 'quantity' | 'backordered', hold: Hold, lineId: string, most: number): number => {
    const place = left.get(placeOf(hold, lineId))!;
    const units = Math.min(most, place[kind]);
    if (units === 0) return 0;
    place[kind] -= units;
    const known = taken.find((one) => one.hold === hold && one.lineId === lineId);
    if (known) known[kind] += units;
    else taken.push({ hold, lineId, quantity: 0, backordered: 0, [kind]: units });
    return units;
  };
  for (const { lineId, quantity, warehouseId } of lines) {
    const among = holds.filter((hold) => (warehouseId === undefined || hold.warehouseId === warehouseId) && left.has(placeOf(hold, lineId)));
    const missing = [...groupBySku(among, lineId)].map(([, { each, group }]) => {
      let open = quantity * each;
      for (const kind of ['backordered', 'quantity'] as const) for (const hold of group) open -= take(kind, hold, lineId, open);
      return Math.ceil(open / each);
    });
    const short = missing.length === 0 ? quantity : Math.max(...missing);
    if (short > 0) notHeld.push({ lineId, requested: quantity, held: quantity - short });
  }
  return { taken, notHeld };
}

/** A set has several SKUs on one line; of each of them its own number of units belongs to one unit of the set. */
function groupBySku(holds: readonly Hold[], lineId: string): Map<string, { each: number; group: Hold[] }> {
  const groups = new Map<string, { each: number; group: Hold[] }>();
  for (const hold of holds) {
    const known = groups.get(hold.sku) ?? { each: hold.lines.find((line) => line.lineId === lineId)?.each ?? 1, group: [] };
    known.group.push(hold);
    groups.set(hold.sku, known);
  }
  return groups;
}

/** The hold without the units taken from it; it ends when none is left. A hold of which anything was shipped ends as shipped. */
export function withoutUnits(hold: Hold, taken: readonly Taken[], kind: 'shipped' | 'released', ended: HoldState): Hold {
  const gone = (lineId: string, of: 'quantity' | 'backordered') => taken.filter((units) => units.lineId === lineId).reduce((all, units) => all + units[of], 0);
  const lines = hold.lines.map((line) => counted(line, line.quantity - gone(line.lineId, 'quantity'), owedOf(line) - gone(line.lineId, 'backordered')))
    .filter((line) => line.quantity + owedOf(line) > 0);
  const [units, owed] = [taken.reduce((all, { quantity }) => all + quantity, 0), taken.reduce((all, { backordered }) => all + backordered, 0)];
  const rest = counted({ ...hold, lines, [kind]: hold[kind] + units + owed }, hold.quantity - units, owedOf(hold) - owed);
  if (rest.quantity + owedOf(rest) > 0) return rest;
  return { ...rest, state: rest.shipped > 0 ? 'shipped' : ended };
}

/** Units that were owed and lie in the warehouse now, line by line in their order. */
export function filledBy(hold: Hold, units: number): { hold: Hold; lines: Array<{ lineId: string; quantity: number }> } {
  const { lines, filled } = movedOff(hold, units);
  const kept = hold.lines.map((line, at) => counted(line, line.quantity + filled[at]!, owedOf(line) - filled[at]!));
  return { hold: counted({ ...hold, lines: kept }, hold.quantity + units, owedOf(hold) - units), lines };
}

/** The same, when the units lie in another warehouse: they leave this hold. */
export function movedOff(hold: Hold, units: number): { hold: Hold; lines: Array<{ lineId: string; quantity: number }>; filled: number[] } {
  let open = units;
  const filled = hold.lines.map((line) => {
    const some = Math.min(open, owedOf(line));
    open -= some;
    return some;
  });
  const rest = hold.lines.map((line, at) => counted(line, line.quantity, owedOf(line) - filled[at]!)).filter((line) => line.quantity + owedOf(line) > 0);
  const after = counted({ ...hold, lines: rest }, hold.quantity, owedOf(hold) - units);
  return {
    hold: after.quantity + owedOf(after) > 0 ? after : { ...after, state: after.shipped > 0 ? 'shipped' : 'released' },
    lines: hold.lines.map(({ lineId }, at) => ({ lineId, quantity: filled[at]! })).filter(({ quantity }) => quantity > 0), filled,
  };
}

function counted<T extends { quantity: number; backordered?: number }>({ backordered: _b, ...rest }: T, quantity: number, backordered: number): T {
  return { ...rest, quantity, ...(backordered > 0 && { backordered }) } as T;
}
