import { later, type Clock } from '../../shared/clock.js';
import type { FieldCipher } from '../../shared/crypto/field-cipher.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import type { Auth, Role, User } from '../auth/index.js';
import { CHALLENGE_SECONDS, codesLeft, isTotpCode, placeOf } from './mfa.js';
import { InvalidChallenge, InvalidMfaCode, MfaNotEnrolled } from './mfa.errors.js';
import type { ChallengeRepository, FactorRepository } from './mfa.repository.js';
import type { MfaService } from './mfa.service.js';
import { stepOfCode } from './totp.js';

type Deps = Readonly<{
  factors: FactorRepository; challenges: ChallengeRepository; cipher: FieldCipher; mfa: Pick<MfaService, 'hashOf'>;
  auth: Pick<Auth, 'credentials' | 'admit' | 'markSecondFactor' | 'spendAttempt'>; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; securityEvent: RecordSecurityEvent;
}>;
type SigningIn = Parameters<Auth['admit']>[1];

/** Second factors in use: the second half of a sign-in, and the fresh proof before something dangerous. */
export class ProofService {
  constructor(private readonly deps: Deps) {}

  async challenge(user: User, { via, actingAs }: { via: string; actingAs: Role | undefined }): Promise<{ challengeToken: string; expiresIn: number }> {
    const { challenges, now } = this.deps;
    const challengeToken = newToken();
    await challenges.add({
      tokenHash: sha256(challengeToken), userId: user.id, credentialsVersion: user.credentialsVersion, via, ...(actingAs && { actingAs }),
      createdAt: now(), expiresAt: later(now(), CHALLENGE_SECONDS * 1000),
    });
    return { challengeToken, expiresIn: CHALLENGE_SECONDS };
  }

  async answer(challengeToken: string, code: string, client: SigningIn) {
    const { challenges, auth, now } = this.deps;
    const challenge = await challenges.take(sha256(challengeToken), now());
    const user = challenge && await auth.credentials.find(challenge.userId);
    if (!challenge || !user || user.credentialsVersion !== challenge.credentialsVersion) throw new InvalidChallenge();
    await this.prove(user.id, code, client.ip);
    if (!await challenges.use(challenge.id, now())) throw new InvalidChallenge();
    return auth.admit(user, { ...client, actingAs: challenge.actingAs as Role | undefined }, { via: challenge.via, mfaAt: now() });
  }

  async stepUp(who: UserIdentity, code: string, ip: string): Promise<void> {
    await this.prove(who.id, code, ip);
    await this.deps.auth.markSecondFactor(who.sessionId);
  }

  /** Each code is taken once; each try is counted before it is looked at, right or wrong, however many come at once. */
  private async prove(userId: string, code: string, address: string): Promise<void> {
    const { factors, auth, securityEvent } = this.deps;
    const factor = await factors.find(userId);
    if (!factor?.confirmedAt) throw new MfaNotEnrolled();
    const attempt = await auth.spendAttempt(`mfa:${userId}`);
    const plain = code.replace(/\s/g, '');
    const isRight = isTotpCode(plain) ? await this.takeTotp(factor, plain) : await this.takeRecoveryCode(userId, plain);
    if (!isRight) {
      securityEvent({ kind: 'mfa_failed', userId, address });
      throw new InvalidMfaCode();
    }
    await attempt.succeeded();
  }

  private async takeTotp({ userId, sealedSecret }: { userId: string; sealedSecret: string }, code: string): Promise<boolean> {
    const { cipher, factors, now } = this.deps;
    const step = stepOfCode(cipher.open(sealedSecret, placeOf(userId)), code, now());
    return step !== null && factors.takeStep(userId, step);
  }

  private takeRecoveryCode(userId: string, code: string): Promise<boolean> {
    const { factors, mfa, inTransaction, outbox, now } = this.deps;
    return inTransaction(async () => {
      const factor = await factors.takeRecoveryCode(userId, mfa.hashOf(code), now());
      if (factor) await outbox.record({ type: 'user.recovery_code_used', aggregateId: userId, data: { userId, left: codesLeft(factor) } });
      return factor !== null;
    });
  }
}
