import type { Breaker } from '../../../shared/breaker.js';
import { createPatience, NoAnswer, type Silent } from './patience.js';

export type HttpCall = Readonly<{ method: 'GET' | 'POST' | 'DELETE'; path: string; body?: object; idempotencyKey?: string }>;
export type HttpAnswer = Readonly<{ kind: 'answered'; status: number; body: unknown }> | Silent;

/** JSON over HTTP to a provider. */
export function createHttpClient(deps: { baseUrl: string; headers: Readonly<Record<string, string>>; timeoutMs: number; breaker: Breaker }) {
  const ask = createPatience(deps);
  async function once({ method, path, body, idempotencyKey }: HttpCall, signal: AbortSignal) {
    // Node's fetch keeps connections open between calls.
    const response = await fetch(deps.baseUrl + path, {
      method, signal,
      headers: { ...deps.headers, ...(body && { 'content-type': 'application/json' }), ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 500) throw new NoAnswer(`status ${response.status}`);
    return { status: response.status, body: parse(text) };
  }

  return async function call(request: HttpCall): Promise<HttpAnswer> {
    const asked = await ask((signal) => once(request, signal));
    if (asked.kind === 'silent') return asked;
    return asked.value.status === 429 ? { kind: 'silent', cause: 'too many requests' } : { kind: 'answered', ...asked.value };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new NoAnswer('an answer that is no JSON');
  }
}
