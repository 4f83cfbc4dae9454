import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import { createBatcher } from '../../shared/batcher.js';
import type { Cache } from '../../shared/cache/cache.js';
import type { Clock } from '../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { Route } from '../../shared/http/route.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Pricing } from '../pricing/index.js';
import { AttributeRepository } from './attributes.repository.js';
import { attributeRoutes } from './attributes.routes.js';
import { AttributeService } from './attributes.service.js';
import { AvailabilityService } from './availability.service.js';
import { BulkProducts } from './bulk-products.service.js';
import { CatalogAuditRepository } from './catalog-audit.repository.js';
import { catalogInvariants } from './catalog.invariants.js';
import { CategoryRepository } from './categories.repository.js';
import { CategorySlugRepository } from './category-slugs.repository.js';
import { categoryRoutes } from './categories.routes.js';
import { CategoryService } from './categories.service.js';
import { CategoryPaths } from './category-paths.service.js';
import { changesSince, type Cursor } from './changes-since.js';
import { CategoryReads } from './category-reads.service.js';
import { catalogSubscribers } from './catalog.events.js';
import type { InventoryPort, MediaPort } from './catalog.deps.js';
import { LiveTree } from './live-tree.js';
import { PriceTagService, type BuyerOf } from './price-tags.service.js';
import { PriceHistoryService } from './price-history.service.js';
import { LISTS, ProductChanges, productTag } from './product-changes.js';
import { productImageRoutes } from './product-images.routes.js';
import { ProductImport } from './product-import.service.js';
import { patchOf, type ProductPatchBody } from './product-input.js';
import { ProductPresenter } from './product-presenter.js';
import { ProductReads } from './product-reads.service.js';
import { ProductRules } from './product-rules.js';
import { ProductWalk } from './product-walk.service.js';
import { ProductRepository } from './products.repository.js';
import { productRoutes } from './products.routes.js';
import { productBody } from './products.schemas.js';
import { checkedOf, ProductService, type Edit } from './products.service.js';
import { productStaffRoutes } from './products-staff.routes.js';
import { PublishingService } from './publishing.service.js';
import { SetRules } from './set-rules.js';
import { Shelf } from './shelf.service.js';
import { ShownPricesRepository } from './shown-prices.repository.js';
import { ShownPrices } from './shown-prices.service.js';
import { SlugRepository } from './slugs.repository.js';
import { SlugService } from './slugs.service.js';
import { translated } from './translations.js';
import { translationRoutes } from './translations.routes.js';
import { checkTranslation } from './translations.schemas.js';
import { TranslationService } from './translations.service.js';
import { createTurns } from './turns.js';
import { VariantRepository } from './variants.repository.js';
import { variantRoutes } from './variants.routes.js';
import { VariantService } from './variants.service.js';

import { isSoldIn, type OwnRating } from './catalog.js';
import { combineRatings } from './ratings.js';

export { isSoldIn, type CatalogVariant, type Product } from './catalog.js';
export { START, type Cursor } from './changes-since.js';
export { otherSlugsOf } from './translations.js';
export type { CategoryTree } from './category-tree.js';
export { summaryReply, vendorPatch } from './products.schemas.js';
export type { ImportOutcome, ImportProduct } from './product-import.js';
export type { WalkedProduct } from './product-walk.service.js';

export type Catalog = ReturnType<typeof createCatalog>;
type Deps = {
  connection: Connection; now: Clock; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; cache: Pick<Cache, 'read' | 'invalidate'>; audit?: RecordAudit;
  pricing: Pricing; buyerOf: BuyerOf; inventory: InventoryPort; media: MediaPort; market: Readonly<{ defaultCurrency: string; flatShippingRates: Readonly<Record<string, number>> }>;
  /** In which everything is said that is not translated. */
  usualLanguage: string;
};

const PUBLISH_EVERY_MS = 1_000;
const SHOW_PRICES_MS = 5_000;

export function createCatalog({ connection, now, outbox, inTransaction, audit = async () => {}, cache, pricing, buyerOf, inventory, media, market, usualLanguage }: Deps) {
  const { defaultCurrency } = market;
  const currencies = [defaultCurrency, ...Object.keys(market.flatShippingRates).filter((currency) => currency !== defaultCurrency)] as const;
  const products = new ProductRepository(connection, currencies);
  const variants = new VariantRepository(connection);
  const slugs = new SlugRepository(connection);
  const categories = new CategoryRepository(connection);
  const categorySlugs = new CategorySlugRepository(connection);
  const attributes = new AttributeRepository(connection);

  const writing = { now, inTransaction, outbox, cache, pricing, inventory, audit, media };
  const turns = createTurns();
  const tree = new LiveTree(categories, usualLanguage);
  const changes = new ProductChanges(writing);
  const sets = new SetRules(variants);
  const availability = new AvailabilityService({ products, variants, inventory, inTransaction, outbox, cache, turns });
  const variantService = new VariantService({ ...writing, products, variants, changes, availability, turns, sets });
  const rules = new ProductRules({ categories, attributes });
  const productService = new ProductService({ ...writing, products, variants, slugs, rules, changes, variantService, turns, sets });
  const categoryService = new CategoryService({ categories, slugs: categorySlugs, products, variants, tree, turns, now, inTransaction, outbox, audit, cache });
  const paths = new CategoryPaths({ categories, slugs: categorySlugs, tree, turns, now, inTransaction, outbox, cache });
  const imports = new ProductImport({ ...writing, products, variants, slugs, categories, attributes, availability, variantService });
  const publishing = new PublishingService({ products, variants, changes, inTransaction, now, turns });
  const prices = new PriceTagService({ pricing, buyerOf });
  const shownPrices = new ShownPrices({ products, variants, looks: new ShownPricesRepository(connection), pricing, prices, cache, now, currencies });
  const translations = new TranslationService({ products, categories, tree, productService, categoryService });
  const attributeService = new AttributeService({ attributes, inTransaction, audit, tree, languages: translations });
  const reads = new ProductReads({ products, variants, slugs, tree, cache, prices, attributes: attributeService, defaultCurrency });
  const categoryReads = new CategoryReads({ tree, slugs: categorySlugs, cache });
  const walk = new ProductWalk({ products, variants, tree });
  const presenter = new ProductPresenter({ tree, defaultCurrency });
  const bulk = new BulkProducts({ products: productService, presenter, schema: productBody });

  const routes: Route[] = [
    ...productRoutes(reads, categoryReads),
    ...productStaffRoutes({ products: productService, presenter, bulk, slugs: new SlugService(slugs) }),
    ...productImageRoutes({ products: productService, variants: variantService, presenter }),
    ...variantRoutes({ variants: variantService, presenter, history: new PriceHistoryService({ pricing, variants, products, defaultCurrency }) }),
    ...categoryRoutes({ categories: categoryService, reads: categoryReads, products: reads }),
    ...attributeRoutes(attributeService),
    ...translationRoutes({ translations, tree }),
  ];
  const subscribers: Subscriber[] = catalogSubscribers({ cache, tree, availability, categories: categoryService });
  // A look takes in every change up to it, so events that come together share one.
  const showPrices = createBatcher<null>(async () => { await shownPrices.run(); });
  subscribers.push({ name: 'catalog.showPrices', on: ['prices.changed'], handle: () => showPrices(null) });
  const schedules: Schedule[] = [
    { name: 'publishDue', everyMs: PUBLISH_EVERY_MS, run: () => publishing.publishDue() },
    { name: 'showPrices', everyMs: SHOW_PRICES_MS, run: () => shownPrices.run() },
  ];
  availability.onChange(async (productIds) => { if (pricing.looksAtStock()) await shownPrices.stockChanged(productIds); });

  return {
    routes, subscribers, schedules,
    invariants: catalogInvariants(new CatalogAuditRepository(connection, currencies)),
    findVariants: reads.findVariants.bind(reads),
    componentsOf: reads.componentsOf.bind(reads),
    /** These categories and everything above them. */
    categoriesAbove: async (ids: readonly string[]): Promise<readonly string[]> => { const held = await tree.current(); return [...new Set(ids.flatMap((id) => [...held.find(id)?.ancestors ?? [], id]))]; },
    /** These categories and everything below them. */
    categoriesWithin: async (ids: readonly string[]): Promise<readonly string[]> => { const held = await tree.current(); return [...new Set(ids.flatMap((id) => held.withDescendants(id)))]; },
    summariesOf: reads.summaries.bind(reads),
    /** What everybody may see of these products, with the SKUs of each. */
    shelvesOf: async (ids: readonly string[]): Promise<Array<{ id: string; name: string; skus: string[] }>> => {
      const shown = await products.findMany(ids, 'public');
      const all = await variants.ofProducts(shown.map(({ id }) => id));
      return shown.map(({ id, name }) => ({ id, name, skus: all.filter(({ productId }) => productId === id).map(({ sku }) => sku) }));
    },
    /** Told of products before they are shown at another price, because lists, rules, rates or time moved it; possibly more than once. */
    onShownPrices: shownPrices.onChange.bind(shownPrices),
    /** What changed since then, hidden or not, for whoever keeps a copy of the catalogue. */
    changesSince: (from: Cursor, options?: Readonly<{ now?: Clock }>) => changesSince(products.changedAfter.bind(products), from, options),
    idsChangedAfter: products.idsChangedAfter.bind(products),
    shelf: new Shelf({ products, variants, tree, prices }),
    viewOf: reads.viewOf.bind(reads),
    /** The newest first, in this language. */
    newest: async (most: number, language: string) => {
      const ids = await products.newestIds(null, most);
      const [{ chain }, found] = [await tree.readIn(language), new Map((await products.findMany(ids, 'public')).map((product) => [product.id, product]))];
      return ids.flatMap((id) => found.get(id) ?? []).map((product) => translated(product, chain));
    },
    categoryOf: async (idOrSlug: string, caller: Caller) => (await categoryReads.detail(idOrSlug, caller)).view,
    /** What a slug of any language, today's or an old one, leads to, with the slug that it has today in the language asked for. */
    findCategoryPage: categoryReads.findPage.bind(categoryReads),
    findPageOf: async (kind: 'products' | 'categories', slug: string, caller: Caller, language?: string) => (kind === 'products' ? reads.findPage(slug, caller, language) : categoryReads.findPage(slug, language)),
    /** What is shown in a channel, null being the usual one. */
    newestIds: products.newestIds.bind(products),
    /** Uploaded files that products and variants show; may answer others besides. */
    showsMedia: async (mediaIds: readonly string[]): Promise<string[]> => [...await products.mediaInUse(mediaIds), ...await variants.mediaInUse(mediaIds)],
    /** Inside a transaction; what was cached of the product is dropped after it. */
    saveRating: async (productId: string, own: OwnRating): Promise<void> => {
      await products.saveOwnRating(productId, own, now());
      await afterCommit(() => cache.invalidate([productTag(productId), LISTS]));
    },
    /** Of these products, and of all that say they have reviews. */
    ratingsOf: async (productIds: readonly string[]) => new Map((await products.ratings(productIds)).map(({ id, rating, importedRating = null, ownRating = { sum: 0, count: 0 } }) => [id, { own: ownRating, imported: importedRating, shown: rating }])),
    combineRatings,
    /** Empty where there is none. */
    nameOf: async (productId: string): Promise<string> => (await products.find(productId))?.name ?? '',
    /** The user who supplies it: the custom field `vendorId`, which staff set. */
    vendorOf: async (productId: string): Promise<string | null> => { const vendor = (await products.find(productId))?.customFields['vendorId']; return typeof vendor === 'string' ? vendor : null; },
    isShown: (productId: string, channel: string | null = null): Promise<boolean> => products.isShown(productId, channel),
    isSkuShown: async (sku: string, channel: string | null): Promise<boolean> => {
      const variant = (await reads.findVariants([sku])).get(sku);
      return variant !== undefined && isSoldIn(variant, channel);
    },
    /** Drafts and archived ones too. */
    countProducts: () => products.total('staff'),
    /** In the usual words, or as somebody reads it. */
    categoryTree: (language?: string) => tree.readIn(language),
    /** As this caller reads it; who may change it reads the usual words. */
    categoryTreeFor: (caller: Caller) => (mayAct(caller, 'products:read') ? tree.current() : tree.spoken()),
    /** What attributes and their values are called, by code, as this caller reads them. */
    attributesCalled: attributeService.called.bind(attributeService),
    findAnySellableSku: reads.findAnySellableSku.bind(reads),
    putTranslation: translations.put.bind(translations),
    checkTranslation,
    createProduct: productService.create.bind(productService),
    findProduct: products.find.bind(products),
    /** Throws where categories or attributes that it names do not fit. */
    checkProduct: (patch: ProductPatchBody) => rules.check(checkedOf(patchOf(patch))),
    /** As `PATCH /products/:id` does; inside the transaction `beside` does what belongs to it. */
    patchProduct: (edit: Edit, patch: ProductPatchBody, beside: () => Promise<void>) => productService.patch(edit, patchOf(patch), beside),
    createCategory: categoryService.create.bind(categoryService),
    findOrCreatePath: paths.findOrCreate.bind(paths),
    findOrCreatePaths: paths.findOrCreateAll.bind(paths),
    findPath: paths.find.bind(paths),
    upsertProducts: imports.upsert.bind(imports),
    walkProducts: walk.all.bind(walk),
    refreshAvailability: availability.refresh.bind(availability),
    publishDue: publishing.publishDue.bind(publishing),
  };
}
