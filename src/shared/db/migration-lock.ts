import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { duplicateKeyOf } from './retry.js';

const POLL_MS = 200;

type Lock = { _id: string; holder: string; expiresAt: Date };
type LockOptions = { ttlMs: number; patienceMs: number; onWait: () => void };

/**
 * One holder at a time, by the database's clock. A holder that was killed loses the lock when it expires; one that lives
 * keeps renewing it.
 */
export async function withMigrationLock<T>(connection: Connection, { ttlMs, patienceMs, onWait }: LockOptions, work: () => Promise<T>): Promise<T> {
  const locks = connection.collection<Lock>('migration_locks');
  const holder = randomUUID();
  const isFree = { $or: [{ $eq: ['$holder', holder] }, { $lte: [{ $ifNull: ['$expiresAt', '$$NOW'] }, '$$NOW'] }] };

  const take = async (): Promise<boolean> => {
    try {
      const lock = await locks.findOneAndUpdate({ _id: 'migrate' }, [{ $set: {
        holder: { $cond: [isFree, holder, '$holder'] }, expiresAt: { $cond: [isFree, { $add: ['$$NOW', ttlMs] }, '$expiresAt'] },
      } }], { upsert: true, returnDocument: 'after' });
      return lock?.holder === holder;
    } catch (error) {
      // Two first comers at once: the other one was quicker.
      if (duplicateKeyOf(error) === '_id') return false;
      throw error;
    }
  };

  const deadline = Date.now() + patienceMs;
  for (let waited = false; !await take(); waited = true) {
    if (!waited) onWait();
    if (Date.now() > deadline) throw new Error(`Another migration has held the lock for more than ${Math.round(patienceMs / 1000)} s; nothing was done`);
    await pause(POLL_MS);
  }
  let renewing: Promise<unknown> = Promise.resolve();
  const renewal = setInterval(() => { renewing = take().catch(() => {}); }, ttlMs / 3).unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    // One that is under way would bring the lock back.
    await renewing;
    await locks.deleteOne({ _id: 'migrate', holder });
  }
}
