import type { PasswordPool } from '../../shared/crypto/password-pool.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { TemporarilyUnavailable } from '../../shared/errors.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { fold } from '../../shared/fold.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import type { Customers } from '../customers/index.js';
import { NO_PASSWORD, type Role, type User } from './auth.js';
import { EmailTaken, InvalidCredentials } from './auth.errors.js';
import type { PasswordScreen } from './password-screen.js';
import type { Client, SessionService, Tokens } from './sessions.service.js';
import type { SignInGuard } from './sign-in-guard.service.js';
import type { SignInService, SigningIn } from './sign-ins.service.js';
import type { UserRepository } from './users.repository.js';

export type Registration = { email: string; password: string; firstName: string; lastName: string; username?: string };
type Person = Omit<Registration, 'password'> & { emailVerifiedAt?: Date };
type Via = 'registration' | 'staff' | 'system' | 'provider';

export type AuthServiceDeps = {
  users: UserRepository; sessions: SessionService; signIns: SignInService; guard: SignInGuard; passwords: PasswordPool; screen: PasswordScreen;
  customers: Pick<Customers, 'createProfile'>; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; securityEvent: RecordSecurityEvent;
};

export class AuthService {
  constructor(private readonly deps: AuthServiceDeps) {}

  async register(registration: Registration, client: SigningIn, raisedLimit?: number): Promise<Tokens> {
    const { sessions, signIns, inTransaction } = this.deps;
    const passwordHash = await this.hashFor(registration).catch((error: unknown) => this.countProbe(error, client.ip, raisedLimit));
    const { user, session } = await inTransaction(async () => {
      const created = await this.insert(registration, passwordHash, ['customer'], 'registration');
      return { user: created, session: await signIns.openFirst(created, client) };
    });
    await signIns.tellHooks(user.id, client);
    return sessions.tokensOf(user, session);
  }

  /** The same work and the same answer whether the address is unknown, the password wrong or the account disabled. */
  async login({ email, password }: { email: string; password: string }, client: SigningIn, raisedLimit?: number): Promise<Tokens> {
    const { users, guard, passwords, signIns } = this.deps;
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
    return signIns.admit(user, client, { via: 'password' });
  }

  /** Every other session is over at once; the one that asked goes on. */
  async changePassword(who: UserIdentity, { currentPassword, newPassword }: { currentPassword: string; newPassword: string }, client: Client): Promise<void> {
    const { users, screen, passwords, sessions, inTransaction, outbox, now, securityEvent } = this.deps;
    await screen.refuseWeak(newPassword, who.email, 'newPassword');
    const user = await this.provePassword(who, currentPassword, client);
    const passwordHash = await passwords.hash(newPassword);
    await inTransaction(async () => {
      const changed = await users.changePassword(user, passwordHash, now());
      await sessions.endAll(user.id, 'password_changed', who.sessionId);
      await sessions.trustAgain(who.sessionId, changed.credentialsVersion);
      await outbox.record({ type: 'user.password_changed', aggregateId: user.id, data: { userId: user.id } });
    });
    securityEvent({ kind: 'password_changed', userId: user.id, address: client.ip });
  }

  /** The owner of this session, who knows the password too. Failures count like those of signing in. */
  async provePassword(who: UserIdentity, password: string, client: Client): Promise<User> {
    const { users, guard, passwords } = this.deps;
    const attempt = await guard.begin(who.email, client.ip);
    const user = await users.find(who.id);
    if (!user || !await passwords.verify(password, user.passwordHash)) {
      await attempt.failed();
      throw new InvalidCredentials();
    }
    await attempt.succeeded();
    return user;
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
    await this.deps.screen.refuseWeak(password, email);
    if (await this.deps.users.findByEmail(fold(email))) throw new EmailTaken();
    return this.deps.passwords.hash(password);
  }

  /** Call inside a transaction: user, profile and event exist together or not at all. */
  async insert(person: Person, passwordHash: string, roles: readonly Role[], via: Via): Promise<User> {
    const { users, customers, outbox, now } = this.deps;
    const { firstName, lastName, username, emailVerifiedAt } = person;
    const email = fold(person.email);
    const user = await users.create({ email, passwordHash, roles, ...(username !== undefined && { username }), ...(emailVerifiedAt && { emailVerifiedAt }) }, now());
    await customers.createProfile({ userId: user.id, email, firstName, lastName });
    await outbox.record({ type: 'user.registered', aggregateId: user.id, data: { userId: user.id, via } });
    return user;
  }

  /** Somebody whom another provider vouches for. Call inside a transaction. */
  insertWithoutPassword(person: Omit<Person, 'username' | 'emailVerifiedAt'>): Promise<User> {
    return this.insert({ ...person, emailVerifiedAt: this.deps.now() }, NO_PASSWORD, ['customer'], 'provider');
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

  /** Registering says which addresses have an account; nobody gets to ask that about many. */
  private async countProbe(error: unknown, ip: string, raisedLimit?: number): Promise<never> {
    if (error instanceof EmailTaken) await this.deps.guard.countProbe(ip, raisedLimit);
    throw error;
  }
}
