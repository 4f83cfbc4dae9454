import { Recent } from '../../shared/cache/recent.js';
import type { Box } from '../../shared/crypto/sealing.js';
import type { RedisClient, RedisGuard } from '../../shared/cache/redis.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import { permissionsOf } from './auth.js';

/** What is kept of a session that is alive; who it may be is read again when anything about the person changes. */
export type SessionState = Readonly<{ userId: string; sessionId: string; email: string; roles: readonly string[]; mustEnrolMfa?: boolean }>;

const BELIEVED_MS = 900;
const KEPT_MS = 4000;
/** Longer than any answer that was being read when the change came could still be kept. */
const CHANGED_MS = 6000;
const SLOW_MS = 1000;
const CHANGED = 'changed';

const nameOf = (sessionId: string) => `session:{${sessionId}}`;

type Deps = { redis: RedisGuard; box: Box; read(sessionId: string): Promise<SessionState | null> };

/**
 * Who is signed in, asked by every request: a second in this process, four in Redis, MongoDB behind. A change leaves a mark
 * in Redis that makes every node ask MongoDB, so it is felt within a second; with Redis away, within five.
 */
export class LiveSessions {
  private readonly recent = new Recent<UserIdentity | null>({ ttlMs: BELIEVED_MS, max: 20_000 });

  constructor(private readonly deps: Deps) {}

  find(sessionId: string): Promise<UserIdentity | null> {
    return this.recent.get(sessionId, async () => identityOf(await this.load(sessionId)));
  }

  /** Call after the commit of anything that ends sessions or changes what their owner may do. */
  async changed(sessionIds: readonly string[]): Promise<void> {
    for (const id of sessionIds) this.recent.forget(id);
    await this.deps.redis.attempt((client) => Promise.all(sessionIds.map((id) => client.set(nameOf(id), CHANGED, 'PX', CHANGED_MS))));
  }

  private async load(sessionId: string): Promise<SessionState | null> {
    const { redis } = this.deps;
    const kept = await redis.attempt((client) => getText(client, nameOf(sessionId)));
    const known = kept === undefined || kept === CHANGED ? null : parse(this.deps.box, kept, sessionId);
    if (known) return known;
    if (kept !== null && kept !== undefined && kept !== CHANGED) await redis.attempt((client) => client.unlink(nameOf(sessionId)));
    const askedAt = Date.now();
    const state = await this.deps.read(sessionId);
    // Only where nothing stands: a mark that was set meanwhile wins over what was read before it.
    const isFresh = Date.now() - askedAt < SLOW_MS;
    if (state && kept !== undefined && kept !== CHANGED && isFresh) void redis.attempt((client) => client.set(nameOf(sessionId), this.deps.box.seal(JSON.stringify(state), nameOf(sessionId)), 'PX', KEPT_MS, 'NX'));
    return state;
  }
}

/** A value of another type under our name reads as rubbish and not as a failure of Redis. */
const getText = (client: RedisClient, name: string): Promise<string | null> => client.get(name).catch((error: Error) => {
  if (/WRONGTYPE/.test(error.message)) return '';
  throw error;
});

function parse(box: Box, text: string | null, sessionId: string): SessionState | null {
  if (text === null) return null;
  try {
    const state = JSON.parse(box.open(text, nameOf(sessionId))) as Partial<SessionState> | null;
    const isWhole = state?.sessionId === sessionId && typeof state.userId === 'string' && typeof state.email === 'string' && Array.isArray(state.roles);
    return isWhole ? state as SessionState : null;
  } catch {
    return null;
  }
}

const identityOf = (state: SessionState | null): UserIdentity | null =>
  state && {
    id: state.userId, sessionId: state.sessionId, email: state.email, roles: state.roles, permissions: permissionsOf(state.mustEnrolMfa ? [] : state.roles),
    ...(state.mustEnrolMfa && { mustEnrolMfa: true }),
  };
