import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { currentOf, newDecisions, type Decision, type StoredConsent } from './consents.js';
import type { ConsentRepository } from './consents.repository.js';

type Deps = { consents: ConsentRepository; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock };
export type Consents = { current: StoredConsent[]; history: StoredConsent[] };

export class ConsentService {
  constructor(private readonly deps: Deps) {}

  async of(userId: string): Promise<Consents> {
    const history = await this.deps.consents.findByUser(userId);
    return { current: currentOf(history), history: [...history].sort((a, b) => b.at.getTime() - a.at.getTime() || b.sequence - a.sequence) };
  }

  /** Purposes that are not named stay as they are. */
  async decide(userId: string, decisions: readonly Decision[], source: string): Promise<Consents> {
    const { consents, inTransaction, outbox, now } = this.deps;
    await retryLostRace(() => inTransaction(async () => {
      const decided = newDecisions(await consents.findByUser(userId), decisions).map((decision) => ({ ...decision, source, at: now() }));
      if (decided.length === 0) return;
      await consents.append(userId, decided);
      await outbox.record(...decided.map(({ purpose, granted, version }) => (
        { type: granted ? 'consent.granted' : 'consent.withdrawn', aggregateId: userId, data: { userId, purpose, version, source } })));
    }));
    return this.of(userId);
  }
}
