import type { Clock } from '../../shared/clock.js';
import type { PasswordPool } from '../../shared/crypto/password-pool.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { fold } from '../../shared/fold.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import { hasPassword, isFresh, type User } from './auth.js';
import { FreshSignInRequired, InvalidToken, StepUpRequired } from './auth.errors.js';
import type { AuthService } from './auth.service.js';
import type { PasswordScreen } from './password-screen.js';
import type { Client, SessionService } from './sessions.service.js';
import type { SignInGuard } from './sign-in-guard.service.js';
import type { UserRepository } from './users.repository.js';

type Deps = {
  users: UserRepository; sessions: SessionService; auth: Pick<AuthService, 'provePassword'>; guard: SignInGuard; passwords: PasswordPool; screen: PasswordScreen;
  customers: { changeEmail(userId: string, email: string): Promise<void> };
  outbox: Pick<Outbox, 'record'>; now: Clock; isStepUpForced: boolean; rolesWithMfa: readonly string[];
};

/**
 * What the other parts of signing in (mailed codes, second factors, other providers) read and change of an account. Writes
 * join the caller's transaction.
 */
export class CredentialService {
  constructor(private readonly deps: Deps) {}

  find(id: string): Promise<User | null> {
    return this.deps.users.find(id);
  }

  async get(id: string): Promise<User> {
    const user = await this.find(id);
    if (!user) throw new InvalidToken();
    return user;
  }

  /** The same, and whoever does it too at this moment has to wait. */
  lock(id: string): Promise<User> {
    return this.deps.users.touch(id, this.deps.now());
  }

  findByEmail(email: string): Promise<User | null> {
    return this.deps.users.findByEmail(fold(email));
  }

  /** The password where there is one, else a session that was opened just now. */
  async reauthenticate(who: UserIdentity, password: string | undefined, client: Client): Promise<User> {
    const { auth, sessions, now } = this.deps;
    const user = await this.get(who.id);
    if (hasPassword(user)) return auth.provePassword(who, password ?? '', client);
    const session = await sessions.find(who.sessionId);
    if (!isFresh(session?.createdAt, now())) throw new FreshSignInRequired();
    return user;
  }

  /** Checks and hashes; to be done before the transaction, since it takes its time. */
  async hashNew(password: string, email: string): Promise<string> {
    await this.deps.screen.refuseWeak(password, email, 'newPassword');
    return this.deps.passwords.hash(password);
  }

  /** Somebody who reads the account's mail chose a new password: every session is over, and the failures of others are forgiven. */
  async resetPassword(user: User, passwordHash: string): Promise<void> {
    const { users, sessions, outbox, guard, now } = this.deps;
    await users.changePassword(user, passwordHash, now());
    await sessions.endAll(user.id, 'password_reset');
    await guard.forgive(user.email);
    await outbox.record({ type: 'user.password_changed', aggregateId: user.id, data: { userId: user.id } });
  }

  async markVerified(user: Pick<User, 'id' | 'email'>): Promise<void> {
    const { users, outbox, now } = this.deps;
    if (await users.markVerified(user.id, user.email, now())) await outbox.record({ type: 'user.email_verified', aggregateId: user.id, data: { userId: user.id } });
  }

  /** The old address is told by whoever hears the event. */
  async changeEmail(user: Pick<User, 'id' | 'email'>, email: string): Promise<void> {
    const { users, customers, sessions, outbox, now } = this.deps;
    await users.changeEmail(user, email, now());
    await customers.changeEmail(user.id, email);
    await sessions.refreshRights(user.id);
    await outbox.record({ type: 'user.email_changed', aggregateId: user.id, data: { userId: user.id, before: user.email, after: email } });
  }

  /** With a second factor the sessions that were opened without it are over. */
  async enableMfa(userId: string, sessionId: string): Promise<void> {
    const { users, sessions, outbox, now } = this.deps;
    await users.setMfa(userId, now(), now());
    await sessions.endAll(userId, 'mfa_changed', sessionId);
    await sessions.markSecondFactor(sessionId);
    await outbox.record({ type: 'user.mfa_enabled', aggregateId: userId, data: { userId } });
  }

  async disableMfa(userId: string, how: { by: 'owner' | 'staff'; keepSession?: string }): Promise<void> {
    const { users, sessions, outbox, now } = this.deps;
    await users.setMfa(userId, null, now());
    await sessions.endAll(userId, 'mfa_changed', how.keepSession);
    if (how.keepSession !== undefined) await sessions.refreshRights(userId);
    await outbox.record({ type: 'user.mfa_disabled', aggregateId: userId, data: { userId, by: how.by } });
  }

  isMfaForced = ({ roles }: Pick<User, 'roles'>): boolean => roles.some((role) => this.deps.rolesWithMfa.includes(role));

  /** Asks the truth, not what a node remembers: a proof that was given at another node counts at once. */
  async requireStepUp(who: UserIdentity): Promise<void> {
    const { users, sessions, now, isStepUpForced } = this.deps;
    const [user, session] = await Promise.all([users.find(who.id), sessions.find(who.sessionId)]);
    const isEnrolled = user?.mfaEnabledAt !== undefined;
    // Who only buys here need have no second factor, and must not be kept from what is theirs.
    if (!isEnrolled && !(isStepUpForced && user?.roles.some((role) => role !== 'customer'))) return;
    if (isEnrolled && isFresh(session?.mfaAt, now())) return;
    throw new StepUpRequired(isEnrolled);
  }
}
