import type { RequestHandler } from 'express';
import { AccessLines } from '../logging/access-lines.js';
import type { Logger } from '../logging/logger.js';

/** One line per answered request. The query is left out: it can hold what people search for or tokens they should not send there. */
export function accessLog(logger: Logger): RequestHandler {
  const lines = new AccessLines(logger, 'api');
  return (req, res, next) => {
    if (!lines.isOn) return next();
    const started = performance.now();
    res.once('close', () => {
      const { requestId, route, caller } = res.locals as { requestId: string; route?: string; caller?: { key?: { id: string } | null; user?: { id: string } | null } };
      lines.add({
        requestId, method: req.method, path: pathOf(req.originalUrl), route, status: res.statusCode, ms: Math.round((performance.now() - started) * 10) / 10,
        key: caller?.key?.id, user: caller?.user?.id, ...(!res.writableFinished && { aborted: true }),
      });
    });
    next();
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
