import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { Held, ModelHolder } from './model-holder.js';
import { RecommendedForNotFound } from './recommendations.errors.js';
import { rankNeighbours, reasonOf, withoutRepeats, type Candidate, type Reason, type ReasonCode } from './recommendations.js';
import type { PersonalQuery, ProductQuery } from './recommendations.schemas.js';
import type { ViewRepository } from './views.repository.js';

type Summary = { id: string; name: string; inStock: boolean };
export type Recommendation = Readonly<{ product: Summary; reason: Reason }>;
export type Recommended = Readonly<{ kind: string; source: string; items: Recommendation[] }>;
export type ServiceDeps = Readonly<{
  now: Clock;
  /** One query, in this order; what this caller may not see is missing. */
  summariesOf(ids: readonly string[], shown: { currency?: string }, caller: Caller): Promise<Summary[]>;
  newestIds(channel: string | null, limit: number): Promise<string[]>;
  /** The products of somebody's latest orders that stand. */
  boughtBy(userId: string, orders: number): Promise<ReadonlyArray<{ at: Date; productIds: readonly string[] }>>;
  hasGranted(userId: string, purpose: string): Promise<boolean>;
}>;
type Deps = ServiceDeps & { holder: ModelHolder; views: ViewRepository };
type Past = Readonly<{ bought: string[]; justBought: string[]; viewed: string[] }>;
type Wish = Readonly<{ context: readonly string[]; leftOut: ReadonlySet<string>; limit: number; currency?: string | undefined; required?: string }>;

/** Whoever agreed to it is answered personally; everybody else is nobody in particular. */
export const PERSONALISATION = 'personalisation';
const JUST_BOUGHT_MS = 90 * 86_400_000;
const ORDERS = 30;
const VIEWED = 30;
const RANKED = 200;
const NEWEST = 60;
const NEWEST_MS = 30_000;
/** What is sold out or hidden is taken away after ranking, so that much more is asked for. */
const overFetch = (limit: number) => limit * 4 + 20;
const SOURCES: Readonly<Record<ReasonCode, string>> = {
  bought_together: 'model', similar: 'model', bought_before: 'model', viewed_before: 'model', recently_viewed: 'history', trending: 'popularity', popular: 'popularity', new: 'newest',
};

export class RecommendationService {
  private readonly newest = new Recent<string[]>({ ttlMs: NEWEST_MS, max: 100 });

  constructor(private readonly deps: Deps) {}

  async forProduct(id: string, { kind, limit, cart = [], exclude = [], currency }: ProductQuery, caller: Caller): Promise<Recommended> {
    const { held } = await this.deps.holder.current();
    const past = await this.pastOf(caller);
    const context = kind === 'similar' ? [id] : [id, ...cart];
    const order = kind === 'similar' ? (['similar', 'bought_together'] as const) : (['bought_together', 'similar'] as const);
    const candidates = order.flatMap((code) => this.related(held, code, context));
    return this.pick(kind, candidates, { context, leftOut: new Set([id, ...cart, ...exclude, ...past.justBought]), limit, currency, required: id }, caller);
  }

  async forCaller({ kind, limit, cart = [], exclude = [], currency }: PersonalQuery, caller: Caller): Promise<Recommended> {
    const past = await this.pastOf(caller);
    const leftOut = new Set([...cart, ...exclude, ...past.justBought]);
    if (kind === 'recently_viewed') {
      const viewed = past.viewed.map((productId): Candidate => ({ productId, code: 'recently_viewed' }));
      return this.pick(kind, viewed, { context: [], leftOut, limit, currency }, caller, { isFilled: false });
    }
    const { held } = await this.deps.holder.current();
    const context = kind === 'personal' ? [...new Set([...cart, ...past.bought, ...past.viewed])] : [];
    const bought = new Set(past.bought);
    const inCart = new Set(cart);
    const codeOf = (because: string) => (inCart.has(because) ? 'bought_together' : bought.has(because) ? 'bought_before' : 'viewed_before');
    const candidates = this.related(held, 'bought_together', context).map((candidate): Candidate => ({ ...candidate, code: codeOf(candidate.because!) }));
    return this.pick(kind, candidates, { context, leftOut, limit, currency }, caller);
  }

  /** True when it was kept under the caller's name; else it was only counted. */
  async viewed(productId: string, caller: Caller): Promise<boolean> {
    const [product] = await this.deps.summariesOf([productId], {}, asShopper(caller));
    if (!product) throw new RecommendedForNotFound();
    const at = this.deps.now();
    await this.deps.views.count(productId, at);
    const userId = await this.personalOf(caller);
    if (userId !== null) await this.deps.views.remember(userId, productId, at);
    return userId !== null;
  }

  private related(held: Held | null, code: 'bought_together' | 'similar', context: readonly string[]): Candidate[] {
    if (!held) return [];
    const rows = context.flatMap((id) => held.rows.get(id) ?? []);
    const neighbours = code === 'similar' ? held.model.similar : held.model.together;
    return rankNeighbours(held.model, neighbours, rows, RANKED).map(({ productId, because }): Candidate => ({ productId, code, ...(because !== undefined && { because }) }));
  }

  /** What everybody is told: what trends, what sells, what is new. Never empty while something is shown and in stock. */
  private async forAnybody(caller: Caller): Promise<Candidate[]> {
    const { held, trending } = await this.deps.holder.current();
    const channel = caller.key?.channel ?? null;
    const newest = await this.newest.get(channel ?? '', () => this.deps.newestIds(channel, NEWEST));
    return [
      ...trending.map((productId): Candidate => ({ productId, code: 'trending' })),
      ...Array.from(held?.model.popular ?? [], (row): Candidate => ({ productId: held!.model.productIds[row]!, code: 'popular' })),
      ...newest.map((productId): Candidate => ({ productId, code: 'new' })),
    ];
  }

  /** The best that this caller may see and buy: one query, and another only where most was sold out or hidden. */
  private async pick(kind: string, ranked: readonly Candidate[], { context, leftOut, limit, currency, required }: Wish, caller: Caller, { isFilled } = { isFilled: true }): Promise<Recommended> {
    const candidates = withoutRepeats([...ranked, ...(isFilled ? await this.forAnybody(caller) : [])], leftOut);
    const items: Recommendation[] = [];
    const shopper = asShopper(caller);
    const names = new Map<string, string>();
    for (let from = 0; from === 0 || (from < candidates.length && items.length < limit); from += overFetch(limit)) {
      const slice = candidates.slice(from, from + overFetch(limit));
      const speakers = new Set(slice.flatMap(({ because }) => because ?? []));
      const asked = [...new Set([...(required === undefined ? [] : [required]), ...context.filter((id) => speakers.has(id)), ...slice.map(({ productId }) => productId)])];
      const found = new Map((await this.deps.summariesOf(asked, currency === undefined ? {} : { currency }, shopper)).map((summary) => [summary.id, summary]));
      if (required !== undefined && !found.has(required)) throw new RecommendedForNotFound();
      for (const { id, name } of found.values()) names.set(id, name);
      for (const { productId, code, because } of slice) {
        const product = found.get(productId);
        if (product?.inStock && items.length < limit) items.push({ product, reason: reasonOf(code, because === undefined ? undefined : names.get(because)) });
      }
    }
    return { kind, source: SOURCES[items[0]?.reason.code ?? 'new'], items };
  }

  private async personalOf({ user }: Caller): Promise<string | null> {
    return user && await this.deps.hasGranted(user.id, PERSONALISATION) ? user.id : null;
  }

  private async pastOf(caller: Caller): Promise<Past> {
    const userId = await this.personalOf(caller);
    if (userId === null) return { bought: [], justBought: [], viewed: [] };
    const [orders, viewed] = await Promise.all([this.deps.boughtBy(userId, ORDERS), this.deps.views.of(userId, VIEWED)]);
    const since = this.deps.now().getTime() - JUST_BOUGHT_MS;
    return {
      bought: [...new Set(orders.flatMap(({ productIds }) => productIds))], viewed,
      justBought: orders.filter(({ at }) => at.getTime() >= since).flatMap(({ productIds }) => productIds),
    };
  }
}

/** Staff are told what customers are told: no drafts among it. */
const asShopper = (caller: Caller): Caller => (mayAct(caller, 'products:read') ? { ...caller, user: null, key: caller.key && { ...caller.key, kind: 'publishable' } } : caller);
