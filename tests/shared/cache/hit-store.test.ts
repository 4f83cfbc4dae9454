import { setTimeout as pause } from 'node:timers/promises';
import { HitStore } from '../../../src/shared/cache/hit-store.js';
import { openRedisServer, type RedisServer } from '../../support/redis-server.js';

let server: RedisServer;
beforeAll(async () => { server = await openRedisServer(); });
afterAll(() => server.close());

const commandsRun = async () => Number(/total_commands_processed:(\d+)/.exec(String(await server.command('INFO', 'stats')))![1]);
const nodes = (count: number, name: string, windowMs = 60_000) => Promise.all(Array.from({ length: count }, async () => new HitStore(await server.guard(), name, windowMs)));

async function awayFromTheEndOfAMinute(): Promise<void> {
  const left = 60_000 - Date.now() % 60_000;
  if (left < 10_000) await pause(left + 10);
}

test('three nodes under load let in a large limit within 1 %, for a fraction of the round trips', async () => {
  await awayFromTheEndOfAMinute();
  const LIMIT = 3000;
  const stores = await nodes(3, 'busy');
  const before = await commandsRun();
  let accepted = 0;
  const lane = async () => {
    for (let n = 0; n < 200; n++) {
      const { totalHits } = await stores[Math.floor(Math.random() * 3)]!.increment('everybody');
      if (totalHits <= LIMIT) accepted += 1;
    }
  };

  await Promise.all(Array.from({ length: 40 }, lane));

  expect(accepted).toBeLessThanOrEqual(LIMIT);
  expect(accepted).toBeGreaterThanOrEqual(LIMIT * 0.99);
  expect(await commandsRun() - before).toBeLessThan(3000);
});

test('no number is given twice, and those who wait together are served together', async () => {
  await awayFromTheEndOfAMinute();
  const [a, b] = await nodes(2, 'burst') as [HitStore, HitStore];
  const before = await commandsRun();

  const hits = await Promise.all(Array.from({ length: 100 }, (_none, at) => (at % 2 ? a : b).increment('k')));

  const numbers = hits.map(({ totalHits }) => totalHits).sort((x, y) => x - y);
  expect(numbers).toEqual(Array.from({ length: 100 }, (_none, at) => at + 1));
  expect(await commandsRun() - before).toBeLessThan(40);
});

test('a new window starts from one, and Redis forgets the old one', async () => {
  const [store] = await nodes(1, 'short', 200) as [HitStore];
  await pause(200 - Date.now() % 200 + 5);
  for (let n = 1; n <= 3; n++) expect((await store.increment('k')).totalHits).toBe(n);
  await pause(200);

  const { totalHits, resetTime } = await store.increment('k');

  expect(totalHits).toBe(1);
  expect(resetTime.getTime() - Date.now()).toBeLessThanOrEqual(200);
  await pause(700);
  expect(await server.command('KEYS', '*rl:{short*')).toEqual([]);
});
