import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { ApiKeyRepository } from './api-keys.repository.js';
import { apiKeyRoutes } from './api-keys.routes.js';
import { ApiKeyService } from './api-keys.service.js';

export function createApiKeys({ connection, now, inTransaction, audit }: { connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit }) {
  const service = new ApiKeyService({ keys: new ApiKeyRepository(connection), now, inTransaction, audit });
  return {
    routes: apiKeyRoutes(service, now),
    findKey: service.findKey.bind(service),
    issue: (wanted: Parameters<typeof service.issue>[0]) => service.issue(wanted),
  };
}
