import { Schema, type Connection } from 'mongoose';
import type { Clock } from '../clock.js';
import { later } from '../clock.js';
import { IdempotencyKeyReused, RequestInFlight, scopedKey, type Idempotency, type IdempotencyRequest } from '../http/idempotency.js';
import type { Reply } from '../http/reply.js';
import { personal } from './personal.js';
import { duplicateKeyOf, retryLostRace } from './retry.js';
import type { InTransaction } from './transaction.js';

const KEPT_MS = 24 * 3_600_000;

type Row = {
  _id: string; fingerprint: string; state: 'in_flight' | 'done'; resourceId?: string; userId?: string; orderId?: string;
  status?: number; body?: string; location?: string; lockedUntil: Date; expiresAt: Date;
};
const schema = new Schema<Row>({
  _id: String, fingerprint: { type: String, required: true }, state: { type: String, enum: ['in_flight', 'done'], required: true },
  resourceId: String, userId: String, orderId: String, status: Number, body: String, location: String, lockedUntil: { type: Date, required: true }, expiresAt: { type: Date, required: true },
}, { versionKey: false });
// An answer holds whatever it tells. The key of its day is shredded soon after the last answer of that day was forgotten.
personal(schema, 'IdempotencyRecord', 'idempotency_keys', { fields: ['body'], erased: { body: '{}' }, owner: () => ({ ring: `answers.${new Date().toISOString().slice(0, 10)}` }) });
// Forgetting a key frees nothing that was reserved, so a TTL index is safe here.
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** `abandoned`: whoever began has had more time than any step may take, so the work may be taken up again. */
export type Stored = { state: 'in_flight'; resourceId: string | undefined; abandoned: boolean } | { state: 'done'; reply: Reply };

/** Answers by Idempotency-Key for 24 h, in MongoDB, so that they survive a restart and a flushed cache. */
export class IdempotencyStore implements Idempotency {
  private readonly records;
  readonly recordId = scopedKey;

  constructor(private readonly deps: { connection: Connection; inTransaction: InTransaction; now: Clock; lockMs: number }) {
    this.records = deps.connection.model('IdempotencyRecord', schema, 'idempotency_keys');
  }

  async run(request: IdempotencyRequest, work: () => Promise<Reply>): Promise<Reply> {
    const before = await this.find(request);
    if (before) return replay(before);
    return retryLostRace(async () => {
      try {
        return await this.deps.inTransaction(async () => {
          await this.begin(request);
          const reply = await work();
          await this.complete(request, reply);
          return reply;
        });
      } catch (error) {
        const other = duplicateKeyOf(error) === '_id' ? await this.find(request) : null;
        if (other) return replay(other);
        throw error;
      }
    });
  }

  /** What is known of this request; another request under the same key is 422. */
  async find({ id, fingerprint }: IdempotencyRequest): Promise<Stored | null> {
    const found = await this.records.findOne({ _id: id }).lean();
    if (!found) return null;
    if (found.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
    return found.state === 'done' ? { state: 'done', reply: replyOf(found) } : { state: 'in_flight', resourceId: found.resourceId, abandoned: found.lockedUntil <= this.deps.now() };
  }

  /** Call inside the first transaction of a workflow: the key and what it made commit together. By user and order its answer is found when somebody is erased. */
  async begin({ id, fingerprint, userId }: IdempotencyRequest, resourceId?: string, orderId?: string): Promise<void> {
    const now = this.deps.now();
    await this.records.insertMany([{
      _id: id, fingerprint, state: 'in_flight', lockedUntil: later(now, this.deps.lockMs), expiresAt: later(now, KEPT_MS), ...(resourceId !== undefined && { resourceId }), ...(userId !== undefined && { userId }), ...(orderId !== undefined && { orderId }),
    }], { lean: true });
  }

  /** For a workflow of one transaction: the answer is known when the key is written. */
  async store({ id, fingerprint, userId }: IdempotencyRequest, reply: Reply, orderId: string): Promise<void> {
    const now = this.deps.now();
    await this.records.insertMany([{ _id: id, fingerprint, state: 'done', lockedUntil: now, expiresAt: later(now, KEPT_MS), orderId, ...(userId !== undefined && { userId }), ...stored(reply) }], { lean: true });
  }

  /** One taker at a time: false when somebody else has just taken it up. */
  async takeUp({ id }: IdempotencyRequest): Promise<boolean> {
    const now = this.deps.now();
    const { modifiedCount } = await this.records.updateOne({ _id: id, state: 'in_flight', lockedUntil: { $lte: now } }, { $set: { lockedUntil: later(now, this.deps.lockMs) } });
    return modifiedCount === 1;
  }

  /** Call inside the last transaction of a workflow, or after it. The first answer stays. */
  async complete({ id }: IdempotencyRequest, reply: Reply): Promise<void> {
    await this.records.updateOne({ _id: id, state: 'in_flight' }, { $set: { state: 'done', ...stored(reply) } });
  }
}

const stored = (reply: Reply) => ({ status: reply.status, body: JSON.stringify(reply.body), ...(reply.location !== undefined && { location: reply.location }) });

/** The same bytes again, marked as a replay. */
function replyOf({ status, body, location }: Row): Reply {
  return {
    status: status ?? 200, bytes: { etag: '', body: Buffer.from(body ?? ''), gzip: null }, headers: { 'Idempotent-Replayed': 'true' },
    ...(location !== undefined && { location }),
  };
}

function replay(stored: Stored): Reply {
  if (stored.state === 'done') return stored.reply;
  throw new RequestInFlight();
}
