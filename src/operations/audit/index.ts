import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { Route } from '../../shared/http/route.js';
import { AuditRepository } from './audit.repository.js';
import { auditRoutes } from './audit.routes.js';
import { AuditService } from './audit.service.js';

export type Audit = { routes: Route[]; record: RecordAudit };

export function createAudit({ connection, now }: { connection: Connection; now: Clock }): Audit {
  const service = new AuditService({ entries: new AuditRepository(connection), now });
  return { routes: auditRoutes(service), record: (entry) => service.record(entry) };
}
