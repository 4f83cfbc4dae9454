import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { skuKeyOf, type Backorderable, type CatalogVariant, type Product, type Variant, type VariantComponent, type Translations, type VariantPrice } from './catalog.js';
import { SkuTaken } from './catalog.errors.js';
import { variantModel, type VariantRow } from './catalog.model.js';
import { duplicateOf } from './duplicate.js';
import { toCatalogVariant, toVariant, unsetOf, withoutCategory, type Stored } from './rows.repository.js';
import { namesOf } from './translations.js';
import { footprintOf } from '../../shared/sustainability.js';

export type HeldStock = Readonly<{ sku: string; productId: string; stockVersion: number; version: number; components?: readonly VariantComponent[] | null }>;
export type Availability = Readonly<{ sku: string; available: number; version: number; backorderable: Backorderable | null }>;
/** `definition` is the version of the variant whose components were looked at. */
export type SetAvailability = Readonly<{ sku: string; available: number; version: number; definition: number }>;
type Copied = Pick<Product, 'translations' | 'name' | 'status' | 'visible' | 'visibleIn' | 'slug' | 'categoryIds' | 'images' | 'sustainability'>;

export class VariantRepository {
  private readonly variants;

  constructor(connection: Connection) {
    this.variants = variantModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert(variants: readonly Variant[], product: Copied): Promise<void> {
    await this.insertMany(variants.map((variant) => ({ variant, product })));
  }

  async insertMany(items: ReadonlyArray<{ variant: Variant; product: Copied }>): Promise<void> {
    if (items.length === 0) return;
    try {
      await this.variants.insertMany(items.map(({ variant, product }) => rowOf(variant, product)), { lean: true });
    } catch (error) {
      const duplicate = duplicateOf(error);
      if (duplicate?.index === 'skuKey') throw new SkuTaken(items.find(({ variant }) => skuKeyOf(variant.sku) === duplicate.value)?.variant.sku ?? duplicate.value);
      throw error;
    }
  }

  /** The version of an untouched variant stays: only the copies of its product follow. */
  async saveMany(items: ReadonlyArray<{ variant: Variant; product: Copied; readVersion: number }>): Promise<void> {
    if (items.length === 0) return;
    const { matchedCount } = await this.variants.bulkWrite(items.map(({ variant, product, readVersion }) => {
      const { _id, available: _a, stockVersion: _s, backorderable: _b, createdAt: _c, ...set } = rowOf(variant, product);
      return { updateOne: { filter: { _id, version: readVersion }, update: { $set: set, ...unsetOf(set, ABSENT_COPIES) } } };
    }) as never);
    if (matchedCount < items.length) throw new ConcurrentChange('Some of these variants changed meanwhile.');
  }

  async find(productId: string, id: string): Promise<Variant | null> {
    const found = await this.variants.findOne({ _id: id, productId }).lean();
    return found && toVariant(found);
  }

  async ofProduct(productId: string): Promise<Variant[]> {
    const found = await this.variants.find({ productId }).sort({ position: 1, _id: 1 }).lean();
    return found.map(toVariant);
  }

  async ofProducts(productIds: readonly string[]): Promise<Variant[]> {
    const found = await this.variants.find({ productId: { $in: productIds as string[] } }).sort({ productId: 1, position: 1, _id: 1 }).lean();
    return found.map(toVariant);
  }

  async ownersOf(skus: readonly string[]): Promise<Map<string, string>> {
    const found = await this.variants.find({ skuKey: { $in: skus.map(skuKeyOf) } }, { skuKey: 1, productId: 1 }).lean();
    return new Map(found.map(({ skuKey, productId }) => [skuKey, productId.toHexString()]));
  }

  /** Of these uploaded files those that a variant shows as its own. */
  async mediaInUse(mediaIds: readonly string[]): Promise<string[]> {
    return await this.variants.distinct('image.mediaId', { 'image.mediaId': { $in: mediaIds as string[] } }) as string[];
  }

  async dropImages(ids: readonly string[]): Promise<void> {
    await this.variants.updateMany({ _id: { $in: ids as string[] } }, { $set: { image: null }, $inc: { version: 1 } });
  }

  /** Just enough to derive the price range and whether anything is in stock. */
  async essentials(productId: string): Promise<Array<{ prices: readonly VariantPrice[]; enabled: boolean; available: number; sku: string; position: number }>> {
    return this.variants.find({ productId }, { _id: 0, prices: 1, enabled: 1, available: 1, sku: 1, position: 1 }).lean();
  }

  async page(productId: string, audience: 'public' | 'staff', query: PageQuery, channel: string | null = null): Promise<Page<Variant>> {
    const filter = { productId, ...(audience === 'public' && { enabled: true, ...(channel === null ? { productVisible: true } : { $or: [{ productVisible: true }, { productVisibleIn: channel }] }) }) };
    const page = await findPage(this.variants, { filter, query, fallbackSort: 'position' });
    return { ...page, items: page.items.map((row) => toVariant(row as Stored<VariantRow>)) };
  }

  /** Refuses to overwrite a variant that changed since it was read; stock is not among what is written. */
  async save(variant: Variant, readVersion: number): Promise<void> {
    const { id, productId, available: _a, stockVersion: _s, backorderable: _b, createdAt: _c, sku: _k, ...set } = variant;
    const { matchedCount } = await this.variants.updateOne({ _id: id, productId, version: readVersion }, { $set: set });
    if (matchedCount === 0) throw new ConcurrentChange('This variant changed meanwhile.', { variantId: id });
  }

  async remove(productId: string, ids: readonly string[]): Promise<void> {
    await this.variants.deleteMany({ productId, _id: { $in: ids as string[] } });
  }

  /** Brings the copies of the product's fields up to date. */
  async copyProduct(product: Product): Promise<void> {
    await this.variants.updateMany({ productId: product.id }, { $set: copiesOf(product), ...unsetOf(copiesOf(product), ABSENT_COPIES) });
  }

  async replaceCategory(productIds: readonly string[], from: string, to: string | null): Promise<void> {
    await this.variants.updateMany({ productId: { $in: productIds as string[] } }, [{ $set: { categoryIds: withoutCategory(from, to) } }], { updatePipeline: true });
  }

  /** Named in the nearest language that `chainOf` answers for those that there are. */
  async findBySkus(skus: readonly string[], chainOf: (languages: readonly string[]) => readonly string[] = () => []): Promise<CatalogVariant[]> {
    const found = await this.variants.find({ skuKey: { $in: skus.map(skuKeyOf) } }).lean();
    return found.map((row) => toCatalogVariant(row, chainOf));
  }

  /** For a demonstration of a purchase. */
  async anySellableSku(): Promise<string | null> {
    const found = await this.variants.findOne({ productVisible: true, enabled: true, available: { $gt: 0 }, 'prices.0': { $exists: true } }, { sku: 1 }).sort({ skuKey: 1 }).lean();
    return found?.sku ?? null;
  }

  /** These, and the sets that contain them. */
  async stockOf(skus: readonly string[]): Promise<HeldStock[]> {
    const found = await this.variants.find({ $or: [{ skuKey: { $in: skus.map(skuKeyOf) } }, { 'components.sku': { $in: skus } }] }, { sku: 1, productId: 1, stockVersion: 1, version: 1, components: 1 }).lean();
    return found.map(({ productId, ...row }) => ({ ...row, productId: productId.toHexString() }));
  }

  /** Takes over what is newer and does not cross zero; answers how many that were. */
  async setAvailable(stock: readonly Availability[]): Promise<number> {
    const { matchedCount } = await this.variants.bulkWrite(stock.map(({ sku, available, version, backorderable }) => ({ updateOne: {
      filter: { skuKey: skuKeyOf(sku), stockVersion: { $lt: version }, available: available > 0 ? { $gt: 0 } : { $lte: 0 }, ...NO_SET },
      update: { $set: { available, stockVersion: version, backorderable } },
    } })) as never, { ordered: false });
    return matchedCount;
  }

  /** Takes over what is newer, whatever it was before. */
  async setAvailableAcrossZero(stock: readonly Availability[]): Promise<number> {
    if (stock.length === 0) return 0;
    const { matchedCount } = await this.variants.bulkWrite(stock.map(({ sku, available, version, backorderable }) => ({ updateOne: {
      filter: { skuKey: skuKeyOf(sku), stockVersion: { $lt: version }, ...NO_SET }, update: { $set: { available, stockVersion: version, backorderable } },
    } })) as never);
    return matchedCount;
  }

  /** Of sets, whose stock follows from their components as they are defined now. */
  async setAvailableOfSets(stock: readonly SetAvailability[]): Promise<number> {
    if (stock.length === 0) return 0;
    const { matchedCount } = await this.variants.bulkWrite(stock.map(({ sku, available, version, definition }) => ({ updateOne: {
      filter: { skuKey: skuKeyOf(sku), version: definition, stockVersion: { $lt: version } }, update: { $set: { available, stockVersion: version } },
    } })));
    return matchedCount;
  }

  /** Inside the transaction that changed what the stock of a variant follows from. */
  async resetStock(id: string, stock: Pick<Variant, 'available' | 'stockVersion'>): Promise<void> {
    await this.variants.updateOne({ _id: id }, { $set: { ...stock, backorderable: null } });
  }

  async isComponent(sku: string): Promise<boolean> {
    return await this.variants.exists({ 'components.sku': sku }) !== null;
  }

  async productsInStock(productIds: readonly string[]): Promise<Set<string>> {
    const found = await this.variants.distinct('productId', { productId: { $in: productIds as string[] }, enabled: true, available: { $gt: 0 } });
    return new Set(found.map(String));
  }
}

/** The stock of a set's own SKU means nothing. */
const NO_SET = { 'components.0': { $exists: false } };

const ABSENT_COPIES = ['productVisibleIn', 'footprint', 'productNames'] as const;
const footprintCopy = (sustainability: Product['sustainability']) => {
  const footprint = footprintOf(sustainability);
  return footprint ? { footprint } : {};
};

const namesCopy = (translations: Translations | undefined) => {
  const productNames = namesOf(translations);
  return productNames ? { productNames } : {};
};

const copiesOf = ({ name, status, visible, visibleIn, slug, categoryIds, images, sustainability, translations }: Copied) => ({
  ...footprintCopy(sustainability), ...namesCopy(translations),
  productName: name, productStatus: status, productVisible: visible, ...(visibleIn.length > 0 && { productVisibleIn: visibleIn }), slug, productImage: images[0] ?? null,
  categoryIds: categoryIds.map((id) => new Types.ObjectId(id)),
});

function rowOf({ id, productId, ...variant }: Variant, product: Copied): Stored<VariantRow> {
  return { ...variant, ...copiesOf(product), _id: new Types.ObjectId(id), productId: new Types.ObjectId(productId), skuKey: skuKeyOf(variant.sku) };
}
