import type { Connection, Types } from 'mongoose';
import { categorySlugModel } from './categories.model.js';
import { countModel, productModel, slugModel, variantModel } from './catalog.model.js';

/** Enough to see what is wrong; a broken catalogue would otherwise answer with all of it. */
const MAX_FOUND = 100;
/** One moment for both sides, so that what is sold or edited meanwhile is no violation. */
const ONE_MOMENT = { readConcern: { level: 'snapshot' }, allowDiskUse: true } as const;

type Side = { _id: Types.ObjectId };
export type StaleCopy = Side & { slug: string | null; copies: string[] };
export type WrongStock = Side & { shown: boolean | null; held: boolean };
export type Totals = { all: number; visible: number };

const translationsOf = (field: string) => ({ $objectToArray: { $ifNull: [field, {}] } });
/** `de=Stuhl;fr=Chaise;`, in the order that both sides keep. */
const namesIn = (field: string, name: string) => ({ $reduce: { input: { $map: { input: translationsOf(field), in: { $concat: ['$$this.k', '=', name, ';'] } } }, initialValue: ' ', in: { $concat: ['$$value', '$$this'] } } });
const everySlug = [
  { $project: { user: '$_id', slug: { $concatArrays: [['$slug'], { $map: { input: translationsOf('$translations'), in: '$$this.v.slug' } }] } } },
  { $unwind: '$slug' as const }, { $match: { slug: { $type: 'string' as const } } }, { $project: { slug: 1, user: 1 } },
];

/** Both sides of what is stored twice are put together by product inside the database; what does not agree is wrong. */
export class CatalogAuditRepository {
  private readonly products;
  private readonly variants;
  private readonly slugs;
  private readonly categorySlugs;
  private readonly counts;

  constructor(connection: Connection, currencies: readonly [string, ...string[]]) {
    this.products = productModel(connection, currencies);
    this.variants = variantModel(connection);
    this.slugs = slugModel(connection);
    this.categorySlugs = categorySlugModel(connection);
    this.counts = countModel(connection);
  }

  /** Variants whose copies of names, slug or visibility are not those of their product, or whose product is gone. */
  async findStaleCopies(): Promise<StaleCopy[]> {
    const told = (name: string) => ({ $concat: ['$slug', ' ', { $toString: name === 'productName' ? '$productVisible' : '$visible' }, ' ', `$${name}`, ...(name === 'productName' ? [namesIn('$productNames', '$$this.v')] : [namesIn('$translations', '$$this.v.name')])] });
    return this.variants.aggregate<StaleCopy>([
      { $project: { product: '$productId', copy: told('productName') } },
      { $unionWith: { coll: 'products', pipeline: [{ $project: { product: '$_id', own: told('name'), slug: 1 } }] } },
      { $group: { _id: '$product', own: { $max: '$own' }, slug: { $max: '$slug' }, copies: { $addToSet: '$copy' } } },
      { $match: { $expr: { $ne: [{ $setDifference: ['$copies', ['$own']] }, []] } } },
      { $project: { slug: 1, copies: 1 } }, { $limit: MAX_FOUND },
    ], ONE_MOMENT);
  }

  /** Products that say something else about their stock than their variants do. */
  async findWrongStock(): Promise<WrongStock[]> {
    return this.variants.aggregate<WrongStock>([
      { $project: { product: '$productId', held: { $and: ['$enabled', { $gt: ['$available', 0] }] } } },
      { $unionWith: { coll: 'products', pipeline: [{ $project: { product: '$_id', shown: '$inStock', held: { $literal: false } } }] } },
      { $group: { _id: '$product', shown: { $max: '$shown' }, held: { $max: '$held' } } },
      { $match: { $expr: { $ne: ['$shown', '$held'] } } }, { $limit: MAX_FOUND },
    ], ONE_MOMENT);
  }

  /** Products one of whose slugs, in any language, would not lead to them. */
  async findUnclaimedSlugs(): Promise<Array<{ _id: string; products: Types.ObjectId[] }>> {
    return this.slugs.aggregate([
      { $project: { slug: '$_id', owner: '$productId' } },
      { $unionWith: { coll: 'products', pipeline: everySlug } },
      { $group: { _id: '$slug', owner: { $max: '$owner' }, products: { $addToSet: '$user' } } },
      { $match: { $expr: { $ne: [{ $setDifference: ['$products', ['$owner']] }, []] } } },
      { $project: { products: 1 } }, { $limit: MAX_FOUND },
    ], ONE_MOMENT);
  }

  /** The same of categories. */
  async findUnclaimedCategorySlugs(): Promise<Array<{ _id: string; categories: Types.ObjectId[] }>> {
    return this.categorySlugs.aggregate([
      { $project: { slug: '$_id', owner: '$categoryId' } },
      { $unionWith: { coll: 'categories', pipeline: everySlug } },
      { $group: { _id: '$slug', owner: { $max: '$owner' }, categories: { $addToSet: '$user' } } },
      { $match: { $expr: { $ne: [{ $setDifference: ['$categories', ['$owner']] }, []] } } },
      { $project: { categories: 1 } }, { $limit: MAX_FOUND },
    ], ONE_MOMENT);
  }

  async keptTotals(): Promise<Totals> {
    const rows = await this.counts.find().lean();
    return rows.reduce<Totals>((sum, { all, visible }) => ({ all: sum.all + all, visible: sum.visible + visible }), { all: 0, visible: 0 });
  }

  async countedTotals(): Promise<Totals> {
    const [all, visible] = await Promise.all([this.products.countDocuments({ visible: { $in: [true, false] } }), this.products.countDocuments({ visible: true })]);
    return { all, visible };
  }
}
