import { loadSimulatorConfig } from '../config/simulator.js';
import { createSimulator } from './fulfilment/payments/index.js';
import { createLogger } from './shared/logging/logger.js';

const { host, port, secret, journal, webhookUrl, logLevel } = loadSimulatorConfig(process.env);
const logger = createLogger({ level: logLevel, dir: '', service: 'simulator' });
const simulator = createSimulator({ secret, webhookUrl, ...(journal !== undefined && { journal }) });
await simulator.listen(port, host);
logger.info(`payment simulator listens on ${host}:${port}`, { port });

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    logger.info(`simulator stops on ${signal}`);
    void simulator.close().then(() => { process.exit(0); });
  });
}
