import type { RequestHandler } from 'express';
import type { Logger } from '../logging/logger.js';

/** One line per answered request. The query is left out: it can hold what people search for or tokens they should not send there. */
export const accessLog = (logger: Logger): RequestHandler => (req, res, next) => {
  const started = performance.now();
  res.once('close', () => {
    const caller = res.locals['caller'] as { key?: { id: string } | null; user?: { id: string } | null } | undefined;
    logger.log('http', 'request', {
      requestId: res.locals['requestId'] as string, method: req.method, path: req.originalUrl.split('?')[0], route: res.locals['route'] as string | undefined,
      status: res.statusCode, ms: Math.round((performance.now() - started) * 10) / 10, key: caller?.key?.id, user: caller?.user?.id,
      ...(!res.writableFinished && { aborted: true }),
    });
  });
  next();
};
