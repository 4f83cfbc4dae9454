import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { hasEnded, signalOwned, spawnOwned, stopOwned } from '../lib/owned-processes.js';
import { API_FLAGS, root } from '../lib/paths.js';
import { Advice } from '../lib/terminal.js';

const READY_MS = 40_000;

/** One process of the built service on a port of its own, which it keeps through every restart. */
export class Service {
  private child: ChildProcess | null = null;
  /** What the last end was: a code, or the signal. */
  lastEnd: number | string | null = null;
  readonly url: string;
  starts = 0;

  constructor(readonly name: 'server' | 'worker' | 'simulator', readonly port: number, private env: NodeJS.ProcessEnv, private readonly logs: string) {
    this.url = `http://127.0.0.1:${port}`;
  }

  get runs(): boolean { return this.child !== null && !hasEnded(this.child); }

  /** Another process of the same kind, for when one is not enough. */
  twin(): Service { return new Service(this.name, this.port, this.env, this.logs); }

  use(env: NodeJS.ProcessEnv): void { this.env = { ...this.env, ...env }; }

  /** `wait`: until it says that it is ready. */
  async start({ wait = true } = {}): Promise<void> {
    this.starts += 1;
    const log = openSync(join(this.logs, `${this.name}-${this.port}.log`), 'a');
    const flags = this.name === 'server' ? API_FLAGS : [];
    const child = spawnOwned(process.execPath, [...flags, join(root, 'dist/src', `${this.name}.js`)], { cwd: root, env: { ...this.env, PORT: String(this.port) }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.child = child;
    child.once('exit', (code, signal) => { if (this.child === child) this.lastEnd = code ?? signal; });
    const probe = { server: '/readyz', simulator: '/healthz', worker: null }[this.name];
    if (wait && probe) await this.untilReady(probe, child);
  }

  signal(signal: NodeJS.Signals): void { if (this.child) signalOwned(this.child, signal); }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child) await stopOwned(this.child, 20_000, signal);
  }

  private async untilReady(path: string, child: ChildProcess): Promise<void> {
    for (const until = Date.now() + READY_MS; Date.now() < until && !hasEnded(child); await pause(50)) {
      if (await fetch(this.url + path, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false)) return;
    }
    throw new Advice(`${this.name} on port ${this.port} did not become ready; its log: ${join(this.logs, `${this.name}-${this.port}.log`)}`);
  }
}
