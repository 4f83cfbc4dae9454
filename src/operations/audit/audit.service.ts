import type { AuditEntry } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { insideTransaction } from '../../shared/db/transaction.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { currentRequestId } from '../../shared/http/request-context.js';
import { redact } from '../../shared/logging/redact.js';
import type { AuditFilter, AuditRecord } from './audit.js';
import type { AuditRepository } from './audit.repository.js';

export class AuditService {
  constructor(private readonly deps: { entries: AuditRepository; now: Clock }) {}

  /** Inside the transaction of the change, so that neither can exist without the other. */
  async record({ actor, action, subject, before, after }: AuditEntry): Promise<void> {
    if (!insideTransaction()) throw new Error(`${action} was audited outside a transaction`);
    const requestId = currentRequestId();
    await this.deps.entries.append({
      actor, action, subject, ...withoutSecrets({ before, after }), ...(requestId !== undefined && { requestId }), at: this.deps.now(),
    });
  }

  list(filter: AuditFilter, query: PageQuery): Promise<Page<AuditRecord>> {
    return this.deps.entries.list(filter, query);
  }
}

/** A log that many may read must not become a store of passwords and tokens, whatever a caller hands over. */
function withoutSecrets(states: { before: unknown; after: unknown }): { before?: unknown; after?: unknown } {
  return redact(JSON.parse(JSON.stringify(states)) as { before?: unknown; after?: unknown });
}
