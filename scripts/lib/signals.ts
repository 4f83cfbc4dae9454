import { constants } from 'node:os';
import { killOwned, stopAllOwned } from './owned-processes.js';

/** npm and the terminal may each pass on one and the same Ctrl-C; a second press takes a person longer than this. */
const SAME_PRESS_MS = 500;

/** Stops once on Ctrl-C, SIGTERM or a closed terminal and exits as signals want it; a second Ctrl-C waits for nobody. */
export function stopOnSignal(stop: () => Promise<void>): void {
  // a closed terminal takes no more text: that must not end the goodbye
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  let stoppedAt = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppedAt === 0) {
      stoppedAt = Date.now();
      void stop().finally(stopAllOwned).finally(() => process.exit(128 + constants.signals[signal]));
    } else if (signal === 'SIGINT' && Date.now() - stoppedAt > SAME_PRESS_MS) {
      killOwned();
      process.exit(128 + constants.signals.SIGINT);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
