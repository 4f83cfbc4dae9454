import Joi from 'joi';
import { seenWith } from '../../shared/http/field-access.js';
import { pageParams, fieldsParam } from '../../shared/http/pagination.js';
import { amount, channelCode, currencyCode, customFields, id, line, moneyInput, moneySchema, pageOf, sku, successOf } from '../../shared/http/schemas.js';
import { MAX_QUANTITY_PER_LINE, permitsNothing, type QuantityRule } from '../../shared/quantity-rule.js';
import { isSlug, SLUG } from '../../shared/slug.js';
import { richText } from '../../shared/rich-text.js';
import { PRODUCT_STATUSES } from './catalog.js';
import type { ProductListQuery } from './product-filter.js';

const MAX_VARIANTS = 2000;
const FIELD_NAME = /^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9_-]{1,64}$/;
const scalars = [Joi.string().max(2000).allow(''), Joi.number(), Joi.boolean()];

export const slug = () => Joi.string().max(140).pattern(SLUG, 'slug').custom((value: string, helpers) => (isSlug(value) || !SLUG.test(value) ? value : helpers.error('string.pattern.name', { name: 'slug', value })))
  .description('Letters of any script in lower case, digits and single hyphens');
const text = (max: number) => Joi.string().max(max).allow('');
const status = () => Joi.string().valid(...PRODUCT_STATUSES);
const time = () => Joi.string().isoDate().allow(null);
/** Scalars or lists of them by name. A patch takes a name away with null. */
const fields = (forPatch = false) => Joi.object().pattern(FIELD_NAME, Joi.alternatives(
  ...scalars, Joi.array().items(Joi.string().max(500), Joi.number(), Joi.boolean()).max(50), ...(forPatch ? [Joi.valid(null)] : []),
)).max(50);
const webAddress = () => Joi.alternatives(Joi.string().uri({ scheme: ['http', 'https'] }).max(2000), Joi.string().pattern(/^\/(?!\/)\S*$/, 'path').max(2000));
const image = () => Joi.object({ url: webAddress().required(), alt: text(300).default(''), mediaId: id().description('Where it is an uploaded file; its address then follows from it') });
export const seo = () => Joi.object({ title: line(200), description: line(500), keywords: Joi.array().items(line(100)).max(30) });
const grams = () => Joi.number().integer().min(0).max(1_000_000_000);
const names = () => Joi.array().items(line(120)).max(50);
const sustainability = () => Joi.object({
  footprintGrams: Joi.number().integer().min(0), recycledPercent: Joi.number().min(0).max(100), certifications: Joi.array().items(line(120)).max(30), madeIn: line(100),
  carbonFootprint: Joi.object({
    productionGrams: grams(), packagingGrams: grams(), shippingEstimateGrams: grams(), sustainabilityScore: Joi.number().integer().min(0).max(100).description('Computed from the other figures where it is not given'),
  }).description('Grams of CO2e per unit'),
  ecoMetrics: Joi.object({ recyclableComponents: names(), sustainableMaterials: names(), carbonOffset: Joi.boolean().description('What making it emits is offset by the maker') }),
});
const tiers = () => Joi.array().min(1).max(20).unique('minQuantity').items(Joi.object({ minQuantity: Joi.number().integer().min(2).max(1_000_000).required(), amount: amount().required() }))
  .custom((all: Array<{ minQuantity: number }>) => [...all].sort((a, b) => a.minQuantity - b.minQuantity)).description('From a quantity on, each unit costs that much');
const prices = () => Joi.array().max(50).unique('currency').items(Joi.object({
  currency: currencyCode().required(), base: amount().required(), sale: amount().max(Joi.ref('base')).description('At most the base'), wholesale: amount(), tiers: tiers(),
}).custom((price: { base: number; tiers?: Array<{ amount: number }> }, helpers) => (price.tiers?.some((tier) => tier.amount > price.base) ? helpers.error('tiers.aboveBase') : price))
  .messages({ 'tiers.aboveBase': '{{#label}} asks more for many than for one' }));
const options = () => Joi.object().pattern(FIELD_NAME, Joi.alternatives(Joi.string().max(200), Joi.number(), Joi.boolean())).max(20);

const shippingFacts = () => Joi.object({
  requiresShipping: Joi.boolean().description('False for what no parcel is needed for'), class: line(40).min(1).description('What surcharges of delivery go by, like bulky'),
  hsCode: Joi.string().pattern(/^\d{4}(\.?\d{2}){1,3}$/, 'code of the Harmonized System'), originCountry: Joi.string().pattern(/^[A-Z]{2}$/, 'ISO 3166 code'),
  customsValue: moneyInput().description('The price is the default'),
});
const components = () => Joi.array().min(1).max(20).unique('sku').items(Joi.object({ sku: sku().required(), quantity: Joi.number().integer().min(1).max(999).required() }))
  .description('Sold as a set: each unit takes so many of these from stock, all or none');
const digital = () => Joi.alternatives(
  Joi.object({ kind: Joi.valid('licence_key', 'gift_card').required() }),
  Joi.object({ kind: Joi.valid('download').required(), maxDownloads: Joi.number().integer().min(1).max(1000).default(5), expiresInDays: Joi.number().integer().min(1).max(3650).default(30) }),
).description('Sent by the shop itself: a key of its pool, a link to its file, or a gift card worth its price');
const units = () => Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE);
const quantityRule = () => Joi.object<QuantityRule>({ minimum: units(), maximum: units(), step: units() }).min(1)
  .custom((rule: QuantityRule, helpers) => (permitsNothing(rule, MAX_QUANTITY_PER_LINE) ? helpers.error('quantityRule.nothing') : rule))
  .messages({ 'quantityRule.nothing': '{{#label}} permits no quantity at all: no multiple of step lies between minimum and maximum' })
  .description('In which quantities it can be ordered: multiples of step, from minimum to maximum');
const variantFields = () => ({
  options: options(), barcode: line(64).allow(null), weightGrams: Joi.number().integer().min(0).allow(null),
  dimensionsMm: Joi.object({ length: amount().required(), width: amount().required(), height: amount().required() }).allow(null),
  image: image().allow(null), taxCategory: line(64).allow(null), enabled: Joi.boolean(), shipping: shippingFacts().allow(null), components: components().allow(null), digital: digital().allow(null),
  quantityRule: quantityRule().allow(null),
});
export const variantBody = Joi.object({ sku: sku().required(), ...variantFields(), prices: prices().default([]) });
export const variantPut = Joi.object({ sku: sku().description('Cannot change: it names the stock'), ...variantFields(), prices: prices().required() })
  .description('The prices are replaced as a whole; other fields that are absent stay');
export const variantPatch = Joi.object(variantFields()).min(1);

const content = () => ({
  name: line(300).min(1), slug: slug(), description: richText(20_000), brand: line(120).allow(null), categoryIds: Joi.array().items(id()).unique().max(50),
  images: Joi.array().items(image()).max(50), seo: seo(), sustainability: sustainability().allow(null), status: status(), publishAt: time(), externalRef: line(200).allow(null),
  channels: Joi.array().items(channelCode()).unique().max(50).description('Sold in these only; none means everywhere'),
});
const variantList = () => Joi.array().items(variantBody).max(MAX_VARIANTS).unique((a: { sku?: unknown }, b: { sku?: unknown }) => String(a.sku).toLowerCase() === String(b.sku).toLowerCase());
export const productBody = Joi.object({ ...content(), name: content().name.required(), attributes: fields(), customFields: customFields(), variants: variantList() });
export const productPatch = Joi.object({ ...content(), attributes: fields(true), customFields: fields(true) }).min(1);
/** What a vendor may want to have changed: not what decides where, when and for how much it is sold. */
export const vendorPatch = Joi.object((({ name, description, brand, images, seo: words, sustainability: facts }) => ({ name, description, brand, images, seo: words, sustainability: facts, attributes: fields(true) }))(content())).min(1);
export const bulkBody = Joi.object({
  items: Joi.array().items(Joi.object().unknown()).min(1).max(100).required().description('Each as for POST /products; one that is refused does not hold up the others'),
});

export const slugBody = Joi.object<{ name: string }, true>({ name: line(300).min(1).required() });
export const productParams = Joi.object<{ id: string }, true>({ id: id().required() });
export const productRefParams = Joi.object<{ idOrSlug: string }, true>({ idOrSlug: Joi.string().max(200).required().description('Id, slug, or a slug it had before') });
export const variantParams = Joi.object<{ id: string; variantId: string }, true>({ id: id().required(), variantId: id().required() });

const currencyQuery = () => ({ currency: currencyCode().description('Prices in this currency; null where a product is not sold in it') });
export type ShowQuery = { currency?: string; fields?: string };
export const showQuery = Joi.object<ShowQuery>({ ...currencyQuery(), fields: fieldsParam() });
export const currencyOnly = Joi.object<{ currency?: string }>(currencyQuery());
export const compareQuery = Joi.object<{ ids: string; attributes?: 'differing' | 'all'; currency?: string }>({
  attributes: Joi.string().valid('differing', 'all').description('Only what differs, unless told otherwise'),
  ids: Joi.string().pattern(/^[0-9a-f]{24}(,[0-9a-f]{24}){1,3}$/, '2 to 4 ids, separated by commas').required(), ...currencyQuery(),
});

const SORTS = ['price', 'name', 'createdAt', 'updatedAt', 'rating', 'sustainabilityScore'] as const;
const listFilters = () => ({
  ...pageParams(SORTS), ...currencyQuery(),
  brand: line(120), in_stock: Joi.boolean(), status: status().description('Staff only'), q: Joi.string().max(200).description('Beginnings of words of the name'),
  'price[gte]': amount().description('The lowest price of the product, in minor units of the currency'), 'price[lte]': amount(),
  'created_at[gte]': Joi.string().isoDate(), 'created_at[lte]': Joi.string().isoDate(), 'updated_at[gte]': Joi.string().isoDate(), 'updated_at[lte]': Joi.string().isoDate(),
  'sustainability_score[gte]': Joi.number().integer().min(0).max(100), 'sustainability_score[lte]': Joi.number().integer().min(0).max(100), carbon_offset: Joi.boolean(),
  expand: Joi.string().pattern(/^(?:brand|variants|description)(?:,(?:brand|variants|description))*$/, 'any of brand, variants, description'),
});
const attributeFilter = () => Joi.alternatives(Joi.string().max(200), Joi.array().items(Joi.string().max(200)).max(20));
/** `attr.colour=black`; repeated, any of the values. */
const withAttributes = (schema: Joi.ObjectSchema<ProductListQuery>) => schema.pattern(/^attr\.[A-Za-z0-9_-]{1,64}$/, attributeFilter());
export const listQuery = withAttributes(Joi.object<ProductListQuery>({
  ...listFilters(), category: Joi.string().max(140).description('Id or slug; everything below it counts'),
})).description('attr.<name>=<value> narrows by an attribute. Sorting by price lists what is sold in the currency');
export const categoryListQuery = withAttributes(Joi.object<ProductListQuery>(listFilters()));
export const variantListQuery = Joi.object<ProductListQuery>({ ...pageParams(['position', 'sku']), ...currencyQuery() });
export const historyQuery = Joi.object({ ...pageParams(['at']) });

const isoTime = () => Joi.string().isoDate();
const label = Joi.object({ id: id().required(), slug: Joi.string().required(), name: Joi.string().required(), path: Joi.string().required() });
export const labelReply = label;
const priceReply = Joi.object({ from: moneySchema.required(), to: moneySchema.required() }).allow(null);

export const variantReply = Joi.object({
  id: id().required(), sku: sku().required(), options: Joi.object().required(), price: moneySchema.allow(null).required(), compareAtPrice: moneySchema,
  lowestPrior30Days: moneySchema.description('The lowest price of the 30 days before the reduction that is shown'),
  tiers: Joi.array().items(Joi.object({ minQuantity: Joi.number().integer().required(), price: moneySchema.required(), compareAtPrice: moneySchema })).description('Where the quantity counts: the price of each unit from a quantity on'),
  priceSource: Joi.object({ kind: Joi.string().required(), id: Joi.string(), name: Joi.string(), from: Joi.object() }).description('Where the price comes from, unless it was entered as it is'),
  available: Joi.number().integer().required(), barcode: Joi.string(), weightGrams: Joi.number().integer(), dimensionsMm: Joi.object(), image: image(), version: Joi.number().integer().required(),
  prices: Joi.array().items(Joi.object({ wholesale: seenWith('pricing:read', Joi.number().integer()) }).unknown()).description('Staff only'), enabled: Joi.boolean().description('Staff only'), taxCategory: Joi.string().allow(null).description('Staff only'), shipping: Joi.object().description('Staff only'),
  backorderable: Joi.object({ kind: Joi.string().valid('backorder', 'preorder').required(), quantity: Joi.number().integer().required(), restockInDays: Joi.number().integer(), shipsAt: isoTime() })
    .description('So many more can be ordered before they are there'),
  components: Joi.array().items(Joi.object({ sku: sku().required(), quantity: Joi.number().integer().required() })), digital: Joi.object().unknown(),
  quantityRule: Joi.object({ minimum: Joi.number().integer(), maximum: Joi.number().integer(), step: Joi.number().integer() }).description('In which quantities it can be ordered; in any, if absent'),
}).meta({ name: 'Variant' });
export const spokenReply = {
  language: Joi.string().description('Of its words, where that is not the usual one of the shop'),
  slugs: Joi.object().pattern(Joi.string(), Joi.string()).description('Its slug by language, where it is said in several'),
};
const summaryFields = {
  id: id().required(), slug: Joi.string().required(), name: Joi.string().required(),
  brand: Joi.alternatives(Joi.string(), Joi.object({ name: Joi.string().required(), slug: Joi.string().required() })).allow(null).required(), status: status().required(),
  categories: Joi.array().items(label).required(), images: Joi.array().items(image()).required(), attributes: Joi.object().required(), price: priceReply.required(), compareAtPrice: moneySchema,
  rating: Joi.object({ average: Joi.number().required(), count: Joi.number().integer().required(), imported: Joi.object({ average: Joi.number().required(), count: Joi.number().integer().required() }).description('What of it came with an import') }).required(), inStock: Joi.boolean().required(), sustainabilityScore: Joi.number().integer().description('0 to 100; absent where nothing is known'),
  createdAt: isoTime().required(), updatedAt: isoTime().required(), version: Joi.number().integer().required(),
  language: spokenReply.language, publishAt: time().description('Staff only'), externalRef: Joi.string().allow(null).description('Staff only'), visible: Joi.boolean().description('Staff only'), channels: Joi.array().items(Joi.string()).description('Staff only'),
};
export const summaryReply = Joi.object({ ...summaryFields, description: text(20_000), variants: Joi.array().items(variantReply) }).meta({ name: 'ProductSummary' });
export const productReply = Joi.object({
  ...summaryFields, description: text(20_000).required(), customFields: Joi.object().required(), seo: Joi.object().required(), sustainability: Joi.object(),
  variants: Joi.array().items(variantReply).required(), slugs: spokenReply.slugs,
}).meta({ name: 'Product' });

export const productAnswer = successOf(productReply);
export const movedAnswer = successOf(Joi.object({ location: Joi.string().required().description('Under the base, as in the header Location') }));
export const productPage = pageOf(summaryReply);
export const variantAnswer = successOf(variantReply);
export const variantPage = pageOf(variantReply);
export const slugAnswer = successOf(Joi.object({ slug: Joi.string().required() }));
export const comparisonAnswer = successOf(Joi.object({
  products: Joi.array().items(summaryReply).required(),
  attributes: Joi.array().items(Joi.object({
    name: Joi.string().required(), label: Joi.string().required().description('What the reader calls it'), labels: Joi.array().items(Joi.string().allow(null)).description('What the reader calls the values, where they are called otherwise'),
    values: Joi.array().required(), differs: Joi.boolean().required(), quantities: Joi.array().items(Joi.object({ amount: Joi.number().required(), unit: Joi.string().required() }).allow(null)).description('Where all of them are measures: in cm, g or ml'),
  })).required(),
}));
export const bulkAnswer = successOf(Joi.object({
  items: Joi.array().items(Joi.object({ index: Joi.number().integer().required(), status: Joi.number().integer().required(), data: productReply, problem: Joi.object().unknown() })).required(),
  succeeded: Joi.number().integer().required(), failed: Joi.number().integer().required(),
}));
export const priorPriceAnswer = successOf(Joi.object({
  reduction: Joi.object({ price: moneySchema.required(), reducedAt: isoTime().required(), lowestPrior: moneySchema.required() }).allow(null).required(),
}));
export const historyPage = pageOf(Joi.object({
  id: id().required(), sku: sku().required(), variantId: id().required(), productId: id().required(), currency: Joi.string().required(), kind: Joi.string().required(), minQuantity: Joi.number().integer(),
  before: Joi.number().integer().allow(null).required(), after: Joi.number().integer().allow(null).required(), at: isoTime().required(), actor: Joi.object().required(),
}));
