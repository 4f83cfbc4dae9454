import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Schema, type Connection } from 'mongoose';
import { duplicateKeyOf } from './retry.js';

/** `lease`: who leads until when. `fence:<work>`: the newest token under which that work was begun. */
type Row = { _id: string; holder?: string; token: number; uses?: number; expiresAt?: Date };
const schema = new Schema<Row>({ _id: String, holder: String, token: { type: Number, required: true }, uses: Number, expiresAt: Date }, { versionKey: false });

type Fence = { name: string; token: number; check(): Promise<void> };
const fences = new AsyncLocalStorage<Fence>();

/** Somebody else leads by now; whatever this process still wanted to write is refused. */
export class LeadershipLost extends Error {
  constructor(work: string) { super(`${work} is done by another process by now; nothing was written`); }
}

/** The last write of every transaction in fenced work: it cannot commit beside a successor. */
export const checkFence = async (): Promise<void> => fences.getStore()?.check();

/**
 * One of several workers does what must run once. Its lease is by the database's clock and renewed while it lives; a
 * killed leader is replaced when it expires, one that stops hands over at once. A leader that was frozen and wakes up may
 * believe in itself for a moment, so each work carries the leader's token: the successor raises the fence before it begins,
 * and from then on no transaction under an older token commits. Writes outside transactions decide by their own condition.
 */
export function createLeadership({ connection, leaseMs = 6_000, name = 'worker' }: { connection: Connection; leaseMs?: number; name?: string }) {
  const rows = connection.model('Lease', schema, 'leases');
  const holder = randomUUID();
  const raised = new Set<string>();
  let token = 0;
  let until = 0;

  async function fence(work: string): Promise<void> {
    if (raised.has(work)) return;
    await raise(work, token);
    raised.add(work);
  }

  /** Counted, because an update that changes nothing is no write, and would not collide with the successor's. */
  async function raise(work: string, mine: number): Promise<void> {
    try {
      await rows.updateOne({ _id: `fence:${work}`, token: { $lte: mine } }, { $set: { token: mine }, $inc: { uses: 1 } }, { upsert: true });
    } catch (error) {
      // Upserting beside a higher token: the successor was here.
      if (duplicateKeyOf(error) !== null) throw new LeadershipLost(work);
      throw error;
    }
  }

  const holds = (): boolean => performance.now() < until;

  return {
    holds,

    /** Takes the lease or renews it; call it more often than it lasts. Answers whether this process leads. */
    async campaign(): Promise<boolean> {
      const asked = performance.now();
      const isFree = { $or: [{ $eq: ['$holder', holder] }, { $lte: [{ $ifNull: ['$expiresAt', '$$NOW'] }, '$$NOW'] }] };
      try {
        const row = await rows.findOneAndUpdate({ _id: name }, [{ $set: {
          // A lease that ran out meanwhile is a new one, even for the same holder.
          token: { $cond: [{ $and: [isFree, { $or: [{ $ne: ['$holder', holder] }, { $lte: [{ $ifNull: ['$expiresAt', '$$NOW'] }, '$$NOW'] }] }] }, { $add: [{ $ifNull: ['$token', 0] }, 1] }, { $ifNull: ['$token', 0] }] },
          holder: { $cond: [isFree, holder, '$holder'] }, expiresAt: { $cond: [isFree, { $add: ['$$NOW', leaseMs] }, '$expiresAt'] },
        } }], { upsert: true, returnDocument: 'after', updatePipeline: true }).lean();
        if (row?.holder !== holder) { until = 0; return false; }
        if (row.token !== token) raised.clear();
        token = row.token;
        // Counted from before the question, so that we never believe in it for longer than the database does.
        until = asked + leaseMs;
        return true;
      } catch (error) {
        // Two first comers at once: the other one was quicker.
        if (duplicateKeyOf(error) === null) throw error;
        until = 0;
        return false;
      }
    },

    /** Runs the work if this process leads; undefined when it does not. */
    async run<T>(work: string, once: () => Promise<T>): Promise<T | undefined> {
      if (!holds()) return undefined;
      const mine = token;
      await fence(work);
      return fences.run({ name: work, token: mine, check: () => raise(work, mine) }, once);
    },

    /** Hands over without letting the successor wait. */
    async resign(): Promise<void> {
      if (!holds()) return;
      until = 0;
      await rows.updateOne({ _id: name, holder }, { $set: { expiresAt: new Date(0) } });
    },
  };
}
