import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { commonGround, packBaskets, supportOf } from '../../src/insight/recommendations/basket-gram.js';
import { rankNeighbours, rowsOf, type RecommendationModel } from '../../src/insight/recommendations/recommendations.js';
import { invertSymmetric, paddedSize } from '../../src/insight/recommendations/symmetric-inverse.js';
import { SETTINGS, trainRecommendations, type Corpus, type OnProgress, type Settings } from '../../src/insight/recommendations/training.js';

import { startBar } from '../lib/bar.js';
import { Advice, paint, say, seconds } from '../lib/terminal.js';

export type BasketCase = Readonly<{ context: readonly string[]; hidden: string }>;
export type RankingQuality = Readonly<{ name: string; hitRate: number }>;
export type BasketData = Readonly<{ corpus: Corpus; cases: readonly BasketCase[] }>;

const TOP = 10;
const DAY_MS = 86_400_000;
const MARK = { hitRate: 0.34, overCoCount: 2, lookupP95Ms: 10 };
/** As many as the service ranks. */
const RANKED = 200;
const USUAL = { cases: 'basket_cases_oct.json.gz', before: '2011-10-01' };
/** Of EASE as published, on these baskets. */
const PLAIN_RIDGE = 50;
const SHRINK = 10;

const unpack = (file: string) => gunzipSync(readFileSync(file)).toString();

/** The orders of a folder (lines_to_2011-10.csv.gz, items.csv.gz) before a day, YYYY-MM-DD, and the cases of a file. */
export function readBaskets(folder: string, { before, cases } = { ...USUAL, cases: join(folder, USUAL.cases) }): BasketData {
  const names = new Map((parse(unpack(join(folder, 'items.csv.gz')), { columns: true, relax_quotes: true }) as Array<{ StockCode: string; description: string }>).map(({ StockCode, description }) => [StockCode, description]));
  const orders = readOrders(folder, before);
  const productIds = [...new Set(orders.flatMap(({ skus }) => skus))].sort();
  const index = new Map(productIds.map((id, at) => [id, at]));
  const baskets = packBaskets(orders.map(({ at, skus }) => ({ items: skus.map((sku) => index.get(sku)!), ageDays: (Date.parse(before) - Date.parse(at)) / DAY_MS })));
  return {
    corpus: { productIds, texts: productIds.map((id) => names.get(id) ?? ''), baskets },
    cases: JSON.parse(unpack(cases)) as BasketCase[],
  };
}

function readOrders(folder: string, before: string): Array<{ at: string; skus: string[] }> {
  const orders = new Map<string, { at: string; skus: Set<string> }>();
  for (const line of unpack(join(folder, 'lines_to_2011-10.csv.gz')).split('\n').slice(1)) {
    const [order = '', at = '', _customer, sku = ''] = line.split(',');
    if (order === '' || at >= before) continue;
    const known = orders.get(order) ?? { at: at.slice(0, 10), skus: new Set<string>() };
    orders.set(order, known);
    known.skus.add(sku);
  }
  return [...orders.values()].map(({ at, skus }) => ({ at, skus: [...skus] }));
}

/** The share of baskets whose hidden product is among the ten that a ranking names; products of the context are no answers. */
function hitRate({ corpus, cases }: BasketData, rank: (context: readonly number[]) => readonly string[]): number {
  const index = new Map(corpus.productIds.map((id, at) => [id, at]));
  return cases.filter(({ context, hidden }) => rank(context.flatMap((id) => index.get(id) ?? [])).slice(0, TOP).includes(hidden)).length / cases.length;
}

const rateModel = (data: BasketData, model: RecommendationModel): number => {
  const rows = rowsOf(model);
  return hitRate(data, (context) => rankNeighbours(model, model.together, context.map((row) => rows.get(data.corpus.productIds[row]!)!), TOP).map(({ productId }) => productId));
};

type Square = { n: number; at(i: number, j: number): number };
const squareOf = (lower: Float64Array, n: number): Square => ({ n, at: (i, j) => (i >= j ? lower[i * n + j]! : lower[j * n + i]!) });

/** Ranks by the sum of weight(context, product). */
const summed = ({ corpus: { productIds } }: BasketData, weight: (i: number, j: number) => number) => (context: readonly number[]): string[] => {
  const scores = productIds.map((_id, j) => context.reduce((so, i) => so + weight(i, j), 0));
  for (const i of context) scores[i] = -Infinity;
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, TOP).map((at) => productIds[at]!);
};

/** What simpler rankings reach, with all products and nothing cut. */
export function* rateSimple(data: BasketData, onProgress: OnProgress = () => {}): Generator<RankingQuality> {
  const { corpus: { productIds, baskets } } = data;
  const support = supportOf(baskets, productIds.length);
  yield { name: 'popularity', hitRate: hitRate(data, summed(data, (_i, j) => support[j]!)) };
  const everything = Int32Array.from(productIds.keys());
  const counted = () => commonGround(baskets, { postings: [] }, everything, productIds.length, { ridge: 0, content: 0, sizePower: 0 });
  const n = paddedSize(productIds.length);
  const counts = squareOf(counted(), n);
  yield { name: 'co-count', hitRate: hitRate(data, summed(data, (i, j) => counts.at(i, j))) };
  yield { name: 'jaccard', hitRate: hitRate(data, summed(data, (i, j) => counts.at(i, j) / (support[i]! + support[j]! - counts.at(i, j) + SHRINK))) };
  const inverse = counted();
  for (let i = 0; i < n; i++) inverse[i * n + i]! += PLAIN_RIDGE;
  invertSymmetric(inverse, n, (share) => { onProgress(share, 'EASE'); });
  const solved = squareOf(inverse, n);
  yield { name: `EASE (λ ${PLAIN_RIDGE})`, hitRate: hitRate(data, summed(data, (i, j) => -solved.at(i, j) / solved.at(j, j))) };
}

export function rateOurs(data: BasketData, settings: Settings = SETTINGS, onProgress: OnProgress = () => {}): RankingQuality & { lookupP95Ms: number } {
  const model = trainRecommendations(data.corpus, settings, onProgress)!;
  return { name: 'ours', hitRate: rateModel(data, model), lookupP95Ms: timeLookups(data, model) };
}

/** What a process spends on one basket: all that is asked of the model, as the service asks it. */
function timeLookups({ cases }: BasketData, model: RecommendationModel): number {
  const rows = rowsOf(model);
  const times = cases.map(({ context }) => {
    const begun = performance.now();
    rankNeighbours(model, model.together, context.flatMap((id) => rows.get(id) ?? []), RANKED);
    return performance.now() - begun;
  }).sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.95)]!;
}

/** Prints a line per ranking; 1 where ours misses a mark. */
export function evaluateRecommendations(folder: string, file = join(folder, USUAL.cases), before = USUAL.before): number {
  for (const needed of [file, join(folder, 'lines_to_2011-10.csv.gz')]) if (!existsSync(needed)) throw new Advice(`Skipped: there is no ${needed}. KONTOR_DATA names the folder with the data.`);
  const data = readBaskets(folder, { before, cases: file });
  const began = Date.now();
  const bar = startBar('rankings', 200);
  const simple = [...rateSimple(data, (share, step) => { bar.at(Math.round(share * 100), step); })];
  const begunOurs = Date.now();
  const ours = rateOurs(data, SETTINGS, (share, step) => { bar.at(100 + Math.round(share * 100), step); });
  bar.end();
  say(`\n| ranking | HR@${TOP} |\n|---|---|`);
  for (const { name, hitRate } of [...simple, ours]) say(`| ${name} | ${hitRate.toFixed(4)} |`);
  const coCount = simple.find(({ name }) => name === 'co-count')!.hitRate;
  const isMet = ours.hitRate >= MARK.hitRate && ours.hitRate >= MARK.overCoCount * coCount && ours.lookupP95Ms <= MARK.lookupP95Ms;
  say(`\n${paint(isMet ? 'green' : 'red', isMet ? '✓' : '✗')} ours >= ${MARK.hitRate} and >= ${MARK.overCoCount} x co-count; lookup p95 ${ours.lookupP95Ms.toFixed(2)} ms <= ${MARK.lookupP95Ms} ms`);
  say(`${data.corpus.baskets.ageDays.length} orders of ${data.corpus.productIds.length} products before ${before}, ${data.cases.length} baskets; ours trained and asked in ${seconds(Date.now() - begunOurs)}, all in ${seconds(Date.now() - began)}`);
  return isMet ? 0 : 1;
}
