import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rateOurs, rateSimple, readBaskets } from '../../../scripts/evaluate/recommendations.js';
import { SETTINGS } from '../../../src/insight/recommendations/training.js';

const folder = join(process.env['KONTOR_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)), 'retail');
const isPresent = existsSync(join(folder, 'basket_cases_oct.json.gz'));
const name = 'with only the 1200 best sellers solved for, three of ten hidden products of real baskets are found, twice as many as by counting';

(isPresent ? test : test.skip)(isPresent ? name : `${name} (skipped: the data is absent; KONTOR_DATA names its folder)`, () => {
  const data = readBaskets(folder);
  const rankings = rateSimple(data);
  const [popularity, coCount] = [rankings.next().value!, rankings.next().value!];

  const ours = rateOurs(data, { ...SETTINGS, head: 1200 });

  expect([popularity, coCount].map(({ name: ranking, hitRate }) => [ranking, Number(hitRate.toFixed(2))])).toEqual([['popularity', 0.04], ['co-count', 0.13]]);
  expect(ours.hitRate).toBeGreaterThanOrEqual(0.32);
  expect(ours.hitRate).toBeGreaterThanOrEqual(2 * coCount.hitRate);
});
