import { setTimeout as pause } from 'node:timers/promises';
import { ConcurrentChange } from '../errors.js';

/**
 * Reads, changes and saves again when another request saved first. Every lost attempt is another request's success, so
 * with twenty attempts a whole crowd on one document is served; after that the caller hears 409.
 */
export async function retryLostRace<T>(work: () => Promise<T>, attempts = 20): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConcurrentChange) || attempt >= attempts) throw error;
      await pause(Math.random() * 5 * attempt);
    }
  }
}

/** What somebody else wrote at the same moment, which a unique index told, is a lost race: to be told or tried again, and no defect. */
export async function orLostRace<T>(write: () => Promise<T>, message: string, facts: Record<string, unknown> = {}): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (duplicateKeyOf(error) === null) throw error;
    throw new ConcurrentChange(message, facts);
  }
}

const PASSING = new Set([
  'MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoPoolClearedError', 'PoolClearedOnNetworkError', 'PoolClearedError',
  'MongoServerSelectionError', 'MongooseServerSelectionError', 'MongoNotConnectedError', 'MongoTopologyClosedError',
]);

/** What servers say that are no longer, or not yet, the one to write to; and a majority that did not confirm in time. */
const PASSING_CODES = new Set([91, 189, 10_107, 11_600, 11_602, 13_435, 13_436, 64]);

/**
 * A fail-over surfaces as any of these. The driver's own retries miss operations in flight on a cleared pool
 * (measured on mongodb 7.8), so units that are safe to repeat are repeated here.
 */
export function isPassingDatabaseError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errorResponse, hasErrorLabel } = error as Error & { code?: unknown; errorResponse?: unknown; hasErrorLabel?: (label: string) => boolean };
  const labelled = ['TransientTransactionError', 'RetryableWriteError', 'UnknownTransactionCommitResult', 'RetryableError']
    .some((label) => hasErrorLabel?.call(error, label) === true);
  if (labelled || PASSING.has(error.name) || (error.name.startsWith('Mongo') && PASSING_CODES.has(code as number))) return true;
  // A socket that the server closed a moment ago: the driver passes Node's own error on (seen as a primary was killed).
  if ((code === 'EPIPE' || code === 'ECONNRESET') && /[\\/]mongodb[\\/]lib[\\/]/.test(error.stack ?? '')) return true;
  // The same at a commit, where the driver (7.8) asks Node's error for its labels: whether it was committed is open.
  if (error instanceof TypeError && error.message.endsWith('.hasErrorLabel is not a function')) return true;
  // A bulk write, which insertMany is as well, wraps a broken connection in an error of its own, without its labels.
  return errorResponse !== error && isPassingDatabaseError(errorResponse);
}

const LONGEST_WAIT_MS = 500;

/**
 * Repeats an idempotent unit through a fail-over. Never wrap work that is not safe to run twice. Nothing is begun again
 * after `withinMs`: the last attempt may itself wait for a server, and whoever asked wants an answer within ten seconds.
 */
export async function retryPassingError<T>(work: () => Promise<T>, { attempts = 12, baseMs = 50, withinMs = 4_000, mayRepeat = (): boolean => true } = {}): Promise<T> {
  const until = Date.now() + withinMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isPassingDatabaseError(error) || attempt >= attempts || Date.now() > until || !mayRepeat()) throw error;
      await pause(Math.min(LONGEST_WAIT_MS, baseMs * 2 ** (attempt - 1)) * (0.5 + Math.random()));
    }
  }
}

type WriteError = { code?: number; message?: string; keyPattern?: Record<string, unknown>; writeErrors?: ReadonlyArray<{ err?: WriteError }> };

/**
 * The fields of the unique index that refused, or null when this is another error. Repositories turn it into a named
 * conflict. A bulk write tells them only in the error of its row, or in words.
 */
export function duplicateKeyOf(error: unknown): string | null {
  const found = error as WriteError | null;
  if (found?.code !== 11_000) return null;
  const pattern = found.keyPattern ?? found.writeErrors?.[0]?.err?.keyPattern;
  if (pattern) return Object.keys(pattern).join(',');
  return /index: (\S+?)_-?1(?:_|\s|$)/.exec(found.message ?? '')?.[1] ?? /index: (\w+?)_ /.exec(found.message ?? '')?.[1] ?? '';
}
