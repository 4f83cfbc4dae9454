import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, StoredEvent } from '../../shared/events/outbox.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { alertOf, told, type Alert } from './alerts.js';
import { AlertAcknowledged, AlertNotFound } from './alerts.errors.js';
import type { AlertFilter, AlertRepository } from './alerts.repository.js';

export type AlertDeps = Readonly<{
  alerts: AlertRepository; outbox: Pick<Outbox, 'once'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock;
  /** Writes a mail to staff inside the caller's transaction. */
  mail(request: { milestone: 'staff_alert'; subject: string; to: string; model: { reason: string; said: string } }): Promise<unknown>;
  /** '' where nobody is written to. */
  email: string;
}>;

/** Tells staff what needs them. */
export class AlertService {
  constructor(private readonly deps: AlertDeps) {}

  /** The alert, its mail and the mark that the event was heard commit together. */
  hear(event: StoredEvent): Promise<void> {
    const { alerts, outbox, mail, email } = this.deps;
    return outbox.once(event, 'alerts', async () => {
      const alert = alertOf(event);
      await alerts.add(alert);
      if (email !== '') await mail({ milestone: 'staff_alert', subject: event.id, to: email, model: { reason: `${alert.kind} ${alert.subject}`, said: told(alert.facts) } });
    });
  }

  list(filter: AlertFilter, query: PageQuery): Promise<Page<Alert>> {
    return this.deps.alerts.list(filter, query);
  }

  acknowledge(id: string, actor: Actor, note: string | undefined): Promise<Alert> {
    const { alerts, inTransaction, audit, now } = this.deps;
    return inTransaction(async () => {
      const done = await alerts.acknowledge(id, { actor, at: now(), note });
      if (!done) {
        const found = await alerts.find(id);
        throw found ? new AlertAcknowledged(found.acknowledgedAt) : new AlertNotFound();
      }
      await audit({ actor, action: 'alert.acknowledged', subject: `alert:${id}` });
      return done;
    });
  }
}
