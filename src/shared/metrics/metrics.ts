import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Connection } from 'mongoose';
import type { CacheObserver } from '../cache/cache.js';
import { currentRoute } from '../http/request-context.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Metrics = ReturnType<typeof createMetrics>;

/** RED per route, database time per route and command, cache hits per region. Scraped at /metrics. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const http = new Histogram({ name: 'http_request_duration_seconds', help: 'Answer time by route and status', labelNames: ['route', 'status'], buckets: SECONDS, registers });
  const errors = new Counter({ name: 'http_request_errors_total', help: 'Answers of 5xx by route', labelNames: ['route'], registers });
  const usage = new Counter({ name: 'api_key_requests_total', help: 'Requests by API key', labelNames: ['key'], registers });
  const database = new Histogram({ name: 'mongodb_command_duration_seconds', help: 'Database time by route and command', labelNames: ['route', 'command'], buckets: SECONDS, registers });
  const databaseErrors = new Counter({ name: 'mongodb_command_errors_total', help: 'Failed commands', labelNames: ['command'], registers });
  const cache = new Counter({ name: 'cache_requests_total', help: 'Cache look-ups by region and result', labelNames: ['region', 'result'], registers });
  const redisFailures = new Counter({ name: 'redis_failures_total', help: 'Calls to Redis that failed or timed out', registers });
  const security = new Counter({ name: 'security_events_total', help: 'Refusals and changes that concern security, by kind; those that were dropped are only counted', labelNames: ['kind', 'fate'], registers });
  const retention = new Counter({ name: 'retention_removed_total', help: 'What was removed because its time was over, by kind', labelNames: ['kind'], registers });
  const searchDegraded = new Counter({ name: 'search_degraded_total', help: 'Searches that the engine of the process answered because the search server did not', registers });
  const open = new Gauge({ name: 'http_requests_in_flight', help: 'Requests being served', registers });

  /** The hit rate since the start, for people: `/admin/cache/stats`. */
  const hits = new Map<string, { hits: number; misses: number }>();
  const count = (region: string, field: 'hits' | 'misses') => {
    const entry = hits.get(region) ?? { hits: 0, misses: 0 };
    entry[field] += 1;
    hits.set(region, entry);
  };

  function end({ route, status, seconds, key }: { route: string; status: number; seconds: number; key: string | undefined }): void {
    open.dec();
    http.observe({ route, status }, seconds);
    if (status >= 500) errors.inc({ route });
    if (key !== undefined) usage.inc({ key });
  }

  /** Needs a connection opened with monitorCommands. */
  function watchDatabase(connection: Connection): void {
    const routes = new Map<number, string>();
    const client = connection.getClient();
    client.on('commandStarted', (event) => { routes.set(event.requestId, currentRoute() ?? 'background'); });
    client.on('commandSucceeded', (event) => {
      database.observe({ route: routes.get(event.requestId) ?? 'background', command: event.commandName }, event.duration / 1000);
      routes.delete(event.requestId);
    });
    client.on('commandFailed', (event) => {
      databaseErrors.inc({ command: event.commandName });
      routes.delete(event.requestId);
    });
  }

  const cacheObserver: CacheObserver = {
    hit: (region) => { cache.inc({ region, result: 'hit' }); count(region, 'hits'); },
    miss: (region) => { cache.inc({ region, result: 'miss' }); count(region, 'misses'); },
  };

  return {
    registry, begin: () => { open.inc(); }, end, watchDatabase, cacheObserver,
    securityEvent: (kind: string, fate: 'kept' | 'dropped') => { security.inc({ kind, fate }); },
    retained: (kind: string, removed: number) => { retention.inc({ kind }, removed); },
    searchDegraded: () => { searchDegraded.inc(); },
    redisFailed: () => { redisFailures.inc(); },
    cacheHitRates: () => Object.fromEntries([...hits].map(([region, { hits: h, misses }]) => [region, { hits: h, misses, hitRate: h / (h + misses) }])),
    /** Process figures cost a timer, so only the real processes collect them. */
    collectProcess: () => { collectDefaultMetrics({ register: registry }); },
  };
}
