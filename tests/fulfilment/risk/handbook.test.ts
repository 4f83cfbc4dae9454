import { existsSync } from 'node:fs';
import { fraudFile, readTransactions } from '../../../scripts/lib/fraud-data.js';
import { buildDataset } from '../../../src/fulfilment/risk/learning/dataset.js';
import { runWeek, testWeeks } from '../../../src/fulfilment/risk/learning/protocol.js';
import { DAY_MS } from '../../../src/fulfilment/risk/features.js';

const FILE = fraudFile(undefined);
const measured = existsSync(FILE) ? test : test.skip;

/**
 * The last four weeks only, so that it takes seconds: a week of warm-up instead of the whole past, which costs a tenth of the precision. The marks are those
 * of a single week; `npm run evaluate -- fraud` measures every week on the whole past, and the mean.
 */
measured(`the last week of the handbook's transactions is told as well as the marks ask (skipped where ${FILE} is missing; set KONTOR_DATA)`, async () => {
  const all = await readTransactions(FILE);
  const data = buildDataset(all.filter(({ at }) => at > all.at(-1)!.at - 28 * DAY_MS));

  const week = runWeek(data, testWeeks(data).at(-1)!)!;

  expect(week.frauds).toBeGreaterThan(300);
  expect(week.auc).toBeGreaterThanOrEqual(0.87);
  expect(week.averagePrecision).toBeGreaterThanOrEqual(0.58);
}, 240_000);
