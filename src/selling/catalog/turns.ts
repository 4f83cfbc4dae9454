import { createKeyedQueue } from '../../shared/keyed-queue.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { insideTransaction } from '../../shared/db/transaction.js';

/** Runs a change of one thing after those of the same thing in this process, and again from the start when another process was first. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createTurns(): Turns {
  const queue = createKeyedQueue();
  // Inside a transaction of somebody else's neither waiting nor repeating is ours to do.
  return (key, work) => (insideTransaction() ? work() : queue.run([key], () => retryLostRace(work)));
}
