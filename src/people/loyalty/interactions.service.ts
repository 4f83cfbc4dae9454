import type { Clock } from '../../shared/clock.js';
import { dayOf } from '../../shared/days.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Outbox, StoredEvent, Subscriber } from '../../shared/events/outbox.js';
import { FIRST_VERSION, meritsIn, withinDay, type Interaction, type InteractionTerms } from './interactions.js';
import type { InteractionRepository } from './interactions.repository.js';
import { clawback, settlement, type LedgerEntry } from './loyalty.js';
import type { LoyaltyRepository } from './loyalty.repository.js';

type Deps = { interactions: InteractionRepository; points: LoyaltyRepository; now: Clock; outbox: Pick<Outbox, 'once'>; terms: InteractionTerms };
type Told = ReturnType<typeof meritsIn>[number];

const SUBSCRIBER = 'loyalty.interactions';
const HEARD = ['submitted', 'changed', 'deleted', 'hidden', 'published', 'rejected', 'appealed', 'replied'];

/**
 * Points for what customers write. Events say what is due now; what was told of the same thing later counts, whatever arrives last. A thing gets its
 * points once: what it was worth on its first day is taken when it is hidden or removed, and comes back with it.
 */
export class InteractionService {
  readonly subscriber: Subscriber = {
    name: SUBSCRIBER, on: [...HEARD.map((what) => `review.${what}`), ...[...HEARD, 'accepted', 'unaccepted'].map((what) => `answer.${what}`)], handle: (event) => this.hear(event),
  };

  constructor(private readonly deps: Deps) {}

  private hear(event: StoredEvent): Promise<void> {
    return retryLostRace(() => this.deps.outbox.once(event, SUBSCRIBER, async () => {
      for (const told of meritsIn(event)) await this.settle(told, event.occurredAt);
    }));
  }

  private async settle({ thing, merit, isDue, userId, version }: Told, at: Date): Promise<void> {
    const { interactions } = this.deps;
    const known = await interactions.find(thing);
    const first = { thing, merit, userId, version, isGiven: isDue, part: 0, at };
    if (!known) {
      if (isDue) await this.giveFirst(first, (decided) => interactions.insert(decided));
      // What is told later of an earlier version, as of one that was set aside, must not find it due then.
      else if (version > FIRST_VERSION) await interactions.insert({ ...first, points: 0, isUndecided: true });
      return;
    }
    if (known.version >= version) return;
    if (known.isUndecided && isDue) return this.giveFirst(first, ({ points }) => interactions.save(known, { version, points, at, isGiven: true, isUndecided: false }));
    const changed = { version, ...(known.isGiven !== isDue && { isGiven: isDue, part: known.part + 1 }) };
    await interactions.save(known, changed);
    if (known.isGiven !== isDue) await (isDue ? this.give({ ...known, ...changed }) : this.take({ ...known, ...changed }));
  }

  private async giveFirst(first: Omit<Interaction, 'points'>, keep: (decided: Interaction) => Promise<void>): Promise<void> {
    const { interactions, terms } = this.deps;
    const worth = terms.points[first.merit];
    const decided = { ...first, points: worth === 0 ? 0 : withinDay(worth, await interactions.ask(first.userId, dayOf(first.at), worth, first.at), terms.perDay) };
    await keep(decided);
    await this.give(decided);
  }

  private async give(given: Interaction): Promise<void> {
    if (given.points === 0) return;
    const account = await this.write(given, [{ kind: 'interaction', points: given.points }], `For your ${given.merit}`);
    await this.write(given, settlement(given.points, account?.debt ?? 0), 'Paid an old debt');
  }

  private async take(given: Interaction): Promise<void> {
    if (given.points === 0) return;
    const { balance } = await this.deps.points.getAccount(given.userId);
    await this.write(given, clawback(given.points, balance, ['interaction_clawback', 'interaction_debt']), `Your ${given.merit} is not shown any more`);
  }

  private async write({ userId, thing, part }: Interaction, changes: ReadonlyArray<Pick<LedgerEntry, 'kind' | 'points'>>, reason: string) {
    if (changes.length === 0) return null;
    const { points, now } = this.deps;
    const account = await points.change(userId, changes);
    await points.add(changes.map((change) => ({ ...change, userId, thing, part, reason, at: now() })));
    return account;
  }
}
