import type { Config } from '../../config/index.js';
import { RedisGuard } from './cache/redis.js';
import { keepConnecting, openConnection } from './db/connection.js';
import { createLogger } from './logging/logger.js';
import { createMetrics } from './metrics/metrics.js';
import type { ReportError } from './http/problem.js';

const LAST_RESORT_MS = 15_000;

/** What the API and the worker have in common: connections, logs, and an orderly end. Starts even when the databases are away. */
export function startProcess(config: Config, service: string) {
  const logger = createLogger({ ...config.log, service });
  if (['production', 'staging'].includes(config.environment) && config.secretsOfJwt.length > 0) {
    logger.warn('JWT_SECRET must not be changed: other secrets follow from it. Set them before there is data to keep (docs/security.md, Keys).', { unset: config.secretsOfJwt });
  }
  const metrics = createMetrics();
  metrics.collectProcess();
  const options = { maxPoolSize: config.mongo.poolSize, monitorCommands: true };
  const connection = openConnection(config.mongo.uri, options);
  metrics.watchDatabase(connection);
  const redis = new RedisGuard({ ...config.redis, onFailure: metrics.redisFailed });
  const report: ReportError = (error, context) => { logger.error('defect', { ...context, error }); };

  const steps: Array<() => Promise<unknown>> = [];
  let stopping = false;
  const firstClient = connection.getClient();
  void keepConnecting(connection, config.mongo.uri, options, () => stopping).then(() => {
    if (connection.getClient() !== firstClient) metrics.watchDatabase(connection);
  });
  async function stop(signal: string, code: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    logger.info(`${service} stops on ${signal}`);
    setTimeout(() => { process.exit(code || 1); }, LAST_RESORT_MS + config.http.shutdownGraceMs).unref();
    for (const step of steps) await step().catch(report);
    await Promise.allSettled([connection.close(), redis.close()]);
    logger.once('finish', () => { process.exit(code); });
    logger.end();
  }
  process.on('SIGTERM', () => { void stop('SIGTERM', 0); });
  process.on('SIGINT', () => { void stop('SIGINT', 0); });
  // The state of the process is unknown after these: finish what is open, then let the supervisor start a fresh one.
  process.on('uncaughtException', (error) => { report(error, { last: 'resort' }); void stop('uncaughtException', 1); });
  process.on('unhandledRejection', (error) => { report(error, { last: 'resort' }); void stop('unhandledRejection', 1); });

  return { logger, metrics, connection, redis, report, stop, onStop: (step: () => Promise<unknown>) => { steps.push(step); }, stopping: () => stopping };
}
