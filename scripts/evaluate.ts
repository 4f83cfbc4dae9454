import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { measureSearch } from './evaluate/search.js';
import { root } from './lib/paths.js';
import { Advice, main, note, paint, say } from './lib/terminal.js';

const DATA = process.env['KONTOR_DATA'] ?? join(root, '../shared/data');
type Line = readonly [what: string, value: number, mark: number, better: 'higher' | 'lower', digits: number];

/** `npm run evaluate -- search`: how good the search is on judged queries; the marks are what it must reach. */
main(async () => {
  const [what] = process.argv.slice(2);
  if (what !== 'search') throw new Advice('Say what to evaluate: npm run evaluate -- search');
  const folder = join(DATA, 'search');
  if (!existsSync(join(folder, 'queries.json'))) throw new Advice(`Skipped: there is no ${join(folder, 'queries.json')}. KONTOR_DATA names the folder with the data.`);
  const quality = await measureSearch(folder, (step) => { note('search', step); });
  return print([
    ['nDCG@10 by keywords', quality.keywordNdcg, 0.6, 'higher', 4], ['nDCG@10 hybrid', quality.hybridNdcg, 0.62, 'higher', 4],
    ['recall@100 of exact products, hybrid', quality.hybridRecall, 0.9, 'higher', 4], ['nDCG@10 of mistyped queries, share of clean', quality.typoShare, 0.95, 'higher', 4],
    ['suggestions, p95 ms', quality.suggestionP95Ms, 20, 'lower', 1], ['search of 100 with facets, p95 ms', quality.searchP95Ms, 30, 'lower', 1],
  ], `${quality.products} products, ${quality.queries} queries; model trained in ${quality.trainedInMs} ms`);
});

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
