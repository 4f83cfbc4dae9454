import { loadConfig } from '../config/index.js';
import { createApp } from './app.js';
import { createContainer } from './container.js';
import { startProcess } from './shared/process.js';
import { listen } from './shared/http/listen.js';

const config = loadConfig(process.env);
const { connection, redis, logger, metrics, report, onStop, stopping } = startProcess(config, 'api');
const container = createContainer({ config, connection, redis, logger, metrics, report });
const app = createApp(container, {
  database: async () => {
    if (connection.readyState !== 1) return false;
    return connection.db!.command({ ping: 1 }, { timeoutMS: 1000 }).then(() => true, () => false);
  },
  cache: () => redis.ping(),
  stopping,
});
const server = await listen(app, config.http);
container.search.warm().catch(report);
onStop(() => server.stop(config.http.shutdownGraceMs));
onStop(() => container.apiKeys.flushUsage());
onStop(() => container.search.flushAnalytics());
onStop(() => container.search.close());
logger.info(`api listens on ${config.http.host}:${server.port}`, { port: server.port });
