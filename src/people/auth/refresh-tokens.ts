import { createHmac, randomBytes } from 'node:crypto';
import { sameText } from '../../shared/crypto/tokens.js';
import type { Session } from './auth.js';

export type PresentedToken = Readonly<{ sessionId: string; generation: number; proof: string }>;
type Family = Pick<Session, 'id' | 'seed'>;

const FORMAT = /^rt_([0-9a-f]{24})_(0|[1-9]\d{0,8})_([\w-]{43})$/;

/**
 * `rt_<session>_<generation>_<proof>`; to clients a word without meaning. The proof follows from the session's own seed
 * and a secret of ours, so neither the database alone nor the secret alone makes one, nothing that opens a session is
 * stored, and the answer to a refresh can be given a second time.
 */
export class RefreshTokens {
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = createHmac('sha256', secret).update('refresh tokens').digest();
  }

  newSeed(): string {
    return randomBytes(32).toString('base64url');
  }

  of(family: Family, generation: number): string {
    return `rt_${family.id}_${generation}_${this.proofOf(family, generation)}`;
  }

  /** Null for whatever cannot be ours, so that it costs no look-up. */
  read(token: string): PresentedToken | null {
    const [, sessionId = '', generation = '', proof = ''] = FORMAT.exec(token) ?? [];
    return sessionId === '' ? null : { sessionId, generation: Number(generation), proof };
  }

  isGenuine(family: Family, { generation, proof }: PresentedToken): boolean {
    return sameText(this.proofOf(family, generation), proof);
  }

  private proofOf({ id, seed }: Family, generation: number): string {
    return createHmac('sha256', this.key).update(`${id}|${generation}|${seed}`).digest('base64url');
  }
}
