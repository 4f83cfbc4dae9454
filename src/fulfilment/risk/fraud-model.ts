import { contributionsOf, scoreOf, sigmoid, type Forest, type Tree } from './learning/boosting.js';
import { FEATURES } from './features.js';
import type { Contribution } from '../../shared/order-risk.js';
import type { Thresholds } from './risk.js';

export type WeekMetrics = Readonly<{ from: string; tested: number; frauds: number; auc: number; averagePrecision: number; cardPrecision100: number; recallAt1Percent: number }>;
/** What training writes and the registry keeps; docs/fraud.md tells every field. */
export type ModelFile = Readonly<{
  format: 1; kind: 'boosted_trees'; version: string; trainedAt: string; source: string; rows: number; frauds: number;
  features: readonly string[];
  metrics: Readonly<{ weeks: readonly WeekMetrics[]; aucWorst: number; averagePrecisionMean: number; averagePrecisionWorst: number }>;
  /** Probabilities: reviewing 1 % of orders, and nearly all of those above are fraud. */
  thresholds: Thresholds;
  forest: Forest;
}>;

const TOLD_FEATURES = 6;
const MOST_TREES = 500;
const MOST_NODES = 255;

/** What is wrong with it, or null. A model that cannot be followed to a leaf, or asks for what nobody measures, is never asked. */
export function faultOf(file: ModelFile): string | null {
  if (file.format !== 1 || file.kind !== 'boosted_trees') return 'it is of another format';
  if (!Array.isArray(file.features) || file.features.length !== FEATURES.length || file.features.some((name, at) => name !== FEATURES[at])) return 'it was made for other features';
  const { review, refuse } = file.thresholds ?? {};
  if (!(review > 0 && review < refuse && refuse < 1)) return 'its thresholds are not in order';
  if (Number.isNaN(Date.parse(file.trainedAt))) return 'it does not say when it was trained';
  const { bias, trees } = file.forest ?? {};
  if (!Number.isFinite(bias) || !Array.isArray(trees) || trees.length === 0 || trees.length > MOST_TREES) return 'it has no trees';
  const broken = trees.findIndex((tree) => !isSound(tree));
  return broken === -1 ? null : `tree ${broken} is broken`;
}

/** Children stand behind their parents, so every path ends. */
function isSound({ feature, threshold, left, right, value }: Tree): boolean {
  if (![feature, threshold, left, right, value].every((part) => Array.isArray(part) && part.length === feature?.length)) return false;
  if (feature.length === 0 || feature.length > MOST_NODES) return false;
  const isChild = (child: number, node: number) => Number.isInteger(child) && child > node && child < feature.length;
  return feature.every((index, node) => Number.isFinite(threshold[node]) && Number.isFinite(value[node])
    && (index === -1 || (Number.isInteger(index) && index >= 0 && index < FEATURES.length && isChild(left[node]!, node) && isChild(right[node]!, node))));
}

/** The probability of fraud, and the features that moved it most. */
export function ask({ forest }: ModelFile, row: Float64Array): { probability: number; features: Contribution[] } {
  const contributions = contributionsOf(forest, row, FEATURES.length);
  const features = [...contributions].map((contribution, at): Contribution => ({ feature: FEATURES[at]!, value: rounded(row[at]!), contribution: rounded(contribution) }))
    .filter(({ contribution }) => contribution !== 0).sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, TOLD_FEATURES);
  return { probability: sigmoid(scoreOf(forest, row)), features };
}

export const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
