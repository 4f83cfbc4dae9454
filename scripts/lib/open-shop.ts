import { loadConfig } from '../../config/index.js';
import { createContainer } from '../../src/container.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import { openConnection } from '../../src/shared/db/connection.js';
import { createLogger } from '../../src/shared/logging/logger.js';
import { createMetrics } from '../../src/shared/metrics/metrics.js';
import { Advice } from './terminal.js';

/** The container of a running shop, for a script that does one thing to it. Every model is registered on the connection. */
export async function openShop(service: string, env: NodeJS.ProcessEnv = process.env) {
  const config = read(env);
  const connection = openConnection(config.mongo.uri);
  const redis = new RedisGuard(config.redis);
  const close = async () => { await Promise.allSettled([connection.close(), redis.close()]); };
  const logger = createLogger({ ...config.log, level: 'error', service });
  const container = createContainer({ config, connection, redis, logger, metrics: createMetrics(), report: (error) => { logger.error('defect', { error }); } });
  try {
    await connection.asPromise();
  } catch (error) {
    await close();
    throw new Advice(`MongoDB does not answer at MONGODB_URI: ${(error as Error).message}`);
  }
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
