import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { RedisGuard } from '../../shared/cache/redis.js';
import type { Clock } from '../../shared/clock.js';
import { PasswordPool } from '../../shared/crypto/password-pool.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { Customers } from '../customers/index.js';
import { AccessTokens } from './access-tokens.js';
import { AccountService } from './account.service.js';
import { authRoutes } from './auth.routes.js';
import { AuthService } from './auth.service.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SessionRepository } from './sessions.repository.js';
import { SessionService } from './sessions.service.js';
import { SignInAttemptRepository } from './sign-in-attempts.repository.js';
import { SignInGuard } from './sign-in-guard.service.js';
import { UserRepository } from './users.repository.js';
import { userRoutes } from './users.routes.js';
import { UserService } from './users.service.js';

export { passwordProblem, PASSWORD_SENTENCES } from './password-policy.js';

type AuthConfig = Readonly<{
  jwtSecret: string; accessTtlSeconds: number; refreshTtlSeconds: number; bcryptCost: number; hashConcurrency: number; hashQueue: number;
  failuresPerAccount: number; failuresPerAddress: number;
}>;
type AuthDeps = {
  connection: Connection; redis: RedisGuard; now: Clock; outbox: Outbox; inTransaction: InTransaction; audit: RecordAudit; report: ReportError;
  customers: Pick<Customers, 'createProfile' | 'findByUser'>; config: AuthConfig;
};

export function createAuth({ connection, redis, config, customers, audit, report, ...base }: AuthDeps) {
  const users = new UserRepository(connection);
  const accessTokens = new AccessTokens({ secret: config.jwtSecret, ttlSeconds: config.accessTtlSeconds, now: base.now });
  const sessions = new SessionService({
    ...base, users, redis, accessTokens, sessions: new SessionRepository(connection), refreshTokens: new RefreshTokens(config.jwtSecret), lifetimes: config,
  });
  const guard = new SignInGuard({ attempts: new SignInAttemptRepository(connection), limits: config, now: base.now });
  const passwords = new PasswordPool({ concurrency: config.hashConcurrency, queue: config.hashQueue, cost: config.bcryptCost });
  const auth = new AuthService({ ...base, users, sessions, guard, passwords, customers, report });
  const accounts = new AccountService({ users, sessions, accessTokens, customers });
  const staff = new UserService({ ...base, users, sessions, auth, audit });
  return {
    routes: [...authRoutes(auth, sessions, accounts), ...userRoutes(staff)],
    findUser: sessions.findUser.bind(sessions),
    createUser: auth.createUser.bind(auth),
    onSignIn: auth.onSignIn.bind(auth),
  };
}
