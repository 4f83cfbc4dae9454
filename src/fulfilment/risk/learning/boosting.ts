/**
 * Gradient boosted trees for a yes or no (Friedman 2001; second-order leaves and gain as in Chen & Guestrin 2016, equations 5 to 7).
 * Values are put into at most 255 bins by quantile, so that a split is found in one pass over the rows. No randomness: the same rows make the same trees.
 */
export type BoostingOptions = Readonly<{ trees: number; depth: number; learningRate: number; l2: number; minHessian: number; bins: number }>;
export const USUAL: BoostingOptions = { trees: 100, depth: 4, learningRate: 0.08, l2: 4, minHessian: 2, bins: 64 };

/** Left is `value <= threshold`; of a leaf `feature` is -1. `value` is what the model would say here, in log-odds: the difference along a path explains a score. */
export type Tree = Readonly<{ feature: number[]; threshold: number[]; left: number[]; right: number[]; value: number[] }>;
export type Forest = Readonly<{ bias: number; trees: readonly Tree[] }>;
/** Columns of equal length, one per feature. */
export type Columns = readonly Float64Array[];

export function trainForest(columns: Columns, labels: Uint8Array, options: BoostingOptions = USUAL, onTree: (done: number) => void = () => {}): Forest {
  const rows = labels.length;
  const positives = labels.reduce((so, label) => so + label, 0);
  if (positives === 0 || positives === rows) throw new Error('A model needs examples of both kinds');
  const bias = Math.log(positives / (rows - positives));
  const binned = columns.map((column) => binColumn(column, options.bins));
  const scores = new Float64Array(rows).fill(bias);
  const [gradients, hessians] = [new Float64Array(rows), new Float64Array(rows)];
  const trees: Tree[] = [];
  for (let at = 0; at < options.trees; at++) {
    for (let row = 0; row < rows; row++) {
      const p = sigmoid(scores[row]!);
      gradients[row] = p - labels[row]!;
      hessians[row] = p * (1 - p);
    }
    trees.push(growTree({ binned, gradients, hessians, scores, options }));
    onTree(at + 1);
  }
  return { bias, trees };
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Log-odds of one row. */
export function scoreOf({ bias, trees }: Forest, row: ArrayLike<number>): number {
  let score = bias;
  for (const tree of trees) score += tree.value[leafOf(tree, row)]!;
  return score;
}

/**
 * How much each feature moved the score, in log-odds: along the path of every tree the change of the expected value is given to the feature that
 * was asked (Saabas 2014). Bias and contributions add up to the score.
 */
export function contributionsOf({ trees }: Forest, row: ArrayLike<number>, features: number): Float64Array {
  const contributions = new Float64Array(features);
  for (const { feature, threshold, left, right, value } of trees) {
    let node = 0;
    while (feature[node]! >= 0) {
      const next = row[feature[node]!]! <= threshold[node]! ? left[node]! : right[node]!;
      contributions[feature[node]!]! += value[next]! - value[node]!;
      node = next;
    }
  }
  return contributions;
}

function leafOf({ feature, threshold, left, right }: Tree, row: ArrayLike<number>): number {
  let node = 0;
  while (feature[node]! >= 0) node = row[feature[node]!]! <= threshold[node]! ? left[node]! : right[node]!;
  return node;
}

type Binned = Readonly<{ bins: Uint8Array; edges: Float64Array }>;

/** Edges at quantiles of a sorted copy; rare large values get bins of their own only where they are many enough. */
function binColumn(column: Float64Array, most: number): Binned {
  const sorted = Float64Array.from(column).sort();
  const edges: number[] = [];
  for (let at = 1; at < most; at++) {
    const edge = sorted[Math.floor((at * sorted.length) / most)]!;
    if (edge < sorted.at(-1)! && (edges.length === 0 || edge > edges.at(-1)!)) edges.push(edge);
  }
  // The far end is where fraud is: its last hundredth is cut finer.
  for (const share of [0.99, 0.995, 0.998, 0.999]) {
    const edge = sorted[Math.floor(share * sorted.length)]!;
    if (edge < sorted.at(-1)! && (edges.length === 0 || edge > edges.at(-1)!)) edges.push(edge);
  }
  const bins = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row++) bins[row] = binOf(edges, column[row]!);
  return { bins, edges: Float64Array.from(edges) };
}

function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

type Growing = { binned: readonly Binned[]; gradients: Float64Array; hessians: Float64Array; scores: Float64Array; options: BoostingOptions };
type Split = { feature: number; bin: number; gain: number };

/** Depth first; writes what the tree says into `scores`. */
function growTree(all: Growing): Tree {
  const { binned, scores, options } = all;
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] };
  const grow = (rows: Uint32Array, depth: number): number => {
    const [g, h] = sums(all, rows);
    const node = tree.feature.length;
    const value = (-options.learningRate * g) / (h + options.l2);
    tree.feature.push(-1); tree.threshold.push(0); tree.left.push(0); tree.right.push(0); tree.value.push(value);
    const split = depth < options.depth ? bestSplit(all, rows, g, h) : null;
    if (!split) {
      for (const row of rows) scores[row]! += value;
      return node;
    }
    const { bins, edges } = binned[split.feature]!;
    tree.feature[node] = split.feature;
    tree.threshold[node] = edges[split.bin]!;
    tree.left[node] = grow(rows.filter((row) => bins[row]! <= split.bin), depth + 1);
    tree.right[node] = grow(rows.filter((row) => bins[row]! > split.bin), depth + 1);
    return node;
  };
  grow(Uint32Array.from({ length: scores.length }, (_, row) => row), 0);
  return tree;
}

function sums({ gradients, hessians }: Growing, rows: Uint32Array): [number, number] {
  let [g, h] = [0, 0];
  for (const row of rows) {
    g += gradients[row]!;
    h += hessians[row]!;
  }
  return [g, h];
}

function bestSplit({ binned, gradients, hessians, options }: Growing, rows: Uint32Array, g: number, h: number): Split | null {
  const whole = (g * g) / (h + options.l2);
  let best: Split | null = null;
  for (const [feature, { bins, edges }] of binned.entries()) {
    if (edges.length === 0) continue;
    const [gs, hs] = [new Float64Array(edges.length + 1), new Float64Array(edges.length + 1)];
    for (const row of rows) {
      gs[bins[row]!]! += gradients[row]!;
      hs[bins[row]!]! += hessians[row]!;
    }
    let [gLeft, hLeft] = [0, 0];
    for (let bin = 0; bin < edges.length; bin++) {
      gLeft += gs[bin]!;
      hLeft += hs[bin]!;
      const [gRight, hRight] = [g - gLeft, h - hLeft];
      if (hLeft < options.minHessian || hRight < options.minHessian) continue;
      const gain = (gLeft * gLeft) / (hLeft + options.l2) + (gRight * gRight) / (hRight + options.l2) - whole;
      if (gain > 1e-9 && (!best || gain > best.gain)) best = { feature, bin, gain };
    }
  }
  return best;
}
