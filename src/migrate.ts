import { loadConfig } from '../config/index.js';
import { createContainer } from './container.js';
import { migrate } from './shared/db/migrate.js';
import { startProcess } from './shared/process.js';

/** For images, which carry no scripts: prepares the database, then ends. Run it before a new version starts, and with `--finish` when no older one runs any more. */
const config = loadConfig(process.env);
const { connection, redis, logger, metrics, report, stop } = startProcess(config, 'migrate');
createContainer({ config, connection, redis, logger, metrics, report });
try {
  await migrate({ connection, log: (line) => { logger.info(line); }, finish: process.argv.includes('--finish') });
  await stop('end of work', 0);
} catch (error) {
  report(error);
  await stop('failure', 1);
}
