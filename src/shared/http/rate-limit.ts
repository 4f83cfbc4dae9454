import { rateLimit, type Store } from 'express-rate-limit';
import { isIPv6 } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { sha256 } from '../crypto/tokens.js';
import { TooManyRequests } from '../errors.js';
import type { Caller } from './caller.js';

const WINDOW_MS = 60_000;
const COUNTED_AS = 'counted:';

/** Where hits are counted, for all nodes together. */
export type HitStore = (name: string, windowMs: number) => Store;
export type Limits = { perMinute: number; authPerMinute: number };

/**
 * One limit per application and address (per key for servers), one per user, and a stricter one per address where
 * passwords and tokens are tried. Limits are configuration; a key can carry its own.
 */
export function createLimiter(deps: { hits: HitStore; limits: Limits }) {
  const { perMinute, authPerMinute } = deps.limits;
  const app = limiter(deps.hits, 'app', (caller) => caller.key?.rateLimitPerMinute ?? perMinute, (caller) => (
    caller.key?.kind === 'secret' ? `key:${caller.key.id}` : `${caller.key?.id ?? 'none'}:${addressRange(caller.ip)}`));
  const user = limiter(deps.hits, 'user', (caller) => caller.key?.rateLimitPerMinute ?? perMinute, (caller) => caller.user!.id);
  const auth = limiter(deps.hits, 'auth', (caller) => caller.key?.rateLimitPerMinute ?? authPerMinute, (caller) => addressRange(caller.ip));

  return async function limit(req: Request, res: Response, caller: Caller, kind?: 'auth'): Promise<void> {
    res.locals['caller'] = caller;
    await pass(app, req, res);
    if (caller.user) await pass(user, req, res);
    if (kind === 'auth') await pass(auth, req, res);
  };
}

export type Limit = ReturnType<typeof createLimiter>;

type Limiter = Readonly<{ name: string; count: RequestHandler }>;

function limiter(hits: HitStore, name: string, limitOf: (caller: Caller) => number, keyOf: (caller: Caller) => string): Limiter {
  const callerOf = (res: Response) => res.locals['caller'] as Caller;
  const count = rateLimit({
    windowMs: WINDOW_MS,
    identifier: name,
    standardHeaders: false,
    requestPropertyName: COUNTED_AS + name,
    legacyHeaders: false,
    limit: (_req, res) => limitOf(callerOf(res)),
    keyGenerator: (_req, res) => keyOf(callerOf(res)),
    store: hits(name, WINDOW_MS),
    validate: false,
    handler: (req, _res, next) => { next(new TooManyRequests(secondsLeft(countOf(req, name)))); },
  });
  return { name, count };
}

async function pass({ name, count }: Limiter, req: Request, res: Response): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => { void count(req, res, (error?: unknown) => { if (error) reject(error as Error); else resolve(); }); });
  } finally {
    announce(name, countOf(req, name), res);
  }
}

type Count = { limit: number; remaining: number; key: string; resetTime: Date | undefined };
const countOf = (req: Request, name: string): Count => (req as unknown as Record<string, Count>)[`${COUNTED_AS}${name}`]!;
const secondsLeft = ({ resetTime }: Count): number => Math.max(1, Math.ceil(((resetTime?.getTime() ?? 0) - Date.now()) / 1000));

/** Draft 8 of the IETF's RateLimit fields. The library hashes the partition's name for every answer; a name is hashed once here. */
function announce(name: string, count: Count, res: Response): void {
  res.append('RateLimit', `"${name}"; r=${count.remaining}; t=${secondsLeft(count)}`);
  res.append('RateLimit-Policy', `"${name}"; q=${count.limit}; w=${WINDOW_MS / 1000}; pk=:${partitionOf(count.key)}:`);
}

const partitions = new Map<string, string>();
const MOST_PARTITIONS = 10_000;
function partitionOf(key: string): string {
  let known = partitions.get(key);
  if (known === undefined) {
    known = Buffer.from(sha256(key).slice(0, 12)).toString('base64');
    if (partitions.size >= MOST_PARTITIONS) partitions.clear();
    partitions.set(key, known);
  }
  return known;
}

/** Where somebody calls from, as far as it helps to know them again, and who shares a line with them: /24 of IPv4, /64 of IPv6. */
export const networkRange = (ip: string): string => addressRange(ip).replace(/\.\d+$/, '.0/24');

/** Someone with an IPv6 line owns a whole /64, so that is what counts as one address. */
export function addressRange(ip: string): string {
  const plain = ip.replace(/^::ffff:/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('%')[0]!.split('::');
  const front = head.split(':').filter(Boolean);
  const back = tail.split(':').filter(Boolean);
  const full = plain.includes('::') ? [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back] : front;
  return `${full.slice(0, 4).map((part) => part.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
