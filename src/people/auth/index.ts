import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { RedisGuard } from '../../shared/cache/redis.js';
import type { Clock } from '../../shared/clock.js';
import { PasswordPool } from '../../shared/crypto/password-pool.js';
import type { Box } from '../../shared/crypto/sealing.js';
import { vaultOf } from '../../shared/db/personal.js';
import { SIGN_IN_ATTEMPTS } from '../../shared/db/sealing-state.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { createCookieSessions } from '../../shared/http/cookie-sessions.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import type { Customers } from '../customers/index.js';
import { AccessTokens } from './access-tokens.js';
import { AccountService } from './account.service.js';
import { authRoutes } from './auth.routes.js';
import { AuthService } from './auth.service.js';
import { CredentialService } from './credentials.service.js';
import { PasswordScreen, type PasswordScreenConfig } from './password-screen.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SessionRepository } from './sessions.repository.js';
import { SessionService } from './sessions.service.js';
import { SignInAttemptRepository } from './sign-in-attempts.repository.js';
import { SignInGuard } from './sign-in-guard.service.js';
import { SignInService } from './sign-ins.service.js';
import { createAnswerTokens } from './token-answers.js';
import { UserRepository } from './users.repository.js';
import { userRoutes } from './users.routes.js';
import { UserService } from './users.service.js';

export { FRESH_SECONDS, hasPassword, PERMISSIONS_OF, type Role, type User } from './auth.js';
export { EmailTaken } from './auth.errors.js';
export {
  actingAs, emailInput, enteredPassword, newPassword, nothingAnswer, sessionChoice, signInHeaders, tokensAnswer, type ActingAs, type SessionChoice, type SignInHeaders,
} from './auth.schemas.js';
export { passwordProblem, PASSWORD_SENTENCES } from './password-policy.js';

export type Auth = ReturnType<typeof createAuth>;

type AuthConfig = PasswordScreenConfig & Readonly<{
  jwtSecret: string; accessTtlSeconds: number; refreshTtlSeconds: number; sessionMaxDays: number; bcryptCost: number; hashConcurrency: number; hashQueue: number;
  failuresPerAccount: number; failuresPerAddress: number; isHttps: boolean; rolesWithMfa: readonly string[]; isStepUpForced: boolean;
}>;
type AuthDeps = {
  connection: Connection; redis: RedisGuard; box: Box; now: Clock; outbox: Outbox; inTransaction: InTransaction; audit: RecordAudit; report: ReportError;
  customers: Pick<Customers, 'createProfile' | 'findByUser' | 'changeEmail'>; securityEvent: RecordSecurityEvent; config: AuthConfig;
};

export function createAuth({ connection, redis, box, config, customers, audit, report, ...base }: AuthDeps) {
  const { rolesWithMfa, isStepUpForced } = config;
  const users = new UserRepository(connection);
  const sessionRows = new SessionRepository(connection);
  const accessTokens = new AccessTokens({ secret: config.jwtSecret, ttlSeconds: config.accessTtlSeconds, now: base.now });
  const sessions = new SessionService({
    ...base, users, redis, box, accessTokens, rolesWithMfa, sessions: sessionRows, refreshTokens: new RefreshTokens(config.jwtSecret), lifetimes: config,
  });
  const guard = new SignInGuard({ mark: (hash) => vaultOf(connection).keyed(SIGN_IN_ATTEMPTS, hash), attempts: new SignInAttemptRepository(connection), limits: config, now: base.now });
  const passwords = new PasswordPool({ concurrency: config.hashConcurrency, queue: config.hashQueue, cost: config.bcryptCost });
  const screen = new PasswordScreen({ ...base, config });
  const signIns = new SignInService({ ...base, sessions, report });
  const auth = new AuthService({ ...base, users, sessions, signIns, guard, passwords, screen, customers });
  const accounts = new AccountService({ users, sessions, accessTokens, customers });
  const credentials = new CredentialService({ ...base, users, sessions, auth, guard, passwords, screen, customers, rolesWithMfa, isStepUpForced });
  const staff = new UserService({ ...base, users, sessions, auth, audit });
  const personalData: PersonalData = {
    name: 'account', collections: ['users', 'sessions'],
    export: async ({ userId }) => {
      const user = await users.find(userId);
      const open = await sessionRows.listAll(userId);
      return {
        ...(user && { id: user.id, email: user.email, username: user.username, roles: user.roles, createdAt: user.createdAt }),
        sessions: open.map(({ id, device, ipRange, createdAt, lastUsedAt, endedAt }) => ({ id, device, ipRange, createdAt, lastUsedAt, endedAt })),
      };
    },
    /** Sessions end before their rows go, so that every node hears of it. */
    erase: async ({ userId }) => {
      await base.inTransaction(() => sessions.endAll(userId, 'account_disabled'));
      const ended = await sessionRows.removeAll(userId);
      return ended + (await users.remove(userId) ? 1 : 0);
    },
  };
  const cookies = createCookieSessions({ secret: config.jwtSecret, isSecure: config.isHttps });
  const answerTokens = createAnswerTokens(cookies, config.refreshTtlSeconds);
  return {
    personalData,
    hasAccount: async (email: string) => await users.findByEmail(email) !== null,
    findAccount: async (userId: string) => { const user = await users.find(userId); return user && { email: user.email, roles: user.roles }; },
    routes: [...authRoutes({ auth, sessions, accounts, cookies, answerTokens }), ...userRoutes(staff)],
    findUser: sessions.findUser.bind(sessions),
    createUser: auth.createUser.bind(auth),
    insertWithoutPassword: auth.insertWithoutPassword.bind(auth),
    onSignIn: signIns.onSignIn.bind(signIns),
    challengeWith: signIns.challengeWith.bind(signIns),
    admit: signIns.admit.bind(signIns),
    requireStepUp: credentials.requireStepUp.bind(credentials),
    getForStaff: staff.getWithin.bind(staff),
    spendAttempt: guard.spend.bind(guard),
    isNewDevice: sessions.isNewDevice.bind(sessions),
    markSecondFactor: sessions.markSecondFactor.bind(sessions),
    sessions, credentials, cookies, answerTokens,
  };
}
