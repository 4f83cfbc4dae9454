import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateFraud } from './evaluate/fraud.js';
import { evaluateRecommendations } from './evaluate/recommendations.js';
import { measureScoring } from './evaluate/scoring.js';
import { measureSearch } from './evaluate/search.js';
import { measureVoice } from './evaluate/voice.js';
import { measureVisual } from './evaluate/visual.js';
import { fraudFile, readTransactions } from './lib/fraud-data.js';
import { root } from './lib/paths.js';
import { Advice, main, note, paint, say } from './lib/terminal.js';

const DATA = process.env['KONTOR_DATA'] ?? join(root, '../shared/data');
type Line = readonly [what: string, value: number, mark: number, better: 'higher' | 'lower', digits: number];

/** `npm run evaluate -- search`, `voice`, `visual`, `recommendations`, `fraud` or `scoring`: how good it is on judged data; the marks are what it must reach. */
main(async () => {
  const [what, file, before] = process.argv.slice(2);
  if (what === 'visual') return evaluateVisual();
  if (what === 'fraud') return evaluateFraud(await readTransactions(fraudFile(file)));
  if (what === 'scoring') {
    const { engine, orders, history, cpu, p50, p95 } = await measureScoring(file);
    return print([['judging an order, processor ms', cpu, 5, 'lower', 2], ['judging an order, p50 ms', p50, 5, 'lower', 2], ['judging an order, p95 ms', p95, 5, 'lower', 2]], `${orders} orders, ${history} of each buyer, judged by the ${engine}`);
  }
  if (what === 'recommendations') return evaluateRecommendations(join(DATA, 'retail'), file, before);
  if (what !== 'search' && what !== 'voice') throw new Advice('Say what to evaluate: npm run evaluate -- search, voice, visual, recommendations [CASES.json.gz YYYY-MM-DD], fraud [FILE], or scoring [MODEL.json]');
  const folder = join(DATA, 'search');
  if (!existsSync(join(folder, 'queries.json'))) throw new Advice(`Skipped: there is no ${join(folder, 'queries.json')}. KONTOR_DATA names the folder with the data.`);
  if (what === 'voice') return evaluateVoice(folder);
  const quality = await measureSearch(folder, (step) => { note('search', step); });
  return print([
    ['nDCG@10 by keywords', quality.keywordNdcg, 0.6, 'higher', 4], ['nDCG@10 hybrid', quality.hybridNdcg, 0.62, 'higher', 4],
    ['recall@100 of exact products, hybrid', quality.hybridRecall, 0.9, 'higher', 4], ['nDCG@10 of mistyped queries, share of clean', quality.typoShare, 0.95, 'higher', 4],
    ['suggestions, p95 ms', quality.suggestionP95Ms, 20, 'lower', 1], ['search of 100 with facets, p95 ms', quality.searchP95Ms, 30, 'lower', 1],
  ], `${quality.products} products, ${quality.queries} queries; model trained in ${quality.trainedInMs} ms`);
});

async function evaluateVisual(): Promise<number> {
  const folder = join(DATA, 'visual');
  if (!existsSync(folder)) throw new Advice(`Skipped: there is no ${folder}. KONTOR_DATA names the folder with the data.`);
  const quality = await measureVisual(folder, (step) => { note('visual search', step); });
  return print([
    ...quality.distortions.map(({ name, first }): Line => [`right one first: ${name}`, first, 0.9, 'higher', 3]),
    ['right one in the first 5, all distortions', quality.top5, 0.9, 'higher', 3], ['same class among the first 10', quality.classAt10, 0.285, 'higher', 3],
    ['CPU of a query, p95 ms', quality.p95Ms, 300, 'lower', 0],
  ], `${quality.pictures} pictures, each in ${quality.distortions.length} distortions`);
}

function evaluateVoice(folder: string): number {
  const sets = [['judged queries and names of products', {}], ['names of products only', { seed: 2, onlyNames: true }], ['other names of products', { seed: 3, onlyNames: true }]] as const;
  const measured = sets.map(([name, options]) => ({ name, ...measureVoice(folder, options) }));
  for (const { missed } of measured) for (const { transcript, typed, understood } of missed) note('missed', `${paint('dim', transcript)} was understood as ${understood}; typed: ${typed}`);
  return print(measured.flatMap(({ name, same, cases, p95Ms }): Line[] => [[`typed results, of 100: ${name}`, same * 100 / cases, 95, 'higher', 0], [`understanding, p95 ms: ${name}`, p95Ms, 30, 'lower', 1]]), `${measured[0]!.cases} transcripts a set, first pages of 20 in order`);
}

function print(lines: readonly Line[], remark: string): number {
  say(`\n| measure | value | mark |\n|---|---|---|`);
  let missed = 0;
  for (const [name, value, mark, better, digits] of lines) {
    const isMet = better === 'higher' ? value >= mark : value <= mark;
    if (!isMet) missed += 1;
    say(`| ${name} | ${value.toFixed(digits)} | ${better === 'higher' ? '>=' : '<='} ${mark} ${isMet ? paint('green', '✓') : paint('red', '✗')} |`);
  }
  say(`\n${remark}`);
  return missed > 0 ? 1 : 0;
}
