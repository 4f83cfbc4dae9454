import type { UserIdentity } from '../../shared/http/caller.js';
import type { Customers } from '../customers/index.js';
import type { AccessTokens } from './access-tokens.js';
import { hasPassword } from './auth.js';
import { InvalidToken } from './auth.errors.js';
import type { SessionService } from './sessions.service.js';
import type { UserRepository } from './users.repository.js';

type Deps = { users: UserRepository; sessions: SessionService; accessTokens: AccessTokens; customers: Pick<Customers, 'findByUser'> };

/** What somebody signed in can ask about themselves, and a server about a token. */
export class AccountService {
  constructor(private readonly deps: Deps) {}

  async verify(token: string) {
    const user = await this.deps.sessions.findUser(token);
    const claims = this.deps.accessTokens.verify(token);
    if (!user || !claims) throw new InvalidToken();
    return { valid: true, sub: user.id, sid: user.sessionId, roles: user.roles, scope: [...user.permissions].join(' '), exp: claims.exp };
  }

  async me({ id, sessionId, roles, permissions }: UserIdentity) {
    const [user, profile] = await Promise.all([this.deps.users.find(id), this.deps.customers.findByUser(id)]);
    if (!user) throw new InvalidToken();
    const { email, username, createdAt } = user;
    const names = profile ? { firstName: profile.firstName, lastName: profile.lastName } : {};
    return { id, email, ...(username !== undefined && { username }), ...names, roles, emailVerified: user.emailVerifiedAt !== undefined, mfaEnabled: user.mfaEnabledAt !== undefined, hasPassword: hasPassword(user), permissions: [...permissions], sessionId, createdAt };
  }
}
