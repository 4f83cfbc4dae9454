import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../config/index.js';
import { createContainer } from './container.js';
import { startProcess } from './shared/process.js';

const config = loadConfig(process.env);
const { connection, redis, logger, metrics, report, onStop, stopping } = startProcess(config, 'worker');
const { outbox, schedules, leadership, search } = createContainer({ config, connection, redis, logger, metrics, report });

/** A third of the lease: one renewal may be lost. */
const CAMPAIGN_MS = 2_000;
const halt = new AbortController();
// Every loop listens to it while it waits.
setMaxListeners(0, halt.signal);

/** Runs until the process stops; a failure is told and the next round comes all the same. */
async function repeat(everyMs: number, run: () => Promise<unknown>): Promise<void> {
  while (!stopping()) {
    try {
      if (connection.readyState === 1) await run();
    } catch (error) {
      report(error);
    }
    await pause(everyMs, undefined, { signal: halt.signal }).catch(() => {});
  }
}

const loops = [
  repeat(config.worker.pollMs, async () => { while (!stopping() && await outbox.deliverDue() > 0); }),
  repeat(CAMPAIGN_MS, () => leadership.campaign()),
  ...schedules.map(({ name, everyMs, everywhere, run }) => repeat(everyMs, async () => {
    const work = () => run(halt.signal);
    const result = everywhere ? await work() : await leadership.run(name, work);
    if (typeof result === 'number' && result > 0) logger.info(`${name}: ${result}`);
  })),
];
onStop(async () => { halt.abort(); await Promise.all(loops); await leadership.resign(); await search.close(); });
logger.info('worker started', { schedules: schedules.map(({ name }) => name) });
