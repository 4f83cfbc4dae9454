import cors from 'cors';
import helmet from 'helmet';
import type { Request, RequestHandler, Response } from 'express';

/**
 * Headers for an API that serves no pages: what only pages or old plug-ins heed is left out. X-XSS-Protection is off in
 * modern browsers; old ones are told to block.
 */
export function securityHeaders(): RequestHandler {
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] } },
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

/** Behind a proxy that ends TLS: what came by plain HTTP is sent to HTTPS, keeping its method. */
export const redirectToHttps: RequestHandler = (req, res, next) => {
  if (req.secure || req.path === '/healthz' || req.path === '/readyz') return next();
  res.redirect(308, `https://${req.hostname}${req.originalUrl}`);
};
