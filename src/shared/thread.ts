import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

type Told<Result, News> = { news: News } | { result: Result };
type Work<News> = Readonly<{
  /** The thread's file as it is built: `new URL('./x.worker.js', import.meta.url)`. It posts `{ news }` as often as it likes and `{ result }` once. */
  module: URL; data: object; /** Moved to the thread, not copied. */ transfer?: readonly ArrayBuffer[]; onNews?: (news: News) => void; signal?: AbortSignal | undefined;
}>;

/** Under tsx and jest this is a source, which a thread can only read with tsx of its own. */
const isSource = import.meta.url.endsWith('.ts');

/** Computes in a thread, so that the process goes on with its work; aborting ends the thread. */
export function inThread<Result, News = never>({ module, data, transfer = [], onNews = () => {}, signal }: Work<News>): Promise<Result> {
  signal?.throwIfAborted();
  const worker = startThread(module, data, transfer);
  return new Promise<Result>((resolve, reject) => {
    const onAbort = () => { reject(signal!.reason as Error); };
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', (told: Told<Result, News>) => { if ('result' in told) resolve(told.result); else onNews(told.news); });
    worker.on('error', reject);
    worker.on('exit', () => { signal?.removeEventListener('abort', onAbort); reject(new Error('The thread ended without a result.')); });
  }).finally(() => worker.terminate());
}

function startThread(module: URL, workerData: object, transferList: readonly ArrayBuffer[]): Worker {
  const options = { workerData, transferList: [...transferList], env: {}, execArgv: [] };
  if (!isSource) return new Worker(module, options);
  // The module of it, not what `require` is given: that one does not find its loader from a thread.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href;
  const source = module.href.replace(/\.js$/, '.ts');
  return new Worker(`import('${tsx}').then(({ register }) => { register(); return import('${source}'); })`, { ...options, eval: true });
}
