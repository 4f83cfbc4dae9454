import { later, type Clock } from '../../shared/clock.js';
import { sameText } from '../../shared/crypto/tokens.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { CONSENT, leastRemembered, roomFor, type Alert, type AlertKind, type Signal, type Today, type Watch } from './alerts.js';
import type { Shelves } from './shelves.js';
import type { Thing, WatchRepository } from './watches.repository.js';
import { StopLinkInvalid } from './wishlists.errors.js';

export type AlertDeps = Readonly<{
  watches: WatchRepository; shelves: Shelves; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>;
  consents: { withdrawn(purpose: string, userIds: readonly string[]): Promise<ReadonlySet<string>>; withdraw(userId: string, purpose: string, source: string): Promise<void> };
  secretFor(purpose: string): string; publicUrl: string;
  policy: Readonly<{ minDropBps: number; perUnit: number; pauseMs: number }>;
}>;

const BATCH = 200;
const PRODUCTS_AT_ONCE = 50;

/** Tells people once of each drop and each return of what they wish for. Events only mark products; the work is done off their path, in batches. */
export class AlertService {
  constructor(private readonly deps: AlertDeps) {}

  /** Safe to repeat: looking at a product twice tells nobody twice. */
  async hear(productIds: readonly string[]): Promise<void> {
    const { watches, now } = this.deps;
    if (productIds.length > 0) await watches.signal(await watches.watched(productIds), now());
  }

  /** Answers how many people were told. */
  async run(stop?: AbortSignal): Promise<number> {
    let told = 0;
    for (const signal of await this.deps.watches.dueSignals(this.deps.now(), PRODUCTS_AT_ONCE)) {
      if (stop?.aborted) return told;
      told += await this.look(signal);
    }
    return told;
  }

  alertsOf(userId: string, query: PageQuery): Promise<Page<Alert>> {
    return this.deps.watches.alertsOf(userId, query);
  }

  stopTokenOf(userId: string): string {
    return `${userId}.${this.deps.secretFor(`wishlist-alerts:${userId}`)}`;
  }

  /** Safe to repeat. */
  async stop(token: string): Promise<void> {
    const [userId = ''] = token.split('.');
    if (!sameText(token, this.stopTokenOf(userId))) throw new StopLinkInvalid();
    await this.deps.consents.withdraw(userId, CONSENT, 'mail');
  }

  private async look(signal: Signal): Promise<number> {
    const { watches, shelves, now } = this.deps;
    const today = await shelves.today(signal.id, await watches.skusWatched(signal.id));
    const dropped = new Set<string>();
    const again: Date[] = [];
    let told = 0;
    for (const [sku, state] of today) {
      const thing = { productId: signal.id, sku };
      told += await this.tellDrops(thing, state, dropped);
      if (state.available > 0) {
        told += await this.tellReturn(thing, state);
        const next = await this.nextBatchAt(thing);
        if (next) again.push(next);
      } else {
        await watches.markSoldOut(thing, now());
        await watches.closeWindow(thing);
      }
    }
    await watches.lookAgain(signal, again.sort((a, b) => a.getTime() - b.getTime())[0] ?? null);
    return told;
  }

  /** `told`: people who heard of it already as another variant of the same product. */
  private async tellDrops(thing: Thing, { name, price }: Today, told: Set<string>): Promise<number> {
    if (price === null) return 0;
    const { watches, policy } = this.deps;
    await watches.followRise(thing, price);
    const before = told.size;
    for (;;) {
      const page = await this.tell('price_drop', { thing, name, after: price, skip: told, change: { price }, find: () => watches.thatRemember(thing, leastRemembered(price.amount, policy.minDropBps), BATCH) });
      for (const userId of page.told) told.add(userId);
      if (page.seen < BATCH) return told.size - before;
    }
  }

  private async tellReturn(thing: Thing, { name, price, available }: Today): Promise<number> {
    const { watches, policy, now } = this.deps;
    await watches.closeWindow(thing, now());
    for (let told = 0; ;) {
      let limit = 0;
      const page = await this.tell('back_in_stock', { thing, name, after: price, skip: new Set(), change: { waitingSince: null }, find: async () => {
        limit = Math.min(BATCH, roomFor(available, policy.perUnit, await watches.toldOf(thing)));
        return limit === 0 ? [] : watches.thatWait(thing, limit);
      } });
      told += page.told.length;
      if (page.seen === 0 || page.seen < limit) return told;
    }
  }

  /** Null when nobody waits any more. */
  private async nextBatchAt(thing: Thing): Promise<Date | null> {
    const { watches, now, policy } = this.deps;
    if ((await watches.thatWait(thing, 1)).length === 0) return null;
    return await watches.windowEnd(thing) ?? later(now(), policy.pauseMs);
  }

  /** One batch in one transaction: what is remembered, the alerts and the events that become mails. Whoever said no is settled without a word. */
  private tell(kind: AlertKind, { thing, name, after, skip, change, find }: {
    thing: Thing; name: string; after: Watch['price']; skip: ReadonlySet<string>; change: Partial<Pick<Watch, 'price' | 'waitingSince'>>; find: () => Promise<Watch[]>;
  }): Promise<{ seen: number; told: string[] }> {
    const { watches, consents, outbox, inTransaction, now, publicUrl, policy } = this.deps;
    return inTransaction(async () => {
      const found = await find();
      if (found.length === 0) return { seen: 0, told: [] };
      const silent = await consents.withdrawn(CONSENT, found.map(({ userId }) => userId));
      const listening = found.filter(({ userId }) => !silent.has(userId) && !skip.has(userId));
      await watches.settle(found, new Set(listening.map(({ id }) => id)), change);
      if (listening.length === 0) return { seen: found.length, told: [] };
      const at = now();
      if (kind === 'back_in_stock') await watches.addTold(thing, listening.length, later(at, policy.pauseMs));
      await watches.addAlerts(listening.map((watch) => ({ ...thing, watch, userId: watch.userId, name, kind, before: kind === 'price_drop' ? watch.price : null, after, at })));
      await outbox.record(...listening.map(({ userId, price: before }) => ({
        type: kind === 'price_drop' ? 'wishlist.price_dropped' : 'wishlist.back_in_stock', aggregateId: userId,
        data: { userId, ...thing, name, ...(kind === 'price_drop' && { before }), after, stopUrl: `${publicUrl}/wishlist-alerts/stop/${this.stopTokenOf(userId)}` },
      })));
      return { seen: found.length, told: listening.map(({ userId }) => userId) };
    });
  }
}
