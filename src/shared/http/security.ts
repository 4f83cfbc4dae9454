import cors from 'cors';
import helmet from 'helmet';
import type { RequestHandler } from 'express';

/** Headers for an API that serves no pages. X-XSS-Protection is off in modern browsers; old ones are told to block. */
export function securityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] } },
      frameguard: { action: 'deny' },
      xXssProtection: false,
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      hsts: { maxAge: 63_072_000, includeSubDomains: true },
    }),
    (_req, res, next) => { res.setHeader('X-XSS-Protection', '1; mode=block'); next(); },
  ];
}

const EXPOSED = ['ETag', 'Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id', 'Idempotent-Replayed', 'Deprecation', 'Sunset'];

/** Only the listed origins; `*` allows any, since no cookie signs anybody in. */
export const crossOrigin = (origins: readonly string[]): RequestHandler => cors({
  origin: origins.includes('*') ? '*' : [...origins],
  exposedHeaders: EXPOSED,
  maxAge: 600,
});

/** Behind a proxy that ends TLS: what came by plain HTTP is sent to HTTPS, keeping its method. */
export const redirectToHttps: RequestHandler = (req, res, next) => {
  if (req.secure || req.path === '/healthz' || req.path === '/readyz') return next();
  res.redirect(308, `https://${req.hostname}${req.originalUrl}`);
};
