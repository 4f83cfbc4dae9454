import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { PreviewSearch } from '../search/index.js';
import { SearchRuleRepository } from './search-rules.repository.js';
import { searchRuleRoutes } from './search-rules.routes.js';
import { SearchRuleService } from './search-rules.service.js';

type Deps = { connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit; preview: PreviewSearch };

export function createSearchRules({ connection, ...deps }: Deps) {
  const service = new SearchRuleService({ ...deps, rules: new SearchRuleRepository(connection) });
  return { routes: searchRuleRoutes(service), arrangementFor: service.arrangementFor.bind(service) };
}
