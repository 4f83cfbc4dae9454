import { commonGround, supportOf, wordsOf, type Baskets, type Words } from './basket-gram.js';
import type { Neighbours, RecommendationModel } from './recommendations.js';
import { invertSymmetric, paddedSize } from './symmetric-inverse.js';

export type Corpus = Readonly<{
  productIds: readonly string[];
  /** What describes each product: its name, brand, categories, attributes. */
  texts: readonly string[];
  baskets: Baskets;
}>;
export type Settings = Readonly<{
  /** So many of the best selling products are solved for; the work grows with the cube of it, the memory (16 bytes) with its square. */
  head: number;
  ridge: number; content: number;
  /** Kept of each product's neighbours. */
  neighbours: number;
}>;
/** Chosen on the baskets of three single months, each trained on the months before it: docs/recommendations.md. */
export const SETTINGS: Settings = { head: 4000, ridge: 3, content: 1, neighbours: 100 };
export type OnProgress = (share: number, step: string) => void;

const TAIL_NEIGHBOURS = 20;
const SIMILAR = 30;
/** What two that were bought together once or twice say is damped by this many baskets. */
const SHRINK = 10;
const POPULAR = 500;
const POPULAR_HALF_LIFE_DAYS = 30;
const FEWEST = { products: 2, baskets: 2 };

type Pair = { item: number; weight: number };

/** Null where there is too little to learn from. The same corpus gives the same model. */
export function trainRecommendations(corpus: Corpus, settings: Settings = SETTINGS, onProgress: OnProgress = () => {}): RecommendationModel | null {
  const { productIds, texts, baskets } = corpus;
  const support = supportOf(baskets, productIds.length);
  const sold = [...support.keys()].filter((item) => support[item]! > 0).sort((a, b) => support[b]! - support[a]! || a - b);
  if (sold.length < FEWEST.products || baskets.ageDays.length < FEWEST.baskets) return null;
  onProgress(0, 'words');
  const words = wordsOf(texts);
  const similar = similarProducts(words, productIds.length);
  onProgress(0.05, 'baskets');
  const rows: Pair[][] = productIds.map(() => []);
  const head = sold.slice(0, settings.head);
  solveHead(head, { baskets, words, settings, products: productIds.length, onProgress: (share) => { onProgress(0.1 + 0.85 * share, 'weights'); } }, rows);
  boughtWithTail(sold.slice(settings.head), baskets, support, rows);
  onProgress(1, 'done');
  return { productIds, together: pack(rows), similar, popular: Uint32Array.from(bestSellers(baskets, productIds.length)) };
}

/** The largest by `weight` whatever its sign, and the first among equals. */
function strongest(pairs: Pair[], most: number): Pair[] {
  return pairs.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.item - b.item).slice(0, most);
}

type Solving = { baskets: Baskets; words: Words; settings: Settings; products: number; onProgress: (share: number) => void };
/**
 * EASE (H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019): the weights that best foretell each product of
 * a basket from the others, none from itself, in closed form: B = I - P·diag(P)⁻¹ with P = (XᵀX + λI)⁻¹. Words of the products
 * enter as further rows of X (collective EASE; O. Jeunen, J. Van Balen, B. Goethals, 2020).
 */
function solveHead(head: readonly number[], { baskets, words, settings, products, onProgress }: Solving, rows: Pair[][]): void {
  const place = new Int32Array(products).fill(-1);
  head.forEach((item, at) => { place[item] = at; });
  const n = paddedSize(head.length);
  const inverse = commonGround(baskets, words, place, head.length, settings);
  invertSymmetric(inverse, n, onProgress);
  head.forEach((item, i) => {
    const pairs = head.flatMap((other, j) => (j === i ? [] : [{ item: other, weight: -inverse[Math.max(i, j) * n + Math.min(i, j)]! / inverse[j * n + j]! }]));
    rows[item] = strongest(pairs, settings.neighbours);
  });
}

/** Shrunk Jaccard for what sells too seldom to be solved for: baskets with both, of baskets with either. */
function boughtWithTail(tail: readonly number[], baskets: Baskets, support: Uint32Array, rows: Pair[][]): void {
  const wanted = new Map(tail.map((item) => [item, new Map<number, number>()]));
  for (let basket = 0; wanted.size > 0 && basket + 1 < baskets.starts.length; basket++) {
    const items = baskets.items.subarray(baskets.starts[basket], baskets.starts[basket + 1]);
    for (const item of items) {
      const counts = wanted.get(item);
      if (counts) for (const other of items) if (other !== item) counts.set(other, (counts.get(other) ?? 0) + 1);
    }
  }
  for (const [item, counts] of wanted) {
    rows[item] = strongest([...counts].map(([other, both]) => ({ item: other, weight: both / (support[item]! + support[other]! - both + SHRINK) })), TAIL_NEIGHBOURS);
  }
}

/** Cosine of the words. */
function similarProducts({ postings }: Words, products: number): Neighbours {
  const wordsOfItem: Array<Array<{ word: number; weight: number }>> = Array.from({ length: products }, () => []);
  postings.forEach((posting, word) => { for (const { item, weight } of posting) wordsOfItem[item]!.push({ word, weight }); });
  return pack(wordsOfItem.map((own, item) => {
    const scores = new Map<number, number>();
    for (const { word, weight } of own) for (const other of postings[word]!) scores.set(other.item, (scores.get(other.item) ?? 0) + weight * other.weight);
    scores.delete(item);
    return strongest([...scores].map(([other, weight]) => ({ item: other, weight })), SIMILAR);
  }));
}

function bestSellers(baskets: Baskets, products: number): number[] {
  const weights = new Float64Array(products);
  for (let basket = 0; basket + 1 < baskets.starts.length; basket++) {
    const weight = 0.5 ** (baskets.ageDays[basket]! / POPULAR_HALF_LIFE_DAYS);
    for (const item of baskets.items.subarray(baskets.starts[basket], baskets.starts[basket + 1])) weights[item]! += weight;
  }
  return [...weights.keys()].filter((item) => weights[item]! > 0).sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, POPULAR);
}

function pack(rows: ReadonlyArray<readonly Pair[]>): Neighbours {
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((row, at) => { starts[at + 1] = starts[at]! + row.length; });
  const items = new Uint32Array(starts.at(-1)!);
  const weights = new Float32Array(items.length);
  rows.forEach((row, at) => { row.forEach((pair, i) => { items[starts[at]! + i] = pair.item; weights[starts[at]! + i] = pair.weight; }); });
  return { starts, items, weights };
}
