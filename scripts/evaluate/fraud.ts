import { buildDataset, measureModel, type Training, type Transaction } from '../../src/fulfilment/risk/index.js';
import { startBar } from '../lib/bar.js';
import { paint, say } from '../lib/terminal.js';

export const MARKS = { aucEach: 0.87, averagePrecisionMean: 0.65, averagePrecisionWorst: 0.58 } as const;
type Week = Readonly<{ from: Date; tested: number; frauds: number; auc: number; averagePrecision: number; cardPrecision100: number; recallAt1Percent: number }>;

/** Features of every row, with a bar. */
export function datasetWithBar(transactions: readonly Transaction[]) {
  const bar = startBar('features', transactions.length);
  const data = buildDataset(transactions, (done) => { if (done % 20_000 === 0) bar.at(done); });
  bar.at(transactions.length);
  bar.end();
  return data;
}

/** Draws the steps of a training. */
export function trainingBar(): { onStep: NonNullable<Training['onStep']>; end(): void } {
  let bar: ReturnType<typeof startBar> | undefined;
  return { onStep: (done, all, what) => { (bar ??= startBar('training', all)).at(done, what); }, end: () => { bar?.end(); } };
}

export function evaluateFraud(transactions: readonly Transaction[]): number {
  const data = datasetWithBar(transactions);
  const steps = trainingBar();
  const weeks = measureModel(data, steps);
  steps.end();
  return printWeeks(weeks);
}

/** A line per test week and the marks; 1 where one is missed. */
export function printWeeks(weeks: readonly Week[]): number {
  if (weeks.length === 0) {
    say('There is no test week: it takes four weeks of data, and 20 frauds in each.');
    return 1;
  }
  say('\n| test week from | rows | frauds | AUC | average precision | CP@100 | recall at 1 % review |\n|---|---|---|---|---|---|---|');
  for (const { from, tested, frauds, auc, averagePrecision, cardPrecision100, recallAt1Percent } of weeks) {
    say(`| ${from.toISOString().slice(0, 10)} | ${tested} | ${frauds} | ${[auc, averagePrecision, cardPrecision100, recallAt1Percent].map((value) => value.toFixed(4)).join(' | ')} |`);
  }
  const precisions = weeks.map(({ averagePrecision }) => averagePrecision);
  const marks: Array<readonly [string, number, number]> = [
    ['AUC, worst week', Math.min(...weeks.map(({ auc }) => auc)), MARKS.aucEach],
    ['average precision, mean', precisions.reduce((so, one) => so + one, 0) / precisions.length, MARKS.averagePrecisionMean],
    ['average precision, worst week', Math.min(...precisions), MARKS.averagePrecisionWorst],
  ];
  say('\n| measure | value | mark |\n|---|---|---|');
  for (const [name, value, mark] of marks) say(`| ${name} | ${value.toFixed(4)} | >= ${mark} ${value >= mark ? paint('green', '✓') : paint('red', '✗')} |`);
  return marks.every(([, value, mark]) => value >= mark) ? 0 : 1;
}
