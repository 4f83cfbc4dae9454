import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { TemporarilyUnavailable } from '../errors.js';

/** bcrypt reads no further: two passwords that differ only after this many bytes would be the same one. */
export const MAX_PASSWORD_BYTES = 72;
/** Names the scheme before the hash, so that another one can be brought in while old hashes still work. */
const SCHEME = 'bcrypt:';

type Job = { password: string; hash?: string; cost: number; padding?: readonly string[] };
type Waiting = { job: Job; resolve(value: string | boolean): void; reject(error: Error): void };
type Thread = { worker: Worker; busy: Waiting | null };
type PoolOptions = Readonly<{ concurrency: number; queue: number; cost: number }>;

/** As text and not as a file of its own, so that it runs alike from dist, under tsx and under jest. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const bcrypt = require(workerData.bcrypt);
parentPort.on('message', ({ password, hash, cost, padding = [] }) => {
  try {
    const value = hash === undefined ? bcrypt.hashSync(password, cost) : bcrypt.compareSync(password, hash);
    for (const decoy of padding) bcrypt.compareSync(password, decoy);
    parentPort.postMessage({ value });
  } catch (error) {
    parentPort.postMessage({ error: String(error && error.message) });
  }
});`;

/**
 * Passwords are hashed in threads: in the event loop one login at cost 12 would stop every other request for a quarter of
 * a second. Few at a time, a bounded queue behind them, and beyond it 503, so that a flood of logins cannot starve the shop.
 */
export class PasswordPool {
  private readonly threads: Thread[] = [];
  private readonly queue: Waiting[] = [];
  /** A hash of nobody's password, at today's cost. */
  private readonly decoy: string;

  constructor(private readonly options: PoolOptions) {
    this.decoy = decoyOf(options.cost);
  }

  async hash(password: string): Promise<string> {
    refuseTooLong(password);
    return SCHEME + String(await this.run({ password: normal(password), cost: this.options.cost }));
  }

  /** Without a stored hash, and beside one of a lower cost, the rest of the work is done for nothing: the time tells neither whether an account exists nor how old it is. */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const fits = isShortEnough(password);
    const hash = stored !== null && fits && stored.startsWith(SCHEME) ? stored.slice(SCHEME.length) : null;
    const matches = await this.run({ password: fits ? normal(password) : '', hash: hash ?? this.decoy, cost: this.options.cost, padding: paddingFor(hash ?? this.decoy, this.options.cost) });
    return hash !== null && matches === true;
  }

  /** True when the hash was made with another scheme or cost than today's. */
  isOutdated(stored: string): boolean {
    const cost = /^bcrypt:\$2[aby]\$(\d\d)\$/.exec(stored)?.[1];
    return cost === undefined || Number(cost) !== this.options.cost;
  }

  private run(job: Job): Promise<string | boolean> {
    const { concurrency, queue } = this.options;
    const idle = this.threads.some(({ busy }) => busy === null) || this.threads.length < concurrency;
    if (!idle && this.queue.length >= queue) {
      throw new TemporarilyUnavailable('too_many_sign_ins', 'Too many people are signing in at this moment. Try again shortly.', 2);
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ job, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.queue.length === 0) return;
    const thread = this.threads.find(({ busy }) => busy === null) ?? this.start();
    if (!thread) return;
    thread.busy = this.queue.shift()!;
    // A thread keeps the process alive only while somebody waits for it.
    thread.worker.ref();
    thread.worker.postMessage(thread.busy.job);
  }

  private start(): Thread | null {
    if (this.threads.length >= this.options.concurrency) return null;
    const bcrypt = createRequire(import.meta.url).resolve('bcryptjs');
    const worker = new Worker(WORKER, { eval: true, workerData: { bcrypt }, execArgv: [], env: {} });
    const thread: Thread = { worker, busy: null };
    worker.on('message', ({ value, error }: { value: string | boolean; error?: string }) => {
      this.finish(thread, (waiting) => { if (error === undefined) waiting.resolve(value); else waiting.reject(new Error(error)); });
    });
    worker.on('error', (error) => { this.lose(thread, error as Error); });
    worker.on('exit', () => { this.lose(thread, new Error('the thread that hashes passwords ended')); });
    worker.unref();
    this.threads.push(thread);
    return thread;
  }

  private finish(thread: Thread, settle: (waiting: Waiting) => void): void {
    const { busy } = thread;
    thread.busy = null;
    thread.worker.unref();
    if (busy) settle(busy);
    this.next();
  }

  private lose(thread: Thread, error: Error): void {
    const at = this.threads.indexOf(thread);
    if (at < 0) return;
    this.threads.splice(at, 1);
    this.finish(thread, (waiting) => { waiting.reject(error); });
  }
}

const decoyOf = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}${'x'.repeat(31)}`;
const costOf = (hash: string): number => Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1] ?? Infinity);

/** A cost is 2^cost rounds, and 2^h + 2^h + 2^(h+1) + ... + 2^(c-1) = 2^c: one decoy of each cost from the stored one up to today's makes the difference. */
export const paddingFor = (hash: string, cost: number): string[] => Array.from({ length: Math.max(0, cost - costOf(hash)) }, (_, at) => decoyOf(costOf(hash) + at));

/** Composed and decomposed accents are the same password, whichever keyboard sent them. */
const normal = (password: string) => password.normalize('NFC');
export const passwordBytes = (password: string): number => Buffer.byteLength(normal(password));
const isShortEnough = (password: string) => passwordBytes(password) <= MAX_PASSWORD_BYTES;

function refuseTooLong(password: string): void {
  if (!isShortEnough(password)) throw new Error(`a password of more than ${MAX_PASSWORD_BYTES} bytes reached the hash`);
}
