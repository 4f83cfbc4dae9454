import { createHash } from 'node:crypto';
import { once } from 'node:events';
import request from 'supertest';
import winston from 'winston';
import { loadConfig } from '../../config/index.js';
import { createApp } from '../../src/app.js';
import { createContainer, type Container } from '../../src/container.js';
import { HitStore } from '../../src/shared/cache/hit-store.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import { openConnection, prepareCollections } from '../../src/shared/db/connection.js';
import type { KeyIdentity, UserIdentity } from '../../src/shared/http/caller.js';
import { createIdentify } from '../../src/shared/http/identify.js';
import { createLimiter } from '../../src/shared/http/rate-limit.js';
import type { Route } from '../../src/shared/http/route.js';
import { createMetrics } from '../../src/shared/metrics/metrics.js';
import { PERMISSIONS, STOREFRONT_SCOPES } from '../../src/shared/permissions.js';
import { testEnvironment } from './world.js';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';
type CallOptions = { as?: string; key?: string; body?: object | string; headers?: Record<string, string> };
type MiniAppOptions = {
  /** Routes of the test, mounted before those of the shop. */
  routes?: (parts: Container) => Route[];
  env?: Record<string, string>;
  logger?: winston.Logger;
  /** Builds every collection and index first; the kernel alone needs none. */
  prepared?: boolean;
};

/**
 * The kernel in its real order of middleware, with routes of the test's own and callers it can choose at will:
 * `as: 'alice'` is a customer, `as: 'staff'` holds every permission, `as: 'can.cache.purge'` that one.
 */
export async function openMiniApp({ routes = () => [], env = {}, logger = winston.createLogger({ silent: true }), prepared = false }: MiniAppOptions = {}) {
  const environment = testEnvironment(env);
  const config = loadConfig(environment);
  const connection = openConnection(config.mongo.uri, { maxPoolSize: config.mongo.poolSize, monitorCommands: true });
  await connection.asPromise();
  const redis = new RedisGuard(config.redis);
  await redis.ready();
  const clock = { offsetMs: 0 };
  const defects: unknown[] = [];
  const metrics = createMetrics();
  metrics.watchDatabase(connection);
  const container = createContainer({
    config, connection, redis, logger, metrics, now: () => new Date(Date.now() + clock.offsetMs), report: (error) => { defects.push(error); },
  });
  if (prepared) await prepareCollections(connection);
  const limits = { perMinute: config.http.rateLimitPerMinute, authPerMinute: config.http.authRateLimitPerMinute };
  const limit = createLimiter({ hits: (name, windowMs) => new HitStore(redis, name, windowMs), limits });
  const identify = createIdentify({ findKey: async (key) => KEYS[key] ?? null, findUser: async (token) => userOf(token), limit });
  const app = createApp(
    { ...container, identify, routes: [...routes(container), ...container.routes] },
    { database: async () => true, cache: () => redis.ping(), stopping: () => false },
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api = request(server);

  const call = (method: Method, path: string, { as, key = 'pk_app', body, headers = {} }: CallOptions = {}) => {
    const sent = api[method](`/api/v1${path}`).set({ 'x-api-key': key, ...(as !== undefined && { Authorization: `Bearer ${as}` }), ...headers });
    return body === undefined ? sent : sent.send(body);
  };

  return {
    environment, config, connection, redis, container, metrics, api, call, defects, clock,
    port: (server.address() as { port: number }).port,
    async close({ keepData = false } = {}): Promise<void> {
      await new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
      container.cache.close();
      if (!keepData) await connection.dropDatabase();
      await connection.close();
      await redis.close();
    },
  };
}

export type MiniApp = Awaited<ReturnType<typeof openMiniApp>>;

/** What makes a second node of the same shop: the same database and the same names in Redis. */
export const sameShop = ({ environment }: MiniApp, overrides: Record<string, string> = {}) =>
  ({ MONGODB_URI: environment['MONGODB_URI']!, REDIS_KEY_PREFIX: environment['REDIS_KEY_PREFIX']!, REDIS_URL: environment['REDIS_URL']!, ...overrides });

const publishable = (id: string, more: Partial<KeyIdentity> = {}): KeyIdentity => ({ id, kind: 'publishable', name: id, scopes: new Set(STOREFRONT_SCOPES), ...more });
const KEYS: Record<string, KeyIdentity> = {
  pk_app: publishable('app'),
  pk_other: publishable('other'),
  pk_patient: publishable('patient', { rateLimitPerMinute: 10_000_000 }),
  pk_reads: publishable('reads', { scopes: new Set(['catalog:read']) }),
  sk_server: { id: 'server', kind: 'secret', name: 'server', scopes: new Set([...PERMISSIONS, ...STOREFRONT_SCOPES]) },
};

export const userIdOf = (name: string): string => createHash('sha1').update(name).digest('hex').slice(0, 24);

function userOf(token: string): UserIdentity | null {
  if (token === '' || token.startsWith('stale')) return null;
  const permissions = token === 'staff' ? PERMISSIONS : token.startsWith('can.') ? token.slice(4).split('+').map((name) => name.replace('.', ':')) : [];
  return { id: userIdOf(token), sessionId: '5e5510000000000000000001', email: `${token}@example.com`, roles: ['customer'], permissions: new Set<string>(permissions) };
}
