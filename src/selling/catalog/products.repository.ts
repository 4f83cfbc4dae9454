import { isDeepStrictEqual } from 'node:util';
import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page } from '../../shared/http/pagination.js';
import type { Derived, FromVariants, OwnRating, Product, Variant } from './catalog.js';
import { ExternalRefTaken } from './catalog.errors.js';
import { countModel, productModel, type ProductRow, type VariantRow } from './catalog.model.js';
import { duplicateOf } from './duplicate.js';
import { filterOf, hintOf, isUnfiltered, shownIn, type ProductFilter, type ProductListQuery } from './product-filter.js';
import { combineRatings } from './ratings.js';
import { otherSlugsOf } from './translations.js';
import { toProduct, toVariant, unsetOf, withoutCategory, type Stored } from './rows.repository.js';

/** How many variants a product brings along in a list; the others are at /products/:id/variants. */
const VARIANTS_IN_LIST = 50;
const COUNTERS = 16;
/** What no list shows is not read either. */
const ABSENT_FIELDS = ['channels', 'visibleIn', 'translations'] as const;
const NOT_LISTED = { customFields: 0, seo: 0, attributeIndex: 0, nameWords: 0 } as const;

/** Of every language its slug, where it has one. */
const SLUGS_ALONE = { $arrayToObject: { $map: { input: { $objectToArray: { $ifNull: ['$translations', {}] } }, in: { k: '$$this.k', v: { slug: '$$this.v.slug' } } } } };

/** What a map of the shop says of a product. */
export type ProductPage = Readonly<{ id: string; slug: string; updatedAt: Date; slugs: Readonly<Record<string, string>> }>;

export class ProductRepository {
  private readonly products;
  private readonly counts;

  /** The first currency is the market's. */
  constructor(connection: Connection, private readonly currencies: readonly [string, ...string[]]) {
    this.products = productModel(connection, currencies);
    this.counts = countModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert(product: Product, derived: Derived): Promise<void> {
    await this.insertMany([{ product, derived }]);
  }

  /** For an import. Lean: hydrating what we built ourselves would cost more than the write. */
  async insertMany(items: ReadonlyArray<{ product: Product; derived: Derived }>): Promise<void> {
    if (items.length === 0) return;
    await refuseDuplicate(() => this.products.insertMany(items.map(({ product, derived }) => ({ ...this.row(product, derived), stockRevision: 0 })), { lean: true }));
    await this.count(items.length, items.filter(({ derived }) => derived.visible).length);
  }

  /** A review changes no version, so who brings another rating also says which reviews it was combined with. */
  async saveMany(items: ReadonlyArray<{ product: Product; derived: Derived; read: Pick<Product, 'version' | 'visible' | 'importedRating' | 'ownRating'> }>): Promise<void> {
    if (items.length === 0) return;
    const { matchedCount } = await refuseDuplicate(() => this.products.bulkWrite(items.map(({ product, derived, read }) => {
      const { _id, createdAt: _c, inStock: _s, ownRating: _o, rating, importedRating, ...set } = this.row(product, derived);
      const isRated = !isDeepStrictEqual(importedRating, read.importedRating);
      return { updateOne: {
        filter: { _id, version: read.version, ...(isRated && { 'ownRating.sum': read.ownRating?.sum ?? null, 'ownRating.count': read.ownRating?.count ?? null }) },
        update: { $set: { ...set, ...(isRated && { rating, importedRating }) }, ...unsetOf(set, ABSENT_FIELDS) },
      } };
    }) as never));
    if (matchedCount < items.length) throw new ConcurrentChange('Some of these products changed meanwhile.');
    await this.count(0, items.reduce((sum, { derived, read }) => sum + Number(derived.visible) - Number(read.visible), 0));
  }

  async findByRefs(refs: readonly string[]): Promise<Product[]> {
    const found = await this.products.find({ externalRef: { $in: refs as string[], $type: 'string' } }).lean();
    return found.map(toProduct);
  }

  /** A step of a walk over all of them, in the order of their ids. */
  async findAfter(id: string | null, limit: number): Promise<Product[]> {
    const found = await this.products.find(id === null ? {} : { _id: { $gt: id } }).sort({ _id: 1 }).limit(limit).lean();
    return found.map(toProduct);
  }

  /** The same of those that everybody may see. */
  async shownAfter(id: string | null, limit: number): Promise<Product[]> {
    const found = await this.products.find({ visible: true, ...(id !== null && { _id: { $gt: id } }) }).sort({ _id: 1 }).limit(limit).hint({ _id: 1 }).lean();
    return found.map(toProduct);
  }

  async pagesAfter({ after, until }: { after: string | null; until: string | null }, limit: number): Promise<ProductPage[]> {
    const range = { ...(after !== null && { $gt: new Types.ObjectId(after) }), ...(until !== null && { $lte: new Types.ObjectId(until) }) };
    const found = await this.products.find({ visible: true, ...(Object.keys(range).length > 0 && { _id: range }) }, { slug: 1, updatedAt: 1, translations: SLUGS_ALONE as never })
      .sort({ _id: 1 }).limit(limit).hint({ _id: 1 }).lean<Array<Pick<Stored<ProductRow>, '_id' | 'slug' | 'updatedAt' | 'translations'>>>();
    return found.map(({ _id, slug, updatedAt, translations }) => ({ id: _id.toHexString(), slug, updatedAt, slugs: otherSlugsOf({ slug, ...(translations && { translations }) }) }));
  }

  /** Which products changed after a moment, hidden or not, in the order of the changes. */
  async idsChangedAfter(at: Date, id: string, limit: number): Promise<Array<{ id: string; updatedAt: Date }>> {
    const later = [{ updatedAt: { $gt: at } }, ...(id === '' ? [] : [{ updatedAt: at, _id: { $gt: new Types.ObjectId(id) } }])];
    const found = await this.products.find({ visible: { $in: [true, false] }, $or: later }, { updatedAt: 1 }).sort({ updatedAt: 1, _id: 1 }).limit(limit).lean();
    return found.map(({ _id, updatedAt }) => ({ id: _id.toHexString(), updatedAt }));
  }

  /** Guarded by the version, which stays: whoever changed the product meanwhile is looked at again. */
  async saveShownRanges(items: ReadonlyArray<Pick<Product, 'id' | 'version' | 'shownRange'>>): Promise<void> {
    if (items.length === 0) return;
    await this.products.bulkWrite(items.map(({ id, version, shownRange }) => ({ updateOne: { filter: { _id: new Types.ObjectId(id), version }, update: { $set: { shownRange, updatedAt: new Date() } } } })) as never);
  }

  async find(id: string): Promise<Product | null> {
    const found = await this.products.findOne({ _id: id }).lean();
    return found && toProduct(found);
  }

  /** Refuses to overwrite a product that changed since it was read. */
  async save(product: Product, derived: Derived, read: Pick<Product, 'version' | 'visible'>): Promise<void> {
    const { _id, createdAt: _c, rating: _r, importedRating: _i, ownRating: _o, ...set } = this.row(product, derived);
    const { matchedCount } = await refuseDuplicate(() => this.products.updateOne({ _id, version: read.version }, { $set: set, ...unsetOf(set, ABSENT_FIELDS) } as never));
    if (matchedCount === 0) throw new ConcurrentChange('This product changed meanwhile.', { productId: product.id });
    await this.count(0, Number(derived.visible) - Number(read.visible));
  }

  /** Always a write, so that two changes of variants of one product cannot both be derived from the same state. */
  async saveFromVariants(id: string, { priceRange, shownRange, inStock }: FromVariants, updatedAt: Date): Promise<void> {
    await this.products.updateOne({ _id: id }, { $set: { priceRange, shownRange, inStock, updatedAt }, $inc: { version: 1, stockRevision: 1 } });
  }

  /** The same for stock alone: the version stays, or every sale would make editors start again. */
  async saveInStock(ids: readonly string[], inStock: boolean): Promise<void> {
    if (ids.length > 0) await this.products.updateMany({ _id: { $in: ids as string[] } }, { $set: { inStock, updatedAt: new Date() }, $inc: { stockRevision: 1 } });
  }

  /** Inside a transaction: an import that brings another rating at the same moment conflicts with it. */
  async saveOwnRating(id: string, ownRating: OwnRating, updatedAt: Date): Promise<void> {
    const found = await this.products.findOne({ _id: id }, { importedRating: 1 }).lean();
    if (found) await this.products.updateOne({ _id: id }, { $set: { ownRating, rating: combineRatings(found.importedRating, ownRating), updatedAt } });
  }

  /** Of these, and of all that say they have reviews. */
  async ratings(ids: readonly string[]): Promise<Array<Pick<Product, 'id' | 'rating' | 'importedRating' | 'ownRating'>>> {
    const shown = { rating: 1, importedRating: 1, ownRating: 1 } as const;
    const found = [...await this.products.find({ _id: { $in: ids as string[] } }, shown).lean(), ...await this.products.find({ 'ownRating.count': { $gt: 0 } }, shown).lean()];
    return found.map(({ _id, rating, importedRating, ownRating }) => ({ id: String(_id), rating, ...(importedRating && { importedRating }), ...(ownRating && { ownRating }) }));
  }

  /** What changed after this one, in the order of the changes: for whoever keeps a copy of the catalogue. */
  async changedAfter(at: Date, id: string, limit: number): Promise<Product[]> {
    const later = [{ updatedAt: { $gt: at } }, ...(id === '' ? [] : [{ updatedAt: at, _id: { $gt: new Types.ObjectId(id) } }])];
    const found = await this.products.find({ visible: { $in: [true, false] }, $or: later }).sort({ updatedAt: 1, _id: 1 }).limit(limit).lean();
    return found.map(toProduct);
  }

  /** The product and its variants in one round trip. */
  async findWithVariants(id: string, audience: 'public' | 'staff', channel: string | null = null): Promise<{ product: Product; variants: Variant[] } | null> {
    const isPublic = audience === 'public';
    const [found] = await this.products.aggregate<Stored<ProductRow> & { variants: Array<Stored<VariantRow>> }>([
      { $match: { _id: new Types.ObjectId(id), ...(isPublic && shownIn(channel)) } },
      { $lookup: { from: 'variants', localField: '_id', foreignField: 'productId', as: 'variants', pipeline: variantStages(isPublic) } },
    ]);
    if (!found) return null;
    const { variants, ...product } = found;
    return { product: toProduct(product), variants: variants.map(toVariant) };
  }

  /** Of these uploaded files those that a product shows, and others that it shows beside them. */
  async mediaInUse(mediaIds: readonly string[]): Promise<string[]> {
    return await this.products.distinct('images.mediaId', { 'images.mediaId': { $in: mediaIds as string[] } }) as string[];
  }

  async page(filter: ProductFilter, query: ProductListQuery): Promise<Page<Product>> {
    const page = await findPage(this.products, {
      filter: filterOf(filter), hint: hintOf(filter, this.currencies[0]), total: isUnfiltered(filter.query) && filter.channel === null ? () => this.total(filter.audience) : undefined,
      query, fallbackSort: '-createdAt', projection: { ...NOT_LISTED, ...(!filter.withDescription && { description: 0 }), ...wordsNotListed(filter) },
      paths: { name: 'nameKey', price: `shownRange.${filter.currency}.from`, rating: 'rating.average' },
    });
    return { ...page, items: page.items.map((row) => toProduct(row as Stored<ProductRow>)) };
  }

  async total(audience: 'public' | 'staff'): Promise<number> {
    const counts = await this.counts.find().lean();
    return counts.reduce((sum, { all, visible }) => sum + (audience === 'staff' ? all : visible), 0);
  }

  /** In the transaction that stores the products: the totals of the unfiltered lists. */
  private async count(all: number, visible: number): Promise<void> {
    if (all === 0 && visible === 0) return;
    try {
      await this.counts.updateOne({ _id: Math.floor(Math.random() * COUNTERS) }, { $inc: { all, visible } }, { upsert: true });
    } catch (error) {
      // Two first products at once; from then on the counter exists.
      if (duplicateOf(error)) throw new ConcurrentChange('The catalogue changed meanwhile.');
      throw error;
    }
  }

  async firstVariants(ids: readonly string[], audience: 'public' | 'staff'): Promise<Map<string, Variant[]>> {
    const found = await this.products.aggregate<{ _id: Types.ObjectId; variants: Array<Stored<VariantRow>> }>([
      { $match: { _id: { $in: ids.map((id) => new Types.ObjectId(id)) } } },
      { $project: { _id: 1 } },
      { $lookup: { from: 'variants', localField: '_id', foreignField: 'productId', as: 'variants', pipeline: [...variantStages(audience === 'public'), { $limit: VARIANTS_IN_LIST }] } },
    ]);
    return new Map(found.map(({ _id, variants }) => [_id.toHexString(), variants.map(toVariant)]));
  }

  async findMany(ids: readonly string[], audience: 'public' | 'staff', channel: string | null = null): Promise<Product[]> {
    const found = await this.products.find({ _id: { $in: ids as string[] }, ...(audience === 'public' && shownIn(channel)) }).lean();
    return found.map(toProduct);
  }

  /** What lists show of them: words in other languages and descriptions are not even read. */
  async findListed(ids: readonly string[], { audience, channel, ...words }: Pick<ProductFilter, 'audience' | 'channel' | 'languages' | 'chain'>): Promise<Product[]> {
    const shown = { ...NOT_LISTED, description: 0, ...wordsNotListed({ ...words, withDescription: false }) };
    const found = await this.products.find({ _id: { $in: ids as string[] }, ...(audience === 'public' && shownIn(channel)) }, shown).lean<Array<Stored<ProductRow>>>();
    return found.map(toProduct);
  }

  async isShown(id: string, channel: string | null): Promise<boolean> {
    return await this.products.exists({ _id: id, ...shownIn(channel) }) !== null;
  }

  async newestIds(channel: string | null, limit: number): Promise<string[]> {
    return (await this.products.find(shownIn(channel), { _id: 1 }).sort({ createdAt: -1, _id: -1 }).limit(limit).lean()).map(({ _id }) => String(_id));
  }

  /** Active, but still hidden although their time has come. */
  async dueForPublication(now: Date, limit: number): Promise<Product[]> {
    const found = await this.products.find({ status: 'active', visible: false, visibleIn: { $exists: false }, publishAt: { $lte: now } }).sort({ publishAt: 1 }).limit(limit).lean();
    return found.map(toProduct);
  }

  async countInCategory(categoryId: string): Promise<number> {
    return this.products.countDocuments({ visible: { $in: [true, false] }, categoryIds: categoryId });
  }

  async idsInCategory(categoryId: string, limit: number): Promise<string[]> {
    const found = await this.products.find({ visible: { $in: [true, false] }, categoryIds: categoryId }, { _id: 1 }).limit(limit).lean();
    return found.map(({ _id }) => _id.toHexString());
  }

  async replaceCategory(ids: readonly string[], from: string, to: string | null, updatedAt: Date): Promise<void> {
    await this.products.updateMany({ _id: { $in: ids as string[] } }, [
      { $set: { categoryIds: withoutCategory(from, to), updatedAt, version: { $add: ['$version', 1] } } },
    ], { updatePipeline: true });
  }

  private row({ id, categoryIds, channels = [], ...product }: Product, { visibleIn, ...derived }: Derived) {
    const { visibleIn: _v, ...fields } = product;
    return {
      ...fields, ...derived, _id: new Types.ObjectId(id), categoryIds: categoryIds.map((category) => new Types.ObjectId(category)),
      ...(channels.length > 0 && { channels }), ...(visibleIn.length > 0 && { visibleIn }),
    };
  }
}

/** Of other languages only what is read of them. */
const wordsNotListed = ({ languages, chain, withDescription }: Pick<ProductFilter, 'languages' | 'chain' | 'withDescription'>): Record<string, 0> => (chain.length === 0 ? { translations: 0 } : Object.fromEntries([
  ...languages.filter((language) => !chain.includes(language)).map((language) => [`translations.${language}`, 0]),
  ...chain.flatMap((language) => [`translations.${language}.seo`, ...(withDescription ? [] : [`translations.${language}.description`])].map((path) => [path, 0])),
]) as Record<string, 0>);

const variantStages = (isPublic: boolean) => [
  ...(isPublic ? [{ $match: { enabled: true } }] : []),
  { $sort: { position: 1 as const, _id: 1 as const } },
];

async function refuseDuplicate<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const duplicate = duplicateOf(error);
    if (duplicate?.index === 'externalRef') throw new ExternalRefTaken(duplicate.value);
    throw error;
  }
}
