import { setTimeout as pause } from 'node:timers/promises';

/** Called at the named steps of a workflow. Does nothing unless a test build armed that name. */
export type Failpoint = (name: string) => Promise<void> | void;

export const noFailpoint: Failpoint = () => {};

/**
 * `checkout.after_reserve:crash`, `…:throw`, `…:sleep:5000`, several separated by commas. Configuration refuses the
 * variable in production, and no request can reach it.
 */
export function createFailpoint(armed: string): Failpoint {
  if (armed === '') return noFailpoint;
  const actions = new Map(armed.split(',').map((entry) => {
    const [name = '', action = '', argument = ''] = entry.split(':');
    return [name.trim(), { action, argument }] as const;
  }));
  return async (name) => {
    const found = actions.get(name);
    if (!found) return;
    if (found.action === 'crash') process.kill(process.pid, 'SIGKILL');
    if (found.action === 'throw') throw new Error(`failpoint ${name}`);
    if (found.action === 'sleep') await pause(Number(found.argument));
  };
}
