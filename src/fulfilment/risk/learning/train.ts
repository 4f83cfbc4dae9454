import { createHash } from 'node:crypto';
import { FEATURES } from '../features.js';
import { rounded, type ModelFile, type WeekMetrics } from '../fraud-model.js';
import { sigmoid, USUAL, type BoostingOptions } from './boosting.js';
import type { Dataset } from './dataset.js';
import { fit, PROTOCOL, rowsBetween, runWeek, testWeeks, type Scored, type WeekResult } from './protocol.js';

export type Training = Readonly<{ source: string; trainedAt: Date; options?: BoostingOptions; onStep?: (done: number, all: number, what: string) => void }>;

/** The marks of every test week; weeks with too few frauds to say anything are left out. */
export function measureModel(data: Dataset, { options = USUAL, onStep = () => {} }: Pick<Training, 'options' | 'onStep'> = {}): Array<WeekResult & { scored: Scored }> {
  const weeks = testWeeks(data);
  return weeks.flatMap((day, at) => {
    const found = runWeek(data, day, options, (tree) => { onStep(at * options.trees + tree, weeks.length * options.trees, `week ${at + 1} of ${weeks.length}`); });
    return found ?? [];
  });
}

/** Measured by the protocol, then learned from the last weeks whose frauds are known: as many days again as the test that it passed. */
export function trainModel(data: Dataset, { source, trainedAt, options = USUAL, onStep = () => {} }: Training): ModelFile {
  const steps = (testWeeks(data).length + 1) * options.trees;
  const weeks = measureModel(data, { options, onStep: (done, _all, what) => { onStep(done, steps, what); } });
  if (weeks.length === 0) throw new Error('There are too few days or frauds to train and test on: it takes four weeks, and 20 frauds in each');
  const end = (data.days.at(-1) ?? 0) + 1 - PROTOCOL.delay;
  const rows = rowsBetween(data, end - 2 * PROTOCOL.train, end);
  const forest = fit(data, rows, options, (tree) => { onStep(steps - options.trees + tree, steps, 'the model'); });
  const compact = { bias: forest.bias, trees: forest.trees.map((tree) => ({ ...tree, value: tree.value.map(exactEnough), threshold: tree.threshold.map(exactEnough) })) };
  return {
    format: 1, kind: 'boosted_trees', version: versionOf(trainedAt, compact), trainedAt: trainedAt.toISOString(), source, rows: rows.length, frauds: rows.reduce((so, row) => so + data.labels[row]!, 0),
    features: FEATURES, metrics: metricsOf(weeks), thresholds: thresholdsOf(weeks.map(({ scored }) => scored)), forest: compact,
  };
}

const versionOf = (at: Date, forest: object): string => `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${createHash('sha256').update(JSON.stringify(forest)).digest('hex').slice(0, 8)}`;
/** Single precision: half the size, and no leaf moves. */
const exactEnough = (value: number): number => Number(Math.fround(value).toPrecision(7));

function metricsOf(weeks: readonly WeekResult[]): ModelFile['metrics'] {
  const precisions = weeks.map(({ averagePrecision }) => averagePrecision);
  return {
    weeks: weeks.map(({ from, tested, frauds, auc, averagePrecision, cardPrecision100, recallAt1Percent }): WeekMetrics => ({
      from: from.toISOString(), tested, frauds, auc: rounded(auc), averagePrecision: rounded(averagePrecision), cardPrecision100: rounded(cardPrecision100), recallAt1Percent: rounded(recallAt1Percent),
    })),
    aucWorst: rounded(Math.min(...weeks.map(({ auc }) => auc))), averagePrecisionMean: rounded(precisions.reduce((so, one) => so + one, 0) / precisions.length), averagePrecisionWorst: rounded(Math.min(...precisions)),
  };
}

const REVIEWED = 0.01;
const NEARLY_ALL = 0.97;

/** From the test weeks: the probability above which 1 % of orders are, and the one above which nearly all are fraud. */
function thresholdsOf(weeks: readonly Scored[]): ModelFile['thresholds'] {
  const rows = weeks.flatMap(({ scores, labels }) => [...scores].map((score, at) => ({ p: sigmoid(score), isFraud: labels[at] === 1 }))).sort((a, b) => b.p - a.p);
  const review = Math.min(0.9, Math.max(0.01, rows[Math.round(rows.length * REVIEWED)]!.p));
  let [caught, refuse] = [0, 0.99];
  for (const [at, { p, isFraud }] of rows.entries()) {
    if (isFraud) caught += 1;
    if (at >= 20 && caught / (at + 1) >= NEARLY_ALL) refuse = p;
  }
  return { review: rounded(review), refuse: rounded(Math.min(0.995, Math.max(refuse, (review + 1) / 2))) };
}
