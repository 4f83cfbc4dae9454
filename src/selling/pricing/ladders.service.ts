import type { Actor } from '../../shared/actor.js';
import { guest } from '../../shared/buyer.js';
import type { Clock } from '../../shared/clock.js';
import type { Ladder } from '../../shared/ladder.js';
import { money, type Money } from '../../shared/money.js';
import { convert } from './exchange.js';
import type { DynamicRule } from './dynamic-rules.js';
import type { LiveBook } from './live-book.js';
import { bookOf, contextOf, ladderOf, type LadderQuery, type PriceContext, type PricedVariant } from './price-book.js';
import type { PriceEntryRepository } from './price-entries.repository.js';
import type { PriceHistoryRepository } from './price-history.repository.js';
import { priceSteps, reductionOf, usualLadder, type PriceRecord } from './pricing.js';
import { publicSteps } from './public-prices.js';

type Deps = {
  live: Pick<LiveBook, 'current' | 'known'>; entries: Pick<PriceEntryRepository, 'listed' | 'competitorsOf' | 'eventsOf'>; history: Pick<PriceHistoryRepository, 'timelines' | 'movedLast' | 'append'>;
  now: Clock; marketCurrency: string;
  /** These categories and everything above them. */
  categoriesAbove(ids: readonly string[]): Promise<readonly string[]>;
};
/** What a passer-by of a channel pays by a rule; null: no rule moves it. */
export type MovedLevel = Readonly<{ variantId: string; productId: string; sku: string; currency: string; channel: string | null; amount: number | null }>;
const RULES: Actor = { type: 'system', id: 'price_rules' };
type Reduced = Readonly<{ variantId: string; sku: string }>;
export type Reduction = Readonly<{ price: Money; reducedAt: Date; lowestPrior: Money }>;

/** How the catalogue shows prices to somebody. `key` names what counts; `isShared`: everybody in the channel is shown the same. */
export type PriceView = Readonly<{ context: PriceContext | null; key: string; isShared: boolean }>;

/** The one resolver of prices. While the book is empty it answers from memory alone. */
export class LadderService {
  constructor(private readonly deps: Deps) {}

  async laddersOf(variants: readonly PricedVariant[], query: LadderQuery): Promise<ReadonlyMap<string, Ladder>> {
    const context = await this.contextOf(query);
    if (!context) return new Map(variants.map(({ sku, prices }) => [sku, usualLadder(prices, query.currency)]));
    return this.resolve(variants, context);
  }

  async viewFor(query: LadderQuery): Promise<PriceView> {
    const context = await this.contextOf(query);
    const { channel } = query.buyer;
    const everybody = query.buyer.userId === null ? context : await this.contextOf({ ...query, buyer: guest(channel) });
    return { context, key: context?.key ?? '', isShared: context?.key === everybody?.key };
  }

  async resolve(variants: readonly PricedVariant[], context: PriceContext): Promise<ReadonlyMap<string, Ladder>> {
    const skus = variants.map(({ sku }) => sku);
    const listed = await this.deps.entries.listed(context.lists, skus);
    const looksAround = context.rules.some(({ adjust }) => adjust.kind === 'competitor');
    const competitors = looksAround ? await this.deps.entries.competitorsOf(skus) : new Map<string, []>();
    return new Map((await this.placed(variants, context)).map((variant) => {
      const { sku } = variant;
      return [sku, ladderOf(variant, context, { listed: listed.get(sku) ?? [], competitors: competitors.get(sku) ?? [] })];
    }));
  }

  /** A rule names a category and means everything below it, so a variant brings everything above its own. */
  private async placed(variants: readonly PricedVariant[], { rules }: PriceContext): Promise<readonly PricedVariant[]> {
    if (!rules.some(({ categoryIds }) => categoryIds.length > 0)) return variants;
    return Promise.all(variants.map(async (variant) => ({ ...variant, categoryIds: await this.deps.categoriesAbove(variant.categoryIds) })));
  }

  /** The context of a buyer at any moment, with a rule that is not stored yet in its place among the others. */
  async imagine(query: LadderQuery, at: Date, draft?: DynamicRule): Promise<PriceContext | null> {
    const book = await this.deps.live.current();
    const imagined = draft ? bookOf(book.version + 1, { ...book, rules: [...book.rules.filter(({ id }) => id !== draft.id), draft] }) : book;
    return contextOf(imagined, query, { marketCurrency: this.deps.marketCurrency, at });
  }

  /** What reduced prices of today have to be shown with, by SKU; those that are not reduced are missing. */
  async reductionsOf(variants: readonly Reduced[], { currency, channel }: { currency: string; channel: string | null }): Promise<ReadonlyMap<string, Reduction>> {
    if (variants.length === 0) return new Map();
    const { marketCurrency, now } = this.deps;
    const { rate = null, rounding = null } = await this.contextOf({ currency, buyer: guest(channel) }) ?? {};
    const records = await this.deps.history.timelines(variants.map(({ variantId }) => variantId), [currency, marketCurrency]);
    const events = await this.deps.entries.eventsOf(variants.map(({ sku }) => sku));
    return new Map(variants.flatMap(({ sku, variantId }): Array<[string, Reduction]> => {
      const own = records.get(variantId) ?? [];
      const isExplicit = rate === null || own.some((record) => record.currency === currency);
      const of = isExplicit ? currency : marketCurrency;
      const found = reductionOf(stepsOf(own.filter((record) => record.currency === of && (record.kind !== 'moved' || (record.channel ?? null) === channel)), events.get(sku) ?? [], { currency: of, channel, until: now() }));
      const shown = (amount: number) => (isExplicit ? money(amount, currency) : convert(money(amount, of), rate, rounding));
      return found ? [[sku, { price: shown(found.amount), reducedAt: found.reducedAt, lowestPrior: shown(found.lowestPrior) }]] : [];
    }));
  }

  /** Channels in which rules move prices otherwise than elsewhere. */
  async movingChannels(): Promise<string[]> {
    return [...new Set((await this.deps.live.current()).rules.filter(({ active }) => active).flatMap(({ channels }) => channels))].sort();
  }

  /** Whether any rule looks at competitors, whose prices grow old by themselves. */
  async looksAround(): Promise<boolean> {
    return (await this.deps.live.current()).rules.some(({ active, adjust }) => active && adjust.kind === 'competitor');
  }

  /** Whether any rule looks at stock, by what this process knows already: stock changes too often to ask each time. */
  looksAtStock(): boolean {
    return this.deps.live.known()?.rules.some(({ active, stock }) => active && stock !== null) ?? false;
  }

  /** Writes down where rules move a price to, as far as that is another level than before. */
  async noteMoved(levels: readonly MovedLevel[]): Promise<number> {
    const last = await this.deps.history.movedLast([...new Set(levels.map(({ variantId }) => variantId))]);
    const changes = levels.flatMap(({ amount, channel, ...of }) => {
      const before = last.get(`${of.variantId} ${of.currency} ${channel ?? ''}`) ?? null;
      return before === amount ? [] : [{ ...of, ...(channel !== null && { channel }), kind: 'moved' as const, before, after: amount, at: this.deps.now(), actor: RULES }];
    });
    await this.deps.history.append(changes);
    return changes.length;
  }

  private async contextOf(query: LadderQuery): Promise<PriceContext | null> {
    const book = await this.deps.live.current();
    if (book.version === 0 && query.buyer.wholesale !== true) return null;
    return contextOf(book, query, { marketCurrency: this.deps.marketCurrency, at: this.deps.now() });
  }
}

const stepsOf = (records: readonly PriceRecord[], events: Parameters<typeof publicSteps>[1], where: Parameters<typeof publicSteps>[2]) =>
  (events.length === 0 ? priceSteps(records) : publicSteps(records, events, where));
