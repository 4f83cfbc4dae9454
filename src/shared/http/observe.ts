import type { RequestHandler } from 'express';
import { AccessLines } from '../logging/access-lines.js';
import type { Logger } from '../logging/logger.js';
import { redactPath } from '../logging/redact.js';
import type { Metrics } from '../metrics/metrics.js';

type Locals = { requestId: string; route?: string; caller?: { key?: { id: string } | null; user?: { id: string } | null } };

/** One measurement and one log line per request. The query is left out of it: people write things there that are nobody's business. */
type Observers = {
  metrics: Pick<Metrics, 'begin' | 'end'>; logger: Logger;
  /** For whoever bills by use. */
  countUse: (use: { keyId: string; route: string; status: number }) => void;
};

export function observe({ metrics, logger, countUse }: Observers): RequestHandler {
  const lines = new AccessLines(logger, 'api');
  return (req, res, next) => {
    const started = performance.now();
    metrics.begin();
    res.once('close', () => {
      const milliseconds = performance.now() - started;
      const { requestId, route, caller } = res.locals as Locals;
      const keyId = caller?.key?.id;
      metrics.end({ route: route ?? 'unmatched', status: res.statusCode, seconds: milliseconds / 1000, key: keyId });
      if (keyId !== undefined && route !== undefined) countUse({ keyId, route, status: res.statusCode });
      if (!lines.isOn) return;
      lines.add({
        requestId, method: req.method, path: pathOf(req.originalUrl, route), route, status: res.statusCode, ms: Math.round(milliseconds * 10) / 10,
        key: keyId, user: caller?.user?.id, ...(!res.writableFinished && { aborted: true }),
      });
    });
    next();
  };
}

/** A token in a path opens something by itself, however short it is: its line names the route alone. */
const pathOf = (url: string, route = ''): string => (route.includes('/:token') ? route.slice(route.indexOf('/')) : redactPath(url));
