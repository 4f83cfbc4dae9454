import cors from 'cors';
import helmet from 'helmet';
import type { Request, RequestHandler, Response } from 'express';
import { RuleViolation } from '../errors.js';

/**
 * Headers for an API that serves no pages: what only pages or old plug-ins heed is left out. X-XSS-Protection is off in
 * modern browsers; old ones are told to block.
 */
export function securityHeaders(): RequestHandler {
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"], 'base-uri': ["'none'"], 'form-action': ["'none'"], 'frame-ancestors': ["'none'"] } },
    frameguard: { action: 'deny' },
    xXssProtection: false, xDnsPrefetchControl: false, xDownloadOptions: false, xPermittedCrossDomainPolicies: false, originAgentCluster: false,
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    hsts: { maxAge: 63_072_000, includeSubDomains: true },
  });
  const headers = Object.entries({ ...headersSetBy(protect), 'X-XSS-Protection': '1; mode=block' });
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}

/** What a middleware sets on every answer alike; asking it once spares its chain of handlers on each request. */
function headersSetBy(middleware: RequestHandler): Record<string, string> {
  const headers: Record<string, string> = {};
  const answer = { setHeader: (name: string, value: string) => { headers[name] = value; }, removeHeader: () => {} };
  void middleware({ secure: true } as Request, answer as unknown as Response, () => {});
  return headers;
}

const EXPOSED = ['ETag', 'Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id', 'Idempotent-Replayed', 'Deprecation', 'Sunset', 'X-Degraded'];

/** Only the listed origins, which may send the cookies of a session; `*` allows any, but none of them with cookies. */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  const isAny = origins.includes('*');
  const answer = cors<Request>((req, choose) => {
    choose(null, { origin: isAny ? '*' : [...origins], credentials: !isAny && origins.includes(req.headers.origin ?? ''), exposedHeaders: EXPOSED, maxAge: 600 });
  });
  // Servers and apps send no Origin; they need no answer about it, only caches have to know that it matters.
  return (req, res, next) => {
    if (req.headers.origin !== undefined) return answer(req, res, next);
    res.vary('Origin');
    next();
  };
}

/**
 * Behind a proxy that ends TLS: what came by plain HTTP is sent to HTTPS, keeping its method. To our own name where it is known;
 * what a request says in X-Forwarded-Host never counts, or a cache in front of us could keep somebody else's.
 */
export function redirectToHttps(publicUrl: string): RequestHandler {
  const { protocol, host } = new URL(publicUrl);
  return (req, res, next) => {
    if (req.secure || req.path === '/healthz' || req.path === '/readyz') return next();
    res.redirect(308, `https://${protocol === 'https:' ? host : req.headers.host ?? host}${req.originalUrl}`);
  };
}

/** What says who asks, for what, and what it is that comes. */
const SINGLE = new Set(['host', 'authorization', 'content-type', 'content-length', 'x-api-key', 'x-app-secret', 'idempotency-key', 'if-match', 'x-csrf-token', 'x-cart-token', 'x-order-token', 'origin']);

class DoubledHeader extends RuleViolation {
  readonly code = 'doubled_header';
  constructor(header: string) { super(`The header ${header} stands twice in this request. Send it once.`, { header }); }
}

/** Of two, we would take the first and a proxy before us perhaps the last: what it let pass would not be what we do. */
export const refuseDoubledHeaders: RequestHandler = (req, _res, next) => {
  const { rawHeaders } = req;
  // As many names as lines: none stands twice, and nothing has to be compared.
  if (Object.keys(req.headers).length * 2 === rawHeaders.length) return next();
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (seen.has(name) && SINGLE.has(name)) throw new DoubledHeader(name);
    seen.add(name);
  }
  next();
};
