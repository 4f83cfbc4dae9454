import { once } from 'node:events';
import { spawnOwned } from './owned-processes.js';
import { root } from './paths.js';

export interface ChildResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end and keeps what it says, both streams in order. */
export async function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env, cwd = root): Promise<ChildResult> {
  const child = spawnOwned(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, output };
}

export const runNode = (args: readonly string[], env?: NodeJS.ProcessEnv) => runChild(process.execPath, args, env);
