import type { StoredEvent, Subscriber } from '../../shared/events/outbox.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { entryOf, RECORDED_EVENTS } from './activity.js';
import type { ActivityRepository } from './activity.repository.js';

export class ActivityService {
  readonly subscriber: Subscriber = { name: 'activity', on: RECORDED_EVENTS, handle: (event) => this.append(event) };

  constructor(private readonly deps: { activity: ActivityRepository }) {}

  list(userId: string, query: PageQuery) {
    return this.deps.activity.list(userId, query);
  }

  /** One insert under the event's id, so the event may come as often as it likes. */
  private async append(event: StoredEvent): Promise<void> {
    const entry = entryOf(event);
    if (entry) await this.deps.activity.append(entry);
  }
}
