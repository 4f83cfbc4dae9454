import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Clock } from '../../shared/clock.js';

export type AccessClaims = Readonly<{ sub: string; sid: string; roles: readonly string[]; iat: number; exp: number; jti: string }>;

const MAX_REMEMBERED = 10_000;
const MAX_LENGTH = 4096;

/** JWTs, HS256 and nothing else. They only say which session speaks; what it may do is asked of the session each time. */
export class AccessTokens {
  private readonly key: KeyObject;
  private readonly verified = new Map<string, AccessClaims>();

  constructor(private readonly deps: { secret: string; ttlSeconds: number; now: Clock }) {
    this.key = createSecretKey(Buffer.from(deps.secret));
  }

  /** The same input makes the same token, so that a lost answer can be given again. */
  issue({ userId, sessionId, roles, issuedAt, tokenId }: { userId: string; sessionId: string; roles: readonly string[]; issuedAt: Date; tokenId: string }): string {
    const iat = Math.floor(issuedAt.getTime() / 1000);
    const claims: AccessClaims = { sub: userId, sid: sessionId, roles, iat, exp: iat + this.deps.ttlSeconds, jti: tokenId };
    return jwt.sign(claims, this.key, { algorithm: 'HS256' });
  }

  verify(token: string): AccessClaims | null {
    const claims = this.verified.get(token) ?? this.check(token);
    if (!claims || claims.exp * 1000 <= this.deps.now().getTime()) return null;
    this.remember(token, claims);
    return claims;
  }

  private check(token: string): AccessClaims | null {
    if (token.length > MAX_LENGTH) return null;
    try {
      const claims = jwt.verify(token, this.key, { algorithms: ['HS256'], clockTimestamp: this.deps.now().getTime() / 1000 }) as Partial<AccessClaims>;
      return isComplete(claims) ? claims : null;
    } catch {
      return null;
    }
  }

  /** Least recently used goes first; refused tokens are not remembered, or strangers could push the good ones out. */
  private remember(token: string, claims: AccessClaims): void {
    this.verified.delete(token);
    if (this.verified.size >= MAX_REMEMBERED) this.verified.delete(this.verified.keys().next().value as string);
    this.verified.set(token, claims);
  }
}

const isComplete = (claims: Partial<AccessClaims>): claims is AccessClaims =>
  typeof claims === 'object' && typeof claims.sub === 'string' && typeof claims.sid === 'string' && typeof claims.exp === 'number' && typeof claims.iat === 'number'
  && /^[0-9a-f]{24}$/.test(claims.sid);
