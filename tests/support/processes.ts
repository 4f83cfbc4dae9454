import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const dist = (name: string) => fileURLToPath(new URL(`../../dist/src/${name}.js`, import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

export type Process = {
  url: string; pid: number; child: ChildProcess;
  /** Resolves with the code, or the signal that ended it. */
  ended: Promise<number | string | null>;
  kill(signal?: NodeJS.Signals): Promise<void>;
};

/** A real process of the built service, on the databases of a test world: what races and crashes need. */
export async function startProcess(name: 'server' | 'worker', env: Record<string, string>): Promise<Process> {
  if (!existsSync(dist(name))) throw new Error('dist/ is missing: run npm run build first (npm test does)');
  const port = await freePort();
  const child = spawn(process.execPath, [dist(name)], { env: { PATH: process.env['PATH'] ?? '', ...env, PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr!.on('data', (chunk: Buffer) => { complaints += chunk.toString(); });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string | null);
  const url = `http://127.0.0.1:${port}`;
  if (name === 'server') await untilReady(url, ended, () => complaints);
  return {
    url, pid: child.pid!, child, ended,
    kill: async (signal = 'SIGKILL') => { child.kill(signal); await ended; },
  };
}

async function untilReady(url: string, ended: Promise<unknown>, complaints: () => string): Promise<void> {
  let over = false;
  void ended.then(() => { over = true; });
  for (let waited = 0; waited < 20_000 && !over; waited += 50) {
    const ready = await fetch(`${url}/readyz`).then(({ ok }) => ok, () => false);
    if (ready) return;
    await pause(50);
  }
  throw new Error(`the process did not become ready:\n${complaints()}`);
}
