import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EmbeddedEngine, trainingTerms } from '../../src/selling/search/embedded-engine.js';
import type { Texts } from '../../src/selling/search/keyword-index.js';
import type { SearchEntry } from '../../src/selling/search/search.js';
import { trainSemanticModel } from '../../src/selling/search/semantic-model.js';

export type Product = { asin: string; title: string; description: string | null; bullet_points: string | null; brand: string | null; color: string | null; category: string[] | null; price: number | string | null };
export type Judged = { query: string; typo: string | null; judgments: Record<string, number> };
export type SearchQuality = { keywordNdcg: number; hybridNdcg: number; hybridRecall: number; typoShare: number; suggestionP95Ms: number; searchP95Ms: number; products: number; queries: number; trainedInMs: number };

/** Exact, substitute, complement and irrelevant, as the ESCI task weighs them: C. K. Reddy et al., Shopping Queries Dataset (2022). */
const GAINS: Readonly<Record<number, number>> = { 3: 1, 2: 0.1, 1: 0.01, 0: 0 };
const EXACT = 3;
const DEPTH = 10;
const RECALL_DEPTH = 100;

const mean = (values: readonly number[]) => values.reduce((so, value) => so + value, 0) / values.length;
const p95 = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;

function ndcg(ranked: readonly string[], judgments: Judged['judgments']): number {
  const gain = (ids: readonly string[]) => ids.slice(0, DEPTH).reduce((so, id, at) => so + (GAINS[judgments[id] ?? 0] ?? 0) / Math.log2(at + 2), 0);
  const ideal = Object.keys(judgments).sort((a, b) => GAINS[judgments[b]!]! - GAINS[judgments[a]!]!);
  return gain(ranked) / gain(ideal);
}

function recall(ranked: readonly string[], judgments: Judged['judgments']): number {
  const exact = Object.keys(judgments).filter((id) => judgments[id] === EXACT);
  const shown = new Set(ranked.slice(0, RECALL_DEPTH));
  return exact.filter((id) => shown.has(id)).length / exact.length;
}

const textsOf = ({ title, description, bullet_points: bullets, brand, color, category }: Product): Texts =>
  ({ title, brand: brand ?? '', category: (category ?? []).join(' '), attribute: color ?? '', body: `${description ?? ''}\n${bullets ?? ''}` });

/** `$1,299.00`, 12.5 or nothing, in minor units. */
function priceOf({ price }: Product): SearchEntry['priceRange'] {
  const amount = Math.round(Number(String(price ?? '').replace(/[^\d.]/g, '')) * 100);
  return amount > 0 ? { USD: { from: amount, to: amount } } : {};
}

const entryOf = (product: Product): SearchEntry => ({
  id: product.asin, visible: true, status: 'active', name: product.title, categoryIds: [], brand: product.brand, attributes: {}, priceRange: priceOf(product), inStock: true, rating: { average: 0, count: 0 }, createdAt: new Date(0),
});

export function loadCatalogue(folder: string): { products: Product[]; judged: Judged[] } {
  const products = gunzipSync(readFileSync(join(folder, 'products.jsonl.gz'))).toString().trim().split('\n').map((line) => JSON.parse(line) as Product);
  const judged = (JSON.parse(readFileSync(join(folder, 'queries.json'), 'utf8')) as Judged[]).filter(({ judgments }) => Object.values(judgments).includes(EXACT));
  return { products, judged };
}

export function indexed(products: readonly Product[]): EmbeddedEngine {
  const engine = new EmbeddedEngine();
  for (const product of products) engine.put(entryOf(product), textsOf(product));
  return engine;
}

/** On all judged queries of a folder with products.jsonl.gz and queries.json; unjudged products count nothing. */
export async function measureSearch(folder: string, onStep: (what: string) => void = () => {}): Promise<SearchQuality> {
  const { products, judged } = loadCatalogue(folder);
  onStep(`${products.length} products to index`);
  const engine = indexed(products);

  const took: number[] = [];
  const ask = (text: string) => {
    const begun = performance.now();
    const { ids } = engine.search({ text, filters: { attributes: {} }, facets: ['brand'], currency: 'USD', audience: 'staff', sort: 'relevance', skip: 0, take: RECALL_DEPTH });
    took.push(performance.now() - begun);
    return ids;
  };
  const keywordNdcg = mean(judged.map(({ query, judgments }) => ndcg(ask(query), judgments)));
  onStep('a semantic model to train');
  const begun = performance.now();
  const model = trainSemanticModel(products.map((product) => trainingTerms(textsOf(product))));
  const trainedInMs = Math.round(performance.now() - begun);
  await engine.takeOver(model!, (async function* texts() { for (const product of products) yield { id: product.asin, texts: textsOf(product) }; })());

  onStep(`${judged.length} queries to ask`);
  took.length = 0;
  const ranked = judged.map(({ query, judgments }) => ({ ids: ask(query), judgments }));
  const mistyped = judged.filter(({ typo }) => typo !== null);
  const clean = mean(mistyped.map(({ query, judgments }) => ndcg(ask(query), judgments)));
  const typos = mean(mistyped.map(({ typo, judgments }) => ndcg(ask(typo!), judgments)));
  return {
    keywordNdcg, hybridNdcg: mean(ranked.map(({ ids, judgments }) => ndcg(ids, judgments))), hybridRecall: mean(ranked.map(({ ids, judgments }) => recall(ids, judgments))),
    typoShare: typos / clean, searchP95Ms: p95(took), suggestionP95Ms: p95(judged.flatMap(({ query }) => suggestionTimes(engine, query))),
    products: products.length, queries: judged.length, trainedInMs,
  };
}

/** As somebody types it, letter by letter. */
function suggestionTimes(engine: EmbeddedEngine, query: string): number[] {
  return Array.from({ length: Math.max(0, query.length - 2) }, (_none, at) => {
    const begun = performance.now();
    engine.suggest({ text: query.slice(0, at + 3), audience: 'staff', take: 8 });
    return performance.now() - begun;
  });
}
