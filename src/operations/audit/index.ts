import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Route } from '../../shared/http/route.js';
import type { Invariant } from '../../shared/invariant.js';
import type { Logger } from '../../shared/logging/logger.js';
import type { Schedule } from '../../shared/schedule.js';
import { AuditRepository } from './audit.repository.js';
import { auditRoutes } from './audit.routes.js';
import { AuditService, type Verification } from './audit.service.js';

export type Audit = { routes: Route[]; schedules: Schedule[]; invariants: Invariant[]; record: RecordAudit; verify(anchor?: string): Promise<Verification>; anchor(): Promise<number> };

const ANCHOR_EVERY_MS = 3_600_000;

/** `sign` must need a key that is not in the database. */
export function createAudit({ connection, now, inTransaction, sign, logger }: { connection: Connection; now: Clock; inTransaction: InTransaction; sign: (text: string) => string; logger: Pick<Logger, 'info'> }): Audit {
  const entries = new AuditRepository(connection);
  const service = new AuditService({ entries, inTransaction, now, sign, logger });
  return {
    routes: auditRoutes(service), record: (entry) => service.record(entry), verify: (anchor) => service.verify(anchor), anchor: () => service.anchor(),
    schedules: [{ name: 'audit anchor', everyMs: ANCHOR_EVERY_MS, run: () => service.anchor() }],
    invariants: [{
      name: 'audit_chain_heads',
      check: async () => (await entries.findLooseHeads()).map((chain) => ({ invariant: 'audit_chain_heads', subject: `chain:${chain}`, detail: 'the head is not the hash of the last entry' })),
    }],
  };
}
