import type { ChildProcess } from 'node:child_process';
import { hasEnded, onUnexpectedEnd, stopOwned } from '../owned-processes.js';

const MAX_DEATHS_PER_MINUTE = 5;
const MINUTE_MS = 60_000;
const FIRST_WAIT_MS = 100;

export interface Supervised {
  readonly name: string;
  pid(): number | undefined;
  stop(): Promise<void>;
}

interface Orders {
  readonly name: string;
  start(): ChildProcess;
  tell(line: string): void;
  /** It died too often: the reader has to look at it. */
  giveUp(name: string): void;
}

/** Keeps one process alive: what dies is started again, each time a little later. */
export function supervise({ name, start, tell, giveUp }: Orders): Supervised {
  let deaths: number[] = [];
  let restart: NodeJS.Timeout | undefined;
  let child: ChildProcess;

  const run = () => {
    child = start();
    onUnexpectedEnd(child, died);
  };
  const died = (how: string) => {
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < MINUTE_MS), now];
    if (deaths.length > MAX_DEATHS_PER_MINUTE) {
      tell(`died (${how}), ${deaths.length} times within a minute: giving up`);
      giveUp(name);
      return;
    }
    restart = setTimeout(() => {
      run();
      tell(`died (${how}), started again as pid ${child.pid}`);
    }, FIRST_WAIT_MS * 2 ** (deaths.length - 1));
  };
  run();
  return {
    name,
    pid: () => (hasEnded(child) ? undefined : child.pid),
    stop: async () => {
      clearTimeout(restart);
      await stopOwned(child, 12_000);
    },
  };
}
