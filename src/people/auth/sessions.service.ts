import type { Clock } from '../../shared/clock.js';
import { later } from '../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import { networkRange } from '../../shared/http/rate-limit.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { AccessTokens } from './access-tokens.js';
import { deviceOf, rolesIn, SAME_ANSWER_MS, type Role, type Session, type SessionEnd, type User } from './auth.js';
import { InvalidRefreshToken, RefreshTokenReused, SessionNotFound } from './auth.errors.js';
import { LiveSessions, type SessionState } from './live-sessions.js';
import type { RefreshTokens } from './refresh-tokens.js';
import type { SessionRepository } from './sessions.repository.js';
import type { UserRepository } from './users.repository.js';
import type { Box } from '../../shared/crypto/sealing.js';
import type { RedisGuard } from '../../shared/cache/redis.js';

export type Client = Readonly<{ ip: string; userAgent: string }>;
export type Tokens = Readonly<{ accessToken: string; refreshToken: string; tokenType: 'Bearer'; expiresIn: number; sessionId: string; user: Pick<User, 'id' | 'email' | 'roles'> }>;
/** What a session is opened with besides the password: a second factor, one role of several. */
export type Opening = Readonly<{ mfaAt?: Date | undefined; actingAs?: Role | undefined }>;

type Deps = {
  sessions: SessionRepository; users: UserRepository; accessTokens: AccessTokens; refreshTokens: RefreshTokens; redis: RedisGuard; box: Box;
  outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; rolesWithMfa: readonly string[]; lifetimes: { accessTtlSeconds: number; refreshTtlSeconds: number; sessionMaxDays: number };
};

const DAY_MS = 24 * 3_600_000;

/** Sessions and the tokens that prove them. A session is one family of refresh tokens, and the truth about it is in MongoDB. */
export class SessionService {
  private readonly live: LiveSessions;

  constructor(private readonly deps: Deps) {
    this.live = new LiveSessions({ redis: deps.redis, box: deps.box, read: (id) => this.readState(id) });
  }

  /** Null for a token that is malformed or expired, and for one whose session or owner is out. */
  async findUser(accessToken: string): Promise<UserIdentity | null> {
    const claims = this.deps.accessTokens.verify(accessToken);
    if (!claims) return null;
    const user = await this.live.find(claims.sid);
    return user?.id === claims.sub ? user : null;
  }

  /** Call inside the transaction that makes the session worth having. */
  async open(user: User, { ip, userAgent }: Client, { mfaAt, actingAs }: Opening = {}): Promise<Session> {
    const now = this.deps.now();
    return this.deps.sessions.create({
      userId: user.id, credentialsVersion: user.credentialsVersion, device: deviceOf(userAgent), ipRange: networkRange(ip),
      ...(mfaAt && { mfaAt }), ...(actingAs && { actingAs }), seed: this.deps.refreshTokens.newSeed(), generation: 0, rotatedAt: now, createdAt: now, lastUsedAt: now, expiresAt: this.endOf({ createdAt: now }, now),
    });
  }

  tokensOf(user: User, session: Session): Tokens {
    const { accessTokens, refreshTokens, lifetimes } = this.deps;
    const { id, email } = user;
    const roles = rolesIn(user.roles, session.actingAs);
    const accessToken = accessTokens.issue({
      userId: id, sessionId: session.id, roles, issuedAt: session.rotatedAt, tokenId: `${session.id}.${session.generation}`,
    });
    const refreshToken = refreshTokens.of(session, session.generation);
    return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn: lifetimes.accessTtlSeconds, sessionId: session.id, user: { id, email, roles } };
  }

  /** One token, one use. A client whose answer was lost gets the same answer; anybody later ends the whole family. */
  async refresh(token: string, { ip }: Client): Promise<Tokens> {
    const { sessions, refreshTokens, now } = this.deps;
    const presented = refreshTokens.read(token);
    const session = presented && await sessions.find(presented.sessionId);
    if (!session || !refreshTokens.isGenuine(session, presented)) throw new InvalidRefreshToken();
    const user = await this.ownerOf(session);

    const at = now();
    const rotated = presented.generation === session.generation
      ? await sessions.rotate(session, { now: at, expiresAt: this.endOf(session, at), ipRange: networkRange(ip) })
      : null;
    if (rotated) return this.tokensOf(user, rotated);
    const current = await sessions.find(session.id);
    if (!current || current.endedAt || presented.generation >= current.generation) throw refusalOf(current);
    if (isSameAnswer(current, presented.generation, now())) return this.tokensOf(user, current);
    await this.endStolen(current);
    throw new RefreshTokenReused();
  }

  /** Whose family a refresh token says that it is of; nothing is proved by it. */
  sessionIdIn(refreshToken: string): string | undefined {
    return this.deps.refreshTokens.read(refreshToken)?.sessionId;
  }

  listOf(userId: string, query: PageQuery) {
    return this.deps.sessions.listAlive(userId, this.deps.now(), query);
  }

  /** Only one's own; another's is not there. */
  async end(id: string, userId: string, reason: SessionEnd): Promise<void> {
    const ended = await this.deps.inTransaction(async () => {
      const done = await this.deps.sessions.end(id, userId, { reason, at: this.deps.now() });
      if (done) await this.tell('user.signed_out', userId, { sessionId: id, reason });
      return done;
    });
    if (!ended) throw new SessionNotFound();
    await this.live.changed([id]);
  }

  /** Joins the caller's transaction; answers how many there were. */
  async endAll(userId: string, reason: SessionEnd, exceptId?: string): Promise<number> {
    const ids = await this.deps.sessions.endAll(userId, { reason, at: this.deps.now() }, exceptId);
    await afterCommit(() => this.live.changed(ids));
    return ids.length;
  }

  /** Joins the caller's transaction: what the user may do has changed, the sessions go on. */
  async refreshRights(userId: string): Promise<void> {
    const ids = await this.deps.sessions.aliveIds(userId, this.deps.now());
    await afterCommit(() => this.live.changed(ids));
  }

  /** Joins the caller's transaction: the session goes on under the new password. */
  async trustAgain(id: string, credentialsVersion: number): Promise<void> {
    await this.deps.sessions.trustAgain(id, credentialsVersion);
    await afterCommit(() => this.live.changed([id]));
  }

  /** What the truth knows of a session that is alive; null for one that is over. */
  async find(id: string): Promise<Session | null> {
    const session = await this.deps.sessions.find(id);
    return session && !session.endedAt && session.expiresAt > this.deps.now() ? session : null;
  }

  /** Whether this was the first time on such a device, for somebody who had been here before. */
  async isNewDevice(sessionId: string): Promise<boolean> {
    const session = await this.deps.sessions.find(sessionId);
    return session !== null && this.deps.sessions.isNewDevice(session.userId, session);
  }

  async markSecondFactor(id: string): Promise<void> {
    await this.deps.sessions.markSecondFactor(id, this.deps.now());
    await afterCommit(() => this.live.changed([id]));
  }

  private async readState(sessionId: string): Promise<SessionState | null> {
    const session = await this.deps.sessions.find(sessionId);
    if (!session || session.endedAt || session.expiresAt <= this.deps.now()) return null;
    const user = await this.deps.users.find(session.userId);
    if (!user || user.isDisabled || user.credentialsVersion !== session.credentialsVersion) return null;
    const roles = rolesIn(user.roles, session.actingAs);
    const mustEnrolMfa = !user.mfaEnabledAt && roles.some((role) => this.deps.rolesWithMfa.includes(role));
    return { userId: user.id, sessionId, email: user.email, roles, ...(mustEnrolMfa && { mustEnrolMfa }) };
  }

  private async ownerOf(session: Session): Promise<User> {
    if (session.endedAt) throw refusalOf(session);
    const now = this.deps.now();
    const user = session.expiresAt > now && this.endOf(session, now) > now ? await this.deps.users.find(session.userId) : null;
    if (!user || user.isDisabled || user.credentialsVersion !== session.credentialsVersion) throw new InvalidRefreshToken();
    return user;
  }

  private async endStolen({ id, userId }: Session): Promise<void> {
    const reason = 'refresh_token_reused';
    await this.deps.inTransaction(async () => {
      const ended = await this.deps.sessions.end(id, userId, { reason, at: this.deps.now() });
      if (ended) await this.tell('user.refresh_token_reused', userId, { sessionId: id });
    });
    await this.live.changed([id]);
  }

  private async tell(type: string, userId: string, facts: Record<string, unknown>): Promise<void> {
    await this.deps.outbox.record({ type, aggregateId: userId, data: { userId, ...facts } });
  }

  /** Unused it ends sooner; used, it ends all the same, and the password is asked for again. */
  private endOf({ createdAt }: Pick<Session, 'createdAt'>, now: Date): Date {
    const { refreshTtlSeconds, sessionMaxDays } = this.deps.lifetimes;
    return new Date(Math.min(later(now, refreshTtlSeconds * 1000).getTime(), later(createdAt, sessionMaxDays * DAY_MS).getTime()));
  }
}

const refusalOf = (session: Session | null) => (session?.endReason === 'refresh_token_reused' ? new RefreshTokenReused() : new InvalidRefreshToken());

/** The token before the current one, whose child nobody has used, within the time that a lost answer takes. */
const isSameAnswer = (session: Session, generation: number, now: Date): boolean =>
  generation === session.generation - 1 && now.getTime() - session.rotatedAt.getTime() <= SAME_ANSWER_MS;
