import { Schema, type Connection } from 'mongoose';
import { later, type Clock } from '../../shared/clock.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { NONCE_KEPT_SECONDS } from './signed-requests.js';

type NonceRow = { _id: string; expiresAt: Date };
const nonceSchema = new Schema<NonceRow>({ _id: String, expiresAt: { type: Date, required: true } }, { versionKey: false });
// By then the signature is out of its window, so forgetting the nonce lets nothing in.
nonceSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** In MongoDB and not in Redis: a flushed cache must not let old requests in again. */
export class NonceRepository {
  private readonly nonces;

  constructor(connection: Connection, private readonly now: Clock) {
    this.nonces = connection.model<NonceRow>('ApiKeyNonce', nonceSchema, 'api_key_nonces');
  }

  /** False when it was used before; of any number at once, on any nodes, one is first. */
  async use(keyId: string, nonce: string): Promise<boolean> {
    try {
      await this.nonces.insertMany([{ _id: `${keyId}:${nonce}`, expiresAt: later(this.now(), NONCE_KEPT_SECONDS * 1000) }], { lean: true });
      return true;
    } catch (error) {
      if (duplicateKeyOf(error) === '_id') return false;
      throw error;
    }
  }
}
