import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../config/index.js';
import { createContainer } from '../../src/container.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import type { Clock } from '../../src/shared/clock.js';
import { openConnection, prepareCollections } from '../../src/shared/db/connection.js';
import { createLogger } from '../../src/shared/logging/logger.js';
import { createMetrics } from '../../src/shared/metrics/metrics.js';
import { Advice } from './terminal.js';

export interface OpenShopOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Scripts that tell of the past set it. */
  readonly now?: Clock;
  /** What went wrong beside the work, such as an effect after a commit. */
  readonly report?: (error: unknown) => void;
}

export type OpenShop = Awaited<ReturnType<typeof openShop>>;

/** The shop without its HTTP server: the services work on the database that MONGODB_URI names. Only that has to be set. */
export async function openShop({ env = process.env, now, report = complain }: OpenShopOptions = {}) {
  const config = loadConfig({
    NODE_ENV: 'production', REDIS_URL: 'redis://127.0.0.1:6379', LOG_LEVEL: 'error',
    // nothing signed with it outlives the script
    JWT_SECRET: randomBytes(32).toString('hex'), ...env,
  });
  const connection = openConnection(config.mongo.uri, { maxPoolSize: 10 });
  const redis = new RedisGuard(config.redis);
  const close = async () => { await Promise.allSettled([connection.close(), redis.close()]); };
  try {
    await connection.asPromise().catch((error: Error) => { throw new Advice(`MongoDB does not answer at MONGODB_URI: ${error.message}`); });
    await redis.ready();
    const logger = createLogger({ ...config.log, service: 'script' });
    const container = createContainer({ config, connection, redis, logger, metrics: createMetrics(), report, ...(now && { now }) });
    await prepareCollections(connection);
    return {
      container, connection, redis,
      close: async () => { container.cache.close(); await close(); },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const complain = (error: unknown) => void process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
