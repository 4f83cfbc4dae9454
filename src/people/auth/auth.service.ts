import type { PasswordPool } from '../../shared/crypto/password-pool.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { TemporarilyUnavailable } from '../../shared/errors.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { fold } from '../../shared/fold.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { Customers } from '../customers/index.js';
import type { Role, User } from './auth.js';
import { EmailTaken, InvalidCredentials, WeakPassword } from './auth.errors.js';
import { passwordProblem } from './password-policy.js';
import type { Client, SessionService, Tokens } from './sessions.service.js';
import type { SignInGuard } from './sign-in-guard.service.js';
import type { UserRepository } from './users.repository.js';

export type Registration = { email: string; password: string; firstName: string; lastName: string; username?: string };
type SignIn = Readonly<{ userId: string; cartToken?: string; channel?: string | undefined }>;
/** Told after somebody registered or signed in; a hook that fails is reported and stops nobody. */
export type SignInHook = (signIn: SignIn) => Promise<void>;
export type SigningIn = Client & { cartToken?: string | undefined; channel?: string | undefined };

export type AuthServiceDeps = {
  users: UserRepository; sessions: SessionService; guard: SignInGuard; passwords: PasswordPool; customers: Pick<Customers, 'createProfile'>;
  outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; report: ReportError;
};

export class AuthService {
  private readonly hooks: SignInHook[] = [];

  constructor(private readonly deps: AuthServiceDeps) {}

  onSignIn(hook: SignInHook): void {
    this.hooks.push(hook);
  }

  async register(registration: Registration, client: SigningIn): Promise<Tokens> {
    const { sessions, inTransaction } = this.deps;
    const passwordHash = await this.hashFor(registration);
    const { user, session } = await inTransaction(async () => {
      const created = await this.insert(registration, passwordHash, ['customer'], 'registration');
      return { user: created, session: await sessions.open(created, client) };
    });
    await this.tellHooks(user.id, client);
    return sessions.tokensOf(user, session);
  }

  /** The same work and the same answer whether the address is unknown, the password wrong or the account disabled. */
  async login({ email, password }: { email: string; password: string }, client: SigningIn, raisedLimit?: number): Promise<Tokens> {
    const { users, guard, passwords, sessions, inTransaction, outbox } = this.deps;
    const address = fold(email);
    const attempt = await guard.begin(address, client.ip, raisedLimit);
    const user = await users.findByEmail(address);
    const matches = await passwords.verify(password, user?.passwordHash ?? null);
    if (!user || !matches || user.isDisabled) {
      await attempt.failed();
      throw new InvalidCredentials();
    }
    await attempt.succeeded();
    await this.renewHash(user, password);
    const session = await inTransaction(async () => {
      const opened = await sessions.open(user, client);
      const { id, device, ipRange } = opened;
      await outbox.record({ type: 'user.signed_in', aggregateId: user.id, data: { userId: user.id, sessionId: id, device, ipRange } });
      return opened;
    });
    await this.tellHooks(user.id, client);
    return sessions.tokensOf(user, session);
  }

  /** Every other session is over at once; the one that asked goes on. */
  async changePassword(who: UserIdentity, { currentPassword, newPassword }: { currentPassword: string; newPassword: string }, client: Client): Promise<void> {
    const { users, guard, passwords, sessions, inTransaction, outbox, now } = this.deps;
    refuseWeak(newPassword, who.email, 'newPassword');
    const attempt = await guard.begin(who.email, client.ip);
    const user = await users.find(who.id);
    if (!user || !await passwords.verify(currentPassword, user.passwordHash)) {
      await attempt.failed();
      throw new InvalidCredentials();
    }
    await attempt.succeeded();
    const passwordHash = await passwords.hash(newPassword);
    await inTransaction(async () => {
      const changed = await users.changePassword(user, passwordHash, now());
      await sessions.endAll(user.id, 'password_changed', who.sessionId);
      await sessions.trustAgain(who.sessionId, changed.credentialsVersion);
      await outbox.record({ type: 'user.password_changed', aggregateId: user.id, data: { userId: user.id } });
    });
  }

  /** For the seed and the first admin: the same address again answers with whom it belongs to. */
  async createUser({ roles, ...person }: Registration & { roles: readonly Role[] }): Promise<{ id: string; email: string; roles: readonly Role[]; isNew: boolean }> {
    const existing = await this.deps.users.findByEmail(fold(person.email));
    if (existing) return { id: existing.id, email: existing.email, roles: existing.roles, isNew: false };
    const passwordHash = await this.hashFor(person);
    const user = await this.deps.inTransaction(() => this.insert(person, passwordHash, roles, 'system'));
    return { id: user.id, email: user.email, roles: user.roles, isNew: true };
  }

  /** Refuses before the costly hash what the unique index would refuse after it. */
  async hashFor({ email, password }: Pick<Registration, 'email' | 'password'>): Promise<string> {
    refuseWeak(password, email);
    if (await this.deps.users.findByEmail(fold(email))) throw new EmailTaken();
    return this.deps.passwords.hash(password);
  }

  /** Call inside a transaction: user, profile and event exist together or not at all. */
  async insert(person: Registration, passwordHash: string, roles: readonly Role[], via: 'registration' | 'staff' | 'system'): Promise<User> {
    const { users, customers, outbox, now } = this.deps;
    const { firstName, lastName, username } = person;
    const email = fold(person.email);
    const user = await users.create({ email, passwordHash, roles, ...(username !== undefined && { username }) }, now());
    await customers.createProfile({ userId: user.id, email, firstName, lastName });
    await outbox.record({ type: 'user.registered', aggregateId: user.id, data: { userId: user.id, via } });
    return user;
  }

  /** A hash of another scheme or cost is replaced while the password is at hand; when we are busy, the next time. */
  private async renewHash(user: User, password: string): Promise<void> {
    const { passwords, users } = this.deps;
    if (!passwords.isOutdated(user.passwordHash)) return;
    try {
      await users.replaceHash(user, await passwords.hash(password));
    } catch (error) {
      if (!(error instanceof TemporarilyUnavailable)) throw error;
    }
  }

  private async tellHooks(userId: string, { cartToken, channel }: SigningIn): Promise<void> {
    for (const hook of this.hooks) {
      try {
        await hook({ userId, channel, ...(cartToken !== undefined && { cartToken }) });
      } catch (error) {
        this.deps.report(error, { hook: 'onSignIn', userId });
      }
    }
  }
}

function refuseWeak(password: string, email: string, field?: string): void {
  const problem = passwordProblem(password, email);
  if (problem) throw new WeakPassword(problem, field);
}
