import type { Request, Response } from 'express';
import { UnauthenticatedError } from '../errors.js';
import type { Caller, KeyIdentity, UserIdentity } from './caller.js';
import type { CookieSessions } from './cookie-sessions.js';
import type { Limit } from './rate-limit.js';
import type { Route } from './route.js';
import { readSignature, type SignedRequest } from './signature.js';

class InvalidToken extends UnauthenticatedError {
  readonly code = 'invalid_token';
  constructor() { super('This access token is not valid any more. Refresh it or sign in again.'); }
}

type Identities = {
  /** Null for a key that is unknown, revoked, expired, or secret without its app secret; refuses a signature that is wrong. */
  findKey(apiKey: string, appSecret: string | undefined, signed: SignedRequest | undefined): Promise<KeyIdentity | null>;
  /** Null for a token that is malformed, expired, or whose session has ended. */
  findUser(accessToken: string): Promise<UserIdentity | null>;
  limit: Limit;
  /** Without it nobody is signed in by a cookie. */
  cookies?: Pick<CookieSessions, 'accessTokenIn' | 'requireCsrf'>;
};

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The key names the application, the bearer token or the cookie the person; both are counted before anything else is done. */
export function createIdentify({ findKey, findUser, limit, cookies }: Identities) {
  return async function identify(req: Request, res: Response, route: Route): Promise<Caller> {
    const ip = req.ip ?? '';
    if (route.access === 'public') return { key: null, user: null, ip };
    const apiKey = req.headers['x-api-key'];
    const signed = readSignature(req);
    const key = typeof apiKey === 'string' ? await findKey(apiKey, textOf(req.headers['x-app-secret']), signed) : null;
    const isIgnored = typeof route.access === 'object' && 'scope' in route.access && route.access.user === 'ignored';
    const bearer = isIgnored ? undefined : bearerOf(req.headers.authorization);
    // Who sends a bearer token is no browser that was tricked, whatever cookies it has.
    const cookie = bearer === undefined && !isIgnored && cookies && req.headers.cookie !== undefined ? cookies.accessTokenIn(req.headers.cookie) : undefined;
    const token = bearer ?? cookie;
    const user = key && token !== undefined ? await findUser(token) : null;
    const caller = { key, user, ip, ...(signed && { bodySha256: signed.bodySha256 }) };
    await limit(req, res, caller, route.rate);
    if (key && token !== undefined && !user) throw new InvalidToken();
    if (user && cookie !== undefined && !READING.has(req.method)) cookies!.requireCsrf(req.headers['x-csrf-token'], user.sessionId);
    return caller;
  };
}

const textOf = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : undefined);

function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const match = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization.trim());
  return match?.[1] ?? '';
}
