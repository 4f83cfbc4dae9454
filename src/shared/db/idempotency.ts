import { Schema, type Connection } from 'mongoose';
import type { Clock } from '../clock.js';
import { later } from '../clock.js';
import { IdempotencyKeyReused, RequestInFlight, scopedKey, type Idempotency, type IdempotencyRequest } from '../http/idempotency.js';
import type { Reply } from '../http/reply.js';
import { duplicateKeyOf, retryLostRace } from './retry.js';
import type { InTransaction } from './transaction.js';

const KEPT_MS = 24 * 3_600_000;

type Row = {
  _id: string; fingerprint: string; state: 'in_flight' | 'done'; resourceId?: string;
  status?: number; body?: string; location?: string; expiresAt: Date;
};
const schema = new Schema<Row>({
  _id: String, fingerprint: { type: String, required: true }, state: { type: String, enum: ['in_flight', 'done'], required: true },
  resourceId: String, status: Number, body: String, location: String, expiresAt: { type: Date, required: true },
}, { versionKey: false });
// Forgetting a key frees nothing that was reserved, so a TTL index is safe here.
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

type Stored = { state: 'in_flight'; resourceId: string | undefined } | { state: 'done'; reply: Reply };

/** Answers by Idempotency-Key for 24 h, in MongoDB, so that they survive a restart and a flushed cache. */
export class IdempotencyStore implements Idempotency {
  private readonly records;
  readonly recordId = scopedKey;

  constructor(private readonly deps: { connection: Connection; inTransaction: InTransaction; now: Clock }) {
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
    return found.state === 'done' ? { state: 'done', reply: replyOf(found) } : { state: 'in_flight', resourceId: found.resourceId };
  }

  /** Call inside the first transaction of a workflow: the key and what it made commit together. */
  async begin({ id, fingerprint }: IdempotencyRequest, resourceId?: string): Promise<void> {
    const expiresAt = later(this.deps.now(), KEPT_MS);
    await this.records.create([{ _id: id, fingerprint, state: 'in_flight', expiresAt, ...(resourceId !== undefined && { resourceId }) }]);
  }

  /** Call inside the last transaction of a workflow, or after it. The first answer stays. */
  async complete({ id }: IdempotencyRequest, reply: Reply): Promise<void> {
    await this.records.updateOne({ _id: id, state: 'in_flight' }, { $set: {
      state: 'done', status: reply.status, body: JSON.stringify(reply.body), ...(reply.location !== undefined && { location: reply.location }),
    } });
  }
}

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
