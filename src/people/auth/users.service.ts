import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { actorOf, mayAct, type Caller } from '../../shared/http/caller.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { isAdmin, permissionsOf, type Role, type User } from './auth.js';
import { BeyondOwnPermissions, LastAdmin, UserNotFound } from './auth.errors.js';
import type { AuthService, Registration } from './auth.service.js';
import type { SessionService } from './sessions.service.js';
import type { UserFilter, UserRepository } from './users.repository.js';

export type RightsChange = { roles?: readonly Role[]; isDisabled?: boolean };
type Deps = {
  users: UserRepository; sessions: SessionService; auth: Pick<AuthService, 'hashFor' | 'insert'>; outbox: Pick<Outbox, 'record'>;
  inTransaction: InTransaction; audit: RecordAudit; now: Clock;
};

/** What staff do with accounts: nobody hands out or takes away more than they hold themselves. */
export class UserService {
  constructor(private readonly deps: Deps) {}

  list(filter: UserFilter, query: PageQuery) {
    return this.deps.users.list(filter, query);
  }

  async get(id: string): Promise<User> {
    const user = await this.deps.users.find(id);
    if (!user) throw new UserNotFound();
    return user;
  }

  /** Somebody whom the caller may do things to. */
  async getWithin(id: string, caller: Caller): Promise<User> {
    const user = await this.get(id);
    refuseBeyondOwn(user.roles, caller);
    return user;
  }

  async create({ roles, ...person }: Registration & { roles: readonly Role[] }, caller: Caller): Promise<User> {
    refuseBeyondOwn(roles, caller);
    const passwordHash = await this.deps.auth.hashFor(person);
    return this.deps.inTransaction(async () => {
      const user = await this.deps.auth.insert(person, passwordHash, roles, 'staff');
      await this.deps.audit({ actor: actorOf(caller), action: 'user.created', subject: `user:${user.id}`, about: user.id, after: rightsOf(user) });
      return user;
    });
  }

  /** Holds within a second everywhere: a new role in the sessions that are open, a disabled account by ending them. */
  changeRights(id: string, change: RightsChange, ifMatch: number | undefined, caller: Caller): Promise<User> {
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const { users, sessions, audit, now } = this.deps;
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const wanted = { ...before, ...change };
      if (sameRights(before, wanted)) return before;
      refuseBeyondOwn([...before.roles, ...wanted.roles], caller);
      if (isAdmin(before) && !isAdmin(wanted) && !await users.witnessOtherAdmin(id, now())) throw new LastAdmin();

      const after = await users.saveRights(wanted, now());
      if (after.isDisabled) await sessions.endAll(id, 'account_disabled');
      else await sessions.refreshRights(id);
      await this.tell(before, after);
      await audit({ actor: actorOf(caller), action: 'user.rights_changed', subject: `user:${id}`, about: id, before: rightsOf(before), after: rightsOf(after) });
      return after;
    }));
  }

  async endSessions(id: string, caller: Caller): Promise<number> {
    return this.deps.inTransaction(async () => {
      const user = await this.get(id);
      refuseBeyondOwn(user.roles, caller);
      const ended = await this.deps.sessions.endAll(id, 'revoked');
      await this.deps.audit({ actor: actorOf(caller), action: 'user.sessions_ended', subject: `user:${id}`, after: { ended } });
      return ended;
    });
  }

  private async tell(before: User, after: User): Promise<void> {
    const data = { userId: after.id };
    const events = [];
    if (before.isDisabled !== after.isDisabled) events.push({ type: after.isDisabled ? 'user.disabled' : 'user.enabled', aggregateId: after.id, data });
    if (before.roles.join() !== after.roles.join()) {
      events.push({ type: 'user.roles_changed', aggregateId: after.id, data: { ...data, before: [...before.roles], after: [...after.roles] } });
    }
    await this.deps.outbox.record(...events);
  }
}

const rightsOf = ({ email, roles, isDisabled }: User) => ({ email, roles: [...roles], isDisabled });
const sameRights = (a: User, b: User) => a.isDisabled === b.isDisabled && a.roles.join() === b.roles.join();

function refuseBeyondOwn(roles: readonly Role[], caller: Caller): void {
  const lacking = [...permissionsOf(roles)].filter((permission) => !mayAct(caller, permission));
  if (lacking.length > 0) throw new BeyondOwnPermissions(lacking);
}
