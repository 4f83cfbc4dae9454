import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { ConflictError, RuleViolation, UnprocessableError } from '../errors.js';
import type { Caller } from './caller.js';
import type { Reply } from './reply.js';

/** `id` names caller, route and key together; `fingerprint` is what was asked; the user is who the answer is about. */
export type IdempotencyRequest = Readonly<{ id: string; fingerprint: string; userId?: string }>;

export type Idempotency = {
  recordId(key: string, route: string, req: Request, caller: Caller): string;
  /** Runs the work and keeps its answer in one transaction; the same request again gets the same bytes. */
  run(request: IdempotencyRequest, work: () => Promise<Reply>): Promise<Reply>;
};

export class RequestInFlight extends ConflictError {
  readonly code = 'request_in_flight';
  constructor() { super('The same request with this Idempotency-Key is still being worked on. Ask again in a moment.'); }
}

export class IdempotencyKeyReused extends UnprocessableError {
  readonly code = 'idempotency_key_reused';
  constructor() { super('This Idempotency-Key was used for another request. Take a new key for a new request.'); }
}

class IdempotencyKeyRequired extends RuleViolation {
  readonly code = 'idempotency_key_required';
  constructor() {
    super('Send an Idempotency-Key header (any unique text), so that a repeated request cannot act twice.', {}, [
      { pointer: '#/headers/idempotency-key', code: 'any_required', message: 'the Idempotency-Key header is required' },
    ]);
  }
}

class MalformedIdempotencyKey extends RuleViolation {
  readonly code = 'malformed_idempotency_key';
  constructor() {
    super('An Idempotency-Key is 1 to 255 printable ASCII characters.', {}, [
      { pointer: '#/headers/idempotency-key', code: 'string_pattern_base', message: 'the Idempotency-Key header is malformed' },
    ]);
  }
}

export function keyOf(req: Request, required: boolean): string | undefined {
  const key = req.headers['idempotency-key'];
  if (key === undefined || key === '') {
    if (required) throw new IdempotencyKeyRequired();
    return undefined;
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) throw new MalformedIdempotencyKey();
  return key;
}

/** Two callers with the same key are two requests: the application, the person or guest, and failing both the address are part of it. */
export function scopedKey(key: string, route: string, req: Request, { key: app, user, ip }: Caller): string {
  const guest = req.headers['x-cart-token'] ?? req.headers['x-order-token'];
  const who = user ? `user:${user.id}` : typeof guest === 'string' ? `guest:${guest}` : app?.kind === 'secret' ? 'server' : `ip:${ip}`;
  return createHash('sha256').update(JSON.stringify([app?.id ?? null, who, route, key])).digest('hex');
}

export const fingerprintOf = (route: string, { params, query, body }: { params: unknown; query: unknown; body: unknown }): string =>
  createHash('sha256').update(canonical([route, params, query, body])).digest('hex');

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, v]) => `${JSON.stringify(name)}:${canonical(v)}`).join(',')}}`;
}
