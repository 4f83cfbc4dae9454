import type { Connection } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import type { ReportError } from '../../shared/http/problem.js';
import { SearchAnalyticsRepository } from './search-analytics.repository.js';
import { searchAnalyticsRoutes } from './search-analytics.routes.js';
import { SearchAnalytics } from './search-analytics.service.js';
import { createSearchTokens } from './search-token.js';

type Deps = {
  connection: Connection; now: Clock; report: ReportError; secretFor: (purpose: string) => string;
  /** Of these people, whoever withdrew the consent. */
  withdrawn: (purpose: string, userIds: readonly string[]) => Promise<ReadonlySet<string>>;
};

export function createSearchAnalytics({ connection, secretFor, ...deps }: Deps) {
  const service = new SearchAnalytics({ ...deps, analytics: new SearchAnalyticsRepository(connection), tokens: createSearchTokens(secretFor('search-analytics')) });
  return { routes: searchAnalyticsRoutes(service), searched: service.searched.bind(service), flush: service.flush.bind(service) };
}
