import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { afterCommit } from '../../shared/db/transaction.js';
import type { Refusal } from '../../shared/http/problem.js';
import { addressRange } from '../../shared/http/rate-limit.js';
import type { Metrics } from '../../shared/metrics/metrics.js';
import type { SecurityEvent } from '../../shared/security-event.js';
import { kindOfChange, kindOfRefusal } from './security-events.js';
import { SecurityEventRepository } from './security-events.repository.js';
import { securityEventRoutes } from './security-events.routes.js';
import { SecurityEventService } from './security-events.service.js';

type Deps = { connection: Connection; now: Clock; metrics: Pick<Metrics, 'securityEvent'>; report: (error: unknown) => void };

export function createSecurityEvents({ connection, now, metrics, report }: Deps) {
  const events = new SecurityEventRepository(connection);
  const service = new SecurityEventService({ events, now, count: metrics.securityEvent, report });
  const record = (event: SecurityEvent): void => {
    service.record({ ...event, ...(event.address !== undefined && { address: addressRange(event.address) }) });
  };
  return {
    personalData: events.personalData, routes: securityEventRoutes(service),
    record,
    settled: service.settled.bind(service),
    /** What the interface refused, when it is of interest to whoever watches. */
    refused: ({ code, status, method, route, ip, userId }: Refusal): void => {
      const kind = kindOfRefusal(code);
      if (kind !== undefined) record({ kind, address: ip, ...(userId !== undefined && { userId }), detail: { code, status, method, ...(route !== undefined && { route }) } });
    },
    /** Changes of keys, accounts and data keys are told once they are committed. */
    watching: (audit: RecordAudit): RecordAudit => async (entry) => {
      await audit(entry);
      const kind = kindOfChange(entry.action);
      if (kind === undefined) return;
      const by = `${entry.actor.type}:${entry.actor.id ?? ''}`;
      await afterCommit(() => { record({ kind, ...(entry.actor.type === 'user' && entry.actor.id !== null && { userId: entry.actor.id }), detail: { subject: entry.subject, by } }); });
    },
  };
}
