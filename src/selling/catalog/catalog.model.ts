import { Schema, type Connection, type Model, type Types } from 'mongoose';
import { PRODUCT_STATUSES, type Backorderable, type Derived, type FromVariants, type Image, type OwnRating, type ProductContent, type QuantityPrice, type Rating, type VariantComponent, type VariantContent, type VariantPrice } from './catalog.js';
import type { QuantityRule } from '../../shared/quantity-rule.js';
import type { UnitFootprint } from '../../shared/sustainability.js';
import { filterIndexes } from './product-filter.js';
import type { Translations } from './catalog.js';

export type ProductRow = Omit<ProductContent, 'categoryIds'> & Omit<Derived, 'visibleIn'> & FromVariants & {
  visibleIn?: readonly string[];
  slug: string; categoryIds: Types.ObjectId[]; rating: Rating; translations?: Translations; importedRating?: Rating; ownRating?: OwnRating;
  /** Raised with every change of stock; orders the derivation of `inStock`. Not the version, or every sale would make editors start again. */
  stockRevision: number; version: number; createdAt: Date; updatedAt: Date;
};

export type VariantRow = VariantContent & {
  productId: Types.ObjectId; skuKey: string; position: number;
  /** Copied from the product, so that a cart needs one read. */
  productName: string; /** In other languages. */ productNames?: Readonly<Record<string, string>>; productStatus: ProductContent['status']; productVisible: boolean; productVisibleIn?: readonly string[]; slug: string; categoryIds: Types.ObjectId[]; productImage: Image | null; footprint?: UnitFootprint;
  /** Copied from inventory; `stockVersion` tells which of two copies is newer. */
  available: number; stockVersion: number; backorderable?: Backorderable | null; version: number; createdAt: Date; updatedAt: Date;
};

/** Every slug that a product ever had, so that an old address still finds it. */
export type SlugRow = { _id: string; productId: Types.ObjectId };
/** How many products there are, spread over some documents so that creations do not queue for one. */
export type CountRow = { _id: number; all: number; visible: number };
/** The last number given to a name that many products share: `chair` -> 3 after `chair-3`. */
export type SlugCounterRow = { _id: string; last: number };

const required = <T>(type: T) => ({ type, required: true as const });
const imageSchema = new Schema<Image>({ url: required(String), alt: { type: String, default: '' }, mediaId: String }, { _id: false });
const ratingSchema = new Schema<Rating>({ average: required(Number), count: required(Number) }, { _id: false });
const mixed = { type: Schema.Types.Mixed, required: true as const };

const productSchema = new Schema<ProductRow>({
  slug: required(String), name: required(String), description: { type: String, default: '' }, brand: { type: String, default: null },
  categoryIds: { type: [Schema.Types.ObjectId], required: true }, attributes: mixed, customFields: mixed, images: { type: [imageSchema], required: true }, seo: mixed,
  sustainability: { type: Schema.Types.Mixed, default: null }, status: { type: String, enum: PRODUCT_STATUSES, required: true }, publishAt: { type: Date, default: null },
  externalRef: { type: String, default: null }, visible: required(Boolean), channels: { type: [String], default: undefined }, visibleIn: { type: [String], default: undefined }, attributeIndex: { type: [String], required: true }, brandKey: { type: String, default: null },
  nameKey: required(String), nameWords: { type: [String], required: true }, sustainabilityScore: Number, isOffset: Boolean, priceRange: mixed, shownRange: mixed, inStock: required(Boolean),
  translations: Schema.Types.Mixed, rating: { average: required(Number), count: required(Number) }, importedRating: { type: ratingSchema, default: undefined }, ownRating: { type: new Schema<OwnRating>({ sum: required(Number), count: required(Number) }, { _id: false }), default: undefined }, stockRevision: required(Number),
  version: required(Number), createdAt: required(Date), updatedAt: required(Date),
}, { versionKey: false, minimize: false });

const tierSchema = new Schema<QuantityPrice>({ minQuantity: required(Number), amount: required(Number) }, { _id: false });
const priceSchema = new Schema<VariantPrice>({ currency: required(String), base: required(Number), sale: Number, wholesale: Number, tiers: { type: [tierSchema], default: undefined } }, { _id: false });
const variantSchema = new Schema<VariantRow>({
  productId: required(Schema.Types.ObjectId), sku: required(String), skuKey: required(String), options: mixed, barcode: { type: String, default: null },
  weightGrams: { type: Number, default: null }, dimensionsMm: { type: Schema.Types.Mixed, default: null }, image: { type: imageSchema, default: null },
  taxCategory: { type: String, default: null }, shipping: Schema.Types.Mixed, prices: { type: [priceSchema], required: true }, enabled: required(Boolean), position: required(Number),
  productName: required(String), productNames: Schema.Types.Mixed, productStatus: required(String), productVisible: required(Boolean), productVisibleIn: { type: [String], default: undefined }, slug: required(String),
  categoryIds: { type: [Schema.Types.ObjectId], required: true }, productImage: { type: imageSchema, default: null }, footprint: { type: new Schema({ productionGrams: Number, packagingGrams: Number, shippingEstimateGrams: Number }, { _id: false }), default: undefined },
  available: required(Number), stockVersion: required(Number), version: required(Number), createdAt: required(Date), updatedAt: required(Date),
  components: { type: [new Schema<VariantComponent>({ sku: required(String), quantity: required(Number) }, { _id: false })], default: undefined },
  quantityRule: { type: new Schema<QuantityRule>({ minimum: Number, maximum: Number, step: Number }, { _id: false }), default: undefined },
  digital: Schema.Types.Mixed, backorderable: Schema.Types.Mixed,
}, { versionKey: false, minimize: false });
variantSchema.index({ skuKey: 1 }, { unique: true });
variantSchema.index({ productId: 1, position: 1, _id: 1 });
// Which files are shown.
variantSchema.index({ 'image.mediaId': 1 }, { sparse: true });
// Which sets contain a SKU.
variantSchema.index({ 'components.sku': 1 }, { sparse: true });

const slugSchema = new Schema<SlugRow>({ _id: required(String), productId: required(Schema.Types.ObjectId) }, { versionKey: false });
const slugCounterSchema = new Schema<SlugCounterRow>({ _id: required(String), last: required(Number) }, { versionKey: false });

const countSchema = new Schema<CountRow>({ _id: required(Number), all: required(Number), visible: required(Number) }, { versionKey: false });

/** Every list is bounded by `visible` (staff ask for both values), then by one filter, then in the order that is shown. */
function productIndexes(schema: Schema<ProductRow>, [marketCurrency, ...others]: readonly [string, ...string[]]): Schema<ProductRow> {
  schema.index({ externalRef: 1 }, { unique: true, partialFilterExpression: { externalRef: { $type: 'string' } } });
  schema.index({ 'images.mediaId': 1 }, { sparse: true });
  schema.index({ publishAt: 1 }, { partialFilterExpression: { status: 'active', visible: false } });
  schema.index({ status: 1, createdAt: -1, _id: -1 });
  schema.index({ visibleIn: 1, createdAt: -1, _id: -1 }, { sparse: true });
  schema.index({ visible: 1, createdAt: -1, _id: -1 });
  schema.index({ visible: 1, updatedAt: -1, _id: -1 });
  schema.index({ visible: 1, nameKey: 1, _id: 1 });
  schema.index({ visible: 1, 'rating.average': -1, _id: -1 });
  // For the auditor: what says that it has reviews.
  schema.index({ 'ownRating.count': 1 }, { sparse: true });
  schema.index({ visible: 1, sustainabilityScore: -1, _id: -1, createdAt: -1 });
  schema.index({ visible: 1, isOffset: 1, createdAt: -1, _id: -1 });
  for (const keys of Object.values(filterIndexes(marketCurrency))) schema.index(keys);
  // With createdAt a range of prices is put in the default order before anything is fetched.
  for (const currency of [marketCurrency, ...others]) schema.index({ visible: 1, [`shownRange.${currency}.from`]: 1, _id: 1, createdAt: 1 });
  return schema;
}

/** The first currency is the market's. */
export const productModel = (connection: Connection, currencies: readonly [string, ...string[]]): Model<ProductRow> =>
  (connection.models['Product'] as Model<ProductRow> | undefined) ?? connection.model<ProductRow>('Product', productIndexes(productSchema.clone(), currencies), 'products');
export const variantModel = (connection: Connection) => connection.model<VariantRow>('Variant', variantSchema, 'variants');
export const slugModel = (connection: Connection) => connection.model<SlugRow>('ProductSlug', slugSchema, 'product_slugs');
export const countModel = (connection: Connection) => connection.model<CountRow>('CatalogCount', countSchema, 'catalog_counts');
export const slugCounterModel = (connection: Connection) => connection.model<SlugCounterRow>('SlugCounter', slugCounterSchema, 'slug_counters');
