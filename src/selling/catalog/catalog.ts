import { fold } from '../../shared/fold.js';
import { isOffset, scoreOf, type Sustainability, type UnitFootprint } from '../../shared/sustainability.js';
import type { QuantityRule } from '../../shared/quantity-rule.js';

export type { Sustainability } from '../../shared/sustainability.js';

export const PRODUCT_STATUSES = ['draft', 'pending_review', 'active', 'archived'] as const;
export type ProductStatus = (typeof PRODUCT_STATUSES)[number];
export type Scalar = string | number | boolean;
export type FieldValue = Scalar | readonly Scalar[];
export type Fields = Readonly<Record<string, FieldValue>>;
/** `mediaId` where it is a file of ours: then the other sizes lie beside the address. */
export type Image = Readonly<{ url: string; alt: string; mediaId?: string }>;
export const MAX_IMAGES = 50;
export type Seo = Readonly<{ title?: string; description?: string; keywords?: readonly string[] }>;
/** What is said of a product or a category in one more language. What it leaves out is said in the next one of the chain. */
export type Translation = Readonly<{ name: string; description?: string; slug?: string; seo?: Seo }>;
/** By canonical language tag: `de`, `de-AT`, `zh-Hant`. */
export type Translations = Readonly<Record<string, Translation>>;
export type Dimensions = Readonly<{ length: number; width: number; height: number }>;
/** What delivery and customs have to know of a variant. A customs value of its own where the price is not what customs should see. */
export type ShippingFacts = Readonly<{
  requiresShipping?: boolean; class?: string; hsCode?: string; originCountry?: string; customsValue?: Readonly<{ amount: number; currency: string }>;
}>;

/** What a product shows: the mean with one decimal, and how many rated. */
export type Rating = Readonly<{ average: number; count: number }>;
/** Of the reviews written here, exact. */
export type OwnRating = Readonly<{ sum: number; count: number }>;

/** The amounts of one currency, in minor units. */
export type VariantPrice = Readonly<{ currency: string; base: number; sale?: number; wholesale?: number; tiers?: readonly QuantityPrice[] }>;
/** From this quantity on, each unit costs that much. */
export type QuantityPrice = Readonly<{ minQuantity: number; amount: number }>;
export type PriceRange = Readonly<{ from: number; to: number; compareAt?: number }>;

/** What people write about a product. */
export type ProductContent = Readonly<{
  name: string; description: string; brand: string | null; categoryIds: readonly string[];
  attributes: Fields; customFields: Fields; images: readonly Image[]; seo: Seo; sustainability: Sustainability | null;
  status: ProductStatus; publishAt: Date | null; externalRef: string | null;
  /** Sold in these only; none means everywhere. */
  channels?: readonly string[];
}>;
/** What follows from the content and is stored so that an index can answer for it. */
export type Derived = Readonly<{ visible: boolean; visibleIn: readonly string[]; attributeIndex: readonly string[]; brandKey: string | null; nameKey: string; nameWords: readonly string[]; sustainabilityScore: number; isOffset: boolean }>;
/** What follows from the variants. */
export type FromVariants = Readonly<{
  priceRange: Readonly<Record<string, PriceRange>>; inStock: boolean;
  /** What a passer-by pays, lists, rules and rates included: lists are filtered and sorted by it. As entered until ShownPrices has looked. */
  shownRange: Readonly<Record<string, PriceRange>>;
}>;

export type Product = ProductContent & FromVariants & Readonly<{
  /** What is said of it in other languages; absent where nothing is. */
  translations?: Translations;
  id: string; slug: string; visible: boolean; visibleIn: readonly string[]; version: number; createdAt: Date; updatedAt: Date;
  /** What is shown: the other two together. */
  rating: Rating; importedRating?: Rating; ownRating?: OwnRating;
}>;

export type VariantContent = Readonly<{
  sku: string; options: Fields; barcode: string | null; weightGrams: number | null; dimensionsMm: Dimensions | null; image: Image | null;
  taxCategory: string | null; prices: readonly VariantPrice[]; enabled: boolean; shipping?: ShippingFacts | null;
  /** Sold as a set of these; none otherwise. */
  components?: readonly VariantComponent[] | null;
  digital?: Digital | null;
  /** In which quantities it can be ordered; in any where there is none. */
  quantityRule?: QuantityRule | null;
}>;
/** So many of a SKU in one unit of the set. */
export type VariantComponent = Readonly<{ sku: string; quantity: number }>;
/** Sent by the shop itself: a key out of a pool, or a link to a file. */
export type Digital = Readonly<{ kind: 'licence_key' | 'gift_card' } | { kind: 'download'; maxDownloads: number; expiresInDays: number }>;
/** What can be ordered before it is there, as inventory says. */
export type Backorderable = Readonly<{ kind: 'backorder' | 'preorder'; quantity: number; restockInDays?: number; shipsAt?: Date }>;
export type Variant = VariantContent & Readonly<{
  id: string; productId: string; position: number; available: number; stockVersion: number; backorderable?: Backorderable | null; version: number; createdAt: Date; updatedAt: Date;
}>;

/** What a cart, a checkout and an order line need to know of a SKU. */
export type CatalogVariant = Readonly<{
  /** Of one unit, as far as it is known. */
  footprint?: UnitFootprint;
  sku: string; variantId: string; productId: string; productName: string; slug: string; options: Fields;
  status: ProductStatus;
  /** The product is shown and the variant enabled; whether it has a price depends on the currency asked for. */
  sellable: boolean;
  /** Channels in which it is for sale although it is not in general. */
  sellableIn?: readonly string[];
  prices: readonly VariantPrice[]; available: number; backorderable?: Backorderable; categoryIds: readonly string[];
  components?: readonly VariantComponent[]; digital?: Digital; quantityRule?: QuantityRule;
  taxCategory?: string; weightGrams?: number; dimensionsMm?: Dimensions; shipping?: ShippingFacts; image?: Image;
}>;

/** What is sold in some channels only is sold to whoever comes through one of them. */
export const isSoldIn = ({ sellable, sellableIn }: Pick<CatalogVariant, 'sellable' | 'sellableIn'>, channel: string | null): boolean =>
  sellable || (channel !== null && sellableIn?.includes(channel) === true);

const MAX_WORDS = 40;
/** Longer texts are for reading, not for filtering, and would only make the index heavy. */
const MAX_INDEXED_LENGTH = 100;

type Publication = Pick<ProductContent, 'status' | 'publishAt' | 'channels'>;
export const isPublished = ({ status, publishAt }: Publication, now: Date): boolean => status === 'active' && (publishAt === null || publishAt <= now);

/** What is sold in some channels only is visible in general to nobody: whoever does not ask by channel never sees it. */
export function visibility(content: Publication, now: Date): Readonly<{ visible: boolean; visibleIn: readonly string[] }> {
  const [published, channels = []] = [isPublished(content, now), content.channels];
  return { visible: published && channels.length === 0, visibleIn: published ? channels : [] };
}

export function derive(content: ProductContent & Pick<Product, 'translations'>, now: Date): Derived {
  const names = [content.name, ...Object.values(content.translations ?? {}).map(({ name }) => name)];
  return {
    ...visibility(content, now), attributeIndex: attributeIndexOf(content.attributes),
    brandKey: content.brand === null ? null : fold(content.brand), nameKey: fold(content.name), nameWords: wordsOf(names.join(' ')),
    sustainabilityScore: scoreOf(content.sustainability), isOffset: isOffset(content.sustainability),
  };
}

/** `colour:black`, one entry for each value of a list. */
export const attributeEntry = (name: string, value: Scalar): string => `${name}:${fold(String(value))}`;

function attributeIndexOf(attributes: Fields): string[] {
  const entries = Object.entries(attributes).flatMap(([name, value]) => [value].flat().map((one) => attributeEntry(name, one as Scalar)));
  return [...new Set(entries)].filter((entry) => entry.length <= MAX_INDEXED_LENGTH + entry.indexOf(':'));
}

/** Folded words without accents, so that `creme` finds `Crème`. */
export function wordsOf(text: string): string[] {
  const plain = fold(text).normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC');
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, MAX_WORDS);
}

/** SKUs that differ only in case would be one SKU to people, so they are one to us. */
export const skuKeyOf = (sku: string): string => sku.toLowerCase();

export type AttributeType = 'text' | 'number' | 'boolean' | 'enum';
/** What an attribute and its values are called in one more language. */
export type AttributeWords = Readonly<{ name: string; options?: Readonly<Record<string, string>> }>;
export type AttributeDefinition = Readonly<{
  id: string; code: string; name: string; type: AttributeType; unit: string | null; options: readonly string[]; version: number; translations?: Readonly<Record<string, AttributeWords>>;
}>;

/** What is wrong with a value, as a sentence about it; null when nothing is. Attributes without a definition may hold anything. */
export function wrongValue(value: FieldValue, { type, options }: AttributeDefinition): string | null {
  const values = [value].flat() as Scalar[];
  if (type === 'enum') return values.every((one) => options.includes(String(one)) && typeof one === 'string') ? null : `must be one of ${options.join(', ')}`;
  const wanted = type === 'text' ? 'string' : type;
  return values.every((one) => typeof one === wanted) ? null : `must be ${{ text: 'text', number: 'a number', boolean: 'true or false' }[type]}`;
}

/** A merge patch: null takes a key away. */
export function mergeFields(fields: Fields, patch: Readonly<Record<string, FieldValue | null>> | undefined): Fields {
  if (!patch) return fields;
  const merged = new Map<string, FieldValue>(Object.entries(fields));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}
