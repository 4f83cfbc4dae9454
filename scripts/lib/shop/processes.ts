import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import { spawnOwned } from '../owned-processes.js';
import { API_FLAGS, root } from '../paths.js';
import { paint, say } from '../terminal.js';

export type Mode = 'up' | 'dev';

/** The order in which they start: the API refuses card payments while the simulator is away. */
export const shopProcesses = ['simulator', 'api', 'worker'] as const;
export type ShopProcess = (typeof shopProcesses)[number];

const entry: Record<ShopProcess, string> = { simulator: 'src/simulator', api: 'src/server', worker: 'src/worker' };

/** `up` runs what was built and keeps the logs in files; `dev` reloads the sources on change and shows the logs. */
export function startProcess(mode: Mode, name: ShopProcess, env: NodeJS.ProcessEnv, logFolder: string): ChildProcess {
  if (mode === 'dev') return startReloading(name, env);
  mkdirSync(logFolder, { recursive: true });
  const log = openSync(join(logFolder, `${name}.log`), 'a');
  try {
    return spawnOwned(process.execPath, [...(name === 'api' ? API_FLAGS : []), '--enable-source-maps', join(root, 'dist', `${entry[name]}.js`)], { cwd: root, env, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

function startReloading(name: ShopProcess, env: NodeJS.ProcessEnv): ChildProcess {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const child = spawnOwned(process.execPath, [tsx, 'watch', '--clear-screen=false', `${entry[name]}.ts`], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => say(`${paint('dim', name.padEnd(9))} ${line}`));
  }
  return child;
}
