import { setTimeout as pause } from 'node:timers/promises';
import { BreakerOpen, type Breaker } from '../../../shared/breaker.js';

const ATTEMPTS = 2;
const RETRY_MS = 200;

export type HttpCall = Readonly<{ method: 'GET' | 'POST'; path: string; body?: object; idempotencyKey?: string }>;
/** `silent`: nobody can tell whether it happened. */
export type HttpAnswer =
  | Readonly<{ kind: 'answered'; status: number; body: unknown }>
  | Readonly<{ kind: 'silent'; cause: string; retryAfterMs?: number }>;

/** A status that says nothing about what was asked for. */
class NoAnswer extends Error {
  constructor(cause: string, readonly retryAfterMs?: number) { super(cause); }
}

/**
 * JSON over HTTP to a provider: one time limit for the whole call, one more try with the same key when the connection
 * breaks or the provider stumbles, and a breaker that spares everybody the wait while it is away.
 */
export function createHttpClient(deps: { baseUrl: string; headers: Readonly<Record<string, string>>; timeoutMs: number; breaker: Breaker }) {
  async function once({ method, path, body, idempotencyKey }: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    // Node's fetch keeps connections open between calls.
    const response = await fetch(deps.baseUrl + path, {
      method, signal,
      headers: { ...deps.headers, ...(body && { 'content-type': 'application/json' }), ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 500) throw new NoAnswer(`status ${response.status}`);
    return { kind: 'answered', status: response.status, body: parse(text) };
  }

  return async function call(request: HttpCall): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(deps.timeoutMs);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await deps.breaker.run(() => once(request, signal));
        if (answer.kind === 'answered' && answer.status === 429) return { kind: 'silent', cause: 'too many requests' };
        return answer;
      } catch (error) {
        const final = error instanceof BreakerOpen || signal.aborted || attempt >= ATTEMPTS;
        if (final) return { kind: 'silent', cause: causeOf(error) };
        await pause(RETRY_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      }
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new NoAnswer('an answer that is no JSON');
  }
}

/** For logs and tests; never the request, which may carry a token. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error.cause as { code?: string } | undefined)?.code;
  return error.name === 'TimeoutError' || error.name === 'AbortError' ? 'timeout' : code ?? error.message;
}
