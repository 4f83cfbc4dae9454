import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { CompetitorPrice, DynamicRule, DynamicRuleFields } from './dynamic-rules.js';
import type { LiveBook } from './live-book.js';
import type { PriceBookRepository } from './price-book.repository.js';
import type { NewEntry, PriceEntryRepository } from './price-entries.repository.js';
import type { Period, PriceList, PriceListFields } from './price-lists.js';
import { CurrencyIsFixed, EndsBeforeItStarts, PriceListNotFound, PriceRuleNotFound, RateInThePast } from './pricing.errors.js';
import type { Rounding } from './rounding.js';

type Deps = {
  book: PriceBookRepository; entries: PriceEntryRepository; live: Pick<LiveBook, 'forget'>;
  now: Clock; inTransaction: InTransaction; audit: RecordAudit; outbox: Pick<Outbox, 'record'>;
};
export type Edit = Readonly<{ id: string; ifMatch: number | undefined; actor: Actor }>;
export type NewRate = Readonly<{ base: string; quote: string; rate: string; effectiveFrom?: Date }>;
type Told = Readonly<{ actor: Actor; action: string; subject: string; before?: unknown; after?: unknown }>;

/** Only the very first change of all can lose a race that is worth repeating; else two editors met, who should know. */
const FIRST_CHANGES = 2;
/** Clocks of servers differ a little. */
const TOLERATED_MS = 60_000;

/** Every change of what prices depend on: audited, told, and seen by the next request. */
export class PriceBookService {
  constructor(private readonly deps: Deps) {}

  async getList(id: string): Promise<PriceList> {
    const list = await this.deps.book.lists.find(id);
    if (!list) throw new PriceListNotFound(id);
    return list;
  }

  lists(query: PageQuery) {
    return this.deps.book.lists.page(query);
  }

  createList(fields: PriceListFields, actor: Actor): Promise<PriceList> {
    refuseBackwards(fields);
    return this.change(async (now) => {
      const list = await this.deps.book.lists.create(fields, now);
      await this.deps.entries.recordList(list, false, now, actor);
      return [list, { actor, action: 'price_list.created', subject: `price_list:${list.id}`, after: fields }];
    });
  }

  replaceList({ id, ifMatch, actor }: Edit, fields: PriceListFields): Promise<PriceList> {
    refuseBackwards(fields);
    return this.change(async (now) => {
      const before = await this.getList(id);
      requireVersion(ifMatch, before.version);
      if (fields.currency !== before.currency) throw new CurrencyIsFixed(before.currency);
      const list = await this.deps.book.lists.replace(before, fields, now);
      await this.deps.entries.recordList(list, false, now, actor);
      return [list, { actor, action: 'price_list.updated', subject: `price_list:${id}`, before, after: list }];
    });
  }

  removeList({ id, ifMatch, actor }: Edit): Promise<PriceList> {
    return this.change(async (now) => {
      const list = await this.getList(id);
      requireVersion(ifMatch, list.version);
      await this.deps.book.lists.remove(list);
      const entries = await this.deps.entries.removeAll(id);
      await this.deps.entries.recordList(list, true, now, actor);
      return [list, { actor, action: 'price_list.deleted', subject: `price_list:${id}`, before: { ...list, entries } }];
    });
  }

  async listEntries(id: string, q: string | undefined, query: PageQuery) {
    await this.getList(id);
    return this.deps.entries.page(id, q, query);
  }

  /** Also of a list that is gone. */
  listChanges(id: string, sku: string | undefined, query: PageQuery) {
    return this.deps.entries.changesPage(id, sku, query);
  }

  /** Thousands at a time: what is the same already is not written. Without tiers an entry goes. */
  putEntries(id: string, items: readonly NewEntry[], actor: Actor): Promise<{ changed: number; unchanged: number }> {
    return this.change(async (now) => {
      const list = await this.getList(id);
      const changed = await this.deps.entries.put(id, items, now);
      await this.deps.entries.recordEntries(id, changed, now, actor);
      const told = changed.slice(0, 100).map(({ sku, before, tiers }) => ({ sku, before, after: tiers }));
      return [{ changed: changed.length, unchanged: items.length - changed.length }, {
        actor, action: 'price_list.entries_changed', subject: `price_list:${list.id}`, after: { changed: changed.length, first: told },
      }];
    });
  }

  async getRule(id: string): Promise<DynamicRule> {
    const rule = await this.deps.book.rules.find(id);
    if (!rule) throw new PriceRuleNotFound(id);
    return rule;
  }

  rules(query: PageQuery) {
    return this.deps.book.rules.page(query);
  }

  createRule(fields: DynamicRuleFields, actor: Actor): Promise<DynamicRule> {
    refuseBackwards(fields);
    return this.change(async (now) => {
      const rule = await this.deps.book.rules.create(fields, now);
      return [rule, { actor, action: 'price_rule.created', subject: `price_rule:${rule.id}`, after: fields }];
    });
  }

  replaceRule({ id, ifMatch, actor }: Edit, fields: DynamicRuleFields): Promise<DynamicRule> {
    refuseBackwards(fields);
    return this.change(async (now) => {
      const before = await this.getRule(id);
      requireVersion(ifMatch, before.version);
      const rule = await this.deps.book.rules.replace(before, fields, now);
      return [rule, { actor, action: 'price_rule.updated', subject: `price_rule:${id}`, before, after: rule }];
    });
  }

  removeRule({ id, ifMatch, actor }: Edit): Promise<DynamicRule> {
    return this.change(async () => {
      const rule = await this.getRule(id);
      requireVersion(ifMatch, rule.version);
      await this.deps.book.rules.remove(rule);
      return [rule, { actor, action: 'price_rule.deleted', subject: `price_rule:${id}`, before: rule }];
    });
  }

  rates(filter: { base?: string | undefined; quote?: string | undefined }, query: PageQuery) {
    return this.deps.book.ratesPage(filter, query);
  }

  addRate({ effectiveFrom, ...pair }: NewRate, actor: Actor) {
    return this.change(async (now) => {
      const from = effectiveFrom ?? now;
      if (from.getTime() < now.getTime() - TOLERATED_MS) throw new RateInThePast();
      const rate = await this.deps.book.addRate({ ...pair, effectiveFrom: from }, now, actor);
      return [rate, { actor, action: 'exchange_rate.added', subject: `exchange_rate:${rate.id}`, after: rate }];
    });
  }

  roundings() {
    return this.deps.book.roundings();
  }

  setRounding(currency: string, rounding: Rounding | null, actor: Actor) {
    return this.change(async (now) => {
      const { before, version } = await this.deps.book.setRounding(currency, rounding, now);
      return [{ currency, rounding, version, updatedAt: now }, { actor, action: 'currency_rounding.set', subject: `currency:${currency}`, before, after: rounding }];
    });
  }

  /** A feed: what competitors ask. Rules that look at it follow with the next request. */
  observe(prices: readonly CompetitorPrice[], actor: Actor): Promise<{ observed: number }> {
    return this.change(async () => {
      await this.deps.entries.observe(prices);
      return [{ observed: prices.length }, { actor, action: 'competitor_prices.observed', subject: 'competitor_prices', after: { observed: prices.length } }];
    });
  }

  competitors(sku: string, query: PageQuery) {
    return this.deps.entries.competitorsPage(sku, query);
  }

  private change<T>(work: (now: Date) => Promise<readonly [T, Told]>): Promise<T> {
    const { book, inTransaction, audit, outbox, live, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      await book.raise();
      const [result, told] = await work(now());
      await audit(told);
      await outbox.record({ type: 'prices.changed', aggregateId: told.subject, data: { action: told.action, subject: told.subject } });
      await afterCommit(() => { live.forget(); });
      return result;
    }), FIRST_CHANGES);
  }
}

function refuseBackwards({ startsAt, endsAt }: Period): void {
  if (startsAt && endsAt && endsAt <= startsAt) throw new EndsBeforeItStarts();
}
