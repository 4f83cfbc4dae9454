import { guest } from '../../shared/buyer.js';
import type { Cache } from '../../shared/cache/cache.js';
import { later, type Clock } from '../../shared/clock.js';
import type { MovedLevel, Pricing } from '../pricing/index.js';
import type { PriceRange, Product, Variant } from './catalog.js';
import { LISTS, STOCK_LISTS } from './product-changes.js';
import { rangeOf, type Looking, type PriceTags, type PriceTagService } from './price-tags.service.js';
import type { ProductRepository } from './products.repository.js';
import type { ShownPricesRepository } from './shown-prices.repository.js';
import type { VariantRepository } from './variants.repository.js';

const BATCH = 200;
/** Of changes that were on their way while the last look began. */
const OVERLAP_MS = 60_000;
/** Observations of competitors grow old by themselves. */
const AGEING_MS = 15 * 60_000;

type Deps = {
  products: Pick<ProductRepository, 'findAfter' | 'changedAfter' | 'findMany' | 'saveShownRanges'>; variants: Pick<VariantRepository, 'ofProducts'>; looks: ShownPricesRepository;
  pricing: Pick<Pricing, 'viewFor' | 'noteMoved' | 'movingChannels' | 'looksAround'>; prices: Pick<PriceTagService, 'tagsOf'>; cache: Pick<Cache, 'invalidate'>; now: Clock;
  currencies: readonly string[];
};

/**
 * Keeps with every product what a passer-by pays for it, so that lists are filtered and sorted by it, and notes for the law
 * what rules made of a price. Off the path of requests: after every change of lists, rules, rates and products, and when
 * time lets other rules count. Without any of them there is nothing to do.
 */
export class ShownPrices {
  private told: Array<(productIds: readonly string[]) => Promise<void>> = [];

  constructor(private readonly deps: Deps) {}

  onChange(told: (productIds: readonly string[]) => Promise<void>): void { this.told.push(told); }

  /** Answers how many products are shown at another price than before. */
  async run(): Promise<number> {
    const { looks, pricing, now } = this.deps;
    const at = now();
    const last = await looks.last();
    const channels = await pricing.movingChannels();
    // Where no rule moves anything any more, that is to be written down as well.
    const lookings = await this.lookings([...new Set([...channels, ...last?.channels ?? []])].sort());
    const key = [...lookings.map(({ key: of, currency, channel }) => `${channel ?? ''}/${currency}:${of}`), ...(await pricing.looksAround() ? [Math.trunc(at.getTime() / AGEING_MS)] : [])].join(' ');
    const isUsual = lookings.every(({ context }) => context === null);
    if (isUsual && (last === null || last.key === key)) return 0;
    const changed = last?.key === key ? await this.lookAtChanged(later(last.at, -OVERLAP_MS), lookings) : await this.lookAtAll(lookings);
    await looks.save({ key, at, channels });
    return changed;
  }

  /** Of these products only, where rules look at stock. */
  async stockChanged(productIds: readonly string[]): Promise<void> {
    const { products, pricing } = this.deps;
    await this.save(await products.findMany(productIds, 'staff'), await this.lookings(await pricing.movingChannels()));
  }

  /** Everybody's in every currency; of other channels what rules move there, for their own history. */
  private async lookings(channels: readonly string[]): Promise<Looking[]> {
    const { pricing, currencies } = this.deps;
    const lookings: Looking[] = [];
    for (const channel of [null, ...channels]) {
      for (const currency of currencies) lookings.push({ ...await pricing.viewFor({ currency, buyer: guest(channel) }), currency, channel });
    }
    return lookings;
  }

  private async lookAtAll(lookings: readonly Looking[]): Promise<number> {
    let changed = 0;
    for (let after: string | null = null; ;) {
      const found: Product[] = await this.deps.products.findAfter(after, BATCH);
      changed += await this.save(found, lookings);
      if (found.length < BATCH) return changed;
      after = found.at(-1)!.id;
    }
  }

  private async lookAtChanged(since: Date, lookings: readonly Looking[]): Promise<number> {
    let changed = 0;
    for (let [at, id] = [since, '']; ;) {
      const found = await this.deps.products.changedAfter(at, id, BATCH);
      changed += await this.save(found, lookings);
      if (found.length < BATCH) return changed;
      [at, id] = [found.at(-1)!.updatedAt, found.at(-1)!.id];
    }
  }

  private async save(products: readonly Product[], lookings: readonly Looking[]): Promise<number> {
    const { variants, prices, pricing, cache } = this.deps;
    if (products.length === 0) return 0;
    const all = new Map<string, Variant[]>(products.map(({ id }) => [id, []]));
    for (const variant of await variants.ofProducts([...all.keys()])) all.get(variant.productId)?.push(variant);
    const shelves = products.map((product) => ({ product, variants: all.get(product.id)! }));
    const ranges = new Map(products.map(({ id, priceRange }) => [id, { ...priceRange } as Record<string, PriceRange>]));
    const levels: MovedLevel[] = [];
    for (const looking of lookings) {
      const tags = looking.context ? await prices.tagsOf(shelves, looking) : new Map<string, never>();
      for (const { product, variants: own } of shelves) {
        levels.push(...own.flatMap((variant) => levelOf(variant, tags, looking)));
        const range = looking.context && looking.channel === null ? rangeOf(own, tags) : null;
        if (range) ranges.get(product.id)![looking.currency] = range;
      }
    }
    await pricing.noteMoved(levels);
    const changed = products.filter(({ id, shownRange = {} }) => !isSame(shownRange, ranges.get(id)!));
    // Before it is saved: whoever hears of it twice can live with that, and nobody misses it.
    if (changed.length > 0) for (const tell of this.told) await tell(changed.map(({ id }) => id));
    await this.deps.products.saveShownRanges(changed.map(({ id, version }) => ({ id, version, shownRange: ranges.get(id)! })));
    if (changed.length > 0) await cache.invalidate([LISTS, STOCK_LISTS]);
    return changed.length;
  }
}

/** In currencies of its own only: what is converted has the history of what it is converted from. */
function levelOf({ id: variantId, productId, sku, prices }: Variant, tags: PriceTags, { currency, channel }: Looking): MovedLevel[] {
  if (!prices.some((entry) => entry.currency === currency)) return [];
  const single = tags.get(sku)?.ladder[0];
  return [{ variantId, productId, sku, currency, channel, amount: single?.source.kind === 'dynamic_rule' ? single.price.amount : null }];
}

type Ranges = Readonly<Record<string, PriceRange>>;
const isSame = (a: Ranges, b: Ranges): boolean => textOf(a) === textOf(b);
const textOf = (ranges: Ranges): string => JSON.stringify(Object.entries(ranges).map(([currency, { from, to, compareAt }]) => [currency, from, to, compareAt ?? null]).sort(([one], [other]) => (one! < other! ? -1 : 1)));
