import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Kept between runs: what was built once is there. */
const KEPT = join(homedir(), '.cache', 'kontor', 'payments');
const BUILD_MS = 100_000;

/** `url`, or the reason why it is not here. A suite that cannot run says so in the names of its skipped tests. */
type Tool = Readonly<{ url: string; stop(): void } | { missing: string }>;

const orMissing = async (work: () => Promise<Tool>): Promise<Tool> => {
  try {
    return await work();
  } catch (error) {
    return { missing: (error as Error).message.split('\n')[0]!.slice(0, 120) };
  }
};
const hasCommand = (name: string, arg: string): Promise<boolean> => run(name, [arg], { timeout: 5_000 }).then(() => true, () => false);

/** Stripe's own mock: stateless, and strict about every request (Go). */
export const startStripeMock = (): Promise<Tool> => orMissing(async () => {
  const binary = join(KEPT, 'stripe-mock');
  if (!existsSync(binary)) {
    if (!await hasCommand('go', 'version')) return { missing: 'no Go here' };
    await mkdir(KEPT, { recursive: true });
    await run('go', ['install', 'github.com/stripe/stripe-mock@v0.203.0'], { timeout: BUILD_MS, env: { ...process.env, GOBIN: KEPT } });
  }
  const port = await freePort();
  return up(spawn(binary, ['-http-port', String(port)], { stdio: 'ignore' }), `http://127.0.0.1:${port}`);
});

/** Keeps what it is told, sends signed webhooks (Python). In a virtual environment of its own, so that nothing of the machine's is touched. */
export const startLocalstripe = (): Promise<Tool> => orMissing(async () => {
  const binary = join(KEPT, 'localstripe', 'bin', 'localstripe');
  if (!existsSync(binary)) {
    if (!await hasCommand('python3', '--version')) return { missing: 'no Python here' };
    await run('python3', ['-m', 'venv', join(KEPT, 'localstripe')], { timeout: BUILD_MS });
    await run(join(KEPT, 'localstripe', 'bin', 'python'), ['-m', 'pip', 'install', '-q', 'localstripe==1.15.10'], { timeout: BUILD_MS });
  }
  const port = await freePort();
  return up(spawn(binary, ['--port', String(port), '--from-scratch'], { stdio: 'ignore', cwd: tmpdir() }), `http://localhost:${port}`);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

async function up(child: ChildProcess, url: string): Promise<Tool> {
  const stop = () => { child.kill('SIGTERM'); };
  let died: string | undefined;
  child.once('error', (error) => { died = error.message; });
  child.once('exit', (code) => { died ??= `it ended with ${code}`; });
  for (let tries = 0; tries < 100; tries++) {
    if (died !== undefined) return { missing: died };
    const answers = await fetch(url, { signal: AbortSignal.timeout(500) }).then(() => true, () => false);
    if (answers) return { url, stop };
    await pause(100);
  }
  stop();
  return { missing: 'it did not answer within ten seconds' };
}
