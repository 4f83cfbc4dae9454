import { mayAct, type Caller } from '../../shared/http/caller.js';
import { toPage } from '../../shared/http/pagination.js';
import type { Catalog } from '../catalog/index.js';
import type { Arrangement } from './arrangement.js';
import type { Audience, SearchEngine, SearchRequest } from './engine.js';
import { minorOf, readPrice, type PriceWords } from './price-words.js';
import type { Facet, Filters } from './search.js';
import type { ZeroResults } from './recovery.js';
import type { Tongues } from './tongues.js';
import type { SearchQuery, SuggestionQuery } from './search.schemas.js';
import { wordsOf } from './text.js';

const DEFAULT_FACETS = ['category', 'brand', 'in_stock'];
const SUGGESTED = 8;
/** Of what several languages offer together, one has its part. */
const WIDER = 4;

export type FindArrangement = (asked: { words: string; categoryId: string | undefined; channel: string | undefined }) => Promise<Arrangement | null>;
/** What the public, or a channel, would find with these rules; for those who make them. */
export type PreviewSearch = (asked: Readonly<{ words: string; categoryId: string | undefined; channel: string | undefined; currency: string | undefined; take: number; arrangement: Arrangement | null }>) =>
  Promise<{ items: ReadonlyArray<Readonly<{ id: string; name: string }>>; total: number }>;

/** Counts a search and answers its name; undefined for whoever is not to be counted. */
export type NoteSearch = (search: { typed: string; words: readonly string[]; found: number }, who: Asking) => string | undefined;
export type Asking = Readonly<{ caller: Caller; isOptedOut: boolean }>;

type Deps = {
  zeroResults: ZeroResults; searched: NoteSearch; arrangementFor: FindArrangement; nameOf: (id: string) => string | undefined;
  engine: SearchEngine; /** Waits for what the engine needs of this process. */ ready: () => Promise<void>; sellsIn: (currency: string) => boolean; tongues: Tongues; catalog: Pick<Catalog, 'summariesOf' | 'categoryTreeFor' | 'attributesCalled' | 'findCategoryPage'>; defaultCurrency: string;
};

export class SearchService {
  constructor(private readonly deps: Deps) {}

  search({ q = '', ...query }: SearchQuery, asking: Asking) {
    const { rest, price } = readPrice(q);
    return this.find(rest, price, query, asking, q);
  }

  /** `price` is what the words say; limits that were set stand above it. */
  async find(q: string, said: PriceWords | null, query: Omit<SearchQuery, 'q'>, asking: Asking, typed = q) {
    const { caller } = asking;
    await this.deps.ready();
    const { page, per_page: take, sort = 'relevance' } = query;
    const isLimited = query['price[gte]'] !== undefined || query['price[lte]'] !== undefined;
    const price = said === null || isLimited ? null : this.limitsOf(said, query.currency);
    const currency = price?.currency ?? query.currency ?? this.deps.defaultCurrency;
    const filters = { ...await this.filtersOf(query), ...(price?.from !== undefined && { priceFrom: price.from }), ...(price?.to !== undefined && { priceTo: price.to }) };
    const facets = query.facets === undefined ? DEFAULT_FACETS : query.facets.split(',');
    const arrangement = sort === 'relevance' ? await this.deps.arrangementFor({ words: q, categoryId: filters.category, channel: caller.key?.channel }) : null;
    const request: SearchRequest = { text: q, arrangement, filters, facets, currency, audience: audienceOf(caller), sort, skip: (page - 1) * take, take };
    const found = await this.deps.engine.search(request);
    const recovery = found.total === 0 && wordsOf(q).length > 0 ? await this.deps.zeroResults.recover(request, { isPriceSaid: price !== null }) : null;
    const items = await this.deps.catalog.summariesOf(recovery?.ids ?? found.ids, { currency }, caller);
    // A page further is the same search; staff look for other reasons than shoppers.
    const searchId = page > 1 || request.audience === 'staff' ? undefined : this.deps.searched({ typed, words: wordsOf(q), found: found.total }, asking);
    return {
      ...toPage(recovery ? [] : items, found.total, query), facets: await this.labelled(found.facets, caller), mode: found.mode,
      ...(found.correctedTo !== undefined && { correctedTo: found.correctedTo }), ...(price && { price }), ...(found.degraded && { degraded: true }),
      ...(recovery && { recovery: { by: recovery.by, ...(recovery.words !== undefined && { words: recovery.words }), ...(recovery.withoutPrice && { withoutPrice: true }), items } }), ...(searchId !== undefined && { searchId }),
    };
  }

  /** A currency that nothing is sold in is only a way to speak: dollars are then what prices are shown in. */
  private limitsOf({ from, to, currency: said }: PriceWords, asked: string | undefined) {
    const currency = asked ?? (said !== undefined && this.deps.sellsIn(said) ? said : this.deps.defaultCurrency);
    return { ...(from !== undefined && { from: minorOf(from, currency) }), ...(to !== undefined && { to: minorOf(to, currency) }), currency };
  }

  async preview({ words, categoryId, channel, currency = this.deps.defaultCurrency, take, arrangement }: Parameters<PreviewSearch>[0]): ReturnType<PreviewSearch> {
    await this.deps.ready();
    const { rest, price: said } = readPrice(words);
    const limits = said && this.limitsOf(said, undefined);
    const filters = { attributes: {}, ...(categoryId !== undefined && { category: categoryId }), ...(limits?.from !== undefined && { priceFrom: limits.from }), ...(limits?.to !== undefined && { priceTo: limits.to }) };
    const audience: Audience = channel === undefined ? 'public' : `channel:${channel}`;
    const { ids, total } = await this.deps.engine.search({ text: rest, filters, facets: [], currency: limits?.currency ?? currency, audience, sort: 'relevance', skip: 0, take, arrangement });
    return { items: ids.map((id) => ({ id, name: this.deps.nameOf(id) ?? '' })), total };
  }

  async suggest({ q, limit }: SuggestionQuery, caller: Caller) {
    await this.deps.ready();
    const { tongues } = this.deps;
    const take = limit ?? SUGGESTED;
    const { queries: all, ids, degraded } = await this.deps.engine.suggest({ text: q, audience: audienceOf(caller), take: tongues.isSingle ? take : take * WIDER });
    const products = await this.deps.catalog.summariesOf(ids.slice(0, take), {}, caller);
    const queries = tongues.isSingle ? all : tongues.spokenIn(await this.languagesOf(caller), all).slice(0, take);
    return { queries, products: products.map(({ id, slug, name, price, images }) => ({ id, slug, name, price, images })), ...(degraded && { degraded }) };
  }

  private async languagesOf(caller: Caller): Promise<readonly string[]> {
    const { chain, languages } = await this.deps.catalog.categoryTreeFor(caller);
    return chain.length > 0 ? chain : [languages.usual];
  }

  private async filtersOf(query: Omit<SearchQuery, 'q'>): Promise<Filters> {
    const attributes = Object.entries(query).filter(([key]) => key.startsWith('attr.')).map(([key, value]) => [key.slice('attr.'.length), [value as string | string[]].flat()]);
    // By a slug that it has no more as well; what does not exist has no products.
    const category = query.category === undefined ? undefined : (await this.deps.catalog.findCategoryPage(query.category))?.id ?? 'none';
    return {
      attributes: Object.fromEntries(attributes) as Record<string, string[]>,
      ...(category !== undefined && { category }), ...(query.brand !== undefined && { brands: [query.brand].flat() }),
      ...(query.in_stock !== undefined && { inStock: query.in_stock }),
      ...(query['price[gte]'] !== undefined && { priceFrom: query['price[gte]'] }), ...(query['price[lte]'] !== undefined && { priceTo: query['price[lte]'] }),
    };
  }

  /** A category is counted by its id and shown by its name; attributes and their values are called as the reader calls them. */
  private async labelled(facets: readonly Facet[], caller: Caller) {
    const tree = await this.deps.catalog.categoryTreeFor(caller);
    const words = await this.deps.catalog.attributesCalled(facets.flatMap(({ name }) => attributeOf(name) ?? []), caller);
    return facets.map(({ name, values }) => {
      const attribute = words.get(attributeOf(name) ?? '');
      const said = (value: string) => (name === 'category' ? tree.label(value)?.name : attribute?.labels?.[value]) ?? value;
      return { name, ...(attribute && { label: attribute.name }), values: values.map((value) => ({ ...value, label: said(value.value) })) };
    });
  }
}

const attributeOf = (facet: string): string | undefined => (facet.startsWith('attr.') ? facet.slice('attr.'.length) : undefined);

export function audienceOf(caller: Caller): Audience {
  if (mayAct(caller, 'products:read')) return 'staff';
  return caller.key?.channel === undefined ? 'public' : `channel:${caller.key.channel}`;
}
