import type { Clock } from '../../shared/clock.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { currentRequestId } from '../../shared/http/request-context.js';
import { redact } from '../../shared/logging/redact.js';
import type { SecurityEvent } from '../../shared/security-event.js';
import type { SecurityEventFilter, StoredSecurityEvent } from './security-events.js';

import type { NewSecurityEvent, SecurityEventRepository } from './security-events.repository.js';

/** A flood is cut off here: the counters still count it, and an attack is told by its first thousand lines as well as by all. */
const MOST_WAITING = 1000;
const GATHER_MS = 200;

type Deps = {
  events: SecurityEventRepository; now: Clock; count(kind: string, fate: 'kept' | 'dropped'): void; report: (error: unknown) => void;
};

export class SecurityEventService {
  private waiting: NewSecurityEvent[] = [];
  private isDue = false;
  private written: Promise<void> = Promise.resolve();

  constructor(private readonly deps: Deps) {}

  record({ kind, userId, address, detail }: SecurityEvent): void {
    const isFull = this.waiting.length >= MOST_WAITING;
    this.deps.count(kind, isFull ? 'dropped' : 'kept');
    if (isFull) return;
    const requestId = currentRequestId();
    this.waiting.push({
      kind, ...(userId !== undefined && { userId }), ...(address !== undefined && { address }), ...(detail && { detail: redact({ ...detail }) }),
      ...(requestId !== undefined && { requestId }), at: this.deps.now(),
    });
    if (this.isDue) return;
    this.isDue = true;
    setTimeout(() => { void this.settled(); }, GATHER_MS).unref();
  }

  /** Resolves when what was recorded before is written. */
  settled(): Promise<void> {
    this.written = this.written.then(() => this.write());
    return this.written;
  }

  list(filter: SecurityEventFilter, query: PageQuery): Promise<Page<StoredSecurityEvent>> {
    return this.deps.events.list(filter, query);
  }

  private async write(): Promise<void> {
    const rows = this.waiting;
    this.waiting = [];
    this.isDue = false;
    if (rows.length === 0) return;
    try {
      await this.deps.events.append(rows);
    } catch (error) {
      this.deps.report(error);
    }
  }
}
