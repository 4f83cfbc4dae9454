import { AsyncLocalStorage } from 'node:async_hooks';
import type { Connection } from 'mongoose';
import { TemporarilyUnavailable } from '../errors.js';
import { checkFence } from './leadership.js';
import { retryPassingError } from './retry.js';

type Effect = () => Promise<void> | void;
type Scope = { lastWrites: Map<string, { rows: unknown[]; write: (rows: never[]) => Promise<unknown> }>; afterCommit: Effect[] };
const scope = new AsyncLocalStorage<Scope>();

/** `repeatable`: the work finds out by itself that it was done before, so it may run again after a commit of unknown outcome. */
export type InTransaction = <T>(work: () => Promise<T>, options?: { repeatable?: boolean }) => Promise<T>;

/**
 * Everything awaited inside `work` commits together or not at all; repositories need no session argument.
 * `work` may run again after a write conflict, so it must not call other systems or change captured variables.
 */
export function createInTransaction({ repeatMs = REPEAT_MS, ...deps }: { connection: Connection; report: (error: unknown) => void; repeatMs?: number }): InTransaction {
  return async function inTransaction<T>(work: () => Promise<T>, { repeatable = false } = {}): Promise<T> {
    // Join, never nest: Mongoose commits an inner transaction on its own (Automattic/mongoose#15079).
    if (scope.getStore()) return work();

    let done: { value: T; scope: Scope } | undefined;
    const giveUpAt = Date.now() + repeatMs;
    let isFirst = true;
    const attemptOnce = async () => {
      done = undefined;
      if (!isFirst && Date.now() > giveUpAt) throw new TemporarilyUnavailable('database_busy', 'The database could not do this in time. Nothing was changed; try again in a moment.');
      isFirst = false;
      const attempt: Scope = { lastWrites: new Map(), afterCommit: [] };
      const value = await scope.run(attempt, async () => {
        const result = await work();
        for (const { rows, write } of attempt.lastWrites.values()) await write(rows as never[]);
        await checkFence();
        return result;
      });
      done = { value, scope: attempt };
    };
    await retryPassingError(() => deps.connection.transaction(attemptOnce, OPTIONS), {
      // Once the work is through, the commit may have happened although its answer was lost.
      mayRepeat: () => done === undefined || repeatable,
    });
    const finished = done as unknown as { value: T; scope: Scope };
    for (const effect of finished.scope.afterCommit) {
      // The change is committed: a failed effect is our problem, never the caller's.
      try { await effect(); } catch (error) { deps.report(error); }
    }
    return finished.value;
  };
}

const OPTIONS = { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', journal: true }, maxCommitTimeMS: 10_000 } as const;

/** The driver would begin again for two minutes; by then nobody waits for the answer. */
const REPEAT_MS = 8_000;

export function insideTransaction(): boolean {
  return scope.getStore() !== undefined;
}

/** Gathers the rows of one collection and writes them together as the last step of the transaction: one round trip for all. */
export function writeLast<Row>(collection: string, rows: readonly Row[], write: (rows: Row[]) => Promise<unknown>): void {
  const { lastWrites } = scope.getStore()!;
  const gathered = lastWrites.get(collection);
  if (gathered) gathered.rows.push(...rows);
  else lastWrites.set(collection, { rows: [...rows], write });
}

/** Runs once the transaction has committed (at once outside of one): cache invalidation and the like, never anything that must not be lost. */
export async function afterCommit(effect: Effect): Promise<void> {
  const current = scope.getStore();
  if (current) current.afterCommit.push(effect);
  else await effect();
}
