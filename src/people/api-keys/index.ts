import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { ReportError } from '../../shared/http/problem.js';
import { ApiKeyRepository } from './api-keys.repository.js';
import { apiKeyRoutes } from './api-keys.routes.js';
import { ApiKeyService } from './api-keys.service.js';
import { NonceRepository } from './nonces.repository.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

type ApiKeysDeps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit; report: ReportError; deriveSecret: (purpose: string) => string;
};

export function createApiKeys({ connection, report, ...base }: ApiKeysDeps) {
  const service = new ApiKeyService({ ...base, keys: new ApiKeyRepository(connection), nonces: new NonceRepository(connection, base.now) });
  const usage = new UsageService({ usage: new UsageRepository(connection), now: base.now, report });
  return {
    routes: apiKeyRoutes(service, usage, base.now),
    findKey: service.findKey.bind(service),
    issue: (wanted: Parameters<typeof service.issue>[0]) => service.issue(wanted),
    countUse: usage.count.bind(usage),
    flushUsage: () => usage.flush(),
  };
}
