import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { PreconditionError, PreconditionMissing } from '../errors.js';

class StaleVersion extends PreconditionError {
  readonly code = 'stale_version';
  constructor(facts: Record<string, unknown>) { super('This was changed since you read it. Read it again and repeat your change.', facts); }
}

class IfMatchRequired extends PreconditionMissing {
  readonly code = 'if_match_required';
  constructor() { super('Send the ETag that you read in If-Match, so that nobody\'s change is overwritten.'); }
}

/** `"<version>.<hash>"`: the version guards writes, the hash tells whether this very representation changed. */
export const etagOf = (version: number, body: string | Buffer): string =>
  `"${version}.${createHash('sha1').update(body).digest('base64url').slice(0, 16)}"`;

/** The version named by If-Match; `*` and an absent header name none. A tag that is not ours matches nothing: 412. */
export function readIfMatch(req: Request, required?: 'required'): number | undefined {
  const given = req.headers['if-match'];
  if (given === undefined) {
    if (required) throw new IfMatchRequired();
    return undefined;
  }
  if (given.trim() === '*') return undefined;
  const match = /^(?:W\/)?"(\d+)(?:\.[\w-]+)?"$/.exec(given.trim());
  if (!match) throw new StaleVersion({ given: given.slice(0, 80) });
  return Number(match[1]);
}

/** For services: refuses when the caller saw another version than the stored one. */
export function requireVersion(expected: number | undefined, current: number): void {
  if (expected !== undefined && expected !== current) throw new StaleVersion({ expected, current });
}

/** True when the client already has this representation. */
export function isFresh(req: Request, etag: string): boolean {
  const known = req.headers['if-none-match'];
  if (known === undefined) return false;
  return known === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
