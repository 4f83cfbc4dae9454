import { setTimeout as pause } from 'node:timers/promises';
import { BreakerOpen, type Breaker } from '../../../shared/breaker.js';

const ATTEMPTS = 2;
const RETRY_MS = 200;

/** `silent`: nobody can tell whether it happened. */
export type Silent = Readonly<{ kind: 'silent'; cause: string }>;
export type Asked<T> = Readonly<{ kind: 'answered'; value: T }> | Silent;
/** An answer that says nothing about what was asked for; asking again may. */
export class NoAnswer extends Error {}

/**
 * How long and how often a provider is asked: one time limit for the whole call, one more try with the same key when the
 * connection breaks or the provider stumbles, and a breaker that spares everybody the wait while it is away.
 */
export function createPatience({ timeoutMs, breaker }: { timeoutMs: number; breaker: Breaker }) {
  return async function ask<T>(once: (signal: AbortSignal) => Promise<T>): Promise<Asked<T>> {
    const signal = AbortSignal.timeout(timeoutMs);
    for (let attempt = 1; ; attempt++) {
      try {
        return { kind: 'answered', value: await breaker.run(() => until(signal, once(signal))) };
      } catch (error) {
        const final = error instanceof BreakerOpen || signal.aborted || attempt >= ATTEMPTS;
        if (final) return { kind: 'silent', cause: causeOf(error) };
        await pause(RETRY_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      }
    }
  };
}

/** Clients of providers have time limits of their own; this one holds whatever they do. */
async function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => { reject(signal.reason as Error); };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  // What comes too late is nobody's any more.
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** For logs and tests; never the request, which may carry a token. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error.cause as { code?: string } | undefined)?.code;
  return error.name === 'TimeoutError' || error.name === 'AbortError' ? 'timeout' : code ?? error.message;
}
