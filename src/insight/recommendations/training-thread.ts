import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { RecommendationModel } from './recommendations.js';
import type { Corpus, OnProgress, Settings } from './training.js';

type Told = { share: number; step: string } | { model: RecommendationModel | null };

/** Under tsx and jest this is a source, which a thread can only read with tsx of its own. */
const isSource = import.meta.url.endsWith('.ts');

/** Trains in a thread, so that the process goes on with its work; aborting ends the thread. */
export function trainInThread(corpus: Corpus, settings: Settings, onProgress: OnProgress, signal?: AbortSignal): Promise<RecommendationModel | null> {
  signal?.throwIfAborted();
  const worker = startThread({ corpus, settings });
  const { promise, resolve, reject } = withResolvers<RecommendationModel | null>();
  const onAbort = () => { reject(signal!.reason as Error); };
  signal?.addEventListener('abort', onAbort, { once: true });
  worker.on('message', (told: Told) => { if ('model' in told) resolve(told.model); else onProgress(told.share, told.step); });
  worker.on('error', reject);
  worker.on('exit', () => { reject(new Error('The thread that trains ended without a model.')); });
  return promise.finally(() => { signal?.removeEventListener('abort', onAbort); return worker.terminate(); });
}

function startThread(workerData: object): Worker {
  if (!isSource) return new Worker(new URL('./training.worker.js', import.meta.url), { workerData, env: {}, execArgv: [] });
  // The module of it, not what `require` is given: that one does not find its loader from a thread.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href;
  const source = new URL('./training.worker.ts', import.meta.url).href;
  return new Worker(`import('${tsx}').then(({ register }) => { register(); return import('${source}'); })`, { eval: true, workerData, env: {}, execArgv: [] });
}

function withResolvers<T>() {
  let resolve!: (value: T) => void, reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
}
