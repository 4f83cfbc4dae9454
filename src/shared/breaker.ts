import type { Clock } from './clock.js';

/** Thrown instead of calling a system that has just failed several times in a row. */
export class BreakerOpen extends Error {
  constructor(system: string) { super(`${system} is not asked for a moment, because it failed several times in a row`); }
}

type BreakerOptions = { name: string; failures?: number; openMs?: number; now: Clock };
export type Breaker = ReturnType<typeof createBreaker>;

/**
 * Spares callers the wait for a system that is away: opens after some failures in a row, lets one call try again after a
 * pause, and closes when that one succeeds. What counts as a failure is what `work` throws.
 */
export function createBreaker({ name, failures = 3, openMs = 2_000, now }: BreakerOptions) {
  let inARow = 0;
  let openUntil = 0;
  let trying = false;

  const isOpen = () => inARow >= failures;
  const succeeded = () => { inARow = 0; };
  const failed = () => {
    inARow += 1;
    if (isOpen()) openUntil = now().getTime() + openMs;
  };

  return {
    state: (): 'closed' | 'open' | 'half_open' => (!isOpen() ? 'closed' : now().getTime() < openUntil ? 'open' : 'half_open'),

    async run<T>(work: () => Promise<T>): Promise<T> {
      const trial = isOpen();
      if (trial && (trying || now().getTime() < openUntil)) throw new BreakerOpen(name);
      if (trial) trying = true;
      try {
        const result = await work();
        succeeded();
        return result;
      } catch (error) {
        failed();
        throw error;
      } finally {
        if (trial) trying = false;
      }
    },
  };
}
