import { setTimeout as pause } from 'node:timers/promises';
import { createKeyedQueue } from '../../src/shared/keyed-queue.js';

/** Work that notes when it begins and ends. */
function recorder() {
  const log: string[] = [];
  const work = (name: string, ms = 5) => async () => { log.push(`${name} begins`); await pause(ms); log.push(`${name} ends`); return name; };
  return { log, work };
}

describe('the keyed queue', () => {
  test('lets callers of one key in one by one, in the order of arrival', async () => {
    const queue = createKeyedQueue();
    let inside = 0;
    let most = 0;
    const order: number[] = [];

    await Promise.all(Array.from({ length: 30 }, (_, n) => queue.run(['hot'], async () => {
      most = Math.max(most, ++inside);
      order.push(n);
      await pause(Math.random() * 2);
      inside -= 1;
    })));

    expect(most).toBe(1);
    expect(order).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  test('runs other keys beside it', async () => {
    const queue = createKeyedQueue();
    const { log, work } = recorder();

    const answers = await Promise.all([queue.run(['a'], work('a', 30)), queue.run(['b'], work('b', 5))]);

    expect(answers).toEqual(['a', 'b']);
    expect(log).toEqual(['a begins', 'b begins', 'b ends', 'a ends']);
  });

  test('waits for all its keys, whatever their order, and never for itself', async () => {
    const queue = createKeyedQueue();
    const { log, work } = recorder();

    await Promise.all([
      queue.run(['a', 'b'], work('first')), queue.run(['b', 'a'], work('second')), queue.run(['b', 'b'], work('third')), queue.run(['a'], work('fourth')),
    ]);

    expect(log.slice(0, 4)).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    expect(log.slice(4).sort()).toEqual(['fourth begins', 'fourth ends', 'third begins', 'third ends']);
  });

  test('goes on after work that failed, and hands its error to its own caller only', async () => {
    const queue = createKeyedQueue();

    const results = await Promise.allSettled([
      queue.run(['a'], async () => { throw new Error('mine'); }), queue.run(['a'], async () => 'yours'),
    ]);

    expect(results).toMatchObject([{ status: 'rejected', reason: { message: 'mine' } }, { status: 'fulfilled', value: 'yours' }]);
  });

  test('runs at once without keys', async () => {
    await expect(createKeyedQueue().run([], async () => 1)).resolves.toBe(1);
  });
});
