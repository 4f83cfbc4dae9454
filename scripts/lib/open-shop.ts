import { loadConfig } from '../../config/index.js';
import { createContainer } from '../../src/container.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import type { Clock } from '../../src/shared/clock.js';
import { openConnection, prepareCollections } from '../../src/shared/db/connection.js';
import { createLogger } from '../../src/shared/logging/logger.js';
import { createMetrics } from '../../src/shared/metrics/metrics.js';
import { Advice } from './terminal.js';

export interface OpenShopOptions {
  /** For what is to look as if it happened earlier. */
  readonly now?: Clock;
  /** Makes what is missing of collections and indexes, for a database that no shop has used yet. */
  readonly prepare?: boolean;
}

/** The container of a running shop, for a script that does one thing to it. Every model is registered on the connection. */
export async function openShop(service: string, env: NodeJS.ProcessEnv = process.env, { now, prepare = false }: OpenShopOptions = {}) {
  const config = read(env);
  const connection = openConnection(config.mongo.uri);
  const redis = new RedisGuard(config.redis);
    const logger = createLogger({ ...config.log, level: 'error', service });
  const container = createContainer({ config, connection, redis, logger, metrics: createMetrics(), report: (error) => { logger.error('defect', { error }); }, ...(now && { now }) });
  const close = async () => {
    container.cache.close();
    await Promise.allSettled([connection.close(), redis.close()]);
  };
  try {
    await connection.asPromise();
  } catch (error) {
    await close();
    throw new Advice(`MongoDB does not answer at MONGODB_URI: ${(error as Error).message}`);
  }
  if (prepare) await prepareCollections(connection);
  await redis.ready();
  return { config, container, connection, redis, close };
}

function read(env: NodeJS.ProcessEnv) {
  try {
    return loadConfig(env);
  } catch (error) {
    throw new Advice(`${(error as Error).message}\n.env.example names every variable.`);
  }
}
