import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { SynonymsRepository } from './search-synonyms.repository.js';
import { synonymsRoutes } from './search-synonyms.routes.js';
import { SynonymsService } from './search-synonyms.service.js';

type Deps = { connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit };

export function createSearchSynonyms({ connection, ...deps }: Deps) {
  const service = new SynonymsService({ ...deps, groups: new SynonymsRepository(connection) });
  return { routes: synonymsRoutes(service), inUse: service.inUse.bind(service) };
}
