import { randomUUID } from 'node:crypto';
import { later, type Clock } from '../../shared/clock.js';
import { sha256 } from '../../shared/crypto/tokens.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, StoredEvent } from '../../shared/events/outbox.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import type { Auth, User } from '../auth/index.js';
import { GOOD_FOR_MS, isStillGood, secretRefOf, type MailedCode, type Purpose } from './account-mail.js';
import { InvalidCode } from './account-mail.errors.js';
import type { MailedCodeRepository } from './account-mail.repository.js';

export type AccountMailDeps = Readonly<{
  codes: MailedCodeRepository; auth: Pick<Auth, 'credentials' | 'admit' | 'isNewDevice'>;
  outbox: Pick<Outbox, 'record' | 'once'>; inTransaction: InTransaction; now: Clock; securityEvent: RecordSecurityEvent;
  deriveSecret(purpose: string): string;
}>;
type SigningIn = Parameters<Auth['admit']>[1];
type Client = Pick<SigningIn, 'ip' | 'userAgent'>;
type Asked = { purpose: Purpose; email: string; userId?: string };

const SUBSCRIBER = 'account-mail';

/** Whoever reads the mail of an address is its owner: codes that prove it, once each. */
export class AccountMailService {
  constructor(private readonly deps: AccountMailDeps) {}

  /**
   * Only writes down that somebody asked. Whether there is such an account is found out later by whoever hears it, so that
   * neither the answer nor its time can tell.
   */
  async request(asked: Asked): Promise<void> {
    await this.deps.inTransaction(() => this.deps.outbox.record({ type: 'user.code_requested', aggregateId: `code:${randomUUID()}`, data: asked }));
  }

  /** Asks whether the new address is read by who is signed in; the old one stays until that is answered. */
  async requestEmailChange(who: UserIdentity, { password, newEmail }: { password?: string | undefined; newEmail: string }, client: Client): Promise<void> {
    const user = await this.deps.auth.credentials.reauthenticate(who, password, client);
    await this.request({ purpose: 'email_change', email: newEmail, userId: user.id });
  }

  /** Ends every session and signs nobody in: with a second factor, that one is still asked for at the next login. */
  async resetPassword(token: string, newPassword: string, client: Client): Promise<void> {
    const { auth: { credentials }, securityEvent } = this.deps;
    const known = await this.peek(token, ['password_reset']);
    const passwordHash = await credentials.hashNew(newPassword, known.email);
    const userId = await this.using(token, ['password_reset'], async (user) => {
      await credentials.resetPassword(user, passwordHash);
      await credentials.markVerified(user);
    });
    securityEvent({ kind: 'password_reset', userId, address: client.ip });
  }

  async signInByLink(token: string, client: SigningIn) {
    const { auth: { credentials, admit } } = this.deps;
    const userId = await this.using(token, ['login_link'], (user) => credentials.markVerified(user));
    return admit(await credentials.get(userId), client, { via: 'link' });
  }

  /** Proves an address: the one that the account has, or the one that it is to have. */
  async verifyEmail(token: string, client: Client): Promise<{ email: string }> {
    const { auth: { credentials }, securityEvent } = this.deps;
    const { email } = await this.peek(token, ['email_verification', 'email_change']);
    const userId = await this.using(token, ['email_verification', 'email_change'], async (user, code) => {
      if (code.purpose === 'email_change') await credentials.changeEmail(user, code.email);
      else await credentials.markVerified(user);
    });
    securityEvent({ kind: 'email_proved', userId, address: client.ip });
    return { email };
  }

  /** The other half of asking, and what is written without being asked. */
  async hear(event: StoredEvent): Promise<void> {
    try {
      await this.deps.outbox.once(event, SUBSCRIBER, () => this.answer(event));
    } catch (error) {
      // The same was asked twice at one moment; one mail is enough.
      if (duplicateKeyOf(error) !== 'userId,purpose,email,slot') throw error;
    }
  }

  private async answer({ type, data }: StoredEvent): Promise<void> {
    if (type === 'user.code_requested') return this.grantAsked(data as Asked);
    if (type === 'user.registered') return this.grantToNewcomer(data as { userId: string; via: string });
    return this.tellOfNewDevice(data as { userId: string; sessionId: string; device: string; ipRange: string });
  }

  private async grantAsked({ purpose, email, userId }: Asked): Promise<void> {
    const { credentials } = this.deps.auth;
    const owner = await credentials.findByEmail(email);
    if (purpose === 'email_change') {
      const user = userId === undefined ? null : await credentials.find(userId);
      if (user && !owner) await this.grant(user, purpose, email);
      return;
    }
    if (owner && !(purpose === 'email_verification' && owner.emailVerifiedAt)) await this.grant(owner, purpose, email);
  }

  /** Staff and the seed know whom they open an account for, and other providers have asked already. */
  private async grantToNewcomer({ userId, via }: { userId: string; via: string }): Promise<void> {
    const user = via === 'registration' ? await this.deps.auth.credentials.find(userId) : null;
    if (user && !user.emailVerifiedAt) await this.grant(user, 'email_verification', user.email);
  }

  private async tellOfNewDevice({ userId, sessionId, device, ipRange }: { userId: string; sessionId: string; device: string; ipRange: string }): Promise<void> {
    if (!await this.deps.auth.isNewDevice(sessionId)) return;
    await this.deps.outbox.record({ type: 'user.new_device', aggregateId: userId, data: { userId, device, ipRange } });
  }

  private async grant(user: User, purpose: Purpose, email: string): Promise<void> {
    const { codes, outbox, now, deriveSecret } = this.deps;
    if (user.isDisabled) return;
    const [id, createdAt] = [codes.newId(), now()];
    const code: MailedCode = { id, purpose, userId: user.id, email, credentialsVersion: user.credentialsVersion, createdAt, expiresAt: later(createdAt, GOOD_FOR_MS[purpose]) };
    const isAdded = await codes.addOnce(code, sha256(deriveSecret(secretRefOf(id))));
    if (isAdded) await outbox.record({ type: 'user.code_granted', aggregateId: user.id, data: { userId: user.id, codeId: id, purpose, email } });
  }

  private async peek(token: string, purposes: readonly Purpose[]): Promise<MailedCode> {
    const code = await this.deps.codes.find(sha256(token), purposes, this.deps.now());
    if (!code) throw new InvalidCode();
    return code;
  }

  /** The code and what it is for happen together; of several at once with one code, one gets through. */
  private async using(token: string, purposes: readonly Purpose[], work: (user: User, code: MailedCode) => Promise<void>): Promise<string> {
    const { codes, auth, inTransaction, now } = this.deps;
    return inTransaction(async () => {
      const code = await codes.use(sha256(token), purposes, now());
      const user = code && await auth.credentials.find(code.userId);
      if (!code || !user || !isStillGood(code, user)) throw new InvalidCode();
      await work(user, code);
      return user.id;
    });
  }
}
