import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnOwned, stopOwned } from '../../scripts/lib/owned-processes.js';
import { root } from '../../scripts/lib/paths.js';
import { isAlive } from '../../scripts/lib/provision/claim.js';
import { emptyFolder, eventually, later, stranger } from './support/machine.js';

/** A zombie answers kill -0 until somebody collects it, which init of a container may never do. */
const isRunning = async (pid: number) => isAlive(pid) && !(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).includes(') Z ');

const written = async (file: string) => {
  await eventually(`${file} is written`, async () => (await readFile(file, 'utf8').catch(() => '')).endsWith('\n'));
  return (await readFile(file, 'utf8')).trim();
};

test('stopping a child ends the children of the child and nobody else', async () => {
  const file = join(emptyFolder(), 'pid');
  const other = stranger();
  const child = spawnOwned('/bin/sh', ['-c', `sleep 60 & echo $! > '${file}'; wait`]);
  const grandchild = Number(await written(file));

  await stopOwned(child);

  expect(child.signalCode).toBe('SIGTERM');
  await eventually('the grandchild ends', async () => !(await isRunning(grandchild)));
  expect(await isRunning(other)).toBe(true);
});

test('a frozen child is thawed to hear that it should end', async () => {
  const child = spawnOwned('sleep', ['60']);
  process.kill(child.pid!, 'SIGSTOP');

  await stopOwned(child);

  expect(child.signalCode).toBe('SIGTERM');
});

test('a child that ignores SIGTERM is killed after the grace', async () => {
  const file = join(emptyFolder(), 'ready');
  const child = spawnOwned('/bin/sh', ['-c', `trap '' TERM; echo > '${file}'; while :; do sleep 0.1; done`]);
  await written(file);

  await stopOwned(child, 200);

  expect(child.signalCode).toBe('SIGKILL');
});

test('stopping a child that has ended is no error', async () => {
  const child = spawnOwned('true', []);
  await eventually('it ends', () => child.exitCode === 0);

  await stopOwned(child);

  expect(child.exitCode).toBe(0);
});

test.each(['SIGKILL', 'SIGHUP', 'SIGTERM'] as const)('when the parent dies of %s, its child and its temporary folder go too', async (signal) => {
  const file = join(emptyFolder(), 'child');
  const other = stranger();
  const program = `
    import { writeFileSync } from 'node:fs';
    import { spawnOwned, temporaryFolder } from './scripts/lib/owned-processes.ts';
    const folder = await temporaryFolder();
    const child = spawnOwned('sleep', ['60']);
    writeFileSync(${JSON.stringify(file)}, child.pid + ' ' + folder + '\\n');
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], { cwd: root, stdio: 'ignore' });
  later(() => parent.kill('SIGKILL'));
  const [pid, folder] = (await written(file)).split(' ') as [string, string];
  expect(await isRunning(Number(pid))).toBe(true);
  expect(existsSync(folder)).toBe(true);

  parent.kill(signal);

  await eventually('the child ends', async () => !(await isRunning(Number(pid))));
  await eventually('the folder goes', () => !existsSync(folder));
  expect(await isRunning(other)).toBe(true);
});
