export const COUNT_STATES = ['open', 'posted', 'cancelled'] as const;
export type CountState = (typeof COUNT_STATES)[number];
/** `expected` and `moves` are the level when the count began; `moves` tells whether anything came or went since. */
export type CountLine = Readonly<{ sku: string; expected: number; moves: number; counted: number | null }>;
/** Goods that move while they are counted: the count is refused, or its difference counts on what lies there now. */
export type OnMovement = 'refuse' | 'relative';
export type StockCount = Readonly<{
  id: string; warehouseId: string; state: CountState; onMovement: OnMovement; lines: readonly CountLine[]; createdAt: Date; postedAt: Date | null; version: number;
}>;

export type Difference = Readonly<{ sku: string; difference: number }>;
export const differencesOf = ({ lines }: Pick<StockCount, 'lines'>): Difference[] =>
  lines.flatMap(({ sku, expected, counted }) => (counted === null || counted === expected ? [] : [{ sku, difference: counted - expected }]));

/** SKUs that were counted and of which something came or went meanwhile. */
export const movedMeanwhile = ({ lines }: Pick<StockCount, 'lines'>, movesNow: ReadonlyMap<string, number>): string[] =>
  lines.filter(({ sku, moves, counted }) => counted !== null && (movesNow.get(sku) ?? 0) !== moves).map(({ sku }) => sku);

export function withCounted(lines: readonly CountLine[], counted: ReadonlyArray<{ sku: string; counted: number }>): CountLine[] {
  const found = new Map(counted.map((line) => [line.sku, line.counted]));
  return lines.map((line) => ({ ...line, counted: found.get(line.sku) ?? line.counted }));
}
