/** A stretch of an axis. Null is no end. */
export type Range = Readonly<{ from: number; to: number | null }>;
/**
 * Where a value on a boundary belongs: 1000 g still goes at the price up to 1000 g, so that weights and quantities stay
 * below; goods for 50.00 have reached "from 50.00", so that amounts of money go above.
 */
export type Axis = 'weight' | 'quantity' | 'price';

export function contains({ from, to }: Range, value: number, axis: Axis): boolean {
  if (axis === 'price') return value >= from && (to === null || value < to);
  return (value > from || (from === 0 && value === 0)) && (to === null || value <= to);
}

export type RangeProblem = Readonly<{ code: 'band_empty' | 'band_gap' | 'band_overlap'; at: number; message: string }>;
const end = ({ to }: Range): number => to ?? Infinity;
const told = ({ from, to }: Range): string => `${from} to ${to ?? 'any'}`;

/** What is wrong with bands along one axis: they begin at 0 and each begins where the one before ends. */
export function bandProblems(bands: readonly Range[]): RangeProblem[] {
  const empty = bands.flatMap((band, at): RangeProblem[] => (end(band) > band.from ? [] : [{ code: 'band_empty', at, message: `${told(band)} holds nothing` }]));
  if (empty.length > 0) return empty;
  const sorted = bands.map((band, at) => ({ band, at })).sort((a, b) => a.band.from - b.band.from || end(a.band) - end(b.band));
  let reached = 0;
  return sorted.flatMap(({ band, at }): RangeProblem[] => {
    const before = reached;
    reached = Math.max(reached, end(band));
    if (band.from > before) return [{ code: 'band_gap', at, message: `nothing covers ${before} to ${band.from}` }];
    if (band.from < before) return [{ code: 'band_overlap', at, message: `${told(band)} begins before ${before === Infinity ? 'an endless band' : before}, where another one ends` }];
    return [];
  });
}

export type Cell = Readonly<{ weight: Range; price: Range; quantity: Range }>;
const AXES = ['weight', 'price', 'quantity'] as const;
const overlap = (a: Range, b: Range): boolean => a.from < end(b) && b.from < end(a);

/** Rows of a table are boxes in three dimensions: no two may share a point, and together they must fill the box around them from 0 on. */
export function cellProblems(cells: readonly Cell[]): RangeProblem[] {
  const empty = cells.flatMap((cell, at) => AXES.filter((axis) => end(cell[axis]) <= cell[axis].from)
    .map((axis): RangeProblem => ({ code: 'band_empty', at, message: `${axis} ${told(cell[axis])} holds nothing` })));
  if (empty.length > 0) return empty;
  const doubles = cells.flatMap((cell, at) => cells.slice(0, at).flatMap((other, first) => (
    AXES.every((axis) => overlap(cell[axis], other[axis])) ? [{ code: 'band_overlap' as const, at, message: `row ${at} and row ${first} hold for the same parcels` }] : [])));
  return doubles.length > 0 ? doubles : gapIn(cells);
}

/** Without overlaps the volumes add up to the whole exactly when nothing is missing; lengths are counted in steps between boundaries. */
function gapIn(cells: readonly Cell[]): RangeProblem[] {
  const steps = AXES.map((axis) => [...new Set([0, ...cells.flatMap((cell) => [cell[axis].from, end(cell[axis])])])].sort((a, b) => a - b));
  const place = steps.map((values) => new Map(values.map((value, at) => [value, at])));
  const length = (cell: Cell, n: number) => place[n]!.get(end(cell[AXES[n]!]))! - place[n]!.get(cell[AXES[n]!].from)!;
  const filled = cells.reduce((so, cell) => so + length(cell, 0) * length(cell, 1) * length(cell, 2), 0);
  const whole = steps.reduce((so, values) => so * (values.length - 1), 1);
  return filled === whole ? [] : [{ code: 'band_gap', at: 0, message: `the rows leave ${whole - filled} of ${whole} fields of the table empty` }];
}
