import { scoreOf, trainForest, USUAL, type BoostingOptions, type Forest } from './boosting.js';
import type { Dataset } from './dataset.js';
import { areaUnderRoc, averagePrecision, cardPrecision, recallAt } from './measures.js';

/** Days; after the Fraud Detection Handbook, chapter 5: learn from a week, wait until its frauds are known, be tested on the next. */
export const PROTOCOL = { train: 7, delay: 7, test: 7 } as const;
/** Before it the windows of the features are too short to learn from. */
const WARM_UP_DAYS = 7;
const MIN_FRAUDS = 20;

/** `day` is the first day of the test, counted from the first of the data. */
export type WeekResult = Readonly<{ day: number; from: Date; trained: number; tested: number; frauds: number; auc: number; averagePrecision: number; cardPrecision100: number; recallAt1Percent: number }>;
export type Scored = Readonly<{ scores: Float64Array; labels: Uint8Array }>;

/** First days of the test weeks, the last of which ends with the data. */
export function testWeeks({ days }: Pick<Dataset, 'days'>): number[] {
  const weeks: number[] = [];
  const end = (days.at(-1) ?? -1) + 1;
  for (let day = end - PROTOCOL.test; day - PROTOCOL.delay - PROTOCOL.train >= WARM_UP_DAYS; day -= PROTOCOL.test) weeks.unshift(day);
  return weeks;
}

export function rowsBetween({ days }: Pick<Dataset, 'days'>, from: number, to: number): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < days.length; row++) if (days[row]! >= from && days[row]! < to) rows.push(row);
  return Uint32Array.from(rows);
}

/**
 * Who had a fraud in the training week, or since then a week before the day of the test, is known as compromised and blocked: such customers are
 * no test. `day` is the first day of the test week.
 */
export function testRows(data: Pick<Dataset, 'days' | 'labels' | 'customers'>, day: number): Uint32Array {
  const start = day - PROTOCOL.delay - PROTOCOL.train;
  const knownOn = new Map<number, number>();
  for (const row of rowsBetween(data, start, day + PROTOCOL.test)) {
    if (data.labels[row] === 0) continue;
    const known = Math.max(day, data.days[row]! + PROTOCOL.delay + 1);
    if (known < (knownOn.get(data.customers[row]!) ?? Infinity)) knownOn.set(data.customers[row]!, known);
  }
  return rowsBetween(data, day, day + PROTOCOL.test).filter((row) => data.days[row]! < (knownOn.get(data.customers[row]!) ?? Infinity));
}

export function fit(data: Dataset, rows: Uint32Array, options: BoostingOptions = USUAL, onTree?: (done: number) => void): Forest {
  return trainForest(data.columns.map((column) => Float64Array.from(rows, (row) => column[row]!)), Uint8Array.from(rows, (row) => data.labels[row]!), options, onTree);
}

export function scoreRows(forest: Forest, data: Dataset, rows: Uint32Array): Scored {
  const values = new Float64Array(data.columns.length);
  const scores = Float64Array.from(rows, (row) => {
    for (let index = 0; index < values.length; index++) values[index] = data.columns[index]![row]!;
    return scoreOf(forest, values);
  });
  return { scores, labels: Uint8Array.from(rows, (row) => data.labels[row]!) };
}

/** Null where a week has too few frauds to say anything. */
export function runWeek(data: Dataset, day: number, options: BoostingOptions = USUAL, onTree?: (done: number) => void): (WeekResult & { scored: Scored }) | null {
  const start = day - PROTOCOL.delay - PROTOCOL.train;
  const training = rowsBetween(data, start, start + PROTOCOL.train);
  const testing = testRows(data, day);
  const fraudsIn = (rows: Uint32Array) => rows.reduce((so, row) => so + data.labels[row]!, 0);
  const frauds = fraudsIn(testing);
  if (fraudsIn(training) < MIN_FRAUDS || frauds < MIN_FRAUDS) return null;
  const scored = scoreRows(fit(data, training, options, onTree), data, testing);
  const daily = { ...scored, days: Int32Array.from(testing, (row) => data.days[row]!), customers: Int32Array.from(testing, (row) => data.customers[row]!) };
  return {
    day, from: new Date((data.firstDay + day) * 86_400_000), trained: training.length, tested: testing.length, frauds, scored,
    auc: areaUnderRoc(scored), averagePrecision: averagePrecision(scored), cardPrecision100: cardPrecision(daily, 100), recallAt1Percent: recallAt(scored, 0.01),
  };
}
