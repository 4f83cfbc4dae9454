import { spawnOwned } from '../../scripts/lib/owned-processes.js';
import { supervise } from '../../scripts/lib/shop/supervisor.js';
import { eventually, later } from './support/machine.js';

/** Supervises a program; what was said and whether it was given up can be looked at. */
function watch(args: readonly string[]) {
  const told: string[] = [];
  const gaveUp: string[] = [];
  const supervised = supervise({
    name: 'api', start: () => spawnOwned('/bin/sh', ['-c', ...args]), tell: (line) => told.push(line), giveUp: (name) => gaveUp.push(name),
  });
  later(() => supervised.stop());
  return { supervised, told, gaveUp };
}

test('a process that is killed is started again, and it is said', async () => {
  const { supervised, told, gaveUp } = watch(['exec sleep 60']);
  const first = supervised.pid()!;

  process.kill(first, 'SIGKILL');

  await eventually('it is back', () => told.length === 1);
  expect(supervised.pid()).not.toBe(first);
  expect(told).toEqual([`died (SIGKILL), started again as pid ${supervised.pid()}`]);
  expect(gaveUp).toEqual([]);
});

test('a process that dies six times within a minute is given up', async () => {
  const { supervised, told, gaveUp } = watch(['exit 3']);

  await eventually('it is given up', () => gaveUp.length > 0);

  expect(gaveUp).toEqual(['api']);
  expect(told.filter((line) => line.startsWith('died (exit code 3), started again as pid '))).toHaveLength(5);
  expect(told.at(-1)).toBe('died (exit code 3), 6 times within a minute: giving up');
  expect(supervised.pid()).toBeUndefined();
});

test('a process that is stopped stays stopped', async () => {
  const { supervised, told } = watch(['exec sleep 60']);

  await supervised.stop();

  expect(supervised.pid()).toBeUndefined();
  expect(told).toEqual([]);
});
