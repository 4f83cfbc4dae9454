import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { sameText } from '../crypto/tokens.js';

export type Readiness = { database(): Promise<boolean>; cache(): Promise<boolean>; stopping(): boolean };

/** Alive means this process answers; it never depends on others, or an outage of theirs would restart us. */
export const alive: RequestHandler = (_req, res) => { res.json({ status: 'alive' }); };

/** Ready needs the database. Without the cache everything works, only slower, so its absence is told but does not count. */
export const ready = (checks: Readiness): RequestHandler => async (_req, res) => {
  const [database, cache] = await Promise.all([checks.database(), checks.cache()]);
  const isReady = database && !checks.stopping();
  res.status(isReady ? 200 : 503).set('Cache-Control', 'no-store').json({
    status: isReady ? 'ready' : checks.stopping() ? 'stopping' : 'not ready',
    database: database ? 'up' : 'down', cache: cache ? 'up' : 'down (slower, still right)',
  });
};

/** Open inside a cluster; with METRICS_TOKEN set the scraper must send it as a bearer token. */
export const metricsPage = (registry: Registry, token: string): RequestHandler => async (req, res) => {
  if (token !== '' && !sameText(req.headers.authorization ?? '', `Bearer ${token}`)) {
    res.status(401).type('text/plain').send('metrics need the bearer token of METRICS_TOKEN\n');
    return;
  }
  res.type(registry.contentType).send(await registry.metrics());
};
