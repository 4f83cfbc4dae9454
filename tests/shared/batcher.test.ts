import { setTimeout as pause } from 'node:timers/promises';
import { createBatcher } from '../../src/shared/batcher.js';

test('the first call goes alone, and what comes meanwhile goes together', async () => {
  const runs: number[][] = [];
  const add = createBatcher<number>(async (items) => { runs.push([...items]); await pause(5); });

  await Promise.all([1, 2, 3, 4].map(add));
  await add(5);

  expect(runs).toEqual([[1], [2, 3, 4], [5]]);
});

test('never two runs at once, and nothing is left out, however the calls fall', async () => {
  let atWork = 0;
  const seen: number[] = [];
  const add = createBatcher<number>(async (items) => {
    atWork += 1;
    expect(atWork).toBe(1);
    await pause(Math.random() * 3);
    seen.push(...items);
    atWork -= 1;
  });

  await Promise.all(Array.from({ length: 300 }, async (_none, at) => { await pause(Math.random() * 30); await add(at); expect(seen).toContain(at); }));

  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_none, at) => at));
});

test('a run that fails fails for those who were in it, and the next goes on', async () => {
  const add = createBatcher<string>(async (items) => { await pause(2); if (items.includes('bad')) throw new Error('refused'); });

  const results = await Promise.allSettled([add('first'), add('bad'), add('with it')]);
  await expect(add('after')).resolves.toBeUndefined();

  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});
