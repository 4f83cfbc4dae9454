import type { Catalog } from '../catalog/index.js';
import { FEED_FORMS, feedItems, newsFeed, problemsOf, type FeedItem, type FeedMarket, type FeedName, type FeedProduct, type FieldProblem } from './feeds.js';
import { TooManyFeeds } from './seo.errors.js';
import type { Storefront } from './storefront.js';

export type FeedQuery = Readonly<{ country?: string; language?: string; currency?: string }>;
type Deps = { catalog: Pick<Catalog, 'shelf' | 'categoryTree' | 'newest'>; site: Storefront; mediaUrl: string; market: Readonly<{ defaultCurrency: string; defaultCountry: string }> };

/** Each walks through everything; more at once would take the database from the shoppers. */
const AT_ONCE = 3;
const NEWS = 50;
const MOST_PROBLEMS = 500;
const CHUNK = 64_000;

/** Feeds are made while they are read, so their prices and their stock are those of this minute. */
export class FeedService {
  private running = 0;

  constructor(private readonly deps: Deps) {}

  async feed(name: FeedName, query: FeedQuery): Promise<{ contentType: string; stream: AsyncIterable<string> }> {
    if (this.running >= AT_ONCE) throw new TooManyFeeds();
    const form = FEED_FORMS[name];
    const market = await this.marketOf(query);
    return { contentType: form.contentType, stream: this.counted(inChunks(this.lines(form.opening(market), form.closing, market, form.item))) };
  }

  /** What is left out of the feeds, and why. */
  async problems(query: FeedQuery): Promise<{ items: Array<{ sku: string; problems: FieldProblem[] }>; checked: number; refused: number }> {
    const market = await this.marketOf(query);
    const items: Array<{ sku: string; problems: FieldProblem[] }> = [];
    let [checked, refused] = [0, 0];
    for await (const item of this.items(market)) {
      const problems = problemsOf(item);
      checked += 1;
      if (problems.length > 0) refused += 1;
      if (problems.length > 0 && items.length < MOST_PROBLEMS) items.push({ sku: item.id, problems });
    }
    return { items, checked, refused };
  }

  async news({ language = this.deps.site.language }: FeedQuery): Promise<string> {
    const { site, catalog } = this.deps;
    return newsFeed(site, `${site.url}/feeds/new.rss`, await catalog.newest(NEWS, language), language);
  }

  private async *lines(opening: string, closing: string, market: FeedMarket, write: (item: FeedItem) => string): AsyncGenerator<string> {
    yield opening;
    for await (const item of this.items(market)) if (problemsOf(item).length === 0) yield write(item);
    yield closing;
  }

  private async *items(market: FeedMarket): AsyncGenerator<FeedItem> {
    for await (const product of this.deps.catalog.shelf.products(market.currency, market.language)) yield* feedItems(product as unknown as FeedProduct, market);
  }

  private async *counted(source: AsyncIterable<string>): AsyncGenerator<string> {
    if (this.running >= AT_ONCE) throw new TooManyFeeds();
    this.running += 1;
    try {
      yield* source;
    } finally {
      this.running -= 1;
    }
  }

  private async marketOf({ country, language, currency }: FeedQuery): Promise<FeedMarket> {
    const { site, mediaUrl, market, catalog } = this.deps;
    const tree = await catalog.categoryTree(language);
    return {
      site, mediaUrl, country: country ?? market.defaultCountry, currency: currency ?? market.defaultCurrency, language: language ?? site.language,
      categoryPath: ({ categories: [first] }) => (first ? tree.namesOf([first.id])[0]?.join(' > ') ?? '' : ''),
    };
  }
}

/** Single lines would be one write each. */
async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const line of lines) {
    held += line;
    if (held.length < CHUNK) continue;
    yield held;
    held = '';
  }
  if (held !== '') yield held;
}
