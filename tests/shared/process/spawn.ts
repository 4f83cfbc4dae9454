import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../scripts/lib/ports.js';
import { until } from '../../support/redis-server.js';

export type Spawned = Awaited<ReturnType<typeof spawnProcess>>;

/** A built process with exactly these variables, whatever becomes of it. */
export async function spawnProcess(name: 'server' | 'worker', env: Record<string, string>) {
  const port = await freePort();
  const script = fileURLToPath(new URL(`../../../dist/src/${name}.js`, import.meta.url));
  const begun = Date.now();
  const child: ChildProcess = spawn(process.execPath, [script], { env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', ...env, PORT: env['PORT'] && env['PORT'] !== '0' ? env['PORT'] : String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (chunk: string) => { output += chunk; });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, afterMs: Date.now() - begun }));
  const url = `http://127.0.0.1:${port}`;
  const status = (path: string) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(6000) }).then((response) => response.status, () => 0);
  return {
    port, url, child, ended, status,
    output: () => output,
    lines: () => output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>),
    /** How long it took until the path answered so. */
    answers: (path: string, wanted: number, withinMs: number) => until(async () => await status(path) === wanted, { withinMs, what: `${wanted} at ${path}\n${output}` }),
    async stop(signal: NodeJS.Signals = 'SIGTERM') { child.kill(signal); return ended; },
  };
}
