import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../lib/ports.js';
import { spawnOwned, stopOwned } from '../lib/owned-processes.js';
import { API_FLAGS, root } from '../lib/paths.js';
import { Advice } from '../lib/terminal.js';

export type Server = { url: string; pid: number; stop(): Promise<void> };

async function start(args: readonly string[], env: NodeJS.ProcessEnv, probe: string): Promise<Server> {
  const port = await freePort();
  const child = spawnOwned(process.execPath, args, { cwd: root, env: { ...env, PORT: String(port) }, stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (await fetch(url + probe).then(({ ok }) => ok, () => false)) return { url, pid: child.pid!, stop: () => stopOwned(child) };
    if (child.exitCode !== null) break;
    await pause(50);
  }
  throw new Advice(`${args.at(-1)} did not start`);
}

export const startFloor = (floor: 'redis' | 'mongo' | 'tx', env: NodeJS.ProcessEnv) =>
  start(['--import', 'tsx', join(root, 'scripts/bench/floor-server.ts')], { ...process.env, ...env, FLOOR: floor }, '/healthz');
export const startApi = (env: NodeJS.ProcessEnv) => start([...API_FLAGS, join(root, 'dist/src/server.js')], env, '/readyz');
export const startWorker = (env: NodeJS.ProcessEnv) => spawnOwned(process.execPath, [join(root, 'dist/src/worker.js')], { cwd: root, env, stdio: 'ignore' });

export async function startSimulator(env: NodeJS.ProcessEnv, url: string): Promise<() => Promise<void>> {
  const child = spawnOwned(process.execPath, [join(root, 'dist/src/simulator.js')], { cwd: root, env, stdio: 'ignore' });
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (await fetch(url).then(() => true, () => false)) break;
    await pause(50);
  }
  return () => stopOwned(child);
}

/** Who serves this URI on this machine, to count its processor time as well; undefined when it cannot be told. */
export function pidOn(uri: string): number | undefined {
  const port = /:(\d+)/.exec(uri.replace(/^\w+:\/\//, ''))?.[1];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = processes.find((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return command[0]?.includes('mongod') === true && command.includes(port ?? '');
    } catch {
      return false;
    }
  });
  return found === undefined ? undefined : Number(found);
}

const TICKS_PER_SECOND = 100;
/** User and system seconds of a process so far; Linux only, undefined elsewhere. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

export function residentMegabytes(pid: number): number | undefined {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
  } catch {
    return undefined;
  }
}
