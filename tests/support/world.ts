import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import winston from 'winston';
import { loadConfig } from '../../config/index.js';
import { createApp } from '../../src/app.js';
import { createContainer } from '../../src/container.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import { openConnection, prepareCollections } from '../../src/shared/db/connection.js';
import { createMetrics } from '../../src/shared/metrics/metrics.js';
import { giveBackDatabase, takeSpareDatabase } from './spare-databases.js';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type WorldOptions = { env?: Record<string, string> };

export const mongodbUri = process.env['TEST_MONGODB_URI'] ?? 'mongodb://127.0.0.1:27017/?replicaSet=rs0';
export const redisUrl = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** The environment of a test world: its own database and its own names in Redis. */
export function testEnvironment(overrides: Record<string, string> = {}, database?: string): Record<string, string> {
  const name = `kontor_${process.pid}_${randomBytes(5).toString('hex')}`;
  const uri = new URL(mongodbUri);
  uri.pathname = `/${database ?? name}`;
  return {
    NODE_ENV: 'test', HOST: '127.0.0.1', PORT: '0', MONGODB_URI: uri.toString(), REDIS_URL: redisUrl, REDIS_KEY_PREFIX: `${name}:`,
    JWT_SECRET: 'a-secret-of-the-tests-that-is-long-enough', BCRYPT_COST: '4', LOG_LEVEL: 'error', MONGODB_POOL_SIZE: '30',
    RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_AUTH_PER_MINUTE: '100000', SHUTDOWN_GRACE_MS: '0',
    STORAGE_DIR: join(tmpdir(), 'kontor-test-files', name),
    // A starved machine is slow in everything: what a race decides is tested, not how long it took.
    ANSWER_WITHIN_MS: '60000', MAX_REQUESTS_IN_FLIGHT: '5000',
    PAYMENT_SIMULATOR_SECRET: 'a-secret-of-the-simulator', ...overrides,
  };
}

/** A whole shop on its own database and cache, over real HTTP, with a clock that the test can set. */
export async function openWorld({ env = {} }: WorldOptions = {}) {
  const isOurs = env['MONGODB_URI'] === undefined;
  const spare = isOurs ? await takeSpareDatabase(mongodbUri) : null;
  const environment = testEnvironment(env, spare ?? undefined);
  const config = loadConfig(environment);
  const connection = openConnection(config.mongo.uri, { maxPoolSize: config.mongo.poolSize, monitorCommands: true });
  await connection.asPromise();
  const redis = new RedisGuard(config.redis);
  await redis.ready();
  const clock = { offsetMs: 0 };
  const now = () => new Date(Date.now() + clock.offsetMs);
  const defects: unknown[] = [];
  const metrics = createMetrics();
  metrics.watchDatabase(connection);
  const logger = winston.createLogger({ silent: true });
  const container = createContainer({ config, connection, redis, logger, metrics, now, report: (error) => { defects.push(error); } });
  if (spare === null) await prepareCollections(connection);
  const app = createApp(container, { database: async () => true, cache: () => redis.ping(), stopping: () => false });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = request(server);

  const headers: Record<string, string> = {};
  /** A call under the base with the headers every call of this world carries (the publishable key). */
  const call = (method: Method, path: string, options: { body?: object | string; headers?: Record<string, string> } = {}) => {
    const sent = api[method](`/api/v1${path}`).set({ ...headers, ...options.headers });
    return options.body === undefined ? sent : sent.send(options.body);
  };

  return {
    url, environment, config, connection, redis, container, metrics, api, call, headers, defects, clock,
    /** Delivers every due event, as the worker would. */
    async runEvents(): Promise<void> { while (await container.outbox.deliverDue() > 0); },
    events: () => connection.collection('outbox').find().sort({ _id: 1 }).toArray(),
    async close(): Promise<void> {
      await new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
      container.cache.close();
      await connection.close();
      await redis.close();
      await rm(environment['STORAGE_DIR']!, { recursive: true, force: true });
      // a node that shares the database of another world leaves it to that one
      if (isOurs) await giveBackDatabase(config.mongo.uri);
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
