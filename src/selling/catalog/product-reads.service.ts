import { createHash } from 'node:crypto';
import type { Cache } from '../../shared/cache/cache.js';
import { Recent } from '../../shared/cache/recent.js';
import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { Page } from '../../shared/http/pagination.js';
import { storeBody, type StoredBody } from '../../shared/http/reply.js';
import { success } from '../../shared/http/schemas.js';
import type { CatalogVariant, VariantComponent, Product, Variant } from './catalog.js';
import { CategoryNotFound, ProductNotFound, StatusFilterForStaff, VariantNotFound } from './catalog.errors.js';
import type { CategoryTree } from './category-tree.js';
import type { AttributeService } from './attributes.service.js';
import { compareAttributes, labelled } from './comparison.js';
import { sayIn, type LiveTree } from './live-tree.js';
import { LISTS, productTag, STOCK_LISTS } from './product-changes.js';
import type { ProductFilter, ProductListQuery } from './product-filter.js';
import { rangeOf, type Looking, type PriceTagService } from './price-tags.service.js';
import { presentProduct, presentSummary, presentVariant } from './product-view.js';
import type { ShelfView } from './shelf.service.js';
import type { ProductRepository } from './products.repository.js';
import type { SlugRepository } from './slugs.repository.js';
import { translated } from './translations.js';
import type { VariantRepository } from './variants.repository.js';

const ID = /^[0-9a-f]{24}$/;
const SLUG_MEMORY_MS = 3_600_000;
/** Typed text and walks through everything are asked once each and would only fill the cache. */
const NEVER_CACHED = ['q', 'cursor', 'created_at[gte]', 'created_at[lte]', 'updated_at[gte]', 'updated_at[lte]'] as const;
const CACHED_PAGES = 50;

/** Either the bytes that were made once, or a body made for this one caller. */
export type Answer = Readonly<({ bytes: StoredBody } | { body: unknown; version?: number }) & {
  /** The slug of today, where it was asked for by one that it has no more. */
  movedTo?: string;
}>;
type Audience = 'public' | 'staff';
type Shown = Readonly<{ currency?: string | undefined }>;

type Deps = {
  products: ProductRepository; variants: VariantRepository; slugs: SlugRepository; tree: LiveTree; cache: Pick<Cache, 'read'>; prices: PriceTagService; attributes: Pick<AttributeService, 'called'>; defaultCurrency: string;
};

export class ProductReads {
  /** A slug belongs to its product for ever, so what was found once need not be asked again. */
  private readonly owners = new Recent<string>({ ttlMs: SLUG_MEMORY_MS, max: 20_000 });

  constructor(private readonly deps: Deps) {}

  async detail(idOrSlug: string, { currency = this.deps.defaultCurrency }: Shown, caller: Caller): Promise<Answer> {
    const id = await this.idOf(idOrSlug);
    const audience = audienceOf(caller);
    const looking = await this.deps.prices.lookingAs(caller, currency);
    if (audience === 'staff' || !looking.isShared) return this.ownDetail(id, idOrSlug, audience, looking);
    const tree = await this.deps.tree.spoken();
    const bytes = await this.deps.cache.read({
      region: 'product', key: `product:${id}:public:${currency}:${tree.revision.labels}${tree.mark}${suffixOf(looking)}`, tags: [productTag(id)],
      load: async () => {
        const { view, version } = await this.show(id, idOrSlug, 'public', looking);
        return storeBody(success('The product.', view), version);
      },
    });
    if (!bytes) throw new ProductNotFound(idOrSlug);
    if (ID.test(idOrSlug) && tree.chain.length === 0) return { bytes };
    const head = headOf(bytes.body);
    sayIn(tree, head.language);
    return { bytes, ...movedTo(idOrSlug, head.slug, () => dataOf(bytes)) };
  }

  /** The very answer of the API, for whoever says the same in other words. */
  async viewOf(idOrSlug: string, shown: Shown, caller: Caller): Promise<ShelfView> {
    const answer = await this.detail(idOrSlug, shown, caller);
    return 'bytes' in answer ? dataOf(answer.bytes) : (answer.body as { data: ShelfView }).data;
  }

  /** By a slug of any language, today's or an old one. Null where nobody finds it or this caller may not see it. */
  async findPage(slug: string, caller: Caller, language?: string): Promise<{ id: string; slug: string; isCurrent: boolean } | null> {
    const id = await this.deps.slugs.ownerOf(slug);
    const [found] = id === null ? [] : await this.deps.products.findMany([id], audienceOf(caller), caller.key?.channel ?? null);
    if (!found) return null;
    const here = translated(found, (await this.deps.tree.readIn(language)).chain).slug;
    return { id: found.id, slug: here, isCurrent: here === slug };
  }

  async list(query: ProductListQuery, caller: Caller): Promise<Answer> {
    const audience = audienceOf(caller);
    if (audience === 'public' && query.status !== undefined && query.status !== 'active') throw new StatusFilterForStaff();
    const looking = await this.deps.prices.lookingAs(caller, query.currency ?? this.deps.defaultCurrency);
    const tree = await this.treeFor(audience);
    const load = async () => success('Products.', await this.page(query, { audience, tree, looking }));
    if (audience === 'staff' || !looking.isShared || !isWorthCaching(query)) return { body: await load() };
    const bytes = await this.deps.cache.read({
      region: 'products', key: `${this.listKey(query, tree)}${tree.mark}${suffixOf(looking)}`, tags: [looking.context || query.expand?.includes('variants') ? STOCK_LISTS : LISTS],
      load: async () => storeBody(await load(), 0),
    });
    return { bytes: bytes! };
  }

  async listOfCategory(idOrSlug: string, query: ProductListQuery, caller: Caller): Promise<Answer> {
    const tree = await this.deps.tree.current();
    const category = tree.find(idOrSlug);
    if (!category) throw new CategoryNotFound(idOrSlug);
    return this.list({ ...query, category: category.id }, caller);
  }

  async variantsOf(idOrSlug: string, query: ProductListQuery, caller: Caller): Promise<Page<unknown>> {
    const audience = audienceOf(caller);
    const id = await this.idOf(idOrSlug);
    const looking = await this.deps.prices.lookingAs(caller, query.currency ?? this.deps.defaultCurrency);
    const page = await this.deps.variants.page(id, audience, query, looking.channel);
    const [product] = page.items.length === 0 || looking.context ? await this.deps.products.findMany([id], audience, looking.channel) : [{ id, categoryIds: [] }];
    if (!product) throw new ProductNotFound(idOrSlug);
    const tags = await this.deps.prices.tagsOf([{ product, variants: page.items }], looking);
    return { ...page, items: page.items.map((variant) => presentVariant(variant, { audience, tags })) };
  }

  async variant(productId: string, variantId: string, { currency = this.deps.defaultCurrency }: Shown, caller: Caller) {
    const audience = audienceOf(caller);
    const variant = await this.deps.variants.find(productId, variantId);
    const [product] = variant && (audience === 'staff' || variant.enabled) ? await this.deps.products.findMany([productId], audience, caller.key?.channel ?? null) : [];
    if (!variant || !product) throw new VariantNotFound(variantId);
    const tags = await this.deps.prices.tagsOf([{ product, variants: [variant] }], await this.deps.prices.lookingAs(caller, currency));
    return { variant: presentVariant(variant, { audience, tags }), version: variant.version };
  }

  /** Side by side, with the attributes in which they differ, or with all of them. */
  async compare(ids: readonly string[], { currency = this.deps.defaultCurrency, attributes = 'differing' }: Shown & { attributes?: 'differing' | 'all' }, caller: Caller) {
    const audience = audienceOf(caller);
    const looking = await this.deps.prices.lookingAs(caller, currency);
    const tree = await this.treeFor(audience);
    const found = new Map((await this.deps.products.findListed(ids, { audience, channel: looking.channel, ...wordsOf(tree) })).map((product) => [product.id, product]));
    const products = ids.map((id) => {
      const product = found.get(id);
      if (!product) throw new ProductNotFound(id);
      return product;
    });
    const ranges = await this.rangesOf(products, looking);
    const compared = compareAttributes(products).filter(({ differs }) => differs || attributes === 'all');
    const words = await this.deps.attributes.called(compared.map(({ name }) => name), caller);
    return {
      products: products.map((product) => presentSummary(product, { tree, currency, audience, ranges })),
      attributes: compared.map((one) => labelled(one, words.get(one.name))),
    };
  }

  /** What lists show of these products, in this order; what this caller may not see, or is gone, is left out. */
  async summaries(ids: readonly string[], { currency = this.deps.defaultCurrency }: Shown, caller: Caller) {
    if (ids.length === 0) return [];
    const audience = audienceOf(caller);
    const looking = await this.deps.prices.lookingAs(caller, currency);
    const tree = await this.treeFor(audience);
    const found = new Map((await this.deps.products.findListed(ids, { audience, channel: looking.channel, ...wordsOf(tree) })).map((product) => [product.id, product]));
    const products = ids.flatMap((id) => found.get(id) ?? []);
    const ranges = await this.rangesOf(products, looking);
    return products.map((product) => presentSummary(product, { tree, currency, audience, ranges }));
  }

  /** One round trip for any number of SKUs; unknown ones are missing from the answer. */
  async findVariants(skus: readonly string[]): Promise<Map<string, CatalogVariant>> {
    if (skus.length === 0) return new Map();
    return new Map((await this.deps.variants.findBySkus(skus, (languages) => this.deps.tree.chainBeside(languages))).map((variant) => [variant.sku, variant]));
  }

  /** Of these SKUs the ones that are sets, with what is in one unit of each. */
  async componentsOf(skus: readonly string[]): Promise<Map<string, readonly VariantComponent[]>> {
    return new Map([...await this.findVariants(skus)].flatMap(([sku, { components }]) => (components ? [[sku, components] as const] : [])));
  }

  findAnySellableSku(): Promise<string | null> {
    return this.deps.variants.anySellableSku();
  }

  private async page(query: ProductListQuery, { audience, tree, looking }: { audience: Audience; tree: CategoryTree; looking: Looking }) {
    const { currency } = looking;
    const expand = new Set(query.expand?.split(','));
    const category = query.category === undefined ? undefined : tree.find(query.category);
    const filter: ProductFilter = {
      query, currency, audience, channel: looking.channel, withDescription: expand.has('description'), ...wordsOf(tree),
      // A category that does not exist has no products.
      ...(query.category !== undefined && { categoryIds: category ? tree.withDescendants(category.id) : [] }),
    };
    const page = await this.deps.products.page(filter, query);
    const withVariants = expand.has('variants');
    const variants = withVariants ? await this.deps.products.firstVariants(page.items.map(({ id }) => id), audience) : new Map<string, Variant[]>();
    const tags = await this.deps.prices.tagsOf(page.items.map((product) => ({ product, variants: variants.get(product.id) ?? [] })), looking);
    const ranges = await this.rangesOf(page.items, looking);
    return { ...page, items: page.items.map((product) => ({
      ...presentSummary(product, { tree, currency, audience, expand, ranges }),
      ...(withVariants && { variants: (variants.get(product.id) ?? []).map((variant) => presentVariant(variant, { audience, tags })) }),
    })) };
  }

  /** Undefined while the stored ranges tell what is paid. */
  private async rangesOf(products: readonly Product[], looking: Looking) {
    if (!looking.context || products.length === 0) return undefined;
    const variants = await this.deps.variants.ofProducts(products.map(({ id }) => id));
    return this.deps.prices.rangesOf(products.map((product) => ({ product, variants: variants.filter(({ productId }) => productId === product.id) })), looking);
  }

  private async ownDetail(id: string, asked: string, audience: Audience, looking: Looking): Promise<Answer> {
    const { view, version } = await this.show(id, asked, audience, looking);
    if (audience === 'public') sayIn(await this.deps.tree.current(), view.language);
    return { body: success('The product.', view), version, ...movedTo(asked, view.slug, () => view) };
  }

  private async show(id: string, asked: string, audience: Audience, looking: Looking) {
    const tree = await this.treeFor(audience);
    const found = await this.deps.products.findWithVariants(id, audience, looking.channel);
    if (!found) throw new ProductNotFound(asked);
    const { product, variants } = found;
    const tags = await this.deps.prices.tagsOf([{ product, variants }], looking);
    const range = looking.context && rangeOf(variants, tags);
    const ranges = looking.context ? new Map(range ? [[id, range]] : []) : undefined;
    return { view: presentProduct(product, variants, { tree, currency: looking.currency, audience, tags, ranges }), version: product.version };
  }

  /** Who may change the words reads the usual ones: what was read in another language would be written over them. */
  private treeFor(audience: Audience): Promise<CategoryTree> {
    return audience === 'staff' ? this.deps.tree.current() : this.deps.tree.spoken();
  }

  private async idOf(idOrSlug: string): Promise<string> {
    if (ID.test(idOrSlug)) return idOrSlug;
    return this.owners.get(idOrSlug, async () => {
      const id = await this.deps.slugs.ownerOf(idOrSlug);
      if (id === null) throw new ProductNotFound(idOrSlug);
      return id;
    });
  }

  /** The same list whatever the order of its parameters; who may see what is part of it. */
  private listKey(query: ProductListQuery, tree: CategoryTree): string {
    const { currency = this.deps.defaultCurrency, fields: _f, ...rest } = query;
    const normal = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
    return `products:${createHash('sha1').update(JSON.stringify(['public', currency, tree.revision.structure, normal])).digest('base64url')}`;
  }
}

const dataOf = ({ body }: StoredBody): ShelfView => (JSON.parse(body.toString()) as { data: ShelfView }).data;

/** An answer begins with the id, the slug and the language of the product; what comes later has slugs of its own. */
const HEAD_BYTES = 1_000;
const HEAD = /"slug":"([^"]*)"(?:,"language":"([^"]*)")?/;
function headOf(body: Buffer): { slug: string | undefined; language: string | undefined } {
  const [, slug, language] = HEAD.exec(body.toString('utf8', 0, HEAD_BYTES)) ?? [];
  return { slug, language };
}

/** Every slug that it has now in any language is as good; the answer is only read where it does not begin with the one that was asked for. */
function movedTo(asked: string, shown: string | undefined, view: () => Pick<ShelfView, 'slug' | 'slugs'>): { movedTo?: string } {
  if (ID.test(asked) || shown === asked) return {};
  const { slug, slugs = {} } = view();
  return slug === asked || Object.values(slugs).includes(asked) ? {} : { movedTo: slug };
}

/** All that the shop speaks besides its usual language, and what this tree is read in. */
const wordsOf = ({ languages: { others: languages }, chain }: CategoryTree) => ({ languages, chain });
const audienceOf = (caller: Caller): Audience => (mayAct(caller, 'products:read') ? 'staff' : 'public');
/** What was made of lists, rules and rates is remembered under them: it is forgotten when others count. A channel has its own past. */
const suffixOf = ({ key, channel }: Looking): string =>
  (channel === null ? '' : `@${channel}`) + (key === '' ? '' : `:${createHash('sha1').update(key).digest('base64url')}`);
const isWorthCaching = (query: ProductListQuery): boolean => query.page <= CACHED_PAGES && NEVER_CACHED.every((name) => query[name] === undefined);
