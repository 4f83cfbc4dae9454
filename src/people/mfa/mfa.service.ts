import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { FieldCipher } from '../../shared/crypto/field-cipher.js';
import { randomText } from '../../shared/crypto/tokens.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { actorOf, type Caller, type UserIdentity } from '../../shared/http/caller.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import type { Auth } from '../auth/index.js';
import { codesLeft, grouped, placeOf, plainCode, RECOVERY_ALPHABET, RECOVERY_CODES, RECOVERY_LENGTH } from './mfa.js';
import { InvalidMfaCode, MfaAlreadyEnrolled, MfaIsRequired, MfaNotEnrolled } from './mfa.errors.js';
import type { FactorRepository } from './mfa.repository.js';
import { newTotpSecret, stepOfCode, totpUri } from './totp.js';

export type MfaDeps = Readonly<{
  factors: FactorRepository; cipher: FieldCipher; auth: Pick<Auth, 'credentials' | 'getForStaff' | 'spendAttempt'>;
  outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock; securityEvent: RecordSecurityEvent; issuer: string;
}>;
type Client = Readonly<{ ip: string; userAgent: string }>;

/** Second factors: getting one, losing one. */
export class MfaService {
  constructor(private readonly deps: MfaDeps) {}

  async stateOf({ id }: UserIdentity) {
    const { auth: { credentials }, factors } = this.deps;
    const user = await credentials.get(id);
    const factor = user.mfaEnabledAt && await factors.find(id);
    return { enabled: user.mfaEnabledAt !== undefined, required: credentials.isMfaForced(user), ...(factor && { enabledAt: user.mfaEnabledAt, recoveryCodesLeft: codesLeft(factor) }) };
  }

  /** The secret is shown in this answer only, and asked for by nobody before it is confirmed. */
  async begin(who: UserIdentity, password: string | undefined, client: Client): Promise<{ secret: string; uri: string }> {
    const { auth: { credentials }, factors, cipher, now, issuer } = this.deps;
    const user = await credentials.reauthenticate(who, password, client);
    if (user.mfaEnabledAt) throw new MfaAlreadyEnrolled();
    const secret = newTotpSecret();
    await factors.begin(user.id, cipher.seal(secret, placeOf(user.id)), now());
    return { secret, uri: totpUri(secret, user.email, issuer) };
  }

  /** The app works: from now on it is asked for, and the sessions that were opened without it are over. */
  async confirm(who: UserIdentity, code: string, client: Client): Promise<string[]> {
    const { auth: { credentials, spendAttempt }, factors, cipher, inTransaction, now, securityEvent } = this.deps;
    const factor = await factors.find(who.id);
    if (!factor) throw new MfaNotEnrolled();
    if (factor.confirmedAt) throw new MfaAlreadyEnrolled();
    const attempt = await spendAttempt(`mfa:${who.id}`);
    const step = stepOfCode(cipher.open(factor.sealedSecret, placeOf(who.id)), code, now());
    if (step === null) throw new InvalidMfaCode();
    const codes = newRecoveryCodes();
    await inTransaction(async () => {
      if (!await factors.confirm(factor, step, codes.map((one) => this.hashOf(one)), now())) throw new MfaAlreadyEnrolled();
      await credentials.enableMfa(who.id, who.sessionId);
    });
    await attempt.succeeded();
    securityEvent({ kind: 'mfa_enabled', userId: who.id, address: client.ip });
    return codes;
  }

  /** Ten new ones; those of before are void. */
  async renewRecoveryCodes(who: UserIdentity): Promise<string[]> {
    const codes = newRecoveryCodes();
    if (!await this.deps.factors.replaceRecoveryCodes(who.id, codes.map((code) => this.hashOf(code)))) throw new MfaNotEnrolled();
    this.deps.securityEvent({ kind: 'recovery_codes_renewed', userId: who.id });
    return codes;
  }

  async remove(who: UserIdentity, client: Client): Promise<void> {
    const { auth: { credentials }, factors, inTransaction, securityEvent } = this.deps;
    await inTransaction(async () => {
      const user = await credentials.get(who.id);
      if (credentials.isMfaForced(user)) throw new MfaIsRequired();
      if (!await factors.remove(who.id)) throw new MfaNotEnrolled();
      await credentials.disableMfa(who.id, { by: 'owner', keepSession: who.sessionId });
    });
    securityEvent({ kind: 'mfa_disabled', userId: who.id, address: client.ip });
  }

  /** For somebody who lost the app and the codes. Their sessions end; staff see to it that it really is them. */
  async resetFor(userId: string, caller: Caller): Promise<void> {
    const { auth: { credentials, getForStaff }, factors, inTransaction, audit } = this.deps;
    await inTransaction(async () => {
      const user = await getForStaff(userId, caller);
      if (!await factors.remove(userId)) throw new MfaNotEnrolled();
      await credentials.disableMfa(userId, { by: 'staff' });
      await audit({ actor: actorOf(caller), action: 'user.mfa_reset', subject: `user:${userId}`, before: { mfaEnabledAt: user.mfaEnabledAt }, after: { mfaEnabledAt: null } });
    });
  }

  /** Keyed, so that the database alone lets nobody try out codes. */
  hashOf(code: string): string {
    return this.deps.cipher.blindIndex(`recovery:${plainCode(code)}`);
  }
}

const newRecoveryCodes = (): string[] => Array.from({ length: RECOVERY_CODES }, () => grouped(randomText(RECOVERY_LENGTH, RECOVERY_ALPHABET)));
